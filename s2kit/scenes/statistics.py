"""Image statistics: mean and standard deviation of each band, as a value that can be passed on.

Input scaling may use them (`s2kit.network.scaling`). They belong to a whole image: a piece that is
cut out has others, and is scaled like the whole only if it is given the statistics of the whole.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_raster

Floats = npt.NDArray[np.float64]

AT_ONCE = 1 << 15
"""Pixels added up at once: few enough for sums to be exact, and for the processor's cache."""

FINEST = 92
"""Whole numbers stand for sums in steps of 2 to the power of minus this."""


@dataclass(frozen=True, eq=False)
class ImageStatistics:
    """Mean and standard deviation of each band over the valid pixels of an image.

    Parameters
    ----------
    mean, deviation
        float64 (bands,), in units of reflectance; deviations are 0 or more.

    Raises
    ------
    S2kitError
        If lengths differ, a number is not finite, or a deviation is negative.

    Examples
    --------
    >>> statistics = ImageStatistics([0.1, 0.3], [0.02, 0.05])
    >>> ImageStatistics.from_json(statistics.to_json()) == statistics
    True
    """

    mean: Floats
    deviation: Floats

    def __post_init__(self) -> None:
        """Turn lists into arrays, and refuse numbers that no image can have."""
        for name in ("mean", "deviation"):
            object.__setattr__(self, name, np.array(getattr(self, name), np.float64))
        if self.mean.ndim != 1 or not self.mean.size or self.mean.shape != self.deviation.shape:
            raise S2kitError(
                f"image statistics: mean has the shape {self.mean.shape} and deviation "
                f"{self.deviation.shape}; give one number per band to both"
            )
        if not (np.isfinite(self.mean).all() and np.isfinite(self.deviation).all()):
            raise S2kitError("image statistics hold a number that is not finite; take them anew")
        if (self.deviation < 0).any():
            raise S2kitError("image statistics hold a negative deviation; take them anew")

    def __eq__(self, other: object) -> bool:
        """Tell whether both hold the same numbers, to the last bit."""
        return (
            isinstance(other, ImageStatistics)
            and np.array_equal(self.mean, other.mean)
            and np.array_equal(self.deviation, other.deviation)
        )

    def to_json(self) -> str:
        """Return the statistics as JSON; `from_json` gives the very same float64 back."""
        # Python writes the shortest decimal that reads back as the same number.
        return json.dumps({"mean": self.mean.tolist(), "deviation": self.deviation.tolist()})

    @classmethod
    def from_json(cls, text: str) -> "ImageStatistics":
        """Read what `to_json` wrote; S2kitError for anything else."""
        try:
            given: Any = json.loads(text)
            return cls(_numbers(given["mean"]), _numbers(given["deviation"]))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise S2kitError(
                f"{text[:60]!r} are no image statistics; give the JSON that s2kit writes"
            ) from error


def _numbers(values: Any) -> Floats:
    if not isinstance(values, list) or any(type(v) not in (int, float) for v in values):
        raise TypeError(values)
    return np.array(values, np.float64)


def image_statistics(scene: xr.DataArray) -> ImageStatistics:
    """Compute mean and standard deviation of each band over the pixels valid in all bands.

    Parameters
    ----------
    scene
        Reflectance, float, dims (band, y, x), NaN = no data. It is read in strips of rows.

    Returns
    -------
    ImageStatistics
        float64 (bands,).

    Raises
    ------
    S2kitError
        If the scene has no valid pixel.

    Examples
    --------
    >>> scene = xr.DataArray(np.array([[[0.1, 0.3, np.nan]]], "float32"), dims=("band", "y", "x"))
    >>> image_statistics(scene).mean.round(3), image_statistics(scene).deviation.round(3)
    (array([0.2]), array([0.1]))
    """
    require_raster(scene, "the scene", ("band", "y", "x"))
    sums = BandSums(scene.sizes["band"])
    rows = max(1, AT_ONCE // max(scene.sizes["x"], 1))
    for top in range(0, scene.sizes["y"], rows):
        sums.add(scene[:, top : top + rows].to_numpy())
    return sums.statistics(str(scene.name or "the scene"))


class BandSums:
    """Sums over the valid pixels of an image, added up piece by piece in exact arithmetic.

    Floating point sums depend on the order of their terms, these do not: whatever the pieces, the
    statistics are the same to the last bit. Reflectance is taken in steps of 2^-46, which float32
    above 10^-7 is a multiple of, and its squares in steps of 2^-92. Each float64 sum below then
    has fewer bits than a float64 holds, and is exact; the sums of pieces are whole numbers. Mean
    and deviation lie within 10^-12 of those that numpy computes.
    """

    def __init__(self, bands: int) -> None:
        self.pixels = 0
        """Pixels that are valid in all bands."""
        self._sums = [[0, 0] for _ in range(bands)]

    def add(self, values: npt.NDArray[np.floating]) -> None:
        """Add a piece of the image: (bands, y, x), NaN = no data."""
        pixels = values.reshape(len(values), -1)
        for start in range(0, pixels.shape[1], AT_ONCE):
            piece = pixels[:, start : start + AT_ONCE]
            valid = np.isfinite(piece).all(axis=0)
            count = int(valid.sum())
            self.pixels += count
            for sums, band in zip(self._sums, piece, strict=True):
                x = _rounded((band if count == valid.size else band[valid]).astype(np.float64), 46)
                for power, terms in enumerate((x, x * x)):
                    sums[power] += _exact_sum(terms)

    def statistics(self, where: str) -> ImageStatistics:
        """Return mean and deviation; S2kitError if no pixel was valid."""
        if not self.pixels:
            raise S2kitError(f"{where} has no pixel with data; choose another")
        mean = [total / (self.pixels << FINEST) for total, _ in self._sums]
        spread = [self.pixels * (squares << FINEST) - total**2 for total, squares in self._sums]
        square = self.pixels**2 << 2 * FINEST
        return ImageStatistics(np.array(mean), np.sqrt([max(each, 0) / square for each in spread]))


def _exact_sum(terms: Floats) -> int:
    """Return the sum of at most `AT_ONCE` numbers, in steps of 2^-`FINEST`."""
    high = _rounded(terms, 24)
    rest = terms - high
    middle = _rounded(rest, 58)
    return sum(_whole(float(part.sum())) for part in (high, middle, rest - middle))


def _rounded(values: Floats, bits: int) -> Floats:
    """Round to multiples of 2^-bits: so large a number leaves no room for smaller ones."""
    large = 1.5 * 2.0 ** (52 - bits)
    return (values + large) - large


def _whole(value: float) -> int:
    if not np.isfinite(value):
        raise S2kitError("image statistics hold a number that is not finite; take them anew")
    numerator, denominator = value.as_integer_ratio()
    return (numerator << FINEST) // denominator
