"""A hidden Markov model in continuous time: what the ground was, from maps that are at times wrong.

The ground has one class on each day and changes from i to j at a rate that depends on the month;
each map shows the class with the errors of its confusion matrix. Between two dates any time apart
the transition matrix is a product of matrix exponentials, one for each month (Van Loan 1978, IEEE
Transactions on Automatic Control 23, 395-404, for the integrals). Forward-backward and Viterbi
as in Rabiner (1989), Proceedings of the IEEE 77, 257-286.

Libraries that were looked at: hmmlearn and pomegranate step from one observation to the next as if
all gaps were equal and take no covariate; depmixS4 and msm, which can do more, are for R. Ten
states need no more than scipy's ``expm`` and a few matrix products.
"""

import datetime
import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from s2kit.errors import S2kitError
from s2kit.monitoring.periods import Days
from s2kit.scenes.land_cover import NO_DATA, Nomenclature

Floats = npt.NDArray[np.floating]
YEAR = 365.25
FLOOR = 0.01
"""No observation is taken as less likely than this: a map may always be wrong in a new way."""


@dataclass(frozen=True)
class SequenceModel:
    """Rates of change by month, and how maps show classes.

    Attributes
    ----------
    nomenclature
        The K classes, in the order of the codes.
    states
        Code of the class of each of the S states. A class may have several, so that stubble in
        August and tilled soil in April last as long as each does.
    rates
        float (12, S, S): changes per year from row to column, January first; the diagonal is not
        looked at.
    confusion
        float (K, K): share of the maps that show the column where the row is true; rows add up to
        one.
    bare
        Code of the class whose days are counted.
    """

    nomenclature: Nomenclature
    states: tuple[int, ...]
    rates: Floats
    confusion: Floats
    bare: int = 5

    def __post_init__(self) -> None:
        size, states = len(self.nomenclature), len(self.states)
        if self.rates.shape != (12, states, states) or not (self.rates >= 0).all():
            raise S2kitError(
                f"rates of shape {self.rates.shape} where {(12, states, states)} is needed, none "
                "below 0; give one matrix for each month"
            )
        if self.confusion.shape != (size, size) or not np.allclose(self.confusion.sum(axis=1), 1):
            raise S2kitError(
                f"the confusion of {size} classes must be {size} × {size} shares, each row adding "
                "up to 1; give what confusion_shares returns"
            )
        self.nomenclature.position(self.bare)

    @cached_property
    def places(self) -> npt.NDArray[np.intp]:
        """Return the position of each state's class."""
        return np.array([self.nomenclature.position(code) for code in self.states])

    @cached_property
    def is_bare(self) -> npt.NDArray[np.bool_]:
        """Return which states are bare."""
        return np.asarray(np.array(self.states) == self.bare)

    @cached_property
    def generators(self) -> Floats:
        """Return the generator matrices per day (12, S, S): rows add up to nothing."""
        found = self.rates / YEAR
        for month in found:
            np.fill_diagonal(month, 0)
            np.fill_diagonal(month, -month.sum(axis=1))
        return np.asarray(found)

    def prior(self, day: int) -> Floats:
        """Return the probability of each state on a day of which nothing is known.

        All classes alike a year before, and then what that year makes of their states.
        """
        shared = np.bincount(self.places)[self.places]
        before: Floats = 1 / (shared * len(self.nomenclature))
        return np.asarray(before @ self.moments(day - 365, day, (day, day))[0])

    def moments(self, first: int, after: int, season: tuple[int, int]) -> Floats:
        """Return the transition matrix from one day to another, and the moments of bare days.

        Returns
        -------
        ndarray
            (3, S, S): probability of going from row to column; times the bare days on the way
            that lie in the season; times half of their square.
        """
        size = len(self.states)
        total = np.eye(3 * size)
        for month, begin, end in _months(first, after, season):
            block = np.kron(np.eye(3), self.generators[month])
            if season[0] <= begin < season[1]:
                block += np.kron(np.eye(3, k=1), np.diag(self.is_bare.astype(float)))
            total = total @ expm(block * (end - begin))
        return np.stack([total[:size, k * size : (k + 1) * size] for k in range(3)])

    def likelihood(self, codes: npt.NDArray[np.integer]) -> Floats:
        """Return how likely codes (time, n) are in each state: (time, n, S), 1 where no data."""
        places = self.nomenclature.positions(codes)
        shown = np.maximum(self.confusion, FLOOR).T[:, self.places]
        table = np.vstack([shown, np.ones(len(self.states))]).astype(np.float32)
        return np.asarray(table[places])  # position -1, no data, is the last row

    def likelihood_of_shares(self, shares: Floats) -> Floats:
        """Return the same of class shares or probabilities (time, n, K), NaN = no data.

        One field is one observation, however many pixels it has: their errors are alike.
        """
        shown = np.log(np.maximum(self.confusion, FLOOR)).T[:, self.places]
        return np.exp(np.nan_to_num(shares, nan=0.0) @ shown)

    def by_class(self, states: Floats) -> Floats:
        """Add up the probabilities of states (…, S) to those of classes (…, K)."""
        return states @ np.eye(len(self.nomenclature))[self.places]


