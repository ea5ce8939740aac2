"""The one rule of what holds no data in a scene.

1. What the file **declares** is believed: no-data values, NaN, masks, alpha bands. A pixel that
   has no data in one band has none in all.
2. Of **digital numbers** 0 means no data (Sentinel-2 Products Specification: NODATA). But the 10 m
   and the 20 m bands are delivered on grids of their own, and a reflectance far below zero is cut
   off at 0 as well, over water and in deep shade. So a pixel is empty where all 10 m bands or all
   20 m bands are 0, and where some band is and the pixel hangs together with such an empty one or
   with the edge of the image: at the edge of the swath the bands end a few pixels apart. A lone
   0 is a reflectance of 0.
3. Where the file declares 0 as no data *and* the offset of 1000 is in its numbers, any 0 is no
   data: a reflectance of 0 is the number 1000 there.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window
from scipy.ndimage import binary_dilation

from s2kit.scenes.bands import BAND_NAMES, TEN_METRE
from s2kit.scenes.files import read_pixels

REACH = 32
"""Pixels over which rule 2 looks for the edge of the swath: bands end less than that apart."""

_TEN = np.isin(BAND_NAMES, TEN_METRE)


def empty_pixels(
    zero: npt.NDArray[np.bool_], offset: int = 0, declared: bool = False
) -> npt.NDArray[np.bool_]:
    """Tell which pixels hold no data from where digital numbers are 0 (rules 2 and 3).

    Parameters
    ----------
    zero
        Where each band is 0 or missing, (10, height, width), bands in the paper's order.
    offset
        What the numbers carry on top of reflectance x 10 000: 0 or 1000.
    declared
        Whether the file declares 0 as no data.

    Returns
    -------
    ndarray
        bool (height, width).

    Examples
    --------
    >>> zero = np.zeros((10, 3, 3), bool)
    >>> zero[4, 1, 1] = True  # one band over water
    >>> int(empty_pixels(zero).sum()), int(empty_pixels(zero, 1000, declared=True).sum())
    (0, 1)
    """
    some = np.asarray(zero.any(axis=0))
    if (declared and offset) or not some.any():
        return some
    empty = np.asarray(zero[_TEN].all(axis=0) | zero[~_TEN].all(axis=0))
    if (some == empty).all():
        return empty
    beyond = np.pad(empty, 1, constant_values=True)
    spread = binary_dilation(beyond, np.ones((3, 3)), REACH, mask=np.pad(some, 1))
    grown: npt.NDArray[np.bool_] = spread[1:-1, 1:-1]
    return grown | empty


def no_data_in_all_bands(scene: xr.DataArray) -> xr.DataArray:
    """Return the scene with NaN in all bands of a pixel wherever one of them is NaN."""
    return scene.where(scene.notnull().all("band"))


def declared_gaps(
    dataset: Any, indexes: Sequence[int], values: npt.NDArray[Any], window: Window
) -> npt.NDArray[np.bool_]:
    """Tell which pixels the file declares to hold no data in one of the bands (rule 1).

    Parameters
    ----------
    dataset
        An open dataset.
    indexes, values
        The bands read and what was read, (band, height, width), from ``window``.

    Returns
    -------
    ndarray
        bool (height, width). A declared 0 is left out: see `empty_pixels`.
    """
    gaps = np.zeros(values.shape[1:], bool)
    for index, band in zip(indexes, values, strict=True):
        declared = dataset.nodatavals[index - 1]
        if declared is not None and declared != 0 and not np.isnan(declared):
            gaps |= band == _as(declared, band.dtype)
    if np.issubdtype(values.dtype, np.floating):
        gaps |= np.isnan(values).any(axis=0)
    for index in _masks(dataset, indexes):
        gaps |= dataset.read_masks(index, window=window) == 0
    alpha = alpha_band(dataset, indexes)
    if alpha is not None:
        gaps |= read_pixels(dataset, [alpha], window)[0] == 0
    return gaps


def alpha_band(dataset: Any, wanted: Sequence[int] = ()) -> int | None:
    """Return the number of the alpha band, unless it is one of the wanted bands; None without."""
    found = [n for n, use in enumerate(dataset.colorinterp, 1) if use == ColorInterp.alpha]
    return next((number for number in found if number not in wanted), None)


def _as(declared: float, dtype: np.dtype[Any]) -> float:
    """Return the declared value as the band's type stores it (-3.4e38 is rounded in float32)."""
    return float(dtype.type(declared)) if np.issubdtype(dtype, np.floating) else declared


def _masks(dataset: Any, indexes: Sequence[int]) -> list[int]:
    """Return the bands whose masks must be read: one for a mask of the dataset, else each own."""
    own = [
        index
        for index in indexes
        if not set(dataset.mask_flag_enums[index - 1])
        & {MaskFlags.all_valid, MaskFlags.nodata, MaskFlags.alpha}
    ]
    shared = [i for i in own if MaskFlags.per_dataset in dataset.mask_flag_enums[i - 1]]
    return [*shared[:1], *(i for i in own if i not in shared)]
