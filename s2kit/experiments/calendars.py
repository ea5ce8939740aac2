"""How well bare days are told from maps, checked in simulated years whose calendar is known.

Every number from here is simulated: fields of `s2kit.simulator.crop_calendar`, looked at every few
days through broken cloud, by a map that errs as its confusion matrix says.
"""

import datetime
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from s2kit.monitoring.markov import Floats
from s2kit.monitoring.periods import observed_periods
from s2kit.monitoring.rates import default_model
from s2kit.monitoring.sampling import sample_bare_days
from s2kit.scenes.nomenclature import PAPER
from s2kit.simulator.crop_calendar import field_states
from s2kit.simulator.styles import style_of

RATE_YEARS, RATE_SEED = range(2010, 2020), [101]
"""Years and seed from which the default rates are counted; no check looks at them."""

CHECK_YEARS, CHECK_SEED = range(2030, 2042), [202]


def calendar_codes(
    year: int, fields: int, seed: list[int], area: str = "strzegom"
) -> npt.NDArray[np.uint8]:
    """Return the class of each simulated field on each day of a year: 4, 5 or 9, (days, fields)."""
    first = datetime.date(year, 1, 1)
    length = (datetime.date(year + 1, 1, 1) - first).days
    crops = style_of(area).crops
    found = [
        field_states(first + datetime.timedelta(k), crops, fields, seed).argmax(axis=1)
        for k in range(length)
    ]
    return np.asarray(np.array([9, 4, 5], np.uint8)[np.array(found)])


STATES = ("9a", "9b", "4a", "4b", "5a", "5b", "5c")
"""As `s2kit.monitoring.rates` names them."""


def calendar_states(years: range, fields: int, seed: list[int]) -> npt.NDArray[np.int8]:
    """Return positions in `STATES` of each field on each day of some years, (days, fields)."""
    codes = np.concatenate([calendar_codes(year, fields, seed) for year in years])
    days = np.datetime64(f"{years[0]}-01-01") + np.arange(len(codes))
    months = days.astype("datetime64[M]").astype(int) % 12 + 1
    now = np.select([codes[0] == 9, codes[0] == 4], [0, 3], 5)  # what January is like
    found = [now]
    for month, before, code in zip(months[1:], codes[:-1], codes[1:], strict=True):
        was, changed = now, code != before
        growing = np.full(fields, 0 if month >= 8 else 1)
        ripe = np.where(was < 2, 2, 3)
        bare = np.select([was < 2, was == 2], [6, 4], 5)
        new = np.select([code == 9, code == 4], [growing, ripe], bare)
        now = np.where(changed, new, was)
        found.append(now)
    return np.array(found, np.int8)


def counted_rates(fields: int = 1000) -> pd.DataFrame:
    """Count how often simulated fields change their state, by month: changes per year of exposure.

    Returns
    -------
    DataFrame
        index (from, to), columns 1 to 12; pairs that never occur are left out.
    """
    places = calendar_states(RATE_YEARS, fields, RATE_SEED)
    days = np.datetime64(f"{RATE_YEARS[0]}-01-01") + np.arange(len(places))
    months = days.astype("datetime64[M]").astype(int) % 12
    count = len(STATES)
    changes, exposed = np.zeros((12, count, count)), np.zeros((12, count))
    for month in range(12):
        these = np.flatnonzero(months[:-1] == month)
        np.add.at(changes[month], (places[these], places[these + 1]), 1)
        exposed[month] = np.bincount(places[these].ravel(), minlength=count)
    rates = changes * 365.25 / np.maximum(exposed, 1)[:, :, None]
    rows = {
        (STATES[i], STATES[j]): np.round(rates[:, i, j], 2)
        for i in range(count)
        for j in range(count)
        if i != j and changes[:, i, j].sum() > 20
    }
    index = pd.MultiIndex.from_tuples(rows, names=["from", "to"])
    return pd.DataFrame(list(rows.values()), index, columns=range(1, 13))


def check_once(
    revisit: int,
    cloud: float,
    fields: int = 400,
    year: int = CHECK_YEARS[0],
    right: float = 0.9,
    draws: int = 200,
    seed: int = 0,
) -> dict[str, float]:
    """Look at the fields of one simulated year every few days; compare bare days with the truth.

    Parameters
    ----------
    revisit
        Days between two overpasses.
    cloud
        Share of the observations that clouds hide, field by field.
    fields, year
        How many fields, and which year's calendar.
    right
        Share of right maps; the model knows it.
    draws
        Calendars drawn for each field.
    seed
        Of clouds and errors.

    Returns
    -------
    dict
        ``gap`` (mean days between usable dates), ``bias``, ``mean_error`` (absolute) and ``rmse``
        of the bare days of the model; ``raw_error`` (mean absolute) of the raw sequence, the middle
        between its bounds; ``raw_inside`` and ``coverage``, shares of fields whose truth lies in
        the bounds and in the 90 % interval; ``width`` of the interval.
    """
    truth = calendar_codes(year, fields, CHECK_SEED)
    random = np.random.default_rng([seed, revisit, round(100 * cloud), year])
    first = int(np.datetime64(f"{year}-01-01").astype(int))
    seen = np.arange(int(random.integers(revisit)), len(truth), revisit)
    model = default_model(right=right)
    codes = _observed(truth[seen], model.confusion, cloud, random)
    season = first, first + len(truth)
    days = first + seen
    raw = observed_periods(codes, days, season)
    found = sample_bare_days(model, days, model.likelihood(codes), season, draws, seed=seed)
    bare = (truth == 5).sum(axis=0)
    error = found.mean - bare
    middle = (raw["low"] + raw["high"]) / 2
    return {
        "gap": float(len(truth) / np.maximum(raw["observed"], 1).mean()),
        "bias": float(error.mean()),
        "mean_error": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "raw_error": float(np.abs(middle - bare).mean()),
        "raw_inside": float(((raw["low"] <= bare) & (bare <= raw["high"])).mean()),
        "coverage": float(((found.low <= bare) & (bare <= found.high)).mean()),
        "width": float((found.high - found.low).mean()),
    }


def _observed(
    truth: npt.NDArray[np.uint8], confusion: Floats, cloud: float, random: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Return what maps with these errors show of true codes; 0 under clouds."""
    limits = np.cumsum(confusion[PAPER.positions(truth)], axis=-1)
    drawn = (random.random(truth.shape)[..., None] > limits).sum(axis=-1).clip(max=9)
    codes = np.array(PAPER.codes, np.uint8)[drawn]
    codes[random.random(truth.shape) < cloud] = 0
    return np.asarray(codes)


def error_table(
    revisits: tuple[int, ...] = (5, 10, 15, 30),
    clouds: tuple[float, ...] = (0.0, 0.3, 0.6),
    years: Sequence[int] = CHECK_YEARS,
    **settings: float,
) -> pd.DataFrame:
    """Return what `check_once` finds, a row for each revisit interval and cloud rate.

    It is the mean of several years: the fields of one year share its weather, and the days on
    which the satellite passes.
    """
    rows = [
        {"revisit": revisit, "cloud": cloud, **check_once(revisit, cloud, year=year, **settings)}  # type: ignore[arg-type]
        for cloud in clouds
        for revisit in revisits
        for year in years
    ]
    return pd.DataFrame(rows).groupby(["cloud", "revisit"]).mean()
