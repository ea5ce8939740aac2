"""Exercises of chapter 8: your own area."""

from typing import Any

import numpy as np
import xarray as xr

from s2kit.exercises.exercise import PER_CENT, Exercise

Translation = dict[int, int]


def _translated(codes: xr.DataArray, translation: Translation, start: xr.DataArray) -> Any:
    result = start
    for code, group in translation.items():
        result = result.where(codes != code, group)
    return result


def _codes() -> tuple[xr.DataArray, Translation]:
    codes = xr.DataArray(np.array([[0, 1, 2], [4, 5, 10]], "uint8"), dims=("y", "x"))
    return codes, {1: 10, 2: 10, 4: 20}


def _beside(training: xr.DataArray) -> Any:
    known = np.asarray(training) > 0
    beside = np.zeros_like(known)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    beside[:, 1:] |= known[:, :-1]
    beside[:, :-1] |= known[:, 1:]
    return beside


def _share(training: xr.DataArray, held_back: xr.DataArray) -> float:
    return float(_beside(training)[np.asarray(held_back) > 0].mean())


def _masks() -> tuple[xr.DataArray, xr.DataArray]:
    training = np.zeros((5, 6), "uint8")
    training[1, 1:3] = training[4, 5] = 4
    held_back = np.zeros((5, 6), "uint8")
    held_back[0, 0] = held_back[2, 2] = held_back[4, 4] = held_back[0, 5] = held_back[2, 5] = 4
    return tuple(xr.DataArray(each, dims=("y", "x")) for each in (training, held_back))  # type: ignore[return-value]


EXERCISES = {
    "8.1": Exercise(
        solve=lambda codes, translation: _translated(codes, translation, codes * 0),
        hint="Begin with zeros, then go through the dictionary with .where(codes != code, group).",
        mistakes=(
            (
                lambda codes, translation: _translated(codes, translation, codes),
                "Codes without a translation stayed. Begin with zeros: codes * 0.",
            ),
            (
                lambda codes, translation: codes * 0,
                "All is 0: .where returns a new array, so keep it: result = result.where(…).",
            ),
            (
                lambda codes, translation: _translated(
                    codes, dict(list(translation.items())[:1]), codes * 0
                ),
                "Only one pair was translated: return after the loop, not in it.",
            ),
        ),
        example=_codes,
    ),
    "8.2": Exercise(
        solve=_share,
        hint="Shift the mask of the training pixels by one in each direction, then combine with |.",
        mistakes=(
            (lambda training, held: 100 * _share(training, held), PER_CENT),
            (
                lambda training, held: float((_beside(training) & (np.asarray(held) > 0)).mean()),
                "You divided by all pixels. Divide by the pixels held back.",
            ),
            (
                lambda training, held: _share(held, training),
                "Turned round: asked is the share of the pixels held back.",
            ),
            (lambda training, held: 1 - _share(training, held), "That is the share without one."),
        ),
        example=_masks,
    ),
}