def _months(first: int, after: int, season: tuple[int, int]) -> list[tuple[int, int, int]]:
    """Cut days at the ends of months and of the season: month (0 to 11), first day, day after."""
    pieces, begin = [], first
    while begin < after:
        day = datetime.date(1970, 1, 1) + datetime.timedelta(begin)
        following = datetime.date(day.year + day.month // 12, day.month % 12 + 1, 1)
        end = min(after, begin + (following - day).days)
        end = min([end, *(edge for edge in season if begin < edge < end)])
        pieces.append((day.month - 1, begin, end))
        begin = end
    return pieces


def mean_bare_days(
    model: SequenceModel, days: Days, codes: npt.NDArray[np.integer], season: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the bare days in a season, exactly, by one pass.

    Parameters
    ----------
    model
        The model.
    days
        Day numbers (time,) of the dates, ascending; those outside of the season help too.
    codes
        Class codes (time, n), 0 = no data.
    season
        First day and day after the last.

    Returns
    -------
    mean, deviation : ndarray
        Days, float32 (n,).

    Examples
    --------
    >>> from s2kit.monitoring.rates import default_model
    >>> mean, deviation = mean_bare_days(
    ...     default_model(), np.array([19000, 19010]), np.array([[5], [5]]), (19000, 19010)
    ... )
    >>> bool(9 < mean[0] <= 10), bool(deviation[0] < 3)
    (True, True)
    """
    at, size = min(int(days[0]), season[0]), len(model.states)
    state = np.zeros((codes.shape[1], 3 * size), np.float32)  # probability, its first two moments
    state[:, :size] = model.prior(at)
    for day, seen in [*zip(days, codes, strict=True), (max(season[1], int(days[-1])), None)]:
        if day > at:
            none, one, two = model.moments(at, int(day), season)
            zero = np.zeros_like(none)
            go = np.block([[none, one, two], [zero, none, one], [zero, zero, none]])
            state = state @ go.astype(np.float32)
            at = int(day)
        if seen is not None:
            state *= np.tile(model.likelihood(seen), 3)
        state /= state[:, :size].sum(axis=1, keepdims=True)
    mean = state[:, size : 2 * size].sum(axis=1)
    square = 2 * state[:, 2 * size :].sum(axis=1)
    return mean, np.sqrt(np.maximum(square - mean**2, 0))


def forward_backward(model: SequenceModel, days: Days, likelihood: Floats) -> Floats:
    """Return the probability of each class on each date, given all dates: (time, n, K)."""
    steps = _steps(model, days)
    forward = np.empty(likelihood.shape)
    now = np.broadcast_to(model.prior(int(days[0])), likelihood.shape[1:])
    for k, seen in enumerate(likelihood):
        now = (now @ steps[k]) * seen
        now = now / now.sum(axis=1, keepdims=True)
        forward[k] = now
    back = np.ones(likelihood.shape[1:])
    for k in range(len(days) - 1, 0, -1):
        back = (back * likelihood[k]) @ steps[k].T
        back = back / back.sum(axis=1, keepdims=True)
        forward[k - 1] *= back
    return model.by_class(forward / forward.sum(axis=2, keepdims=True))


def viterbi(model: SequenceModel, days: Days, likelihood: Floats) -> npt.NDArray[np.uint8]:
    """Return the likeliest sequence of states as class codes (time, n)."""
    tiny = np.finfo(float).tiny
    steps = [np.log(np.maximum(step, tiny)) for step in _steps(model, days)]
    score = np.log(model.prior(int(days[0]))) + np.log(likelihood[0])
    came = np.zeros(likelihood.shape, np.uint8)
    for k in range(1, len(days)):
        ways = score[:, :, None] + steps[k]
        came[k] = ways.argmax(axis=1)
        score = np.take_along_axis(ways, came[k][:, None].astype(int), 1)[:, 0]
        score = score + np.log(likelihood[k])
    places = np.empty(likelihood.shape[:2], int)
    places[-1] = score.argmax(axis=1)
    for k in range(len(days) - 1, 0, -1):
        places[k - 1] = np.take_along_axis(came[k], places[k][:, None], 1)[:, 0]
    return np.asarray(np.array(model.states, np.uint8)[places])


def _steps(model: SequenceModel, days: Days) -> list[Floats]:
    """Return the transition matrix from each date's predecessor; the first changes nothing."""
    nothing = np.eye(len(model.states))
    none = (int(days[0]), int(days[0]))
    pairs = itertools.pairwise(days)
    return [nothing, *(model.moments(int(a), int(b), none)[0] for a, b in pairs)]


def confusion_shares(
    counts: npt.ArrayLike | None, nomenclature: Nomenclature, right: float = 0.9, weight: float = 5
) -> Floats:
    """Return what maps show of each true class, from a confusion matrix or without one.

    Parameters
    ----------
    counts
        Pixels (K, K), map classes in rows as `s2kit.accuracy.confusion` has them; None: nothing is
        known.
    right
        Share of right maps where nothing is known; the rest is spread over the other classes.
    weight
        How many pixels this assumption counts for beside the counts of each true class.

    Examples
    --------
    >>> from s2kit.scenes.nomenclature import PAPER
    >>> shares = confusion_shares(None, PAPER)
    >>> round(float(shares[4, 4]), 2), round(float(shares[4, 9]), 4)
    (0.9, 0.0111)
    """
    if not 0 < right < 1:
        raise S2kitError(f"right={right} must lie between 0 and 1: the share of maps that are")
    size = len(nomenclature)
    assumed = np.full((size, size), (1 - right) / (size - 1))
    np.fill_diagonal(assumed, right)
    if counts is None:
        return assumed
    found = np.asarray(counts, float).T + weight * assumed
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def observed_classes(shares: Floats, nomenclature: Nomenclature) -> npt.NDArray[np.uint8]:
    """Return the class with the largest share (…, K) as a code, 0 where shares are NaN."""
    codes = np.array(nomenclature.codes, np.uint8)[np.nan_to_num(shares).argmax(axis=-1)]
    return np.where(np.isnan(shares[..., 0]), NO_DATA, codes).astype(np.uint8)
