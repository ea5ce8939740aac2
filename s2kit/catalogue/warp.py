"""One band of an item onto the exact grid."""

import contextlib
import io
from collections.abc import Iterator
from typing import Literal

import numpy as np
import pystac
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from s2kit.catalogue.assets import RESOLUTION, band_href, declared_grid, epsg
from s2kit.catalogue.remote import RemoteFile
from s2kit.catalogue.signing import Sign, Signer
from s2kit.catalogue.web import plain
from s2kit.errors import S2kitError
from s2kit.scenes.archives import check_archive
from s2kit.scenes.blocks import damaged_block
from s2kit.scenes.grid import Grid

ResamplingName = Literal["nearest", "bilinear", "cubic"]

NO_SIDECARS = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO"}
"""GDAL options: look for no files beside the raster, each look would be a request."""


class DamagedError(S2kitError):
    """The raster is not there, or its bytes make no sense."""


def read_band(
    item: pystac.Item,
    band: str,
    grid: Grid,
    resampling: ResamplingName = "nearest",
    sign: Sign | None = None,
) -> NDArray[np.float32]:
    """Read one band of an item onto a grid; only the window's blocks are read from a COG.

    A 10 m band on its own grid comes out pixel by pixel whatever the resampling; it is the
    20 m bands (and another UTM zone) that the choice acts on.

    Parameters
    ----------
    item, band
        The item and the band's name, "B02" … "B12" or "SCL" (a class code: always nearest).
    grid
        Where the pixels shall lie.
    resampling
        "nearest" doubles 20 m pixels, "bilinear" and "cubic" smooth between their centres.
    sign
        Makes an asset's href readable, by default a `Signer`; called again when a signature has
        expired.

    Returns
    -------
    ndarray
        float32 (height, width), digital numbers (not yet reflectance), NaN = no data (DN 0,
        or outside the raster).

    Raises
    ------
    S2kitError
        If the raster is missing, damaged or out of reach, or not what the item says it is.
    """
    sign = sign or Signer()
    how = Resampling["nearest" if band == "SCL" else resampling]
    try:
        return _read_once(item, band, grid, how, sign)
    except DamagedError:
        if not is_remote(band_href(item, band)):
            raise
    return _read_once(item, band, grid, how, sign)  # it may have been garbled on the way


def tile_grid(item: pystac.Item, sign: Sign | None = None) -> Grid:
    """Return the 10 m grid of an item's whole tile."""
    with open_band(item, "B02", sign or Signer()) as raster:
        left, bottom, right, top = raster.bounds
        bounds = (left, bottom, right, top)
        return Grid(raster.crs.to_epsg(), bounds, raster.width, raster.height)


def _read_once(
    item: pystac.Item, band: str, grid: Grid, how: Resampling, sign: Sign
) -> NDArray[np.float32]:
    with (
        open_band(item, band, sign) as raster,
        WarpedVRT(
            raster,
            crs=f"EPSG:{grid.epsg}",
            transform=grid.transform,
            width=grid.width,
            height=grid.height,
            resampling=how,
            src_nodata=0,
            nodata=np.nan,
            dtype="float32",
        ) as warped,
    ):
        pixels: NDArray[np.float32] = warped.read(1)
    return pixels


def is_remote(href: str) -> bool:
    """Tell whether a raster lies on a server."""
    return href.startswith(("http://", "https://", "s3://"))


@contextlib.contextmanager
def open_band(item: pystac.Item, band: str, sign: Sign) -> Iterator[rasterio.DatasetReader]:
    """Open a band's raster, wherever it lies, and check that it is what the item says."""
    href = band_href(item, band)
    file = RemoteFile(href, sign) if is_remote(href) else None
    spoilt = None
    if file is None:
        check_archive(href)
    # rasterio keeps openers by name, so each file needs its own
    name = href if file is None else f"{id(file)}-{band}"

    def opener(path: str, mode: str = "rb") -> io.RawIOBase:
        if file is None or path != name:
            raise FileNotFoundError(path)
        return file

    try:
        with (
            rasterio.Env(**NO_SIDECARS),
            rasterio.open(name, opener=opener if file else None) as raster,
        ):
            _check_raster(raster, item, band)
            yield raster
            spoilt = None if file is None else damaged_block(raster, file.fetched)
    except (RasterioError, ValueError) as error:  # of a damaged CRS rasterio raises ValueErrors
        if file is None or file.trouble is None:
            raise _damaged(item, band, href, str(error)) from error
    finally:
        if file is not None:
            file.hang_up()
    if file is not None and file.trouble is not None:
        kind = type(file.trouble)
        raise kind(f"cannot read band {band} of {item.id}: {file.trouble}") from file.trouble
    if spoilt is not None:
        raise _damaged(item, band, href, spoilt)


def _damaged(item: pystac.Item, band: str, href: str, how: str) -> DamagedError:
    return DamagedError(
        f"cannot read band {band} of {item.id}: the raster at {plain(href)} is missing or damaged "
        f"({how}); choose another item or source"
    )


def _check_raster(raster: rasterio.DatasetReader, item: pystac.Item, band: str) -> None:
    """Refuse a raster that is not the single 10 m or 20 m band where the item declares it."""
    declared, found = epsg(item), raster.crs and raster.crs.to_epsg()
    if found is None or (declared is not None and declared != found):
        raise S2kitError(
            f"band {band} of {item.id} is in {raster.crs or 'no CRS'}, but the item declares "
            f"EPSG:{declared}; choose another item"
        )
    side, dtype = RESOLUTION[band], "uint8" if band == "SCL" else "uint16"
    if raster.dtypes != (dtype,) or raster.res != (side, side):
        raise S2kitError(
            f"band {band} of {item.id} has layers of {', '.join(raster.dtypes)} with pixels of "
            f"{raster.res} m; one of {dtype} and {side} m was expected; choose another item"
        )
    shape, transform = declared_grid(item, band)
    if shape not in (None, raster.shape) or transform not in (None, tuple(raster.transform)[:6]):
        raise S2kitError(
            f"band {band} of {item.id} has the shape {raster.shape} and transform "
            f"{tuple(raster.transform)[:6]}, but the item declares {shape} and {transform}; "
            "choose another item"
        )
