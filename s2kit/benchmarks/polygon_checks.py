"""What is wrong with reference polygons, and how their geometries are repaired."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_polygons, require_raster
from s2kit.scenes.nomenclature import Nomenclature, nomenclature_of

SLIVER = 1.0
"""Overlaps below this area, in square metres (a hundredth of a pixel), are digitising noise."""


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
