"""Which radiometric offset is in digital numbers: what is claimed, and what the pixels show.

From processing baseline 04.00 on, ESA adds 1000 to every digital number, so that
reflectance = (DN - 1000) / 10 000 (Sentinel-2 Products Specification, BOA_ADD_OFFSET). Catalogues
may take it off again, and files seldom say. So every claim (of a user, a file, a product's
baseline, a catalogue's flags) is held against the pixels: water, forest and shadow have a
reflectance near 0, hence a number near the offset. A contradiction is an error, never a guess.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from s2kit.errors import S2kitError
from s2kit.scenes.survey import NumbersSurvey

BOA_OFFSET = 1000
"""Offset in DN of products from processing baseline 04.00 on."""

DARK_PERCENTILE = 0.1
"""Percentile that stands for a scene's darkest pixels: open water, deep shade."""

ENOUGH = 100
"""Pixels with data below which the pixels are no witness."""


DigitalNumbers = xr.DataArray | NDArray[Any] | NumbersSurvey


def pixel_witness(dn: DigitalNumbers) -> tuple[int | None, str]:
    """Tell from the dark pixels of the visible bands whether the offset is in digital numbers.

    Without an offset a visible DN below 900 is common (reflectance below 0.09); with it, it means
    a reflectance below -0.01 and is all but absent, while the darkest hundredth of each
    visible band lies just above 1000. (Strzegom, the archive's eight dates: 82 without the
    offset, 1023 to 1415 with it.) Snow, cloud, desert and haze show neither: None.

    Parameters
    ----------
    dn
        Digital numbers, (10, height, width), bands in the paper's order; 0 and NaN = no data. Or a
        survey of them.

    Returns
    -------
    tuple
        0, 1000 or None, and what was seen in words.

    Examples
    --------
    >>> dn = np.random.default_rng(0).integers(1020, 3000, (10, 20, 20))
    >>> pixel_witness(dn)[0], pixel_witness(dn - 1000)[0], pixel_witness(dn + 1000)[0]
    (1000, 0, None)
    """
    survey = dn if isinstance(dn, NumbersSurvey) else NumbersSurvey.of(np.asarray(dn))
    visible = survey.visible.astype(np.float32)
    visible = visible[:, (np.isfinite(visible) & (visible != 0)).all(axis=0)]
    if visible.shape[1] < ENOUGH:
        return None, f"only {visible.shape[1]} pixels with data"
    below = float((visible.min(axis=0) < 900).mean())
    dark = np.percentile(visible, 1, axis=1)
    seen = (
        f"{below:.1%} of the pixels have a visible band below 900, "
        f"the darkest hundredth of B02, B03, B04 is {dark[0]:.0f}, {dark[1]:.0f}, {dark[2]:.0f}"
    )
    if below > 0.01:
        return 0, seen
    # more than a thousandth of a band would be reflectance below -0.05
    if (survey.dark > DARK_PERCENTILE / 100 * survey.count).any():
        return 0, f"{seen}; some band is darker than any reflectance with the offset"
    if below < 0.001 and dark.min() >= 900 and dark.max() <= 1600:
        return BOA_OFFSET, seen
    return None, seen


def decide_offset(
    dn: DigitalNumbers,
    claims: Mapping[str, int | None],
    where: str,
    heard: str = "",
) -> tuple[int, str]:
    """Return the offset that is in digital numbers, and why.

    Parameters
    ----------
    dn
        As in `pixel_witness`.
    claims
        Who says what: 0, 1000, or None where nothing is said.
    where
        The file, item or scene, for the message.
    heard
        The claims in words; by default one after the other.

    Returns
    -------
    tuple
        0 or 1000, and what claims and pixels say, in words.

    Raises
    ------
    S2kitError
        If the claims and the pixels contradict one another, or say nothing at all.

    Examples
    --------
    >>> dn = np.random.default_rng(0).integers(1020, 3000, (10, 20, 20))
    >>> decide_offset(dn, {"baseline": 1000}, "image.tif")[0]
    1000
    """
    by_pixels, seen = pixel_witness(dn)
    spoken = heard or "; ".join(f"{who} says {_word(what)}" for who, what in claims.items())
    spoken = f"{spoken}; " if spoken else ""
    heard = f"{spoken}pixels say {_word(by_pixels)} ({seen})"
    said = {what for what in (*claims.values(), by_pixels) if what is not None}
    if len(said) == 1:
        return said.pop(), heard
    raise in_doubt(where, heard)


def in_doubt(where: str, heard: str) -> S2kitError:
    """Return the error for digital numbers whose offset nobody can tell."""
    return S2kitError(
        f"cannot tell the radiometric offset of {where}: {heard}; look up its processing baseline "
        f"and say 0 (before 04.00) or {BOA_OFFSET} with --offset or offset="
    )


def check_offset(dn: DigitalNumbers, offset: int, where: str) -> None:
    """Check an offset that is claimed against the pixels; arguments as in `decide_offset`.

    Raises
    ------
    S2kitError
        If the pixels contradict it.
    """
    decide_offset(dn, {"the claim": offset}, where)


def darkest_number(dn: xr.DataArray | NDArray[np.generic]) -> float:
    """Return the lowest of the bands' 0.1st percentiles: the level of water and shade.

    Parameters
    ----------
    dn
        Digital numbers, bands first; 0 and NaN are left out as no data.

    Returns
    -------
    float
        A digital number, NaN if there is no data.

    Examples
    --------
    >>> darkest_number(np.array([[[0, 1040, 2000]], [[0, 3000, 3000]]]))
    1040.96
    """
    bands = [np.asarray(band) for band in np.asarray(dn)]
    seen = [band[np.isfinite(band) & (band != 0)] for band in bands]
    levels = [float(np.percentile(band, DARK_PERCENTILE)) for band in seen if band.size]
    return min(levels, default=float("nan"))


def _word(offset: int | None) -> str:
    return "nothing" if offset is None else str(offset)
