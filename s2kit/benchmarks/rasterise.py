"""From polygons to a mask on the scene's own grid (paper, section 2.3)."""

import math

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rasterio.features import geometry_mask, rasterize
from rasterio.windows import Window
from rasterio.windows import transform as window_transform

from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_polygons, require_raster
from s2kit.scenes.nomenclature import (
    NO_DATA,
    Nomenclature,
    nomenclature_of,
    with_nomenclature,
)


def rasterise(
    polygons: gpd.GeoDataFrame,
    like: xr.DataArray,
    all_touched: bool = False,
    nomenclature: Nomenclature | None = None,
) -> xr.DataArray:
    """Burn the polygons' class codes into a mask on the grid of ``like``.

    Parameters
    ----------
    polygons
        column ``label`` with class codes; same CRS as ``like``.
    like
        scene or map, dims (…, y, x); its pixels are taken over exactly.
    all_touched
        burn every pixel a polygon touches instead of those whose centre it holds. The paper's
        masks are the latter: a border pixel is mixed, and would be trained on as pure.
    nomenclature
        the classes of the codes; default: those of ``like`` if it is a mask or map, else the
        paper's.

    Returns
    -------
    xarray.DataArray
        mask, uint8, dims (y, x), 0 = unlabelled, with its nomenclature. Where polygons overlap
        the later row wins, as in QGIS; invalid rings are filled by the even-odd rule.

    Raises
    ------
    S2kitError
        for another CRS than that of ``like``, or a code that is no class.

    Examples
    --------
    >>> from shapely import box
    >>> pixels = {"y": [15.0, 5.0], "x": [5.0, 15.0, 25.0]}
    >>> like = xr.DataArray(np.zeros((2, 3)), pixels, ("y", "x")).rio.write_crs(32633)
    >>> water = gpd.GeoDataFrame({"label": [8]}, geometry=[box(0, 0, 20, 10)], crs=32633)
    >>> rasterise(water, like).values.tolist()
    [[0, 0, 0], [8, 8, 0]]
    """
    require_polygons(polygons, "the layer of polygons")
    require_raster(like, "the grid (like)")
    require_same_crs(polygons, like)
    classes = nomenclature or nomenclature_of(like)
    unknown = np.flatnonzero(~polygons.label.isin(classes.codes))
    if len(unknown):
        raise S2kitError(
            f"polygon {unknown[0] + 1} has class {polygons.label.iloc[unknown[0]]}; "
            f"the codes are {classes.told}: correct its label"
        )
    drawn = polygons[~(polygons.geometry.isna() | polygons.geometry.is_empty)]
    shape = (like.sizes["y"], like.sizes["x"])
    values = np.full(shape, NO_DATA, dtype="uint8")
    if len(drawn):
        rasterize(
            zip(drawn.geometry, drawn.label, strict=True),
            out=values,
            transform=like.rio.transform(),
            all_touched=all_touched,
        )
    mask = xr.DataArray(
        values, dims=("y", "x"), coords={"y": like["y"], "x": like["x"]}, name=like.name
    )
    return with_nomenclature(mask.rio.write_crs(like.rio.crs), classes)


def pixels_of_polygons(
    polygons: gpd.GeoDataFrame, like: xr.DataArray
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the pixels whose centre lies in each polygon, overlaps included.

    Each polygon is burnt into a window of its own, so the cost grows with the labelled area
    and not with polygons × pixels of the scene.

    Parameters
    ----------
    polygons
        any polygons in the CRS of ``like``.
    like
        scene or map, dims (…, y, x).

    Returns
    -------
    owner, pixel : numpy.ndarray
        two arrays of equal length, intp: position of the polygon (0 to n − 1) and position of
        the pixel in the flattened (y, x) grid.
    """
    require_same_crs(polygons, like)
    owners, pixels = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
    width, transform = like.sizes["x"], like.rio.transform()
    for position, geometry in enumerate(polygons.geometry):
        if geometry is None or geometry.is_empty:
            continue
        left, right, top, bottom = _window(geometry.bounds, like)
        if right <= left or bottom <= top:
            continue
        inside = geometry_mask(
            [geometry],
            out_shape=(bottom - top, right - left),
            transform=window_transform(Window(left, top, right - left, bottom - top), transform),
            invert=True,
        )
        row, column = np.nonzero(inside)
        pixels.append((row + top) * width + column + left)
        owners.append(np.full(row.size, position, np.intp))
    return np.concatenate(owners), np.concatenate(pixels)


def _window(
    bounds: tuple[float, float, float, float], like: xr.DataArray
) -> tuple[int, int, int, int]:
    """Return first and last (exclusive) column and row of a north-up grid that bounds touch."""
    west, south, east, north = bounds
    transform = like.rio.transform()
    columns = (west - transform.c) / transform.a, (east - transform.c) / transform.a
    rows = (north - transform.f) / transform.e, (south - transform.f) / transform.e
    return (
        max(0, math.floor(columns[0])),
        min(like.sizes["x"], math.ceil(columns[1])),
        max(0, math.floor(rows[0])),
        min(like.sizes["y"], math.ceil(rows[1])),
    )


def require_same_crs(polygons: gpd.GeoDataFrame, like: xr.DataArray) -> None:
    """Raise S2kitError unless polygons and grid name the same CRS."""
    if like.rio.crs is None:
        raise S2kitError("the map or scene names no CRS; assign it (rio.write_crs) and try again")
    if polygons.crs is None or polygons.crs != like.rio.crs:
        found = "none" if polygons.crs is None else polygons.crs.to_string()
        raise S2kitError(
            f"the polygons' CRS is {found}, that of the map or scene {like.rio.crs}; "
            "reproject the polygons (to_crs)"
        )
