"""Table 1's metrics against scikit-learn and pycm, and the rules for absent classes."""

import contextlib
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycm import ConfusionMatrix
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from s2kit.accuracy.confusion import as_matrix
from s2kit.accuracy.metrics import class_metrics, mean_metrics, overall_accuracy


def matrix_of(counts: object) -> pd.DataFrame:
    size = len(np.asarray(counts))
    return as_matrix(counts, range(1, size + 1))


@st.composite
def matrices(draw: st.DrawFn) -> pd.DataFrame:
    """Random matrices of 1 to 5 classes, many with empty rows, columns or both."""
    size = draw(st.integers(1, 5))
    counts = draw(hnp.arrays(np.int64, (size, size), elements=st.integers(0, 9)))
    for axis in (0, 1):
        for absent in draw(st.sets(st.integers(0, size - 1), max_size=2)):
            np.moveaxis(counts, axis, 0)[absent] = 0
    return matrix_of(counts)


def samples(matrix: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Unroll a matrix into reference and map codes."""
    pairs = [(r, m) for m in matrix.index for r in matrix.columns for _ in range(matrix.loc[m, r])]
    return [r for r, _ in pairs], [m for _, m in pairs]


@settings(max_examples=150, deadline=None)
@given(matrices())
def test_scikit_learn_agrees(matrix: pd.DataFrame) -> None:
    assume(matrix.to_numpy().sum() > 0)
    reference, mapped = samples(matrix)
    ours = class_metrics(matrix)
    options = {"labels": list(matrix.index), "average": None, "zero_division": np.nan}
    np.testing.assert_allclose(ours.PA, recall_score(reference, mapped, **options))
    np.testing.assert_allclose(ours.UA, precision_score(reference, mapped, **options))
    f1 = f1_score(reference, mapped, **options)
    f1[matrix.sum(axis="index") == 0] = np.nan  # ours: nothing to find, nothing to score
    np.testing.assert_allclose(ours.F1, f1)
    assert overall_accuracy(matrix) == pytest.approx(accuracy_score(reference, mapped))


@settings(max_examples=60, deadline=None)
@given(matrices())
def test_pycm_agrees(matrix: pd.DataFrame) -> None:
    assume(matrix.to_numpy().sum() > 0)
    assume(len(matrix) > 1)  # pycm refuses a single class
    by_reference = {r: {m: int(matrix.loc[m, r]) for m in matrix.index} for r in matrix.columns}
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = ConfusionMatrix(matrix=by_reference)
    ours = class_metrics(matrix)
    absent = (matrix.sum(axis="index") == 0) & (matrix.sum(axis="columns") == 0)
    for ours_name, name in {
        "PA": "TPR",
        "TNR": "TNR",
        "UA": "PPV",
        "ACC": "ACC",
        "F1": "F1",
    }.items():
        for code in matrix.index:
            value = getattr(theirs, name)[code]
            hidden = absent[code] or (ours_name == "F1" and not matrix[code].sum())
            expected = math.nan if hidden or value == "None" else value
            assert ours.loc[code, ours_name] == pytest.approx(expected, nan_ok=True)
    assert overall_accuracy(matrix) == pytest.approx(theirs.Overall_ACC)


@given(matrices())
def test_swapping_the_axes_swaps_pa_and_ua(matrix: pd.DataFrame) -> None:
    ours, swapped = class_metrics(matrix), class_metrics(matrix_of(matrix.to_numpy().T))
    np.testing.assert_array_equal(ours.PA, swapped.UA)
    np.testing.assert_array_equal(ours.ACC, swapped.ACC)
    assert overall_accuracy(matrix) == pytest.approx(
        overall_accuracy(matrix_of(matrix.to_numpy().T)), nan_ok=True
    )


@given(matrices())
def test_every_metric_is_a_share_or_undefined(matrix: pd.DataFrame) -> None:
    values = class_metrics(matrix).to_numpy()
    assert np.all(np.isnan(values) | ((values >= 0) & (values <= 1)))


def test_a_class_in_neither_is_not_part_of_the_task() -> None:
    assert class_metrics(matrix_of([[5, 0, 1], [0, 0, 0], [2, 0, 4]])).loc[2].isna().all()


def test_a_class_only_in_the_map_has_no_pa_and_no_f1() -> None:
    row = class_metrics(matrix_of([[5, 0], [3, 0]])).loc[2]
    assert row[["PA", "F1"]].isna().all()
    assert row[["TNR", "UA", "ACC"]].tolist() == [5 / 8, 0, 5 / 8]


def test_a_class_never_mapped_scores_nothing() -> None:
    row = class_metrics(matrix_of([[5, 3], [0, 0]])).loc[2]
    assert np.isnan(row.UA)
    assert row[["PA", "F1", "TNR", "ACC"]].tolist() == [0, 0, 1, 5 / 8]


def test_one_class_and_no_samples() -> None:
    single = class_metrics(matrix_of([[7]])).loc[1]
    assert single[["PA", "UA", "ACC", "F1"]].tolist() == [1, 1, 1, 1]
    assert np.isnan(single.TNR)
    nothing = matrix_of([[0, 0], [0, 0]])
    assert np.isnan(overall_accuracy(nothing))
    assert class_metrics(nothing).isna().all(axis=None)


def test_means_run_over_the_defined_cells_of_each_column() -> None:
    means = mean_metrics(matrix_of([[5, 0], [3, 0]]))
    assert means.PA == 5 / 8  # one class
    assert means.UA == 0.5  # two: 1 and 0
