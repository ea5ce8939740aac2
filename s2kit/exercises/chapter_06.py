"""Exercises of chapter 6: accuracy."""

import pandas as pd

from s2kit.accuracy.metrics import overall_accuracy
from s2kit.exercises.exercise import PER_CENT, Exercise


def _matrix() -> pd.DataFrame:
    codes = [4, 5, 9, 10]
    counts = [[40, 2, 3, 1], [4, 30, 0, 6], [7, 0, 50, 0], [1, 5, 0, 20]]
    return pd.DataFrame(counts, index=codes, columns=codes)


def _merged(matrix: pd.DataFrame) -> float:
    return _one_cell(matrix, 4, 9) + _one_cell(matrix, 9, 4) - overall_accuracy(matrix)


def _one_cell(matrix: pd.DataFrame, row: int, column: int) -> float:
    counts = matrix.to_numpy()
    cell = counts[matrix.index.get_loc(row), matrix.columns.get_loc(column)]
    return overall_accuracy(matrix) + float(cell / counts.sum())


EXERCISES = {
    "6.1": Exercise(
        solve=lambda matrix, code: float(matrix.loc[code, code] / matrix.loc[code].sum()),
        hint="The row of the class holds everything the map calls by its name.",
        mistakes=(
            (
                lambda matrix, code: float(matrix.loc[code, code] / matrix[code].sum()),
                "Wrong axis: the column holds what the class is, and gives producer's accuracy.",
            ),
            (
                lambda matrix, code: 100 * float(matrix.loc[code, code] / matrix.loc[code].sum()),
                PER_CENT,
            ),
            (
                lambda matrix, code: float(matrix.loc[code, code] / matrix.to_numpy().sum()),
                "You divided by all pixels. Divide by those that the map calls by this class.",
            ),
            (
                lambda matrix, code: 1 - float(matrix.loc[code, code] / matrix.loc[code].sum()),
                "That is the share that is wrong.",
            ),
        ),
        example=lambda: (_matrix(), 10),
    ),
    "6.2": Exercise(
        solve=_merged,
        hint="Pixels that are 4 and mapped as 9, or the other way round, are now right.",
        mistakes=(
            (
                lambda matrix: _one_cell(matrix, 4, 9),
                "One of two cells is missing: the row 9, column 4 becomes right as well.",
            ),
            (
                lambda matrix: _one_cell(matrix, 9, 4),
                "One of two cells is missing: the row 4, column 9 becomes right as well.",
            ),
            (lambda matrix: 100 * _merged(matrix), PER_CENT),
            (
                overall_accuracy,
                "That is the accuracy with two crop classes. Which errors are none any more?",
            ),
        ),
        example=lambda: (_matrix(),),
    ),
}
