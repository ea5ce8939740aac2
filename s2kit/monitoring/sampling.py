"""Bare days of fields by sampling: whole calendars, day by day, drawn from the model."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitError
from s2kit.monitoring.markov import Floats, SequenceModel
from s2kit.monitoring.periods import Days

CHUNK = 200
"""Fields whose calendars are drawn at once: some 100 MB with 200 draws."""


Counts = npt.NDArray[np.signedinteger]


@dataclass(frozen=True)
class BareDays:
    """What the drawn calendars of n fields say, with the interval that was asked for.

    Attributes
    ----------
    mean, low, high
        Bare days in the season (n,).
    periods, periods_low, periods_high
        Separate bare periods (n,).
    months
        Mean bare days in each month of the year (n, 12), all years of the season together.
    """

    mean: Floats
    low: Floats
    high: Floats
    periods: Floats
    periods_low: Floats
    periods_high: Floats
    months: Floats


def sample_bare_days(
    model: SequenceModel,
    days: Days,
    likelihood: Floats,
    season: tuple[int, int],
    draws: int = 200,
    level: float = 0.9,
    seed: int = 0,
) -> BareDays:
    """Draw calendars by forward filtering and backward sampling, and count their bare days.

    Parameters
    ----------
    model, days, likelihood, season
        As for `s2kit.monitoring.markov.mean_bare_days`.
    draws
        Calendars for each field.
    level
        Of the intervals, 0 to 1.
    seed
        Of the random numbers.

    Raises
    ------
    S2kitError
        If draws or level are none that can be used.

    Examples
    --------
    >>> from s2kit.monitoring.rates import default_model
    >>> model = default_model()
    >>> seen = model.likelihood(np.array([[4], [5], [9]]))  # ripe, bare, growing, from September on
    >>> found = sample_bare_days(model, np.array([19240, 19270, 19300]), seen, (19240, 19300))
    >>> bool(0 < found.low[0] < found.mean[0] < found.high[0] < 60)
    True
    """
    if draws < 2 or not 0 < level < 1:
        raise S2kitError(f"{draws} draws at level {level}: give 2 or more, and a level below 1")
    random = np.random.default_rng(seed)
    first, last = min(int(days[0]), season[0]), max(int(days[-1]), season[1])
    model_days = _Daily(model, first, last)
    parts = [
        _drawn(model_days, days, likelihood[:, top : top + CHUNK], season, draws, random)
        for top in range(0, likelihood.shape[1], CHUNK)
    ]
    bare, periods, months = (np.concatenate(each) for each in zip(*parts, strict=True))
    tails = [(1 - level) / 2, (1 + level) / 2]
    # a day that is bare in part counts as a whole one or not at all: half a day either way
    spread = bare + random.uniform(-0.5, 0.5, bare.shape)
    # by numpy's default quantiles, of few draws the interval would be too short
    ends = np.quantile(spread, tails, axis=1, method="weibull")
    low, high = np.clip(ends, 0, season[1] - season[0])
    few, many = np.quantile(periods, tails, axis=1, method="nearest")
    return BareDays(bare.mean(axis=1), low, high, periods.mean(axis=1), few, many, months / draws)


class _Daily:
    """Transition matrices of one day, by month."""

    def __init__(self, model: SequenceModel, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.dates = np.arange(first, last + 1).astype("datetime64[D]")
        self.month = self.dates.astype("datetime64[M]").astype(int) % 12
        some = {int(m): int(d) for m, d in zip(self.month, range(first, last + 1), strict=True)}
        self.step = {m: model.moments(d, d + 1, (d, d))[0] for m, d in some.items()}
        self.prior, self.is_bare = model.prior(first), model.is_bare


def _drawn(
    daily: _Daily,
    days: Days,
    likelihood: Floats,
    season: tuple[int, int],
    draws: int,
    random: np.random.Generator,
) -> tuple[Counts, Counts, Floats]:
    """Return bare days and periods (n, draws), and the sum of bare days by month (n, 12)."""
    count, size = likelihood.shape[1:]
    length = daily.last - daily.first + 1
    forward = np.empty((length, count, size), np.float32)
    now: Floats = np.broadcast_to(daily.prior, (count, size))
    place = {int(day): k for k, day in enumerate(days)}
    for k in range(length):
        if k:
            now = now @ daily.step[int(daily.month[k - 1])]
        if daily.first + k in place:
            now = now * likelihood[place[daily.first + k]]
            now = now / now.sum(axis=1, keepdims=True)
        forward[k] = now
    bare, periods = np.zeros((count, draws), np.int32), np.zeros((count, draws), np.int32)
    months, was = np.zeros((count, 12)), np.zeros((count, draws), bool)
    state = _choose(np.broadcast_to(forward[-1][:, None], (count, draws, size)), random)
    for k in range(length - 1, -1, -1):
        if k < length - 1:
            back = daily.step[int(daily.month[k])].T.astype(np.float32)
            state = _choose(forward[k][:, None] * back[state], random)
        if season[0] <= daily.first + k < season[1]:
            is_bare = daily.is_bare[state]
            bare += is_bare
            periods += is_bare & ~was
            months[:, daily.month[k]] += is_bare.sum(axis=1)
            was = is_bare
    return bare, periods, months


def _choose(weights: Floats, random: np.random.Generator) -> npt.NDArray[np.intp]:
    """Draw an index by weights (…, K)."""
    total = np.cumsum(weights, axis=-1)
    limit = random.random(total.shape[:-1], np.float32) * total[..., -1]
    return np.asarray((total <= limit[..., None]).sum(axis=-1).clip(max=total.shape[-1] - 1))
