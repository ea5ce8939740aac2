"""The crop calendar: how much of each field is green, dry or bare on a date."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from s2kit.simulator.grid import Array


@dataclass(frozen=True)
class Crop:
    """A crop's year, in days from 1 January of its harvest year (negative: the autumn before)."""

    name: str
    sown: int
    closed: int  # leaves cover the ground
    ripening: int
    ripe: int
    harvest: int


CROPS = (
    Crop("winter wheat", sown=-88, closed=-42, ripening=177, ripe=193, harvest=212),
    Crop("winter barley", sown=-108, closed=-65, ripening=158, ripe=178, harvest=188),
    Crop("winter rape", sown=-130, closed=-95, ripening=174, ripe=192, harvest=203),
    Crop("spring barley", sown=88, closed=130, ripening=182, ripe=198, harvest=211),
    Crop("maize", sown=116, closed=172, ripening=250, ripe=275, harvest=282),
    Crop("beet", sown=96, closed=158, ripening=292, ripe=300, harvest=290),
)
"""Dates as usual in southern Poland."""

EARLY = (1, 2)
LATE = (4, 5)
"""Crops sown before October, and crops harvested so late that these cannot follow them."""

MOWN = (155, 208, 255)
"""Days on which meadows are cut."""


def field_states(
    date: datetime.date, shares: Sequence[float], fields: int, seed: list[int]
) -> Array:
    """Return what covers each field on a date: shares of green plants, dry plants and bare soil.

    A field bears the year's crop until harvest, then bright stubble (counted as bare, as the
    authors do), which weathers and greens over (class 4, "before agricultural operations");
    before the next crop the soil is tilled. The same fields bear the same crops whatever date
    is asked for.

    Parameters
    ----------
    date
        The date.
    shares
        Share of the fields under each of `CROPS`.
    fields
        How many fields there are.
    seed
        What the area's random numbers start from.

    Returns
    -------
    ndarray
        (fields, 3), float, each row adding up to 1.

    Examples
    --------
    On the first of August winter wheat is harvested and the field is bare or stubble.

    >>> states = field_states(datetime.date(2022, 8, 20), (1, 0, 0, 0, 0, 0), fields=2, seed=[0])
    >>> states.shape, states[:, 0].tolist()
    ((2, 3), [0.0, 0.0])
    """
    day = date.timetuple().tm_yday
    year_length = datetime.date(date.year, 12, 31).timetuple().tm_yday
    now, after = (sowing(date.year + k, shares, fields, seed) for k in (0, 1))
    waiting = day < now["sown"] - 12  # for a spring crop, on ploughed land or last year's stubble
    gone = day >= now["harvest"]
    started = gone & (day - year_length >= after["sown"] - 6)
    stubble = np.clip((day - now["harvest"] - 16) / 22, 0, 1)
    stubble *= ~(after["ploughed"] & (day > 310))
    green, dry = _growing(day, now)
    next_green, _ = _growing(day - year_length, after)
    green = np.select([started, gone | waiting], [next_green, 0.0], green)
    dry = np.select([started, gone, waiting], [0.0, stubble, 1.0 - now["ploughed"]], dry)
    return np.column_stack([green, dry, 1 - green - dry])


def sowing(year: int, shares: Sequence[float], fields: int, seed: list[int]) -> dict[str, Array]:
    """Return each field's "crop" (index into `CROPS`) of a harvest year, and its own dates.

    Wheat follows where the crop before leaves the field too late for barley or rape. "ploughed"
    tells which fields lie bare over the winter if their crop is sown in spring.
    """
    before, _ = _drawn(year - 1, shares, fields, seed)
    crop, rng = _drawn(year, shares, fields, seed)
    crop = np.where(np.isin(before, LATE) & np.isin(crop, EARLY), 0, crop)
    shift = rng.normal(rng.normal(0, 3), 6, fields)
    dates = {
        key: np.array([getattr(c, key) for c in CROPS])[crop] + shift
        for key in ("sown", "closed", "ripening", "ripe", "harvest")
    }
    return {"crop": crop, "ploughed": rng.random(fields) < 0.4, **dates}


def _drawn(
    year: int, shares: Sequence[float], fields: int, seed: list[int]
) -> tuple[Array, np.random.Generator]:
    rng = np.random.default_rng([*seed, year])
    return rng.choice(len(CROPS), fields, p=np.asarray(shares) / np.sum(shares)), rng


def _growing(day: int, sown: dict[str, Array]) -> tuple[Array, Array]:
    """Return the green and the dry share of a crop that is sown and not yet harvested."""
    up = np.clip((day - sown["sown"] - 10) / (sown["closed"] - sown["sown"] - 10), 0, 1)
    ripe = np.clip((day - sown["ripening"]) / (sown["ripe"] - sown["ripening"]), 0, 1)
    return up * (1 - ripe), up * ripe


def mown(date: datetime.date, meadows: int, seed: list[int]) -> Array:
    """Return how dry each meadow looks: 0.4 on the day it is cut, 0 a month later."""
    rng = np.random.default_rng([*seed, date.year, 6])
    cuts = np.array(MOWN) + rng.normal(0, 14, (meadows, len(MOWN)))
    since = date.timetuple().tm_yday - cuts
    fresh: Array = np.where(since >= 0, np.clip(1 - since / 30, 0, 1), 0).max(axis=1)
    return 0.4 * fresh
