"""Confusion matrices: map classes in rows, reference classes in columns, as the paper prints."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike

from s2kit.benchmarks.agreement import confusion_counts
from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import (
    NO_DATA,
    PAPER,
    Nomenclature,
    common_nomenclature,
    nomenclature_of,
    require_same_classes,
)


def confusion_matrix(
    mapped: ArrayLike, reference: ArrayLike, nomenclature: Nomenclature = PAPER
) -> pd.DataFrame:
    """Count how often each map class meets each reference class.

    Parameters
    ----------
    mapped, reference
        class codes of the same shape; 0 in either means no data and is left out.
    nomenclature
        the classes, in the order of the rows and columns.

    Returns
    -------
    pandas.DataFrame
        int64, K × K; index ``map``, columns ``reference``.

    Raises
    ------
    S2kitError
        for arrays of different shapes, a code that is no class, or rasters that carry another
        nomenclature.

    Examples
    --------
    >>> matrix = confusion_matrix([4, 4, 9], [4, 5, 0])
    >>> int(matrix.loc[4, 5]), int(matrix.to_numpy().sum())
    (1, 2)
    """
    rows, columns = np.asarray(mapped), np.asarray(reference)
    if rows.shape != columns.shape:
        raise S2kitError(
            f"the map is {rows.shape} and the reference {columns.shape}; bring them to one grid"
        )
    known = (rows != NO_DATA) & (columns != NO_DATA)
    for each in (mapped, reference):
        if isinstance(each, xr.DataArray):
            require_same_classes(nomenclature, nomenclature_of(each))
    map_positions = nomenclature.positions(rows[known], "the map")
    positions = nomenclature.positions(columns[known], "the reference")
    counts = confusion_counts(map_positions, positions, len(nomenclature))
    return as_matrix(counts, nomenclature.codes)


def as_matrix(counts: ArrayLike, codes: Sequence[int] = PAPER.codes) -> pd.DataFrame:
    """Name the rows (``map``) and columns (``reference``) of K × K counts."""
    index = pd.Index(codes, name="map")
    return pd.DataFrame(
        np.asarray(counts), index=index, columns=index.rename("reference"), dtype="int64"
    )


def pixel_matrix(class_map: xr.DataArray, reference: xr.DataArray) -> pd.DataFrame:
    """Compare map and mask pixel by pixel (the paper's pixel approach, section 2.5).

    Parameters
    ----------
    class_map, reference
        codes, dims (y, x), on one grid.

    Returns
    -------
    pandas.DataFrame
        as from `confusion_matrix`.

    Raises
    ------
    S2kitError
        for grids that differ in CRS, origin, pixel size or shape, or other classes.
    """
    require_same_grid(class_map, reference)
    nomenclature = common_nomenclature([class_map, reference])
    return confusion_matrix(class_map.to_numpy(), reference.to_numpy(), nomenclature)


def object_matrix(class_map: xr.DataArray, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """Compare the majority of the map inside each polygon with the polygon's class.

    The paper's object approach (section 2.5): every polygon counts once, whatever its size.
    Polygons without a mapped pixel are left out. All polygons given are counted, whether
    their geometry is valid or not; the paper's Table 8 holds the valid ones only.
    """
    majority = majority_classes(class_map, polygons)
    return confusion_matrix(majority, polygons.label, nomenclature_of(class_map))


def majority_classes(class_map: xr.DataArray, polygons: gpd.GeoDataFrame) -> pd.Series:
    """Return the commonest map class among the pixel centres inside each polygon.

    Parameters
    ----------
    class_map
        codes, dims (y, x).
    polygons
        polygons in the map's CRS; they may overlap.

    Returns
    -------
    pandas.Series
        int64, index of ``polygons``. A tie goes to the smallest code (the rule that gives the
        paper's Tables 4 and 8, where four polygons tie); 0 where no mapped pixel lies inside.
    """
    counts = class_counts(class_map, polygons)
    majority = counts.idxmax(axis="columns").where(counts.sum(axis="columns") > 0, NO_DATA)
    return majority.astype("int64").rename("majority")


def class_counts(class_map: xr.DataArray, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the map's pixels per polygon (rows) and class (columns); no data left out."""
    owner, pixel = pixels_of_polygons(polygons, class_map)
    code = class_map.to_numpy().ravel()[pixel]
    mapped = code != NO_DATA
    nomenclature = nomenclature_of(class_map)
    size = len(nomenclature)
    cell = owner[mapped] * size + nomenclature.positions(code[mapped], "the map")
    counts = np.bincount(cell, minlength=len(polygons) * size)
    table = counts.reshape(len(polygons), size)
    columns = pd.Index(nomenclature.codes, name="map")
    return pd.DataFrame(table, index=polygons.index, columns=columns)


def require_same_grid(class_map: xr.DataArray, reference: xr.DataArray) -> None:
    """Raise S2kitError unless both lie on one grid: CRS, origin, pixel size and shape."""
    if class_map.rio.crs != reference.rio.crs:
        raise S2kitError(
            f"the map's CRS is {class_map.rio.crs}, the reference's {reference.rio.crs}; "
            "reproject one of them"
        )
    ours, theirs = class_map.rio.transform(), reference.rio.transform()
    if not ours.almost_equals(theirs, precision=1e-3) or class_map.shape != reference.shape:
        raise S2kitError(
            f"map and reference lie on different grids: {_grid(class_map)} and "
            f"{_grid(reference)}; resample one onto the other (nearest neighbour)"
        )


def _grid(raster: xr.DataArray) -> str:
    """Describe a grid in a few words."""
    left, _, _, top = raster.rio.bounds()
    height, width = raster.shape
    size = abs(raster.rio.transform().a)
    return f"{width} × {height} pixels of {size:g} from ({left:.1f}, {top:.1f})"
