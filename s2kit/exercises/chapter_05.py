"""Exercises of chapter 5: colour composites and class maps."""

from typing import Any

import numpy as np
import xarray as xr

from s2kit.exercises.exercise import Exercise
from s2kit.maps.classify import class_map, confidence


def _probabilities() -> tuple[xr.DataArray, float]:
    values = [
        [[0.9, 0.5, 0.8, np.nan]],
        [[0.1, 0.5, 0.2, np.nan]],
        [[0.0, 0.0, 0.0, np.nan]],
    ]
    coords = {"class": [1, 2, 3]}
    return xr.DataArray(values, dims=("class", "y", "x"), coords=coords), 0.8


def _trusted(probabilities: xr.DataArray, threshold: float) -> Any:
    return class_map(probabilities).where(confidence(probabilities) >= threshold, 0)


def _codes() -> tuple[xr.DataArray, int]:
    codes = np.array([[0, 5, 5], [9, 9, 9], [9, 9, 4]], "uint8")
    return xr.DataArray(codes, dims=("y", "x")), 9


EXERCISES = {
    "5.1": Exercise(
        solve=_trusted,
        hint="class_map and confidence give both halves; .where(condition, 0) joins them.",
        mistakes=(
            (
                lambda p, t: class_map(p).where(confidence(p) > t, 0),
                "A pixel that just reaches the threshold is trusted as well: use >=.",
            ),
            (
                lambda p, t: class_map(p).where(confidence(p) >= t),
                "NaN stands where 0 should: give .where a second argument.",
            ),
            (
                lambda p, t: class_map(p).where(confidence(p) < t, 0),
                "Turned round: .where keeps what the condition says.",
            ),
            (lambda p, t: class_map(p), "Nothing was left out: use the confidence."),
        ),
        example=_probabilities,
    ),
    "5.2": Exercise(
        solve=lambda codes, code: float((codes == code).sum()) / 100,
        hint="A pixel is 10 m × 10 m, a hectare 100 m × 100 m.",
        mistakes=(
            (
                lambda codes, code: float((codes == code).sum()),
                "Those are pixels. A hectare holds a hundred of them.",
            ),
            (
                lambda codes, code: float((codes == code).sum()) * 100,
                "Those are square metres. A hectare has 10 000 of them.",
            ),
            (
                lambda codes, code: float((codes == code).sum()) / 10_000,
                "Those are square kilometres. A square kilometre has 100 hectares.",
            ),
            (
                lambda codes, code: float((codes == code).mean()),
                "That is the share of the map, not an area.",
            ),
        ),
        example=_codes,
    ),
}
