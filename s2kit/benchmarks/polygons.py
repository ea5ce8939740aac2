"""The reference polygons: one vector layer per scene, drawn over the false colour composite."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xarray as xr
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from s2kit.benchmarks.label_column import find_label_column, numbers_the_rows
from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.archives import check_archive
from s2kit.scenes.arguments import require_polygons, require_raster
from s2kit.scenes.nomenclature import Nomenclature, nomenclature_of

UNWRITTEN = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    UnicodeError,
)
"""What pyogrio raises where a layer cannot be written."""

SLIVER = 1.0
"""Overlaps below this area, in square metres (a hundredth of a pixel), are digitising noise."""


def read_polygons(path: Path, label_column: str | None = None) -> gpd.GeoDataFrame:
    """Read reference polygons and their class codes.

    Parameters
    ----------
    path
        a vector file of one layer (GeoPackage, GeoJSON, shapefile, …).
    label_column
        the column of the class codes; default: found by `label_column.find_label_column`.

    Returns
    -------
    geopandas.GeoDataFrame
        columns ``label`` (int64) and ``geometry`` (polygons), in the file's order and CRS.
        Geometries and codes are as drawn: `check_polygons` finds what is wrong with them.
        ``attrs["label_column"]`` and ``attrs["label_reason"]`` say where the codes come from.

    Raises
    ------
    S2kitError
        no file, several layers, no CRS, other geometries than polygons, no label column or a
        doubt which one it is, or labels that are no whole numbers.
    """
    table = read_layer(Path(path)).reset_index(drop=True)
    column, reason = (label_column, "as asked") if label_column else find_label_column(table, path)
    labels = class_labels(table, Path(path), column)
    if label_column and numbers_the_rows(table[column], column):
        reason = "as asked, though it seems to number the rows"
    polygons = gpd.GeoDataFrame({"label": labels}, geometry=table.geometry)
    polygons.attrs = {"label_column": column, "label_reason": reason}
    return polygons


def class_labels(table: gpd.GeoDataFrame, path: Path, label_column: str | None = None) -> pd.Series:
    """Return the class codes of a layer as int64, named like their column in the file.

    Parameters and errors as in `read_polygons`.
    """
    column = label_column or find_label_column(table, path)[0]
    if column not in table.columns:
        raise S2kitError(
            f"{path} has no column {column!r}; name one of: {', '.join(_attributes(table))}"
        )
    if pd.api.types.is_bool_dtype(table[column]):
        raise S2kitError(
            f"{path}: column {column!r} holds yes and no, no class codes; name another"
        )
    labels: pd.Series = pd.to_numeric(table[column], errors="coerce")
    if labels.isna().any() or (labels % 1 != 0).any():
        row = int(np.flatnonzero(labels.isna() | (labels % 1 != 0))[0])
        raise S2kitError(
            f"{path}: column {column!r} of row {row + 1} holds "
            f"{_told(table[column].iloc[row])}, no class code; give every polygon a whole number, "
            "the code of its class"
        )
    return labels.astype("int64")


def _told(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return "nothing"
    return repr(value.item() if isinstance(value, np.generic) else value)


def read_layer(
    path: Path,
    may_be_empty: bool = False,
    kinds: Sequence[str] = ("Polygon", "MultiPolygon"),
    what: str = "reference polygons",
) -> gpd.GeoDataFrame:
    """Read the only layer of a file of polygons (or other kinds) with a CRS, or say what is amiss.

    The index holds the numbers of the rows (FID in a GeoPackage); all columns are kept.
    """
    if not path.exists():
        raise S2kitError(f"{path} does not exist; give a vector file of {what}")
    check_archive(path)
    try:
        # QGIS may keep its styles in a table of the same file, which has no geometry.
        listed = gpd.list_layers(path).dropna(subset="geometry_type")
        layers = [str(name) for name in listed.name]
        one = len(layers) == 1
        table = gpd.read_file(path, layer=layers[0], fid_as_index=True) if one else None
    except Exception as error:  # GDAL, Arrow, GEOS and PROJ each raise their own
        raise S2kitError(f"{path} is no vector file that GDAL can read: {error}") from error
    if table is None:
        raise S2kitError(
            f"{path} holds {len(layers)} layers ({', '.join(layers)}); save the one with the "
            f"{what} to a file of its own"
        )
    if table.crs is None:
        raise S2kitError(f"{path} names no CRS; assign the one it was drawn in and save it again")
    try:
        table.geometry.head(1).to_crs(4326)
    except ProjError as error:
        raise S2kitError(
            f"{path} names a CRS that has no place on the Earth ({error}); assign the one it was "
            "drawn in and save it again"
        ) from error
    others = set(table.geometry.geom_type.dropna()) - set(kinds)
    if others or (table.empty and not may_be_empty):
        found = ", ".join(sorted(others)) or "nothing"
        raise S2kitError(f"{path} holds {found} where {what} are needed")
    places, owner = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    lost = owner[~np.isfinite(places).all(axis=1)]
    if len(lost):
        raise S2kitError(
            f"{path}: row {lost[0] + 1} has a coordinate that is no finite number; draw it anew"
        )
    return table


def _attributes(table: gpd.GeoDataFrame) -> list[str]:
    """Return the columns that are not the geometry."""
    return [str(name) for name in table.columns if name != table.geometry.name]


def check_polygons(
    polygons: gpd.GeoDataFrame, grid: xr.DataArray, nomenclature: Nomenclature | None = None
) -> pd.DataFrame:
    """List everything about the polygons that would falsify a mask made from them.

    Parameters
    ----------
    polygons
        as from `read_polygons`.
    grid
        scene or map they belong to, dims (…, y, x), with CRS.
    nomenclature
        their classes; default as in `s2kit.benchmarks.rasterise.rasterise`.

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
    require_polygons(polygons, "the layer of polygons")
    require_raster(grid, "the grid")
    if polygons.crs is None or grid.rio.crs is None:
        which = "polygons name" if polygons.crs is None else "scene names"
        raise S2kitError(f"the {which} no CRS; assign the one it was made in, then check again")
    rows = list(_crs_findings(polygons, grid))
    # Areas are measured in the grid's CRS and on valid copies, so that every other check
    # still says something when the CRS or a geometry is wrong.
    projected = polygons.to_crs(grid.rio.crs)
    rows += _class_findings(polygons, nomenclature or nomenclature_of(grid))
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


