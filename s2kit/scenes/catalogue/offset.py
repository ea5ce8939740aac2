"""Which offset is still in the pixels: three witnesses, and no silent guess.

From processing baseline 04.00 on, ESA adds 1000 to every digital number, so that
reflectance = (DN - 1000) / 10 000 (Sentinel-2 Products Specification, BOA_ADD_OFFSET).
Catalogues may take it off again, and have been wrong about whether they did
(github.com/Element84/earth-search, issues 9, 66 and 71).

1. The **baseline** says what the product carried: 1000 from 04.00 on, by date nothing: products
   of 2021 have been reprocessed.
2. The **flags** say what the catalogue made of it. ``earthsearch:boa_offset_applied`` beats the
   offset in ``raster:bands``, which keeps saying -0.1 where it has been applied.
3. The **pixels** show it: water, forest and shadow have a reflectance near 0, hence a DN near the
   offset.
"""

from dataclasses import dataclass

import numpy as np
import pystac
from numpy.typing import NDArray

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.catalogue.assets import advertised_offset, band_asset, baseline

BOA_OFFSET = 1000
"""Offset in DN of products from processing baseline 04.00 on."""

VISIBLE = tuple(BAND_NAMES.index(name) for name in ("B02", "B03", "B04"))


@dataclass(frozen=True)
class Witnesses:
    """What each witness says is in the pixels: 0, 1000, or None where it cannot tell."""

    baseline: int | None
    flags: int | None
    pixels: int | None
    heard: str
    """The statements in words, for messages and reports."""


def pixel_witness(dn: NDArray[np.floating]) -> tuple[int | None, str]:
    """Tell from the dark pixels of the visible bands whether the offset is in them.

    Without an offset a visible DN below 900 is common (reflectance below 0.09); with it, it means
    a reflectance below -0.01 and is all but absent, while the darkest hundredth of each
    visible band lies just above 1000. (Strzegom, the archive's eight dates: 82 without the
    offset, 1023 to 1415 with it.) Snow, cloud and desert show neither: None.

    Parameters
    ----------
    dn
        Digital numbers, (10, height, width), bands in the paper's order, NaN = no data.

    Returns
    -------
    tuple
        0, 1000 or None, and what was seen in words.
    """
    step = 1 + dn[0].size // 1_000_000  # a million pixels tell as much as a hundred
    visible = dn[list(VISIBLE)].reshape(len(VISIBLE), -1)[:, ::step]
    visible = visible[:, np.isfinite(visible).all(axis=0)]
    if visible.shape[1] < 100:
        return None, f"only {visible.shape[1]} pixels with data"
    below = float((visible.min(axis=0) < 900).mean())
    dark = np.percentile(visible, 1, axis=1)
    seen = (
        f"{below:.1%} of the pixels have a visible band below 900, "
        f"the darkest hundredth of B02, B03, B04 is {dark[0]:.0f}, {dark[1]:.0f}, {dark[2]:.0f}"
    )
    if below > 0.01:
        return 0, seen
    if below < 0.001 and dark.min() >= 900 and dark.max() <= 1600:
        return BOA_OFFSET, seen
    return None, seen


def hear_witnesses(item: pystac.Item, dn: NDArray[np.floating]) -> Witnesses:
    """Ask baseline, flags and pixels of an item; ``dn`` as in `pixel_witness`."""
    version = baseline(item)
    by_baseline = None if version is None else (BOA_OFFSET if version >= (4, 0) else 0)
    applied = item.properties.get("earthsearch:boa_offset_applied")
    advertised = advertised_offset(band_asset(item, "B02"))
    if applied is not None:
        by_flags = 0 if applied else by_baseline
    else:
        by_flags = None if advertised is None else round(-advertised * 10_000)
    by_pixels, seen = pixel_witness(dn)
    heard = (
        f"baseline {'unknown' if version is None else '{:02d}.{:02d}'.format(*version)} says "
        f"{_word(by_baseline)}; flags (boa_offset_applied {applied}, advertised offset "
        f"{advertised}) say {_word(by_flags)}; pixels say {_word(by_pixels)} ({seen})"
    )
    return Witnesses(by_baseline, by_flags, by_pixels, heard)


def decide_offset(
    item: pystac.Item, dn: NDArray[np.floating], override: int | None = None
) -> tuple[int, str]:
    """Return the offset to subtract from an item's pixels, and why.

    Parameters
    ----------
    item
        The STAC item.
    dn
        Its digital numbers as in `pixel_witness`.
    override
        0 or 1000: taken without asking the witnesses (who are still quoted).

    Raises
    ------
    S2kitError
        If the witnesses contradict each other, or none of baseline and flags speaks.
    """
    witnesses = hear_witnesses(item, dn)
    if override is not None:
        return override, f"{override} by override; {witnesses.heard}"
    said_off = item.properties.get("earthsearch:boa_offset_applied") is True
    if said_off:  # the catalogue took off what the baseline put in: they do not contradict
        claims = {0, witnesses.pixels}
    else:
        claims = {witnesses.baseline, witnesses.flags, witnesses.pixels}
    claims.discard(None)
    if len(claims) != 1 or (witnesses.baseline is None and witnesses.flags is None):
        raise S2kitError(
            f"cannot tell the radiometric offset of {item.id}: {witnesses.heard}; look at the "
            f"item and say which, 0 or {BOA_OFFSET}, with --offset or Reading(offset=...)"
        )
    return claims.pop(), witnesses.heard  # type: ignore[return-value]


def _word(offset: int | None) -> str:
    return "nothing" if offset is None else str(offset)
