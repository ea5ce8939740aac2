"""Items to a scene: ten bands, reflectance, one grid."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pystac
import xarray as xr
from numpy.typing import NDArray
from rasterio.crs import CRS

from s2kit.catalogue.assets import acquired, tile
from s2kit.catalogue.clouds import cloudy, valid
from s2kit.catalogue.offset import decide_offset
from s2kit.catalogue.signing import Sign, Signer
from s2kit.catalogue.warp import ResamplingName, read_band
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.files import no_stray_traceback
from s2kit.scenes.grid import Grid
from s2kit.scenes.nodata import empty_pixels
from s2kit.scenes.radiometry import QUANTIFICATION
from s2kit.scenes.raster import dated, on_grid

AT_ONCE = 6
"""Bands read at the same time: they wait for the network more than for the processor."""


@dataclass(frozen=True)
class ReadOptions:
    """How items are read.

    Attributes
    ----------
    resampling
        For the 20 m bands: "nearest", "bilinear" or "cubic".
    offset
        0 or 1000 overrides what baseline, flags and pixels say.
    mask_clouds
        Whether cloud, cirrus and cloud shadow (SCL) become no data.
    sign
        Makes hrefs readable.
    """

    resampling: ResamplingName = "nearest"
    offset: int | None = None
    mask_clouds: bool = False
    sign: Sign = field(default_factory=Signer)


@dataclass
class Mosaic:
    """What items left on a grid: reflectance (10, height, width), NaN = no data."""

    reflectance: NDArray[np.float32]
    cloudy: NDArray[np.bool_]
    offsets: dict[str, int] = field(default_factory=dict)
    """Offset taken off, by item."""
    witnesses: dict[str, str] = field(default_factory=dict)
    """Why, by item."""


def read_items(
    items: Sequence[pystac.Item],
    grid: Grid,
    area: str = "",
    options: ReadOptions | None = None,
    source: str = "catalogue",
) -> xr.DataArray:
    """Read items of one overpass onto a grid as a scene.

    Parameters
    ----------
    items
        Best first: what the first leaves without data, the next fills.
    grid
        The 10 m grid.
    area
        The area's name; the scene is called "AREA_YYYYMMDD" (the MGRS tile where it is empty).
    options
        How to read; see `ReadOptions`.
    source
        Written into the attributes.

    Returns
    -------
    DataArray
        float32 (band, y, x), reflectance, NaN = no data, with CRS; attributes as `describe` and
        `item_offsets`, `witnesses` (by item) and `cloudy_pixels`.

    Raises
    ------
    S2kitError
        If a band is missing or unreadable, the offset is in doubt, or the items have no pixel on
        the grid.
    """
    mosaic = read_mosaic(items, grid, options or ReadOptions())
    if not mosaic.offsets:
        raise no_pixels(items, grid)
    scene = on_grid(mosaic.reflectance, grid.transform, CRS.from_epsg(grid.epsg), BAND_NAMES)
    attrs = describe(items[0], area, source)
    scene = scene.rename(attrs.pop("name")).assign_attrs(
        attrs,
        item_offsets=mosaic.offsets,
        witnesses=mosaic.witnesses,
        cloudy_pixels=int(mosaic.cloudy.sum()),
    )
    return dated(scene)


def describe(item: pystac.Item, area: str = "", source: str = "catalogue") -> dict[str, str]:
    """Return name, date, area, source and attribution of the scene that an item makes."""
    date = acquired(item).date()
    place = area or tile(item)
    copernicus = f"contains modified Copernicus Sentinel data {date.year}"
    return {
        "name": f"{place}_{date:%Y%m%d}",
        "date": date.isoformat(),
        "area": place,
        "source": source,
        "attribution": str(item.properties.get("attribution") or copernicus),
    }


def no_pixels(items: Sequence[pystac.Item], grid: Grid) -> S2kitError:
    """Return the error for items whose footprint, but no pixel, lies on the grid."""
    names = ", ".join(item.id for item in items) or "no item"
    return S2kitError(
        f"{names}: no pixel with data on the grid {grid.bounds} in EPSG:{grid.epsg}; "
        "choose another item"
    )


def read_mosaic(items: Sequence[pystac.Item], grid: Grid, options: ReadOptions) -> Mosaic:
    """Read items onto a grid, each filling what those before it left."""
    shape = grid.height, grid.width
    mosaic = Mosaic(np.full((len(BAND_NAMES), *shape), np.nan, np.float32), np.zeros(shape, bool))
    gaps = np.ones(shape, bool)
    for item in items:
        dn, scl = _read_bands(item, grid, options)
        if np.isnan(dn).any(axis=0).all():
            continue
        offset, heard = decide_offset(item, dn, options.offset)
        mosaic.offsets[item.id], mosaic.witnesses[item.id] = offset, heard
        # these files declare 0 as no data, and it comes as NaN
        data = ~empty_pixels(np.isnan(dn), offset, declared=True)
        np.nan_to_num(dn, copy=False, nan=offset)
        dn -= offset
        dn /= QUANTIFICATION
        fill = gaps & data
        mosaic.cloudy |= fill & cloudy(scl)
        seen = fill & valid(scl) if options.mask_clouds else fill
        np.copyto(mosaic.reflectance, dn, where=seen)
        gaps &= ~fill
        if not gaps.any():
            break
    return mosaic


def _read_bands(
    item: pystac.Item, grid: Grid, options: ReadOptions
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the ten bands (10, height, width) and the SCL (height, width) as they are stored."""
    layers = np.empty((len(BAND_NAMES) + 1, grid.height, grid.width), np.float32)

    def read(number: int, band: str) -> None:
        layers[number] = read_band(item, band, grid, options.resampling, options.sign)

    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        with no_stray_traceback():  # here, once for all threads
            list(pool.map(read, range(len(layers)), (*BAND_NAMES, "SCL")))
    finally:
        pool.shutdown(cancel_futures=True)
    return layers[:-1], layers[-1]
