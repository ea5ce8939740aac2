"""From the numbers of a file to reflectance, with NaN where `s2kit.scenes.nodata` says no data."""

from typing import Any

import numpy as np
import numpy.typing as npt

from s2kit.scenes.band_choice import Choice
from s2kit.scenes.nodata import empty_pixels
from s2kit.scenes.plausible import Scale
from s2kit.scenes.radiometry import QUANTIFICATION

Numbers = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]


def to_scene_values(numbers: Numbers, offset: int, zero_declared: bool = False) -> Floats:
    """Return digital numbers (10, height, width) as reflectance, NaN where `nodata` says so."""
    zero = _zero(numbers)
    reflectance = _offset_taken_off(numbers, offset)
    if zero.any():
        reflectance[zero] = 0
        reflectance[:, empty_pixels(zero, offset, zero_declared)] = np.nan
    return reflectance


def reflectance_of(values: Numbers, choice: Choice, scale: Scale) -> Floats:
    """Return what a file holds, (10, height, width), as reflectance, NaN = no data."""
    if scale.numbers:
        return to_scene_values(values, scale.offset, choice.no_data == 0)
    reflectance: Floats = values.astype(np.float32)
    if choice.no_data == 0:
        reflectance[:, (values == 0).any(axis=0)] = np.nan
    elif choice.no_data is None:  # nobody says what is no data: zeros at the border are
        zero = ~(np.abs(values) > 0)
        reflectance[:, empty_pixels(zero)] = np.nan
    return reflectance


def band_reflectance(values: Numbers, scale: Scale, missing: npt.NDArray[np.bool_]) -> Floats:
    """Return one band (height, width) as reflectance, where it is known what is missing."""
    reflectance: Floats
    if scale.numbers:
        reflectance = _offset_taken_off(values, scale.offset)
        reflectance[_zero(values)] = 0
    else:
        reflectance = values.astype(np.float32)
    reflectance[missing] = np.nan
    return reflectance


def _zero(numbers: Numbers) -> npt.NDArray[np.bool_]:
    zero: npt.NDArray[np.bool_]
    zero = ~(np.abs(numbers) > 0) if numbers.dtype.kind == "f" else numbers == 0
    return zero


def _offset_taken_off(numbers: Numbers, offset: int) -> Floats:
    reflectance: Floats = numbers.astype(np.float32)
    reflectance -= np.float32(offset)
    reflectance /= np.float32(QUANTIFICATION)
    return reflectance
