"""Where rain erodes most: the slope of a digital elevation model, and what it weighs.

In the Revised Universal Soil Loss Equation soil loss grows with the slope by the factor S (McCool
et al. 1987; Renard et al. 1997, Agriculture Handbook 703, Eq. 4-4 and 4-5), which is 1 on a slope
of 9 %. It is one factor of several: no soil loss follows from it alone.
"""

from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from rasterio.enums import Resampling
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window, from_bounds
from scipy.ndimage import convolve1d

from s2kit.errors import S2kitError
from s2kit.scenes.files import open_raster

HEIGHTS = (-450, 9000)
"""Metres, from the shore of the Dead Sea to the highest summit: others are no elevations."""


MARGIN = 2
"""Pixels of the model beyond the grid, which interpolation looks at."""


def read_slope(path: Path | str, like: xr.DataArray) -> xr.DataArray:
    """Read the slope of a digital elevation model onto a grid.

    The slope is that of the eight neighbours (Horn 1981, Proceedings of the IEEE 69, 14-47).

    Parameters
    ----------
    path
        A raster of one band: elevation in metres, in any CRS.
    like
        The grid (y, x), in metres.

    Returns
    -------
    DataArray
        float32 (y, x), per cent (100 = 45°); NaN where an elevation is missing, and at the edge.

    Raises
    ------
    S2kitError
        If the file cannot be read, has several bands, holds what is no elevation in metres, or
        covers nothing of the grid.
    """
    path = Path(path)
    with open_raster(path) as file:
        if file.count != 1:
            raise S2kitError(
                f"{path} has {file.count} bands; give one of elevation in metres (--dem)"
            )
        elevation = _elevation(file, like)
    if not np.isfinite(elevation).any():
        raise S2kitError(f"{path} covers nothing of the maps; give a model of the same place")
    low, high = float(np.nanmin(elevation)), float(np.nanmax(elevation))
    if low < HEIGHTS[0] or high > HEIGHTS[1]:
        raise S2kitError(
            f"{path} holds numbers from {low:g} to {high:g}, which are no elevations in metres; "
            "declare its no data, or give a digital elevation model"
        )
    across, down = (abs(like.rio.resolution(recalc=True)[k]) for k in (0, 1))
    rise = np.hypot(_gradient(elevation, 1) / across, _gradient(elevation, 0) / down)
    plane = like.copy(data=(100 * rise).astype(np.float32))
    return plane.assign_attrs(units="per cent").rename("slope")


def steepness(slope: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the factor S of the Revised Universal Soil Loss Equation.

    Parameters
    ----------
    slope
        Per cent, any shape.

    Examples
    --------
    >>> steepness([0, 4, 9, 20]).round(2)
    array([0.03, 0.46, 1.01, 2.79])
    """
    share = np.asarray(slope, dtype=float) / 100
    sine = np.sin(np.arctan(share))
    found = np.where(share < 0.09, 10.8 * sine + 0.03, 16.8 * sine - 0.50)
    return np.asarray(found)


def _elevation(file: Any, like: xr.DataArray) -> npt.NDArray[np.float32]:
    """Read onto a grid; what lies beside a hole is NaN, where GDAL would take the other side."""
    found = np.full((like.sizes["y"], like.sizes["x"]), np.nan, np.float32)
    bounds = transform_bounds(like.rio.crs, file.crs, *like.rio.bounds(recalc=True))
    wanted = from_bounds(*bounds, transform=file.transform)
    rows, columns = (
        slice(max(floor(start) - MARGIN, 0), min(ceil(start + length) + MARGIN, most))
        for start, length, most in (
            (wanted.row_off, wanted.height, file.height),
            (wanted.col_off, wanted.width, file.width),
        )
    )
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return found
    window = Window.from_slices(rows, columns)
    numbers = file.read(1, window=window, masked=True).astype(np.float32).filled(np.nan)
    reproject(
        numbers, found, src_transform=file.window_transform(window), src_crs=file.crs,
        dst_transform=like.rio.transform(recalc=True), dst_crs=like.rio.crs,
        resampling=Resampling.bilinear, init_dest_nodata=False,
    )  # fmt: skip
    return found


def _gradient(elevation: npt.NDArray[np.float32], axis: int) -> npt.NDArray[np.float64]:
    """Return the rise per pixel along an axis, by Horn's weights; NaN at the edge."""
    beyond = {"mode": "constant", "cval": np.nan}
    along = convolve1d(elevation.astype(float), [0.5, 0, -0.5], axis=axis, **beyond)
    found: npt.NDArray[np.float64] = convolve1d(along, [0.25, 0.5, 0.25], axis=1 - axis, **beyond)
    return found
