"""From digital numbers (DN) to reflectance, and from reflectance to the network's input.

Sentinel-2 Level-2A stores reflectance x 10 000 as whole numbers. Products of processing baseline
04.00 and later add 1000 to them, so that slightly negative reflectances of dark pixels survive
(BOA_ADD_OFFSET and BOA_QUANTIFICATION_VALUE of the Sentinel-2 Products Specification Document:
reflectance = (DN + BOA_ADD_OFFSET) / BOA_QUANTIFICATION_VALUE, BOA_ADD_OFFSET = -1000).
"""

import numpy as np
import xarray as xr

from s2kit.scenes.statistics import ImageStatistics

QUANTIFICATION = 10_000
"""Digital numbers per unit of reflectance (BOA_QUANTIFICATION_VALUE)."""

BRIGHTEST = 0.6
"""The reflectance that `normalise` maps to 1.

Land surfaces without snow and cloud stay below it: in none of the authors' eight Strzegom images
do more than 0.3 % of the values lie above, all of them in the near infrared of dense crops. A
larger constant would leave most of the range 0-1 empty, a smaller one would cut the crops off.
"""


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


def standardise(scene: xr.DataArray, statistics: ImageStatistics) -> xr.DataArray:
    """Scale each band to its standard score, as ``0.5 + (reflectance - mean) / (4 std)``.

    The mean becomes 0.5 and two standard deviations to either side 0 and 1. What haze, the sun's
    height and the season do to a whole image falls out; what is brighter or darker than the rest
    of it remains. One surface has one value in all images of one place, but a piece of an image
    has another one than the whole.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x); NaN stays NaN.
    statistics
        Of the whole image, of which ``scene`` may be a window.

    Returns
    -------
    DataArray
        float32, same shape, coordinates and attributes; a band of one value becomes 0.5.

    Examples
    --------
    >>> scene = xr.DataArray(np.array([[[0.1, 0.3]]], "float32"), dims=("band", "y", "x"))
    >>> standardise(scene, ImageStatistics([0.2], [0.1])).to_numpy().ravel()
    array([0.25, 0.75], dtype=float32)
    """
    mean, deviation = statistics.mean, statistics.deviation
    gain = np.where(deviation > 0, 0.25 / np.maximum(deviation, 1e-12), 0)
    shift = 0.5 - mean * gain
    per_band = [v.astype(np.float32)[:, None, None] for v in (gain, shift)]
    scaled: xr.DataArray = scene.astype(np.float32) * per_band[0] + per_band[1]
    return scaled.assign_attrs(scene.attrs).rename(scene.name)
