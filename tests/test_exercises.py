"""Exercises: right answers, usual mistakes with their hints, errors with their lines."""

import importlib

import numpy as np
import pandas as pd
import pytest

from s2kit.errors import S2kitError
from s2kit.exercises import check, check_solution, quiz
from s2kit.exercises.checking import NOTHING, UNSOLVED, exercise_of

CHAPTERS = range(1, 12)
START = 0
NUMBERS = [
    number
    for chapter in (START, *CHAPTERS)
    for number in importlib.import_module(f"s2kit.exercises.chapter_{chapter:02d}").EXERCISES
]
exercises = pytest.mark.parametrize("number", NUMBERS)


@exercises
def test_the_solution_is_right(number, capsys):
    check_solution(number, exercise_of(number).solve)
    assert capsys.readouterr().out == f"{number}: Right.\n"


@pytest.mark.parametrize(
    ("number", "place"),
    [(n, k) for n in NUMBERS for k in range(len(exercise_of(n).mistakes))],
)
def test_a_usual_mistake_gets_the_hint_that_cures_it(number, place, capsys):
    wrong, hint = exercise_of(number).mistakes[place]
    check_solution(number, wrong)
    said = capsys.readouterr().out.strip()
    assert said.startswith(f"{number}: Not yet: got ")
    assert said.endswith(f"Hint: {hint}")


@exercises
def test_an_exercise_knows_three_mistakes_and_its_gap(number, capsys):
    assert len(exercise_of(number).mistakes) >= 3

    def gap(*arguments):
        """Words."""
        ...

    def printed(*arguments):
        print("the answer")

    check_solution(number, gap)
    assert capsys.readouterr().out == f"{number}: {UNSOLVED}\n"
    if not (exercise_of(number).one_by_one or number == "3.2"):
        check_solution(number, printed)
        assert NOTHING in capsys.readouterr().out


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_two_exercises_and_three_questions(chapter):
    assert sum(number.startswith(f"{chapter}.") for number in NUMBERS) >= 2
    table = quiz(chapter).table
    assert table["question"].nunique() == 3
    assert (table.groupby("question")["right"].apply(lambda r: (r == "yes").sum()) == 1).all()
    assert (table["why"].str.len() > 10).all()
    page = quiz(chapter)._repr_html_()
    assert page.count("<details>") == len(table)


def test_an_error_of_the_student_is_told_with_its_line(capsys):
    def share(scene):
        nothing = 0
        return 1 / nothing

    check_solution("1.2", share)
    said = capsys.readouterr().out
    assert "1.2: Not yet: line " in said
    assert "ZeroDivisionError: division by zero" in said


def test_a_function_that_takes_other_arguments_is_told(capsys):
    check_solution("1.2", lambda scene, more: 1)
    assert "TypeError" in capsys.readouterr().out


def test_an_exercise_that_is_none_is_refused():
    for number in ("1.9", "77.1", "six"):
        with pytest.raises(S2kitError, match="there is no exercise"):
            check_solution(number, print)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, UNSOLVED),
        (..., UNSOLVED),
        (0.5, "Right."),
        (0.7, "Not yet: got 0.7 (float), compared within 1e-06. Hint: divide"),
        ("half", "Not yet: got half (str), compared within 1e-06. Hint: divide"),
        (np.zeros(3), "Not yet: got ndarray of shape (3,), compared within 1e-06. Hint: divide"),
        (pd.Series([1]), "Not yet: got Series of shape (1,), compared within 1e-06. Hint: divide"),
        ([1, 2], "Not yet: got [1, 2] (list of length 2), compared within 1e-06. Hint: divide"),
        ([1, [2]], "Not yet: got [1, [2]] (list), compared within 1e-06. Hint: divide"),
    ],
)
def test_a_student_is_told_right_from_wrong(answer, said, capsys):
    check(answer, expected=0.5, hint="divide")
    assert capsys.readouterr().out.strip() == said


def test_arrays_are_compared_value_by_value_and_nan_equals_nan(capsys):
    check(np.array([1.0, np.nan]), expected=[1.0, np.nan], hint="")
    check(np.array([1.0, 2.0]), expected=[1.0, np.nan], hint="look")
    assert capsys.readouterr().out.startswith("Right.\nNot yet")


def test_nine_in_ten_means_nine_in_ten(capsys):
    for share in (0.9, 0.8, 90.0):
        check(share, expected=0.9, hint="look", at_least=True)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Right."
    assert said[1] == "Not yet: got 0.80, asked is 0.90 or more. Hint: look"
    assert said[2].startswith("Not yet: got 90.00")
