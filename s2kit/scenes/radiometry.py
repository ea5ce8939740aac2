"""From digital numbers (DN) to reflectance, and from reflectance to the network's input.

Sentinel-2 Level-2A stores reflectance x 10 000 as whole numbers. Products of processing baseline
04.00 and later add 1000 to them, so that slightly negative reflectances of dark pixels survive
(BOA_ADD_OFFSET and BOA_QUANTIFICATION_VALUE of the Sentinel-2 Products Specification Document:
reflectance = (DN + BOA_ADD_OFFSET) / BOA_QUANTIFICATION_VALUE, BOA_ADD_OFFSET = -1000).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError

QUANTIFICATION = 10_000
"""Digital numbers per unit of reflectance (BOA_QUANTIFICATION_VALUE)."""

BRIGHTEST = 0.6
"""The reflectance that `normalise` maps to 1.

Land surfaces without snow and cloud stay below it: in none of the authors' eight Strzegom images
do more than 0.3 % of the values lie above, all of them in the near infrared of dense crops. A
larger constant would leave most of the range 0-1 empty, a smaller one would cut the crops off.
"""

DARK_PERCENTILE = 0.1
"""Percentile that stands for a scene's darkest pixels: open water, deep shade."""


def to_reflectance(dn: xr.DataArray, offset: int) -> xr.DataArray:
    """Turn digital numbers into surface reflectance.

    Parameters
    ----------
    dn
        Digital numbers of any shape, whole numbers or float (NaN stays NaN).
    offset
        0 for processing baselines before 04.00, else 1000.

    Returns
    -------
    DataArray
        float32, same shape: ``(dn - offset) / 10000``; slightly negative values remain.
    """
    # float first: unsigned numbers below the offset would wrap round
    return (dn.astype(np.float32) - np.float32(offset)) / np.float32(QUANTIFICATION)


def darkest_number(dn: xr.DataArray | npt.NDArray[np.generic]) -> float:
    """Return the lowest of the bands' 0.1st percentiles: the level of water and shade.

    Parameters
    ----------
    dn
        Digital numbers, bands first; 0 and NaN are left out as no data.

    Returns
    -------
    float
        A digital number, NaN if there is no data.
    """
    bands = [np.asarray(band) for band in np.asarray(dn)]
    seen = [band[np.isfinite(band) & (band != 0)] for band in bands]
    levels = [float(np.percentile(band, DARK_PERCENTILE)) for band in seen if band.size]
    return min(levels, default=float("nan"))


def check_offset(dn: xr.DataArray | npt.NDArray[np.generic], offset: int, where: str) -> None:
    """Check a claimed offset against the darkest pixels, which tell whether 1000 was added.

    Water and shade reflect next to nothing in at least one band, so `darkest_number` lies near 0
    without and near 1000 with the offset (62 against 962 to 1222 in the authors' Strzegom images).
    In between nothing is concluded.

    Parameters
    ----------
    dn
        Digital numbers, bands first; 0 and NaN are left out as no data.
    offset
        The offset claimed, 0 or 1000.
    where
        The file or scene, for the message.

    Raises
    ------
    S2kitError
        If the pixels contradict the offset.
    """
    darkest = darkest_number(dn)
    if offset and darkest < offset / 2:
        story, right = f"reflectance {(darkest - offset) / QUANTIFICATION:.2f}", 0
    elif not offset and darkest >= 900:
        story, right = "no dark pixel at all", 1000
    else:
        return
    raise S2kitError(
        f"{where}: with the offset {offset} its darkest pixels (DN {darkest:.0f}) would mean "
        f"{story}; look up the product's processing baseline: it seems to want the offset {right}"
    )


def normalise(scene: xr.DataArray) -> xr.DataArray:
    """Scale reflectance to 0-1 by a fixed rule: ``clip(reflectance / 0.6, 0, 1)``.

    The rule depends on no statistics of the scene, so one surface has one value in all scenes and
    any single image, or any piece of one, can be classified. NaN stays NaN.

    Parameters
    ----------
    scene
        Reflectance, float, any shape.

    Returns
    -------
    DataArray
        float32, same shape, coordinates and attributes.
    """
    scaled = (scene.astype(np.float32) / np.float32(BRIGHTEST)).clip(0, 1)
    return scaled.assign_attrs(scene.attrs).rename(scene.name)


def normalise_min_max(scene: xr.DataArray) -> xr.DataArray:
    """Scale each band of one scene to 0-1 by its own minimum and maximum.

    The alternative to `normalise` that the paper's wording allows: one cloud or one glasshouse
    changes the value of every pixel, and one surface differs between scenes. NaN stays NaN; a
    band of one value becomes 0.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x).

    Returns
    -------
    DataArray
        float32, same shape, coordinates and attributes.
    """
    low, high = scene.min(("y", "x")), scene.max(("y", "x"))
    span = (high - low).where(high > low, 1)
    scaled: xr.DataArray = ((scene - low) / span).astype(np.float32)
    return scaled.assign_attrs(scene.attrs).rename(scene.name)


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation of each band over a scene's valid pixels, float64 (bands,)."""

    mean: npt.NDArray[np.float64]
    deviation: npt.NDArray[np.float64]


def moments(scene: xr.DataArray) -> Moments:
    """Measure a scene's `Moments`; scene: reflectance, dims (band, y, x).

    Raises
    ------
    S2kitError
        If the scene has no valid pixel.
    """
    bands = [np.asarray(band) for band in scene.to_numpy()]
    valid = np.isfinite(bands[0])
    for band in bands[1:]:
        valid &= np.isfinite(band)
    if not valid.any():
        raise S2kitError(f"{scene.name or 'the scene'} has no pixel with data; choose another")
    pixels = [band[valid].astype(np.float64) for band in bands]
    return Moments(np.array([p.mean() for p in pixels]), np.array([p.std() for p in pixels]))


def standardise(scene: xr.DataArray, of: Moments | None = None) -> xr.DataArray:
    """Scale each band by the scene's mean and spread: ``0.5 + (reflectance - mean) / (4 std)``.

    The mean becomes 0.5 and two standard deviations to either side 0 and 1. What haze, the sun's
    height and the season do to a whole image falls out; what is brighter or darker than the rest
    of it remains. One surface has one value in all images of one place, but a piece of an image
    has another one than the whole.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x); NaN stays NaN.
    of
        Moments of the whole image, where ``scene`` is a window of it; by default its own.

    Returns
    -------
    DataArray
        float32, same shape, coordinates and attributes; a band of one value becomes 0.5.

    Raises
    ------
    S2kitError
        If the scene has no valid pixel.
    """
    of = moments(scene) if of is None else of
    gain = np.where(of.deviation > 0, 0.25 / np.maximum(of.deviation, 1e-12), 0)
    shift = 0.5 - of.mean * gain
    per_band = [v.astype(np.float32)[:, None, None] for v in (gain, shift)]
    scaled: xr.DataArray = scene.astype(np.float32) * per_band[0] + per_band[1]
    return scaled.assign_attrs(scene.attrs).rename(scene.name)