def _class_findings(polygons: gpd.GeoDataFrame, nomenclature: Nomenclature) -> Iterator[Finding]:
    for index, label in polygons.label[~polygons.label.isin(nomenclature.codes)].items():
        yield index, label, "class number", f"{label} is not {nomenclature.told}"


def _geometry_findings(polygons: gpd.GeoDataFrame) -> Iterator[Finding]:
    empty = polygons.geometry.isna() | polygons.geometry.is_empty
    for index, label in polygons.label[empty].items():
        yield index, label, "empty", "no geometry"
    invalid = polygons[~empty & ~polygons.geometry.is_valid]
    for index, label, geometry in invalid[["label", "geometry"]].itertuples():
        yield index, label, "invalid geometry", shapely.is_valid_reason(geometry)


def _overlap_findings(polygons: gpd.GeoDataFrame) -> Iterator[Finding]:
    for i, j, size in _overlaps(polygons):
        a, b = polygons.iloc[i], polygons.iloc[j]
        detail = f"{size:.0f} m² shared with polygon {b.name} (class {b.label})"
        yield a.name, a.label, "overlap", detail


def _overlaps(polygons: gpd.GeoDataFrame) -> Iterator[tuple[int, int, float]]:
    """Yield positions and shared area (m²) of polygons that overlap by more than a sliver."""
    geometry = polygons.geometry.to_numpy()
    first, second = polygons.sindex.query(geometry, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    area = shapely.area(shapely.intersection(geometry[first], geometry[second]))
    large = area >= SLIVER
    yield from zip(first[large], second[large], area[large], strict=True)


def class_conflicts(polygons: gpd.GeoDataFrame) -> list[str]:
    """List the pairs of polygons that overlap and have different classes.

    Where they overlap one pixel has two reference classes; `rasterise` takes the later row's.

    Parameters
    ----------
    polygons
        column ``label``, projected CRS in metres; the index tells their rows.

    Returns
    -------
    list of str
        one sentence per pair, polygons counted from 1; overlaps below `SLIVER` are left out.

    Examples
    --------
    >>> from shapely import box
    >>> fields = [box(0, 0, 30, 20), box(20, 0, 50, 20), box(40, 0, 60, 20)]
    >>> class_conflicts(gpd.GeoDataFrame({"label": [4, 9, 9]}, geometry=fields, crs=32633))
    ['polygons 1 (class 4) and 2 (class 9) share 200 m²']
    """
    positions = pd.RangeIndex(1, len(polygons) + 1)
    sound = repair_polygons(polygons.set_axis(positions))
    found = []
    for i, j, size in _overlaps(sound):
        a, b = sound.iloc[i], sound.iloc[j]
        if a.label != b.label:
            found.append(
                f"polygons {a.name} (class {a.label}) and {b.name} (class {b.label}) "
                f"share {size:.0f} m²"
            )
    return found


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
    require_polygons(polygons, "the layer of polygons")
    kept = polygons[~(polygons.geometry.isna() | polygons.geometry.is_empty)]
    repaired = kept.set_geometry(kept.geometry.make_valid().map(_polygonal), crs=polygons.crs)
    return repaired[repaired.geometry.area > 0]


def _polygonal(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a geometry, without the lines and points beside them."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
