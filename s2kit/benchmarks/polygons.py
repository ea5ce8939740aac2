"""The reference polygons: one vector layer per scene, drawn over the false colour composite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import CODES

LABEL_COLUMNS = ("label", "dn", "class", "code")
"""Column names that hold class codes, in the order they are looked for, in any case.

QGIS writes ``DN`` when it polygonises a raster, as for the authors' Kolbuszowa layer.
"""
SLIVER = 1.0
"""Overlaps below this area, in square metres (a hundredth of a pixel), are digitising noise."""


def read_polygons(path: Path, label_column: str | None = None) -> gpd.GeoDataFrame:
    """Read reference polygons and their class codes.

    Parameters
    ----------
    path
        a vector file of one layer (GeoPackage, GeoJSON, shapefile, …).
    label_column
        the column of the class codes; default: the first of ``LABEL_COLUMNS`` that is there,
        or else the only column of whole numbers.

    Returns
    -------
    geopandas.GeoDataFrame
        columns ``label`` (int64) and ``geometry`` (polygons), in the file's order and CRS.
        Geometries and codes are as drawn: `check_polygons` finds what is wrong with them.

    Raises
    ------
    S2kitError
        no file, several layers, no CRS, other geometries than polygons, no label column, or
        labels that are no whole numbers.
    """
    table = read_layer(Path(path)).reset_index(drop=True)
    labels = class_labels(table, Path(path), label_column)
    return gpd.GeoDataFrame({"label": labels}, geometry=table.geometry)


def class_labels(table: gpd.GeoDataFrame, path: Path, label_column: str | None = None) -> pd.Series:
    """Return the class codes of a layer as int64, named like their column in the file.

    Parameters and errors as in `read_polygons`.
    """
    column = label_column or _find_label_column(table, path)
    if column not in table.columns:
        raise S2kitError(
            f"{path} has no column {column!r}; name one of: {', '.join(_attributes(table))}"
        )
    labels: pd.Series = pd.to_numeric(table[column], errors="coerce")
    if labels.isna().any() or (labels % 1 != 0).any():
        row = int(np.flatnonzero(labels.isna() | (labels % 1 != 0))[0])
        raise S2kitError(
            f"{path}: column {column!r} of row {row + 1} holds {table[column].iloc[row]!r}, no "
            "class code; give every polygon a code from 1 to 10"
        )
    return labels.astype("int64")


def read_layer(path: Path, may_be_empty: bool = False) -> gpd.GeoDataFrame:
    """Read the only layer of a file of polygons with a CRS, or say what is amiss.

    The index holds the numbers of the rows (FID in a GeoPackage); all columns are kept.
    """
    if not path.exists():
        raise S2kitError(f"{path} does not exist; give a vector file of reference polygons")
    try:
        # QGIS may keep its styles in a table of the same file, which has no geometry.
        listed = gpd.list_layers(path).dropna(subset="geometry_type")
        layers = [str(name) for name in listed.name]
        one = len(layers) == 1
        table = gpd.read_file(path, layer=layers[0], fid_as_index=True) if one else None
    except RuntimeError as error:  # pyogrio's errors derive from it
        raise S2kitError(f"{path} is no vector file that GDAL can read: {error}") from error
    if table is None:
        raise S2kitError(
            f"{path} holds {len(layers)} layers ({', '.join(layers)}); save the one with the "
            "reference polygons to a file of its own"
        )
    if table.crs is None:
        raise S2kitError(f"{path} names no CRS; assign the one it was drawn in and save it again")
    kinds = set(table.geometry.geom_type.dropna()) - {"Polygon", "MultiPolygon"}
    if kinds or (table.empty and not may_be_empty):
        found = ", ".join(sorted(kinds)) or "nothing"
        raise S2kitError(f"{path} holds {found} where reference polygons are needed")
    return table


def _attributes(table: gpd.GeoDataFrame) -> list[str]:
    """Return the columns that are not the geometry."""
    return [str(name) for name in table.columns if name != table.geometry.name]


def _find_label_column(table: gpd.GeoDataFrame, path: Path) -> str:
    """Return the column of the class codes by name, or the only one of whole numbers."""
    names = _attributes(table)
    for wanted in LABEL_COLUMNS:
        for name in names:
            if name.lower() == wanted:
                return name
    whole = [name for name in names if pd.api.types.is_integer_dtype(table[name])]
    if len(whole) == 1:
        return whole[0]
    raise S2kitError(
        f"{path}: which column holds the class codes? Name it (label_column=, --label); "
        f"columns: {', '.join(names) or 'none'}"
    )


def check_polygons(polygons: gpd.GeoDataFrame, grid: xr.DataArray) -> pd.DataFrame:
    """List everything about the polygons that would falsify a mask made from them.

    Parameters
    ----------
    polygons
        as from `read_polygons`.
    grid
        scene or map they belong to, dims (…, y, x), with CRS.

    Returns
    -------
    pandas.DataFrame
        one row per finding; columns ``polygon`` (row label of ``polygons``, missing for the
        layer as a whole), ``label``, ``finding`` and ``detail``. Empty when all is well.

    Raises
    ------
    S2kitError
        if polygons or grid name no CRS: then nothing can be said about where they lie.
    """
    if polygons.crs is None or grid.rio.crs is None:
        which = "polygons name" if polygons.crs is None else "scene names"
        raise S2kitError(f"the {which} no CRS; assign the one it was made in, then check again")
    rows = list(_crs_findings(polygons, grid))
    # Areas are measured in the grid's CRS and on valid copies, so that every other check
    # still says something when the CRS or a geometry is wrong.
    projected = polygons.to_crs(grid.rio.crs)
    rows += _class_findings(polygons)
    rows += _geometry_findings(polygons)
    sound = repair_polygons(projected)
    rows += _overlap_findings(sound)
    rows += _outside_findings(sound, grid)
    rows += _pixel_findings(sound, grid)
    table = pd.DataFrame(rows, columns=["polygon", "label", "finding", "detail"])
    return table.astype({"polygon": "Int64", "label": "Int64"})


Finding = tuple[Any, Any, str, str]


def _crs_findings(polygons: gpd.GeoDataFrame, grid: xr.DataArray) -> Iterator[Finding]:
    if polygons.crs != grid.rio.crs:
        yield pd.NA, pd.NA, "CRS", f"{polygons.crs.to_string()}, the scene {grid.rio.crs}"


def _class_findings(polygons: gpd.GeoDataFrame) -> Iterator[Finding]:
    for index, label in polygons.label[~polygons.label.isin(CODES)].items():
        yield index, label, "class number", f"{label} is not 1 to {len(CODES)}"


def _geometry_findings(polygons: gpd.GeoDataFrame) -> Iterator[Finding]:
    empty = polygons.geometry.isna() | polygons.geometry.is_empty
    for index, label in polygons.label[empty].items():
        yield index, label, "empty", "no geometry"
    invalid = polygons[~empty & ~polygons.geometry.is_valid]
    for index, label, geometry in invalid[["label", "geometry"]].itertuples():
        yield index, label, "invalid geometry", shapely.is_valid_reason(geometry)


def _overlap_findings(polygons: gpd.GeoDataFrame) -> Iterator[Finding]:
    geometry = polygons.geometry.to_numpy()
    first, second = polygons.sindex.query(geometry, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    area = shapely.area(shapely.intersection(geometry[first], geometry[second]))
    for i, j, size in zip(first, second, area, strict=True):
        if size >= SLIVER:
            a, b = polygons.iloc[i], polygons.iloc[j]
            detail = f"{size:.0f} m² shared with polygon {b.name} (class {b.label})"
            yield a.name, a.label, "overlap", detail


def _outside_findings(polygons: gpd.GeoDataFrame, grid: xr.DataArray) -> Iterator[Finding]:
    outside = polygons.geometry.difference(shapely.box(*grid.rio.bounds())).area
    for index in polygons.index[outside >= SLIVER]:
        row = polygons.loc[index]
        detail = f"{outside[index]:.0f} of {row.geometry.area:.0f} m²"
        yield index, row.label, "outside the scene", detail


def _pixel_findings(polygons: gpd.GeoDataFrame, grid: xr.DataArray) -> Iterator[Finding]:
    owner, _ = pixels_of_polygons(polygons, grid)
    missing: NDArray[np.bool_] = np.bincount(owner, minlength=len(polygons)) == 0
    for index, row in polygons[missing].iterrows():
        detail = f"{row.geometry.area:.0f} m² hold no pixel centre"
        yield index, row.label, "no pixel", detail


def repair_polygons(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the polygons with valid geometries; labels, index and CRS are kept.

    Self-touching rings are split, bow ties become two parts, lines and points left over by
    that are dropped (`shapely.make_valid`); polygons without an area go altogether. Overlaps
    and class numbers are for the person who drew them to mend.
    """
    kept = polygons[~(polygons.geometry.isna() | polygons.geometry.is_empty)]
    repaired = kept.set_geometry(kept.geometry.make_valid().map(_polygonal), crs=polygons.crs)
    return repaired[repaired.geometry.area > 0]


def _polygonal(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a geometry, without the lines and points beside them."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
