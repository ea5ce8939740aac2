"""What the numbers of a file are: their scale and offset decided, and what cannot be refused."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.offset import BOA_OFFSET, decide_offset
from s2kit.scenes.radiometry import QUANTIFICATION
from s2kit.scenes.survey import LIKELY, POSSIBLE, Flagged, NumbersSurvey, ReflectanceSurvey

FEW = 1e-3
"""Share of the pixels that may lie outside `LIKELY`: glass roofs, glint, the edges of clouds."""


@dataclass(frozen=True)
class Scale:
    """How numbers become reflectance.

    Attributes
    ----------
    numbers
        Whether they are digital numbers (reflectance x 10 000 + offset), else reflectance.
    offset
        0 or 1000.
    heard
        Why, in words.
    """

    numbers: bool
    offset: int
    heard: str


def decide_scale(
    seen: NumbersSurvey,
    where: str,
    offset: int | None = None,
    declared: tuple[float, float] = (1.0, 0.0),
) -> Scale:
    """Decide whether values are reflectance or digital numbers, and with which offset.

    Parameters
    ----------
    seen
        A survey of what a file holds, bands in the paper's order; 0 (of whole numbers) and NaN =
        no data.
    where
        The file, for the message.
    offset
        0 or 1000, where a user names it.
    declared
        Scale and offset that the file declares (reflectance = number x scale + offset).

    Raises
    ------
    S2kitError
        If the values have another scale, or the offset is in doubt.

    Examples
    --------
    >>> dn = np.random.default_rng(0).integers(1020, 4000, (10, 20, 20))
    >>> decide_scale(NumbersSurvey.of(dn), "image.tif").offset
    1000
    >>> decide_scale(NumbersSurvey.of(dn / 10_000), "image.tif").numbers
    False
    """
    high = _brightest(seen, where)
    floating = np.issubdtype(seen.dtype, np.floating)
    claimed = _declared_offset(declared, where)
    if floating and high <= 3 and claimed is None:
        if offset is not None:
            raise S2kitError(
                f"{where} holds {seen.dtype} reflectance already; leave offset {offset} out"
            )
        return Scale(False, 0, "reflectance as floating point numbers")
    _check_numbers(seen, high, where)
    if high - BOA_OFFSET > LIKELY[1] * QUANTIFICATION:
        raise S2kitError(
            f"{where} holds values up to {high:.4g} (99 of 100 lie below), a reflectance of "
            f"{high / QUANTIFICATION:.3g}: another scale than reflectance × 10 000; give the "
            "product's digital numbers or reflectance 0 to 1, and declare what is no data "
            "(gdal_edit.py -a_nodata)"
        )
    _refuse_flat(seen, where)
    claims = {"who names it": offset, "the file": claimed}
    claims = {who: what for who, what in claims.items() if what is not None}
    decided, heard = decide_offset(seen, claims, where)
    return Scale(True, decided, heard)


def _brightest(seen: NumbersSurvey, where: str) -> float:
    """Return the 99th percentile of the values with data."""
    if seen.dtype.kind not in "iuf":
        raise S2kitError(f"{where} holds {seen.dtype}; give whole or floating point numbers")
    if seen.dtype.itemsize == 1:
        raise S2kitError(
            f"{where} holds 8-bit numbers: a picture, stretched for the eye; give the product's "
            "digital numbers (16 bit) or reflectance"
        )
    sample = seen.sample
    if not sample.size:
        raise S2kitError(f"{where} has no pixel with data; choose another image")
    return float(np.percentile(sample, 99))


def _declared_offset(declared: tuple[float, float], where: str) -> int | None:
    scale, shift = declared
    if (scale, shift) == (1.0, 0.0):
        return None
    offset = round(-shift * QUANTIFICATION)
    if not np.isclose(scale, 1 / QUANTIFICATION, rtol=1e-6) or offset not in (0, 1000):
        raise S2kitError(
            f"{where} declares reflectance = number × {scale:g} + {shift:g}, not × 0.0001 as "
            "Sentinel-2 Level-2A has it; give that, or reflectance as floating point numbers"
        )
    return offset


def _check_numbers(seen: NumbersSurvey, high: float, where: str) -> None:
    if high <= 255:
        kind = "8-bit or per cent" if seen.top <= 255 else "no digital numbers"
        raise S2kitError(
            f"{where} holds values up to {high:.4g} (99 of 100 lie below): {kind}, another scale "
            "than reflectance × 10 000; give the product's digital numbers or reflectance 0 to 1"
        )


def check_reflectance(seen: ReflectanceSurvey, where: str) -> None:
    """Refuse reflectance that no ground has.

    Parameters
    ----------
    seen
        A survey of the reflectance.
    where
        The file, for the message.

    Raises
    ------
    S2kitError
        If a value is infinite or impossible, more than a few pixels are implausible, or a band is
        constant; the message says how many and where, rows and columns counted from 1.
    """
    _refuse_more_than(0, seen.impossible, POSSIBLE, seen, where)
    _refuse_more_than(max(10, FEW * seen.valid), seen.unlikely, LIKELY, seen, where)
    if seen.first_valid >= 100:
        spans = seen.brightest - seen.darkest
        _refuse_bands([n for n, span in zip(BAND_NAMES, spans, strict=True) if span == 0], where)


def _refuse_flat(seen: NumbersSurvey, where: str) -> None:
    """Refuse digital numbers with a constant band: their offset would be in doubt for no reason."""
    constant = (seen.low == seen.high) & (seen.count >= 100)
    few = [len(each) <= 2 for each in seen.few]
    _refuse_bands([n for n, a, b in zip(BAND_NAMES, constant, few, strict=True) if a and b], where)


def _refuse_bands(flat: list[str], where: str) -> None:
    if flat:
        raise S2kitError(
            f"{where}: band {', '.join(flat)} has one value everywhere; it holds no picture: "
            "read or convert it anew"
        )


def check_possible(values: npt.NDArray[np.float32], where: str) -> None:
    """Refuse infinite and impossible reflectance, float32 (10, height, width), NaN = no data.

    Raises
    ------
    S2kitError
        As `check_reflectance`.
    """
    low, high = (each.reduce(values, axis=None, initial=0) for each in (np.fmin, np.fmax))
    if low < POSSIBLE[0] or high > POSSIBLE[1]:
        seen = ReflectanceSurvey.of(values)
        _refuse_more_than(0, seen.impossible, POSSIBLE, seen, where)


def _refuse_more_than(
    allowed: float,
    found: Flagged,
    bounds: tuple[float, float],
    seen: ReflectanceSurvey,
    where: str,
) -> None:
    if found.count > allowed:
        infinite = np.isinf([seen.low, seen.high]).any()
        kind = "infinite values" if infinite else "a reflectance"
        raise S2kitError(
            f"{where}: {found.count} pixels have {kind} outside {bounds[0]:g} to {bounds[1]:g} "
            f"({seen.low:.4g} to {seen.high:.4g}), the first at "
            f"{found.place}; if they are no data, declare them so (gdal_edit.py "
            "-a_nodata), else give reflectance 0 to 1, or × 10 000 as whole numbers"
        )
