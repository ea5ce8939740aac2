"""Input scaling: what a network gets to see of reflectance.

Season, haze and the sun's height change a whole image, and the people who draw benchmarks look at
images stretched one by one. So a scaling may use the statistics of the image; ``fixed`` uses none.
But an image of nothing but pasture is no darker or brighter than itself: scaled by its statistics
alone it falls apart into all classes. ``shrunk`` draws them towards typical ones, as shrinkage
estimators do (James & Stein 1961).
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
    "shrunk": "both, by statistics a third of the way from those of the scene to typical ones",
}
"""The input scalings by name, each with its formula.

``fixed`` divides by a constant; ``brightness`` by the mean of the whole image; ``spread`` is the
standard score (z-score) of each band, a quarter as large and moved to 0.5; ``both`` puts the last
two side by side, and ``shrunk`` too, by the statistics of `towards_typical`. The names stand in
weights files and in the tables of runs.
"""

TYPICAL = ImageStatistics(  # B02 B03 B04 B05 B06 B07 B08 B8A B11 B12
    np.array([0.0571, 0.0851, 0.0869, 0.1319, 0.2451, 0.2904, 0.3061, 0.3108, 0.2031, 0.1405]),
    np.array([0.0454, 0.0530, 0.0647, 0.0607, 0.0722, 0.0833, 0.0899, 0.0841, 0.0689, 0.0792]),
)
"""Of farming country through the year: the mean of the means, and the root of the mean variance, of
the six scenes that the network ``strzegom`` was trained on (its file holds them)."""


SHRINKAGE = 1 / 3
"""How far ``shrunk`` draws statistics towards `TYPICAL`. At 1/2 forests and pasture of other places
are mapped better still, fields and houses worse, and home too: chapter 9 has the figures."""


def towards_typical(statistics: ImageStatistics) -> ImageStatistics:
    """Return statistics drawn towards `TYPICAL`: means of the means, and of the variances.

    >>> dark = ImageStatistics(np.zeros(10), np.zeros(10))
    >>> towards_typical(dark).mean[:3].round(4)
    array([0.019 , 0.0284, 0.029 ])
    """
    mean, variance = (
        (1 - SHRINKAGE) * own + SHRINKAGE * typical
        for own, typical in (
            (statistics.mean, TYPICAL.mean),
            (statistics.deviation**2, TYPICAL.deviation**2),
        )
    )
    return ImageStatistics(mean, np.sqrt(variance))


def scaling_statistics(scaling: str, statistics: ImageStatistics) -> ImageStatistics:
    """Return the statistics that a scaling works with, given those of the image."""
    return towards_typical(statistics) if scaling == "shrunk" else statistics


def channels_of(scaling: str) -> int:
    """Return the number of input channels that a scaling makes of the ten bands.

    >>> channels_of("fixed"), channels_of("both")
    (10, 20)
    """
    check_scaling(scaling)
    return 2 * len(BAND_NAMES) if scaling in ("both", "shrunk") else len(BAND_NAMES)


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
    if scaling != "spread":
        _require_light(scene, statistics)
    statistics = scaling_statistics(scaling, statistics)
    if scaling == "brightness":
        return brightness(scene, statistics)
    standard = standardise(scene, statistics).to_numpy()
    if scaling == "spread":
        return standard
    return np.concatenate([brightness(scene, statistics), standard])


def brightness(scene: xr.DataArray, statistics: ImageStatistics) -> Floats:
    """Divide reflectance by the brightness of the whole image: float32 (bands, y, x)."""
    factor = np.float32(MEAN_BRIGHTNESS / float(statistics.mean.mean()))
    return np.asarray(scene.to_numpy() * factor, np.float32)


def _require_light(scene: xr.DataArray, statistics: ImageStatistics) -> None:
    mean = float(statistics.mean.mean())
    if mean <= 0:
        raise S2kitError(
            f"the mean reflectance of {scene.name or 'the image'} is {mean:.3g}, so it cannot be "
            "scaled by its brightness; check its offset and units"
        )


def check_scaling(scaling: str) -> None:
    """Raise S2kitError, listing the scalings, if there is none of this name."""
    if scaling not in SCALINGS:
        raise S2kitError(f"no input scaling {scaling!r}; choose one of: {', '.join(SCALINGS)}")
