"""Exercises of chapter 10: from a patch to a tile."""

from typing import Any

import numpy as np
import numpy.typing as npt

from s2kit.exercises.exercise import Exercise

Codes = npt.NDArray[Any]


def _fours(codes: Codes) -> Codes:
    """Return each block of 2 × 2 as four numbers: (rows, columns, 4)."""
    rows, columns = (size // 2 for size in codes.shape)
    return codes.reshape(rows, 2, columns, 2).swapaxes(1, 2).reshape(rows, columns, 4)


def _halve(codes: Codes) -> Codes:
    return np.apply_along_axis(lambda four: np.bincount(four).argmax(), 2, _fours(codes))


def _last_of_several(codes: Codes) -> Codes:
    return np.apply_along_axis(
        lambda four: len(np.bincount(four)) - 1 - np.bincount(four)[::-1].argmax(), 2, _fours(codes)
    )


EXERCISES = {
    "10.1": Exercise(
        solve=lambda core, margin: (core + 2 * margin) ** 2 / core**2,
        hint="Computed is the whole window, needed is its core: divide the two areas.",
        mistakes=(
            (
                lambda core, margin: (core + margin) ** 2 / core**2,
                "The margin is on both sides: the window is core + 2 · margin wide.",
            ),
            (
                lambda core, margin: (core + 2 * margin) / core,
                "Those are the sides. Work is done for areas: square them.",
            ),
            (
                lambda core, margin: core**2 / (core + 2 * margin) ** 2,
                "Turned round: computed divided by needed is above 1.",
            ),
            (
                lambda core, margin: (core + 2 * margin) ** 2 / core**2 - 1,
                "That is what comes on top. The factor itself has 1 more.",
            ),
        ),
        example=lambda: (1024, 160),
        tolerance=1e-3,
    ),
    "10.2": Exercise(
        solve=_halve,
        hint="reshape(rows, 2, columns, 2), bring the 2s together, then np.bincount(…).argmax().",
        mistakes=(
            (
                lambda codes: _fours(codes).mean(axis=2),
                "That is the mean. Codes are names: count which one is most frequent.",
            ),
            (
                lambda codes: codes[::2, ::2],
                "That is the upper left pixel of each block. Count all four.",
            ),
            (
                lambda codes: _fours(codes).max(axis=2),
                "That is the largest code, not the most frequent one.",
            ),
            (
                _last_of_several,
                "If several codes are as frequent, the smallest one is asked for.",
            ),
        ),
        example=lambda: (np.array([[9, 1, 8, 5], [1, 1, 9, 10]]),),
    ),
}
