"""Which offset is still in an item's pixels: what baseline and flags claim of it.

Catalogues may take the offset off, and have been wrong about whether they did
(github.com/Element84/earth-search, issues 9, 66 and 71).

1. The **baseline** says what the product carried: 1000 from 04.00 on, by date nothing: products
   of 2021 have been reprocessed.
2. The **flags** say what the catalogue made of it. ``earthsearch:boa_offset_applied`` beats the
   offset in ``raster:bands``, which keeps saying -0.1 where it has been applied.

`s2kit.scenes.offset` holds both against the pixels.
"""

import numpy as np
import pystac
from numpy.typing import NDArray

from s2kit.catalogue.assets import advertised_offset, band_asset, baseline
from s2kit.scenes import offset as scenes_offset
from s2kit.scenes.offset import BOA_OFFSET, pixel_witness


def claims_of(item: pystac.Item) -> tuple[dict[str, int | None], str]:
    """Return what baseline and flags of an item say (0, 1000 or None), and that in words."""
    version = baseline(item)
    by_baseline = None if version is None else (BOA_OFFSET if version >= (4, 0) else 0)
    applied = item.properties.get("earthsearch:boa_offset_applied")
    advertised = advertised_offset(band_asset(item, "B02"))
    if applied is not None:
        by_flags = 0 if applied else by_baseline
    else:
        by_flags = None if advertised is None else round(-advertised * 10_000)
    heard = (
        f"baseline {'unknown' if version is None else '{:02d}.{:02d}'.format(*version)} says "
        f"{_word(by_baseline)}; flags (boa_offset_applied {applied}, advertised offset "
        f"{advertised}) say {_word(by_flags)}"
    )
    return {"baseline": by_baseline, "flags": by_flags}, heard


def decide_offset(
    item: pystac.Item, dn: NDArray[np.floating], override: int | None = None
) -> tuple[int, str]:
    """Return the offset to subtract from an item's pixels, and why.

    Parameters
    ----------
    item
        The STAC item.
    dn
        Its digital numbers as in `s2kit.scenes.offset.pixel_witness`.
    override
        0 or 1000: taken without asking the witnesses (who are still quoted).

    Raises
    ------
    S2kitError
        If the witnesses contradict each other, or none of baseline and flags speaks.
    """
    claims, heard = claims_of(item)
    silent = set(claims.values()) == {None}
    if silent or override is not None:
        by_pixels, seen = pixel_witness(dn)
        heard = f"{heard}; pixels say {_word(by_pixels)} ({seen})"
        if override is None:
            raise scenes_offset.in_doubt(item.id, heard)
        return override, f"{override} by override; {heard}"
    if item.properties.get("earthsearch:boa_offset_applied") is True:
        # the catalogue took off what the baseline put in: they do not contradict
        claims = {"flags": 0}
    return scenes_offset.decide_offset(dn, claims, item.id, heard)


def _word(offset: int | None) -> str:
    return "nothing" if offset is None else str(offset)
