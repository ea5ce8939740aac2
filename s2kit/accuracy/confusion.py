"""Confusion matrices: map classes in rows, reference classes in columns, as the paper prints."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike

from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import CODES, NO_DATA


def confusion_matrix(
    mapped: ArrayLike, reference: ArrayLike, codes: Sequence[int] = CODES
) -> pd.DataFrame:
    """Count how often each map class meets each reference class.

    Parameters
    ----------
    mapped, reference
        class codes of the same shape; 0 in either means no data and is left out.
    codes
        the classes, in the order of the rows and columns.

    Returns
    -------
    pandas.DataFrame
        int64, K × K; index ``map``, columns ``reference``.

    Raises
    ------
    S2kitError
        for arrays of different shapes, or a code that is none of ``codes``.
    """
    rows, columns = np.asarray(mapped), np.asarray(reference)
    if rows.shape != columns.shape:
        raise S2kitError(
            f"the map is {rows.shape} and the reference {columns.shape}; bring them to one grid"
        )
    known = (rows != NO_DATA) & (columns != NO_DATA)
    pair = _positions(rows[known], codes, "map") * len(codes)
    pair += _positions(columns[known], codes, "reference")
    counts = np.bincount(pair, minlength=len(codes) ** 2).reshape(len(codes), len(codes))
    return as_matrix(counts, codes)


def as_matrix(counts: ArrayLike, codes: Sequence[int] = CODES) -> pd.DataFrame:
    """Name the rows (``map``) and columns (``reference``) of K × K counts."""
    index = pd.Index(codes, name="map")
    return pd.DataFrame(
        np.asarray(counts), index=index, columns=index.rename("reference"), dtype="int64"
    )


def _positions(values: np.ndarray, codes: Sequence[int], side: str) -> np.ndarray:
    """Return where each value stands in ``codes``."""
    order = np.argsort(codes)
    ordered = np.asarray(codes)[order]
    place = np.minimum(np.searchsorted(ordered, values), len(codes) - 1)
    strange = ordered[place] != values
    if strange.any():
        raise S2kitError(
            f"the {side} holds {values[strange][0]}, which is no class; known codes: "
            f"{', '.join(map(str, codes))}, and {NO_DATA} for no data"
        )
    positions: np.ndarray = order[place].astype(np.int64)
    return positions


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
        for grids that differ in CRS, origin, pixel size or shape.
    """
    require_same_grid(class_map, reference)
    return confusion_matrix(class_map.to_numpy(), reference.to_numpy())


def object_matrix(class_map: xr.DataArray, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """Compare the majority of the map inside each polygon with the polygon's class.

    The paper's object approach (section 2.5): every polygon counts once, whatever its size.
    Polygons without a mapped pixel are left out. All polygons given are counted, whether
    their geometry is valid or not; the paper's Table 8 holds the valid ones only.
    """
    return confusion_matrix(majority_classes(class_map, polygons), polygons.label)


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
    """Count the map's pixels per polygon (rows) and class (columns 1 to 10); no data left out."""
    owner, pixel = pixels_of_polygons(polygons, class_map)
    code = class_map.to_numpy().ravel()[pixel]
    mapped = code != NO_DATA
    cell = owner[mapped] * len(CODES) + _positions(code[mapped], CODES, "map")
    counts = np.bincount(cell, minlength=len(polygons) * len(CODES))
    table = counts.reshape(len(polygons), len(CODES))
    return pd.DataFrame(table, index=polygons.index, columns=pd.Index(CODES, name="map"))


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
