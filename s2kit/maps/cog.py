"""Cloud-optimised GeoTIFFs of one band, written window by window."""

import errno
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.shutil
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr
from rasterio._err import CPLE_BaseError
from rasterio.windows import Window

BLOCK = 256
"""Side of a block in pixels."""

Pieces = Callable[[], Iterable[tuple[tuple[slice, slice], npt.NDArray[Any]]]]
"""Gives rows and columns of windows that tile an image, and the values of each."""


def write_cog(
    part: Path,
    grid: xr.DataArray,
    pieces: Pieces,
    dtype: str,
    no_data: int,
    describe: Callable[[Any], object],
    overviews: str,
) -> None:
    """Write a cloud-optimised GeoTIFF: overviews before the image, all in blocks, compressed.

    Parameters
    ----------
    part
        The file to write; its scratch file beside it begins with its name and is removed.
    grid
        An image (y, x) with the CRS and the coordinates; its values are not looked at.
    pieces
        Called twice: what is written is read back, for GDAL tells nobody of a disk that is full at
        the very end.
    dtype, no_data
        Of the values.
    describe
        Called with the open scratch file, to give it colours, names and tags.
    overviews
        How GDAL makes the overviews: "mode" for codes, "average" for measurements.

    Raises
    ------
    OSError
        If the disk did not keep what was written; RasterioError if GDAL noticed it.
    """
    scratch = part.with_name(f"{part.name}.scratch")
    height, width = grid.shape
    with rasterio.Env():
        with rasterio.open(
            scratch, "w", driver="GTiff", height=height, width=width, count=1, dtype=dtype,
            crs=grid.rio.crs, transform=grid.rio.transform(recalc=True), nodata=no_data,
            tiled=True, blockxsize=BLOCK, blockysize=BLOCK, bigtiff="if_safer",
        ) as target:  # fmt: skip
            for window, values in pieces():
                target.write(values, 1, window=_window(window))
            describe(target)
        try:
            rasterio.shutil.copy(
                scratch, part, driver="COG", compress="deflate", blocksize=BLOCK,
                overview_resampling=overviews, num_threads=1, bigtiff="if_safer",
            )  # fmt: skip
        except CPLE_BaseError as error:  # GDAL's own, which rasterio does not always wrap
            raise OSError(str(error)) from error
    scratch.unlink()
    with rasterio.open(part) as file:
        for window, values in pieces():
            if not np.array_equal(file.read(1, window=_window(window)), values):
                raise OSError(errno.ENOSPC, "the disk did not keep all that was written")


def _window(window: tuple[slice, slice]) -> Window:
    rows, columns = window
    return Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
