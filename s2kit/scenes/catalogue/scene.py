"""Items to a scene: ten bands, reflectance, one grid."""

from collections.abc import Sequence

import numpy as np
import pystac
import rioxarray  # noqa: F401  (the .rio accessor)
import xarray as xr
from numpy.typing import NDArray

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.catalogue.assets import acquired, tile
from s2kit.scenes.catalogue.grid import PIXEL, Grid
from s2kit.scenes.catalogue.offset import decide_offset
from s2kit.scenes.catalogue.warp import ResamplingName, read_band


def read_items(
    items: Sequence[pystac.Item],
    grid: Grid,
    area: str = "",
    resampling: ResamplingName = "nearest",
    offset: int | None = None,
    source: str = "catalogue",
    attribution: str = "",
) -> xr.DataArray:
    """Read items of one date onto a grid as a scene.

    Parameters
    ----------
    items
        Items of one date, best first: what the first leaves without data, the next fills.
    grid
        The 10 m grid.
    area
        The area's name; the scene is called "AREA_YYYYMMDD" (the MGRS tile where it is empty).
    resampling
        For the 20 m bands: "nearest", "bilinear" or "cubic".
    offset
        0 or 1000 overrides what baseline, flags and pixels say.
    source, attribution
        Written into the attributes; the attribution defaults to the item's own ("attribution" in
        its properties), else to that of Copernicus.

    Returns
    -------
    DataArray
        float32 (band, y, x), reflectance, NaN = no data, with CRS and transform; attributes
        ``date``, ``area``, ``source``, ``attribution``, ``items``, ``offset`` and ``witnesses``.

    Raises
    ------
    S2kitError
        If a band is missing or unreadable, or the offset is in doubt.
    """
    if not items:
        raise S2kitError("no item to read; search for one first")
    mosaic: NDArray[np.float32] | None = None
    offsets, witnesses = [], []
    for item in items:
        dn = np.stack([read_band(item, band, grid, resampling) for band in BAND_NAMES])
        if np.isnan(dn).all() and len(items) > 1:
            continue  # the footprint touches the grid, its pixels do not
        subtracted, heard = decide_offset(item, dn, offset)
        offsets.append(subtracted)
        witnesses.append(heard)
        reflectance = (dn - np.float32(subtracted)) / np.float32(10_000)
        if mosaic is None:
            mosaic = reflectance
        else:
            gaps = np.isnan(mosaic).any(axis=0) & np.isfinite(reflectance).all(axis=0)
            mosaic[:, gaps] = reflectance[:, gaps]
        if np.isfinite(mosaic).all():
            break
    if mosaic is None:
        raise S2kitError(f"{items[0].id} has no pixels on the grid {grid.bounds}; choose another")
    date = acquired(items[0]).date()
    place = area or tile(items[0])
    return as_scene(
        mosaic,
        grid,
        f"{place}_{date:%Y%m%d}",
        {
            "date": date.isoformat(),
            "area": place,
            "source": source,
            "attribution": attribution
            or items[0].properties.get("attribution")
            or f"contains modified Copernicus Sentinel data {date.year}",
            "items": [item.id for item in items[: len(offsets)]],
            "offset": offsets,
            "witnesses": witnesses,
        },
    )


def as_scene(
    reflectance: NDArray[np.float32], grid: Grid, name: str, attrs: dict[str, object]
) -> xr.DataArray:
    """Dress an array (band, height, width) as a scene on a grid."""
    left, _, _, top = grid.bounds
    scene = xr.DataArray(
        reflectance,
        dims=("band", "y", "x"),
        coords={
            "band": list(BAND_NAMES),
            "y": top - PIXEL * (np.arange(grid.height) + 0.5),
            "x": left + PIXEL * (np.arange(grid.width) + 0.5),
        },
        name=name,
        attrs=attrs,
    )
    scene = scene.rio.write_crs(f"EPSG:{grid.epsg}").rio.write_transform(grid.transform)
    dressed: xr.DataArray = scene.rio.write_nodata(np.nan)
    return dressed
