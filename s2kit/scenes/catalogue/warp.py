"""One band of an item onto the exact grid."""

from typing import Literal

import numpy as np
import pystac
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from s2kit.errors import S2kitError
from s2kit.scenes.catalogue.assets import RESOLUTION, band_href, epsg
from s2kit.scenes.catalogue.grid import Grid

ResamplingName = Literal["nearest", "bilinear", "cubic"]


def read_band(
    item: pystac.Item, band: str, grid: Grid, resampling: ResamplingName = "nearest"
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

    Returns
    -------
    ndarray
        float32 (height, width), digital numbers (not yet reflectance), NaN = no data (DN 0,
        or outside the raster).

    Raises
    ------
    S2kitError
        If the raster is missing or damaged, or is not what the item says it is.
    """
    href = band_href(item, band)
    how = Resampling.nearest if band == "SCL" else Resampling[resampling]
    try:
        with rasterio.open(href) as raster:
            _check_raster(raster, item, band)
            with WarpedVRT(
                raster,
                crs=f"EPSG:{grid.epsg}",
                transform=grid.transform,
                width=grid.width,
                height=grid.height,
                resampling=how,
                src_nodata=0,
                nodata=np.nan,
                dtype="float32",
            ) as warped:
                pixels: NDArray[np.float32] = warped.read(1)
    except RasterioError as error:
        raise S2kitError(
            f"cannot read band {band} of {item.id} at {href}: {error}; "
            "fetch the item anew or choose another"
        ) from error
    return pixels


def _check_raster(raster: rasterio.DatasetReader, item: pystac.Item, band: str) -> None:
    """Refuse a raster that is not the single 10 m or 20 m band in the CRS the item declares."""
    declared, found = epsg(item), raster.crs and raster.crs.to_epsg()
    if found is None or (declared is not None and declared != found):
        raise S2kitError(
            f"band {band} of {item.id} is in {raster.crs or 'no CRS'}, but the item declares "
            f"EPSG:{declared}; choose another item"
        )
    if raster.count != 1 or raster.res != (RESOLUTION[band], RESOLUTION[band]):
        raise S2kitError(
            f"band {band} of {item.id} has {raster.count} layers with pixels of {raster.res} m; "
            f"one layer of {RESOLUTION[band]} m was expected; choose another item"
        )
