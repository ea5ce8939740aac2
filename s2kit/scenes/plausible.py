"""What the numbers of a file are: their scale and offset decided, and what cannot be refused."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.files import first_place
from s2kit.scenes.offset import BOA_OFFSET, decide_offset
from s2kit.scenes.radiometry import QUANTIFICATION

LIKELY = (-0.2, 2.0)
"""Reflectance of ground, snow and cloud, glint and overcorrected shade included."""

FEW = 1e-3
"""Share of the pixels that may lie outside `LIKELY`: glass roofs, glint, the edges of clouds."""

POSSIBLE = (-0.5, 5.0)
"""Reflectance that no pixel may leave: one -9999 or 65535 spoils the statistics of an image."""


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
    values: npt.NDArray[Any],
    where: str,
    offset: int | None = None,
    declared: tuple[float, float] = (1.0, 0.0),
) -> Scale:
    """Decide whether values are reflectance or digital numbers, and with which offset.

    Parameters
    ----------
    values
        What a file holds, (10, height, width) in the paper's order of bands; 0 (of whole numbers)
        and NaN = no data.
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
    >>> decide_scale(dn, "image.tif").offset
    1000
    >>> decide_scale(dn / 10_000, "image.tif").numbers
    False
    """
    high = _brightest(values, where)
    floating = np.issubdtype(values.dtype, np.floating)
    claimed = _declared_offset(declared, where)
    if floating and high <= 3 and claimed is None:
        if offset is not None:
            raise S2kitError(
                f"{where} holds {values.dtype} reflectance already; leave offset {offset} out"
            )
        return Scale(False, 0, "reflectance as floating point numbers")
    _check_numbers(values, high, where)
    if high - BOA_OFFSET > LIKELY[1] * QUANTIFICATION:
        raise S2kitError(
            f"{where} holds values up to {high:.4g} (99 of 100 lie below), a reflectance of "
            f"{high / QUANTIFICATION:.3g}: another scale than reflectance × 10 000; give the "
            "product's digital numbers or reflectance 0 to 1, and declare what is no data "
            "(gdal_edit.py -a_nodata)"
        )
    _refuse_flat(values, where)
    claims = {"who names it": offset, "the file": claimed}
    claims = {who: what for who, what in claims.items() if what is not None}
    decided, heard = decide_offset(values, claims, where)
    return Scale(True, decided, heard)


def _brightest(values: npt.NDArray[Any], where: str) -> float:
    """Return the 99th percentile of the values with data."""
    if values.dtype.kind not in "iuf":
        raise S2kitError(f"{where} holds {values.dtype}; give whole or floating point numbers")
    if values.dtype.itemsize == 1:
        raise S2kitError(
            f"{where} holds 8-bit numbers: a picture, stretched for the eye; give the product's "
            "digital numbers (16 bit) or reflectance"
        )
    sample = values[:, :: 1 + values.shape[1] // 100, :: 1 + values.shape[2] // 100]
    sample = sample[np.isfinite(sample) & (sample != 0)]
    if not sample.size:
        seen = values[np.isfinite(values) & (values != 0)]
        if not seen.size:
            raise S2kitError(f"{where} has no pixel with data; choose another image")
        sample = seen
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


def _check_numbers(values: npt.NDArray[Any], high: float, where: str) -> None:
    if high <= 255:
        top = float(np.nanmax(values))
        kind = "8-bit or per cent" if top <= 255 else "no digital numbers"
        raise S2kitError(
            f"{where} holds values up to {high:.4g} (99 of 100 lie below): {kind}, another scale "
            "than reflectance × 10 000; give the product's digital numbers or reflectance 0 to 1"
        )


def check_reflectance(values: npt.NDArray[np.float32], where: str) -> None:
    """Refuse reflectance that no ground has.

    Parameters
    ----------
    values
        Reflectance, float32 (10, height, width), NaN = no data.
    where
        The file, for the message.

    Raises
    ------
    S2kitError
        If a value is infinite or impossible, more than a few pixels are implausible, or a band is
        constant; the message says how many and where, rows and columns counted from 1.
    """
    low, high = _range(values)
    check_possible(values, where)
    if low < LIKELY[0] or high > LIKELY[1]:
        flags = (values < LIKELY[0]) | (values > LIKELY[1])
        pixels = int(np.isfinite(values).all(axis=0).sum())
        _refuse_more_than(max(10, FEW * pixels), flags, LIKELY, values, where)
    if int(np.isfinite(values[0]).sum()) >= 100:
        spans = np.nanmax(values, axis=(1, 2)) - np.nanmin(values, axis=(1, 2))
        _refuse_bands([n for n, span in zip(BAND_NAMES, spans, strict=True) if span == 0], where)


def _refuse_flat(numbers: npt.NDArray[Any], where: str) -> None:
    """Refuse digital numbers with a constant band: their offset would be in doubt for no reason."""
    flat = []
    for name, band in zip(BAND_NAMES, numbers, strict=True):
        if len(np.unique(band[:: 1 + len(band) // 20])) > 2:  # the usual case, told by a few rows
            continue
        seen = band[np.isfinite(band) & (band != 0)]
        if seen.size >= 100 and seen.min() == seen.max():
            flat.append(name)
    _refuse_bands(flat, where)


def _refuse_bands(flat: list[str], where: str) -> None:
    if flat:
        raise S2kitError(
            f"{where}: band {', '.join(flat)} has one value everywhere; it holds no picture: "
            "read or convert it anew"
        )


def check_possible(values: npt.NDArray[np.float32], where: str) -> None:
    """Refuse infinite and impossible reflectance; arguments and error as `check_reflectance`."""
    low, high = _range(values)
    if low < POSSIBLE[0] or high > POSSIBLE[1]:
        flags = (values < POSSIBLE[0]) | (values > POSSIBLE[1])
        _refuse_more_than(0, flags, POSSIBLE, values, where)


def _range(values: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return the lowest and highest value, 0 included, NaN left out."""
    low, high = (each.reduce(values, axis=None, initial=0) for each in (np.fmin, np.fmax))
    return float(low), float(high)


def _refuse_more_than(
    allowed: float,
    flags: npt.NDArray[np.bool_],
    bounds: tuple[float, float],
    values: npt.NDArray[np.float32],
    where: str,
) -> None:
    anywhere = np.asarray(flags.any(axis=0))
    count = int(anywhere.sum())
    if count > allowed:
        low, high = _range(values)
        kind = "infinite values" if np.isinf(values).any() else "a reflectance"
        raise S2kitError(
            f"{where}: {count} pixels have {kind} outside {bounds[0]:g} to {bounds[1]:g} "
            f"({low:.4g} to {high:.4g}), the first at "
            f"{first_place(anywhere)}; if they are no data, declare them so (gdal_edit.py "
            "-a_nodata), else give reflectance 0 to 1, or × 10 000 as whole numbers"
        )
