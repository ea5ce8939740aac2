"""Exercises of chapter 9: elsewhere."""

from typing import Any

import numpy as np
import numpy.typing as npt

from s2kit.exercises.exercise import Exercise

Numbers = npt.NDArray[Any]
Pair = tuple[float, float]


def _shares(wrong: Numbers, outside: Numbers) -> tuple[float, float]:
    return float(wrong[~outside].mean()), float(wrong[outside].mean())


def _block(unlike: Numbers, side: int, padded: bool = False) -> tuple[int, int]:
    if padded:
        unlike = np.pad(unlike, [(0, -size % side) for size in unlike.shape])
    rows, columns = (size // side for size in unlike.shape)
    blocks = unlike[: rows * side, : columns * side].reshape(rows, side, columns, side)
    means = np.nanmean(blocks, axis=(1, 3))
    row, column = np.unravel_index(int(np.argmax(means)), means.shape)
    return int(row) * side, int(column) * side


def _unlike() -> tuple[Numbers, int]:
    example = np.zeros((7, 9))
    example[4, 5] = 1.0
    example[6, 8] = 9.0
    return example, 3


def _shrunk(own: Pair, typical: Pair, share: float) -> Pair:
    mean, variance = (
        (1 - share) * ours + share * theirs
        for ours, theirs in ((own[0], typical[0]), (own[1] ** 2, typical[1] ** 2))
    )
    return mean, float(np.sqrt(variance))


EXERCISES = {
    "9.1": Exercise(
        solve=lambda wrong, unlike: _shares(wrong, unlike > 1),
        hint="The mean of a boolean array is the share of its True.",
        mistakes=(
            (
                lambda wrong, unlike: _shares(wrong, unlike >= 1),
                "Exactly 1 is still inside: outside is above 1.",
            ),
            (
                lambda wrong, unlike: _shares(wrong, unlike > 1)[::-1],
                "Turned round: inside first, then outside.",
            ),
            (
                lambda wrong, unlike: (
                    float((wrong & (unlike <= 1)).mean()),
                    float((wrong & (unlike > 1)).mean()),
                ),
                "You divided by all pixels: each share is of the pixels on its side.",
            ),
        ),
        example=lambda: (
            np.array([True, False, True, True]),
            np.array([0.2, 0.9, 1.0, 3.0]),
        ),
    ),
    "9.2": Exercise(
        solve=_block,
        hint="reshape(rows, side, columns, side), then the mean over the axes 1 and 3.",
        mistakes=(
            (
                lambda unlike, side: _block(unlike, side, padded=True),
                "Row 6 and beyond is no whole block: cut the array before you reshape it.",
            ),
            (
                lambda unlike, side: tuple(place // side for place in _block(unlike, side)),
                "That is the place among the blocks: multiply by side.",
            ),
            (
                lambda unlike, side: tuple(
                    int(i) for i in np.unravel_index(int(np.argmax(unlike)), unlike.shape)
                ),
                "That is the highest pixel. Asked is the block with the highest mean.",
            ),
        ),
        example=_unlike,
    ),
    "9.3": Exercise(
        solve=_shrunk,
        hint="Variances are averaged; the deviation is the root of their mean.",
        mistakes=(
            (
                lambda own, typical, share: _shrunk(typical, own, share),
                "Turned round: a share of 0 leaves the image's own statistics as they are.",
            ),
            (
                lambda own, typical, share: (
                    _shrunk(own, typical, share)[0],
                    (1 - share) * own[1] + share * typical[1],
                ),
                "Deviations do not add up, variances do: square them first.",
            ),
            (
                lambda own, typical, share: (
                    _shrunk(own, typical, share)[0],
                    _shrunk(own, typical, share)[1] ** 2,
                ),
                "That is the variance: take its root.",
            ),
        ),
        example=lambda: ((0.30, 0.02), (0.20, 0.10), 0.25),
    ),
}
