"""Whether the statistics that scale an image are like those of the images a network was trained on.

Mean and deviation of a cut-out are those of its few fields: scaled by them, one surface gets
another value, and another class, than within the whole image. The densest 64 × 64 pixels of wood
of the paper's test scene keep 27 % of their accuracy, a 360 × 360 piece changes 2.6 % of the map.
"""

import warnings
from typing import NamedTuple

import numpy as np
import xarray as xr

from s2kit.errors import S2kitWarning
from s2kit.network.training_record import TRAINING_STATISTICS
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.statistics import ImageStatistics, image_statistics

SMALL = 0.9
"""Share of the smallest training image below which an image is small: edges without data and a few
clouds leave more than that, cutting a tenth off each side does not."""

MARGIN = 1.4
"""Factor by which a mean or deviation may leave the range of the training images. The paper's
validation date, another season of the place, leaves it by 1.07; real and simulated scenes leave
that of each other's network by 1.37 at most, and 57 of 100 cut-outs of 64 × 64 leave it by more."""


class Known(NamedTuple):
    """Statistics of the training images, smallest and largest, and pixels of the smallest."""

    pixels: int
    lowest: ImageStatistics
    highest: ImageStatistics


def statistics_for(
    network: UNet, scene: xr.DataArray, given: ImageStatistics | None
) -> ImageStatistics:
    """Return the statistics that scale a scene: those given, or its own; warn if untypical.

    Parameters
    ----------
    network
        Its card tells of the images it was trained on; without that, and where its scaling is
        ``fixed`` and uses no statistics, there is nothing to warn of.
    scene
        Reflectance (band, y, x), NaN = no data.
    given
        Statistics of the whole image; None takes those of the scene, which has to be large enough.

    Warns
    -----
    S2kitWarning
        If the scene is `SMALL` and scaled by its own statistics, or a mean or deviation lies
        outside the training images' range by more than the factor `MARGIN`.
    """
    where = str(scene.name or "the scene")
    if given is not None:
        warn_if_untypical(network, where, given)
        return given
    used = image_statistics(scene)
    pixels = int(np.logical_and.reduce([np.isfinite(band.to_numpy()) for band in scene]).sum())
    warn_if_untypical(network, where, used, pixels)
    return used


def warn_if_untypical(
    network: UNet, where: str, used: ImageStatistics, pixels: int | None = None
) -> None:
    """Warn of statistics as `statistics_for`.

    Parameters
    ----------
    network
        As for `statistics_for`.
    where
        The scene, for the message.
    used
        What scales it.
    pixels
        Its pixels with data, if the statistics are its own; None if they were given.
    """
    known = _known(network)
    if known is None or len(used.mean) != len(BAND_NAMES):
        return
    small = _too_small(pixels, known) if pixels is not None else None
    strange = _outside(used, known)
    remedy = (
        "a piece of an image needs the statistics of the whole (--statistics FROM, statistics=)"
    )
    if small is not None:
        found = f"{where} has {small}, and is scaled by its own statistics"
    elif strange is not None and pixels is not None:
        found = f"the statistics of {where} are untypical: {strange}"
    elif strange is not None:
        found = f"the statistics given for {where} are untypical: {strange}"
        remedy = "give those of the whole image, of farming country like that of the training"
    else:
        return
    warnings.warn(f"{found}; {remedy}, or its map may be wrong", S2kitWarning, stacklevel=4)


def _known(network: UNet) -> Known | None:
    records = network.card.get(TRAINING_STATISTICS)
    if network.scaling == "fixed" or not records:
        return None
    mean = np.array([each["mean"] for each in records])
    deviation = np.array([each["deviation"] for each in records])
    return Known(
        min(int(each["pixels"]) for each in records),
        ImageStatistics(mean.min(axis=0), deviation.min(axis=0)),
        ImageStatistics(mean.max(axis=0), deviation.max(axis=0)),
    )


def _too_small(pixels: int, known: Known) -> str | None:
    if pixels >= SMALL * known.pixels:
        return None
    return f"{pixels} pixels with data, the smallest image of the training {known.pixels}"


def _outside(used: ImageStatistics, known: Known) -> str | None:
    """Return which statistic lies farthest outside of the training images' range, in words."""
    found: tuple[float, str] = (MARGIN, "")
    for what in ("mean", "deviation"):
        for name, value, low, high in zip(
            BAND_NAMES,
            getattr(used, what),
            getattr(known.lowest, what),
            getattr(known.highest, what),
            strict=True,
        ):
            factor = max(value / max(high, 1e-6), low / max(value, 1e-6))
            told = f"the {what} of {name} is {value:.3f}, {low:.3f} to {high:.3f} in the training"
            found = max(found, (float(factor), told))
    return found[1] or None
