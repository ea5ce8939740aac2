"""Exercises of chapter 11: monitoring."""

from collections.abc import Sequence

import numpy as np

from s2kit.exercises.exercise import Exercise

BARE, CLOUD = 5, 0
Seen = list[tuple[int, int]]


def _seen(days: Sequence[int], codes: Sequence[int], clouds: bool = False) -> tuple[Seen, int, int]:
    """Return the dates that tell something, and the first and the last bare one of them."""
    seen = [each for each in zip(days, codes, strict=True) if clouds or each[1] != CLOUD]
    bare = [k for k, (_, code) in enumerate(seen) if code == BARE]
    return seen, bare[0], bare[-1]


def _bounds(
    days: Sequence[int], codes: Sequence[int], clouds: bool = False, around: int = 1
) -> tuple[int, int]:
    seen, first, last = _seen(days, codes, clouds)
    low = seen[last][0] - seen[first][0]
    return low, seen[last + around][0] - seen[first - around][0]


EXERCISES = {
    "11.1": Exercise(
        solve=_bounds,
        hint="Low: last bare - first bare. High: next seen - the one seen before.",
        mistakes=(
            (
                lambda days, codes: _bounds(days, codes, clouds=True),
                "A cloud (0) tells nothing: leave those dates out first.",
            ),
            (
                lambda days, codes: _bounds(days, codes)[::-1],
                "Turned round: the lower bound comes first.",
            ),
            (
                lambda days, codes: _bounds(days, codes, around=0),
                "It may have been bare until the next date, and since the one before.",
            ),
        ),
        example=lambda: ([0, 10, 20, 25, 40], [9, 5, 5, 0, 9]),
    ),
    "11.2": Exercise(
        solve=lambda rate, days: 1 - np.exp(-rate * days / 365.25),
        hint="It stays with probability exp(-rate · time), with the time in years.",
        mistakes=(
            (
                lambda rate, days: np.exp(-rate * days / 365.25),
                "That is how likely it has *not* changed: take it from 1.",
            ),
            (
                lambda rate, days: rate * days / 365.25,
                "That is the expected number of changes. It passes 1 if you wait long enough.",
            ),
            (
                lambda rate, days: 1 - np.exp(-rate * days),
                "The rate is per year and the time in days: divide by 365.25.",
            ),
        ),
        example=lambda: (2.0, 90),
    ),
}
