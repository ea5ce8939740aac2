"""How often each class of land changes into another, by month: a table that can be replaced.

``rates.csv`` holds changes per year. A class may have several states, which differ in what comes
next: 9a winter and 9b spring crops, 4a ripe crops and 4b weathered stubble, 5a fresh stubble, 5b
tilled soil and 5c soil after a green harvest. Their rates are counted in the SIMULATED crop
calendar for southern Poland (`s2kit.experiments.calendars.counted_rates`), and never below `SELDOM`
where it has the change at all, for real farmers keep no such calendar. All others are round
assumptions: a building stays, a pit grows, a meadow is at times ploughed. What is not listed does
not happen: a forest does not become water.
"""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitError
from s2kit.monitoring.markov import Floats, SequenceModel, confusion_shares
from s2kit.monitoring.periods import BARE
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.nomenclature import PAPER, Nomenclature

TABLE = Path(__file__).with_name("rates.csv")
MONTHS = tuple(str(month) for month in range(1, 13))
STATE = re.compile(r"(\d+)([a-z]?)")

SELDOM = 0.3
"""Changes per year between two states of a field in months in which the calendar has none."""

Rates = tuple[tuple[int, ...], Floats]
"""The class of each state, and changes per year (12, S, S)."""


def read_rates(path: Path | str = TABLE, nomenclature: Nomenclature = PAPER) -> Rates:
    """Read a table of rates: columns from, to (class codes), 1 to 12 (changes per year by month).

    A class with several states has them as a letter behind its code; a code without a letter
    means each of them in the column from, and the first of them in the column to.

    Returns
    -------
    states : tuple of int
        Code of the class of each state.
    rates : ndarray
        float (12, S, S); 0 where a pair is not listed.

    Raises
    ------
    S2kitError
        If the file is no such table; with row and column.

    Examples
    --------
    >>> states, rates = read_rates()
    >>> states, rates.shape
    ((1, 2, 3, 4, 4, 5, 5, 5, 6, 7, 8, 9, 9, 10), (12, 14, 14))
    """
    rows = read_rows(path, ("from", "to", *MONTHS))
    where = {number: f"{path}, row {number}" for number, _ in rows}
    ends = {n: [_state(where[n], row[key], nomenclature) for key in ("from", "to")]
            for n, row in rows}  # fmt: skip
    with_letter = {state for pair in ends.values() for state in pair if state[1]}
    several = {code for code, _ in with_letter}
    plain = {(code, "") for code in nomenclature.codes if code not in several}
    states = sorted(with_letter | plain)
    rates = np.zeros((12, len(states), len(states)))
    for number, row in rows:
        one, other = ends[number]
        try:
            values = np.array([float(row[month]) for month in MONTHS])
        except ValueError as error:
            raise S2kitError(f"{where[number]} holds no number ({error}); correct it") from error
        if one == other or not ((values >= 0) & (values < 1e4)).all():
            raise S2kitError(
                f"{where[number]}: a rate is 0 or more changes per year from one class to another; "
                "correct it"
            )
        to = next(k for k, s in enumerate(states) if other in (s, (s[0], "")))
        for k, state in enumerate(states):
            if one in (state, (state[0], "")):
                rates[:, k, to] = values
    return tuple(code for code, _ in states), rates


def _state(where: str, text: str, nomenclature: Nomenclature) -> tuple[int, str]:
    found = STATE.fullmatch(text)
    if found is None or int(found[1]) not in nomenclature:
        raise S2kitError(
            f"{where}: {text!r} is no class; the codes are {nomenclature.told}, with a letter "
            "behind them where a class has several states"
        )
    return int(found[1]), found[2]


def default_model(
    counts: npt.ArrayLike | None = None,
    nomenclature: Nomenclature = PAPER,
    rates: Rates | None = None,
    bare: int = BARE,
    right: float = 0.9,
) -> SequenceModel:
    """Return the model with the rates of ``rates.csv`` and the errors of a confusion matrix.

    Parameters
    ----------
    counts
        Confusion matrix, map classes in rows; None: ``right`` holds.
    nomenclature
        The classes; others than the paper's need ``rates``.
    rates
        As `read_rates` returns them.
    bare
        Code of bare soil.
    right
        Share of right maps where there are no counts.

    Raises
    ------
    S2kitError
        If other classes have no rates of their own, or shapes do not fit.

    Examples
    --------
    >>> default_model().confusion.shape
    (10, 10)
    """
    if rates is None and nomenclature != PAPER:
        raise S2kitError(
            "the rates of change that come with s2kit are those of the paper's ten classes; give a "
            "table of your own (rates=, --rates) with the columns from, to, 1 … 12"
        )
    states, known = read_rates() if rates is None else rates
    shares = confusion_shares(counts, nomenclature, right)
    return SequenceModel(nomenclature, states, known, shares, bare)


def read_matrix(path: Path | str, nomenclature: Nomenclature = PAPER) -> npt.NDArray[np.float64]:
    """Read a confusion matrix: column map with the map's classes, one column per reference class.

    Returns
    -------
    ndarray
        Counts (K, K), map classes in rows.

    Raises
    ------
    S2kitError
        If rows or columns are not the classes, or a cell is no count.
    """
    codes = [str(code) for code in nomenclature.codes]
    rows = read_rows(path, ("map", *codes))
    if [row["map"] for _, row in rows] != codes:
        raise S2kitError(f"{path}: the rows must be the classes {nomenclature.told}, in this order")
    try:
        counts = np.array([[float(row[code]) for code in codes] for _, row in rows])
    except ValueError as error:
        raise S2kitError(f"{path} holds what is no number ({error}); correct it") from error
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise S2kitError(f"{path} holds a count below 0; correct it")
    return counts
