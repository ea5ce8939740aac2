"""Whether ten bands can be in the paper's order, told from their spectra.

What the surfaces of the Earth have in common (measured on 40 Sentinel-2 images of eight regions
and all seasons, Level-2A and Level-1C): over land reflectance rises from red over the red edge to
the near infrared, and falls from B11 to B12; dense vegetation is brightest in green and darkest in
blue or red; water, snow and cloud have shapes of their own.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES, TEN_METRE
from s2kit.scenes.survey import ReflectanceSurvey

PLAUSIBLE = 0.5
"""Share of pixels that must look like something: 0.83 to 1.00 in those 40 images, less than this
in 98 of 100 shuffled ones (in a cloud, where all bands are alike, in 38 of 100)."""

RISING = ("B04", "B05", "B06", "B07", "B8A")
"""The red edge: over land each is brighter than the one before."""

SLACK = np.float32(0.02)
"""Reflectance that a rise may fall short of: noise, and 20 m pixels beside 10 m ones."""

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


def check_band_order(values: Floats | ReflectanceSurvey, where: str) -> None:
    """Refuse a scene whose bands cannot be in the order that is assumed.

    Swapped bands of nearly the same spectrum (B07 and B8A over bare land) may pass.

    Parameters
    ----------
    values
        Reflectance, float32 (10, height, width), NaN = no data; or a survey of it.
    where
        The file, for the message.

    Raises
    ------
    S2kitError
        If no order of surfaces explains what the bands show.
    """
    problem = band_order_problem(values)
    if problem:
        raise S2kitError(
            f"{where}: its bands are not {', '.join(BAND_NAMES)} in this order, {problem}; name "
            "them in the file's order with --bands B02,B03,… or bands=[…]"
        )


def band_order_problem(values: Floats | ReflectanceSurvey) -> str | None:
    """Return what contradicts the paper's order of the bands, in words, or None.

    Parameters
    ----------
    values
        Reflectance, float32 (10, height, width), NaN = no data; or a survey of it.
    """
    survey = values if isinstance(values, ReflectanceSurvey) else ReflectanceSurvey.of(values)
    doubled = _doubled(survey)
    if doubled is not None and doubled != {name for name in BAND_NAMES if name not in TEN_METRE}:
        return f"the bands in whose place {', '.join(sorted(doubled))} stand are those of 20 m"
    pixels = survey.spectra
    if not pixels.shape[1]:
        return None
    land = _land(pixels)
    share = float((land | _water(pixels) | _snow(pixels) | _cloud(pixels)).mean())
    if share < PLAUSIBLE:
        return f"only {share:.0%} of the pixels look like land, water, snow or cloud"
    return _land_problem(pixels[:, land], 0.02 * pixels.shape[1], _is_hazy(pixels))


def _land_problem(land: Floats, enough: float, hazy: bool) -> str | None:
    """Return what contradicts the order over land; too little of it (or snow) tells nothing."""
    land = land[:, land[8] >= land[2]]
    enough = max(enough, 100)
    if land.shape[1] < enough:
        return None
    middle = dict(zip(BAND_NAMES, np.median(land, axis=1), strict=True))
    rises = [*pairwise(RISING), ("B12", "B11")]
    if not hazy:  # seen through the whole atmosphere, blue is brighter than green
        rises.append(("B02", "B03"))
    for lower, upper in rises:
        if middle[lower] > middle[upper]:
            return f"over land the median in place of {lower} is above that of {upper}"
    infrared, red = land[7], land[2]
    ndvi = (infrared - red) / np.maximum(infrared + red, SLACK)
    dense, bare = land[:, ndvi > 0.8], land[:, ndvi < 0.4]
    if dense.shape[1] >= enough:
        blue, green, red = np.median(dense[:3], axis=1)
        if green < red or green < min(blue, red):
            return "dense vegetation is not brighter in place of B03 than of B04"
    if bare.shape[1] >= enough and not hazy and np.median(bare[0]) > np.median(bare[2]) + SLACK / 4:
        return "bare land is brighter in place of B02 than of B04"
    return None


def _is_hazy(pixels: Floats) -> bool:
    blue, red = np.percentile(pixels[[0, 2]], 1, axis=1)
    return bool(blue > 0.06 and blue - red > 0.015)


def _land(v: Floats) -> Flags:
    b2, b3, b4, b5, b6, b7, b8, b8a, b11, b12 = v
    rise = (b4 < b5 + SLACK) & (b5 < b6 + SLACK) & (b6 < b7 + SLACK) & (b7 < b8a + SLACK)
    near = np.abs(b8 - b8a) < 0.04 + 0.25 * b8a
    visible = (b2 < b3 + 0.08) & (np.abs(b3 - b4) < 0.1) & (b2 < b8a)
    flags: Flags = rise & near & visible & (b12 < b11 + SLACK)
    return flags


def _water(v: Floats) -> Flags:
    b2, b3, b4, b5, _, b7, b8, b8a, b11, b12 = v
    dark = (b8 < 0.12) & (b8a < 0.12) & (b2 > b11 - SLACK)
    falls = (b5 < b3 + SLACK) & (b7 < b4 + SLACK) & (b8a < b5 + SLACK)
    flags: Flags = dark & falls & (b11 < b8a + SLACK) & (b12 < b11 + SLACK)
    return flags


def _snow(v: Floats) -> Flags:
    b2, b3, b4, b5, _, _, _, b8a, b11, b12 = v
    flat = (np.abs(b2 - b3) < 0.2 * b3) & (np.abs(b4 - b3) < 0.2 * b3)
    dark = (b11 < 0.75 * b3) & (b12 < 0.75 * b3)
    flags: Flags = (b3 > 0.15) & flat & dark & (b8a > b11 + 0.05) & (b5 > b11 + 0.05)
    return flags


def _cloud(v: Floats) -> Flags:
    low, high = v[:8].min(axis=0), v[:8].max(axis=0)
    flags: Flags = (low > 0.2) & (high < 1.9 * low) & (v[9] < v[8] + 0.03) & (v[8] < 1.1 * high)
    return flags


def _doubled(survey: ReflectanceSurvey) -> set[str] | None:
    """Return the bands whose columns come in equal pairs; None where all or no band does."""
    if survey.shape[2] < 3:
        return None
    found = set()
    for name, pairs in zip(BAND_NAMES, survey.pairs, strict=True):
        shares = sorted(float(same / max(seen, 1)) for same, seen in pairs)
        if shares[1] > 0.95 and shares[0] < 0.9:
            found.add(name)
        elif shares[1] > 0.6:
            return None  # flat, or in coarse steps: nothing can be told
    return found or None
