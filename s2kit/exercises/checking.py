"""Tell a student whether an exercise is solved, and what went wrong."""

import importlib
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.exercises.exercise import Exercise

NOTHING = (
    "Your function returned nothing (None): end it with a line that begins with return; "
    "print only shows a value."
)
UNSOLVED = "Not solved yet: put your code in the place of the three dots."
LONGEST = 60
"""Characters of a value that are shown."""


def check(
    answer: object,
    expected: object,
    hint: str,
    tolerance: float = 1e-6,
    at_least: bool = False,
) -> None:
    """Print whether ``answer`` equals ``expected``, and the hint if it does not.

    Numbers and arrays are compared within ``tolerance``, relative and absolute; NaN equals NaN.
    With ``at_least`` a share from ``expected`` to 1 is right. Nothing is raised, so that a
    chapter runs to its end whatever a student has typed.

    Examples
    --------
    >>> check(0.5, expected=0.5, hint="divide by two")
    Right.
    >>> check(None, expected=0.5, hint="divide by two")
    Not solved yet: put your code in the place of the three dots.
    >>> check(0.7, expected=0.5, hint="divide by two")
    Not yet: got 0.7 (float), compared within 1e-06. Hint: divide by two
    """
    if at_least and isinstance(answer, float) and isinstance(expected, float):
        right = expected <= answer <= 1
        told = f"Not yet: got {answer:.2f}, asked is {expected:.2f} or more. Hint: {hint}"
        print("Right." if right else told)
        return
    print(_judge(answer, expected, hint, tolerance))


def check_solution(number: str, function: Callable[..., Any], *arguments: Any) -> None:
    """Call a student's function and print whether it solves an exercise.

    An error in the function is told with its line; a usual mistake gets the hint that cures it.
    Nothing is raised, so that a chapter runs to its end whatever a student has typed.

    Parameters
    ----------
    number
        Of the exercise: the chapter and the place in it, for instance "6.1".
    function
        What the student has written.
    arguments
        What it is called with; without any, those that the exercise has.

    Raises
    ------
    S2kitError
        If there is no such exercise.

    Examples
    --------
    >>> check_solution("1.3", lambda baseline: 1000 if float(baseline) >= 4 else 0)
    1.3: Right.
    """
    exercise = exercise_of(number)
    arguments = arguments or exercise.example()
    if _is_gap(function):
        print(f"{number}: {UNSOLVED}")
        return
    try:
        answer = exercise.value(function, arguments)
    except Exception as error:
        print(f"{number}: Not yet: {told_error(error)}. Hint: {exercise.hint}")
        return
    expected = exercise.value(exercise.solve, arguments)
    said = _judge(answer, expected, exercise.hint, exercise.tolerance, gap=False)
    if not said.startswith("Right"):
        for wrong, hint in exercise.mistakes:
            if _equal(answer, exercise.value(wrong, arguments), exercise.tolerance):
                said = _judge(answer, expected, hint, exercise.tolerance, gap=False)
                break
    print(f"{number}: {said}")


def exercise_of(number: str) -> Exercise:
    """Return an exercise by its number; S2kitError if there is none."""
    chapter, _, _ = number.partition(".")
    try:
        module = importlib.import_module(f"s2kit.exercises.chapter_{int(chapter):02d}")
        found: Exercise = module.EXERCISES[number]
    except (ModuleNotFoundError, KeyError, ValueError):
        raise S2kitError(f"there is no exercise {number!r}; they are numbered like 6.1") from None
    return found


def told_error(error: Exception) -> str:
    """Return an error of a student's code with the line of the cell where it arose."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/s2kit/" not in frame.filename.replace("\\", "/")]
    notebook = [frame for frame in own if "ipykernel" in frame.filename or "<" in frame.filename]
    said = f"{type(error).__name__}: {error}"
    if not (notebook or own):
        return said  # called with other arguments than it takes, for instance
    frame = (notebook or own)[-1]
    line = f', "{frame.line.strip()}"' if frame.line else ""
    return f"line {frame.lineno} of the cell{line}: {said}"


def _judge(answer: object, expected: object, hint: str, tolerance: float, gap: bool = True) -> str:
    if gap and (answer is None or answer is ...):
        return UNSOLVED
    if answer is None:
        return f"Not yet. Hint: {NOTHING}"
    if _equal(answer, expected, tolerance):
        return "Right."
    return f"Not yet: got {described(answer)}, compared within {tolerance:g}. Hint: {hint}"


def described(answer: object) -> str:
    """Return a value with its kind and shape, for instance ``0.7 (float)``."""
    kind = type(answer).__name__
    try:
        shape = np.asarray(answer).shape
    except (ValueError, TypeError):
        shape = ()
    if isinstance(answer, pd.DataFrame | pd.Series | xr.DataArray | np.ndarray) or len(shape) > 1:
        return f"{kind} of shape {tuple(shape)}" if shape else f"{np.asarray(answer)} ({kind})"
    text = str(answer)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"{text} ({kind}{f' of length {shape[0]}' if shape else ''})"


def _is_gap(function: object) -> bool:
    """Say whether a function is still the gap of the exercise: three dots and nothing else."""

    def with_words() -> None:
        """Words."""
        ...

    def without() -> None: ...

    code = getattr(function, "__code__", None)
    if code is None:
        return function is None or function is ...
    gaps = (with_words.__code__.co_code, without.__code__.co_code)
    return code.co_code in gaps and set(code.co_consts) <= {None, function.__doc__}


def _equal(answer: object, expected: object, tolerance: float) -> bool:
    table = pd.DataFrame | pd.Series | xr.DataArray
    try:
        left = answer.to_numpy() if isinstance(answer, table) else np.asarray(answer)
        right = expected.to_numpy() if isinstance(expected, table) else np.asarray(expected)
    except (ValueError, TypeError):
        return False
    if left.shape != right.shape:
        return False
    if np.issubdtype(right.dtype, np.number) and np.issubdtype(left.dtype, np.number):
        return bool(np.allclose(left, right, rtol=tolerance, atol=tolerance, equal_nan=True))
    if np.issubdtype(right.dtype, np.number):
        return False  # True is not 1 and "0" is not 0
    return bool(np.array_equal(left, right))
