"""What a network gets to see of a scene: its bands under the rule that it was trained with.

Season, haze and the sun's height change a whole image, and the people who draw benchmarks look at
images stretched one by one. So a rule may use the scene's own statistics; `FIXED` uses none.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.radiometry import BRIGHTEST, Moments, moments, normalise, standardise

Floats = npt.NDArray[np.float32]

MEAN_BRIGHTNESS = 0.3
"""What `brightness` makes the mean over all bands and pixels of a scene."""

RULES = {
    "fixed": f"clip(reflectance / {BRIGHTEST}, 0, 1)",
    "brightness": f"{MEAN_BRIGHTNESS} * reflectance / mean over all bands and pixels of the scene",
    "spread": "0.5 + (reflectance - mean of the scene's band) / (4 standard deviations of it)",
    "both": "brightness, then spread: two channels per band",
}
"""By name, the formula of each rule."""


def channels_of(rule: str) -> int:
    """Return the number of channels that a rule makes of the ten bands."""
    _check_rule(rule)
    return 2 * len(BAND_NAMES) if rule == "both" else len(BAND_NAMES)


def input_of(rule: str, scene: xr.DataArray) -> Callable[[xr.DataArray], Floats]:
    """Return the function that turns windows of a scene into network input.

    Parameters
    ----------
    rule
        One of `RULES`.
    scene
        Reflectance, dims (band, y, x): the whole image, whose statistics are taken.

    Returns
    -------
    A function from a window of the scene (band, y, x) to float32 (channels, y, x), NaN where the
    window is NaN.

    Raises
    ------
    S2kitError
        If there is no such rule, or the scene has no valid pixel.
    """
    _check_rule(rule)
    if rule == "fixed":
        return lambda window: normalise(window).to_numpy()
    of = moments(scene)
    if rule == "brightness":
        return lambda window: brightness(window, of)
    if rule == "spread":
        return lambda window: standardise(window, of).to_numpy()
    return lambda window: np.concatenate([brightness(window, of), standardise(window, of)])


def brightness(scene: xr.DataArray, of: Moments) -> Floats:
    """Divide reflectance by the brightness of the whole image: float32 (bands, y, x)."""
    scale = np.float32(MEAN_BRIGHTNESS / max(float(of.mean.mean()), 1e-6))
    return np.asarray(scene.to_numpy() * scale, np.float32)


def _check_rule(rule: str) -> None:
    if rule not in RULES:
        raise S2kitError(f"no input rule {rule!r}; choose one of: {', '.join(RULES)}")
