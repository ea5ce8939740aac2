"""Input scaling: what a network gets to see of reflectance.

Season, haze and the sun's height change a whole image, and the people who draw benchmarks look at
images stretched one by one. So a scaling may use the statistics of the image; ``fixed`` uses none.
"""

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.radiometry import BRIGHTEST, normalise, standardise
from s2kit.scenes.statistics import ImageStatistics

Floats = npt.NDArray[np.float32]

MEAN_BRIGHTNESS = 0.3
"""What ``brightness`` makes the mean over all bands and pixels of an image."""

SCALINGS = {
    "fixed": f"clip(reflectance / {BRIGHTEST}, 0, 1)",
    "brightness": f"{MEAN_BRIGHTNESS} * reflectance / mean over all bands and pixels of the scene",
    "spread": "0.5 + (reflectance - mean of the scene's band) / (4 standard deviations of it)",
    "both": "brightness, then spread: two channels per band",
}
"""The input scalings by name, each with its formula.

``fixed`` divides by a constant; ``brightness`` by the mean of the whole image; ``spread`` is the
standard score (z-score) of each band, a quarter as large and moved to 0.5; ``both`` puts the last
two side by side. The names stand in weights files and in the tables of runs.
"""


def channels_of(scaling: str) -> int:
    """Return the number of input channels that a scaling makes of the ten bands.

    >>> channels_of("fixed"), channels_of("both")
    (10, 20)
    """
    check_scaling(scaling)
    return 2 * len(BAND_NAMES) if scaling == "both" else len(BAND_NAMES)


def scale(scene: xr.DataArray, scaling: str, statistics: ImageStatistics) -> Floats:
    """Scale reflectance to network input.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x), NaN = no data: an image or a window of it.
    scaling
        One of `SCALINGS`.
    statistics
        Of the whole image, from `s2kit.scenes.statistics.image_statistics`; ``fixed`` does not
        look at them.

    Returns
    -------
    ndarray
        float32 (channels, y, x), NaN where the scene is NaN.

    Raises
    ------
    S2kitError
        If there is no such scaling, or the statistics are of another number of bands or of an
        image without light.

    Examples
    --------
    >>> from s2kit.scenes.statistics import image_statistics
    >>> scene = xr.DataArray(np.array([[[0.1, 0.3]]], "float32"), dims=("band", "y", "x"))
    >>> scale(scene, "both", image_statistics(scene)).ravel().round(2)
    array([0.15, 0.45, 0.25, 0.75], dtype=float32)
    """
    check_scaling(scaling)
    if len(statistics.mean) != scene.shape[0]:
        raise S2kitError(
            f"the image statistics are of {len(statistics.mean)} bands and "
            f"{scene.name or 'the scene'} has {scene.shape[0]}; take them from an image like it"
        )
    if scaling == "fixed":
        return normalise(scene).to_numpy()
    if scaling == "brightness":
        return brightness(scene, statistics)
    standard = standardise(scene, statistics).to_numpy()
    if scaling == "spread":
        return standard
    return np.concatenate([brightness(scene, statistics), standard])


def brightness(scene: xr.DataArray, statistics: ImageStatistics) -> Floats:
    """Divide reflectance by the brightness of the whole image: float32 (bands, y, x)."""
    mean = float(statistics.mean.mean())
    if mean <= 0:
        raise S2kitError(
            f"the mean reflectance of {scene.name or 'the image'} is {mean:.3g}, so it cannot be "
            "scaled by its brightness; check its offset and units"
        )
    return np.asarray(scene.to_numpy() * np.float32(MEAN_BRIGHTNESS / mean), np.float32)


def check_scaling(scaling: str) -> None:
    """Raise S2kitError, listing the scalings, if there is none of this name."""
    if scaling not in SCALINGS:
        raise S2kitError(f"no input scaling {scaling!r}; choose one of: {', '.join(SCALINGS)}")
