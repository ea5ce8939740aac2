"""Bare periods from a sequence of maps: bounds between observations, never one invented date.

A field seen growing on 1 June, bare on 11 June and 21 June and growing on 1 July was bare for 10
days at least and 30 at most, if it was nothing else between two dates that show the same. What
began and ended between two dates that both show it covered is seen by no method of this kind;
the model of `s2kit.monitoring.markov` says how likely it is.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from s2kit.scenes.nomenclature import NO_DATA

BARE, GROWING, QUARRY = 5, 9, 10
"""Codes of the paper's classes "bare soil", "crops in vegetation growth" and "quarry areas"."""

Days = npt.NDArray[np.int64]
NEVER = -1


def ordinals(time: Any) -> Days:
    """Return dates as days since 1970-01-01."""
    return np.asarray(time).astype("datetime64[D]").astype(np.int64)


def observed_periods(
    codes: npt.NDArray[np.integer],
    days: Sequence[int] | Days,
    season: tuple[int, int] | None = None,
    bare: int = BARE,
    growing: int = GROWING,
) -> dict[str, npt.NDArray[np.int32]]:
    """Count bare periods of many sequences at once, with bounds of their length.

    Parameters
    ----------
    codes
        Class codes (time, …), 0 = cloud or no data.
    days
        Day numbers of the dates, ascending.
    season
        First day and day after the last; default: from the first date to the last.
    bare, growing
        Codes of bare soil and of growing crops.

    Returns
    -------
    dict
        int32 arrays (…): ``first`` and ``last`` day seen bare (-1: never), ``low`` and ``high``
        bound of the bare days, ``periods`` (runs of bare observations), ``cycles`` (runs of growing
        crops) and ``observed`` (dates with data). The bounds assume that nothing changed between
        two dates of the same class; what lies before the first or after the last date with data
        widens ``high`` if the field was bare there.

    Examples
    --------
    >>> found = observed_periods(np.array([[9], [5], [0], [5], [9]]), [0, 10, 15, 20, 30])
    >>> {key: int(value[0]) for key, value in found.items()}
    {'first': 10, 'last': 20, 'low': 10, 'high': 30, 'periods': 1, 'cycles': 2, 'observed': 4}
    """
    start, end = season or (int(days[0]), int(days[-1]))
    shape = codes.shape[1:]
    found = {key: np.zeros(shape, np.int32) for key in ("low", "high", "periods", "cycles")}
    first, last = np.full(shape, NEVER, np.int32), np.full(shape, NEVER, np.int32)
    observed = np.zeros(shape, np.int32)
    before = np.full(shape, start, np.int32)
    code = np.full(shape, NO_DATA, np.uint8)
    for now, day in zip(codes, days, strict=True):
        if not start <= day <= end:
            continue
        seen, was, is_bare = now != NO_DATA, code == bare, now == bare
        gap = np.where(seen, day - before, 0)
        found["low"] += np.where(was & is_bare, gap, 0)
        found["high"] += np.where(was | is_bare, gap, 0)
        found["periods"] += is_bare & ~was
        found["cycles"] += (now == growing) & (code != growing)
        first = np.where(is_bare & (first == NEVER), day, first)
        last = np.where(is_bare, day, last)
        observed += seen
        before, code = np.where(seen, day, before), np.where(seen, now, code)
    found["high"] += np.where(code == bare, end - before, 0)
    return {"first": first, "last": last, **found, "observed": observed}


def sequence_of(codes: npt.NDArray[np.integer]) -> str:
    """Return the runs of classes of one sequence (time,) as text; gaps are left out.

    >>> sequence_of(np.array([9, 9, 0, 4, 5, 5, 9]))
    '9-4-5-9'
    """
    seen = codes[codes != NO_DATA]
    runs = seen[np.append(True, seen[1:] != seen[:-1])] if len(seen) else seen
    return "-".join(str(code) for code in runs)
