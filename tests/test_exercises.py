import numpy as np
import pytest

from s2kit.exercises import check


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "Not solved yet. Hint: divide"),
        (..., "Not solved yet. Hint: divide"),
        (0.5, "Right."),
        (0.7, "Not yet: got 0.7. Hint: divide"),
        ("half", "Not yet: got half. Hint: divide"),
        (np.zeros(3), "Not yet: got ndarray of shape (3,). Hint: divide"),
    ],
)
def test_a_student_is_told_right_from_wrong(answer, said, capsys):
    check(answer, expected=0.5, hint="divide")
    assert capsys.readouterr().out.strip() == said


def test_arrays_are_compared_value_by_value_and_nan_equals_nan(capsys):
    check(np.array([1.0, np.nan]), expected=[1.0, np.nan], hint="")
    check(np.array([1.0, 2.0]), expected=[1.0, np.nan], hint="look")
    assert capsys.readouterr().out.startswith("Right.\nNot yet")
