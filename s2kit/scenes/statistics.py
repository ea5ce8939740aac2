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
        Reflectance, float, dims (band, y, x), NaN = no data. It is read band by band.

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
    valid = np.logical_and.reduce([np.isfinite(band.to_numpy()) for band in scene])
    if not valid.any():
        raise S2kitError(f"{scene.name or 'the scene'} has no pixel with data; choose another")
    pixels = (band.to_numpy()[valid].astype(np.float64) for band in scene)
    mean, deviation = zip(*((p.mean(), p.std()) for p in pixels), strict=True)
    return ImageStatistics(np.array(mean), np.array(deviation))
