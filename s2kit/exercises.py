"""Tell a student whether an exercise is solved."""

import numpy as np
import pandas as pd
import xarray as xr


def check(answer: object, expected: object, hint: str, tolerance: float = 1e-6) -> None:
    """Print whether ``answer`` equals ``expected``, and the hint if it does not.

    Numbers and arrays are compared within ``tolerance``, relative and absolute; NaN equals NaN.
    The gap of an unsolved exercise (``...`` or None) gets the hint alone. Nothing is raised, so
    that a chapter runs to its end whatever a student has typed.

    Examples
    --------
    >>> check(0.5, expected=0.5, hint="divide by two")
    Right.
    >>> check(None, expected=0.5, hint="divide by two")
    Not solved yet. Hint: divide by two
    """
    if answer is None or answer is ...:
        print(f"Not solved yet. Hint: {hint}")
    elif _equal(answer, expected, tolerance):
        print("Right.")
    else:
        shape = np.asarray(answer).shape
        shown = f"{type(answer).__name__} of shape {shape}" if shape else answer
        print(f"Not yet: got {shown}. Hint: {hint}")


def _equal(answer: object, expected: object, tolerance: float) -> bool:
    table = pd.DataFrame | pd.Series | xr.DataArray
    left = answer.to_numpy() if isinstance(answer, table) else np.asarray(answer)
    right = expected.to_numpy() if isinstance(expected, table) else np.asarray(expected)
    if left.shape != right.shape:
        return False
    if np.issubdtype(right.dtype, np.number) and np.issubdtype(left.dtype, np.number):
        return bool(np.allclose(left, right, rtol=tolerance, atol=tolerance, equal_nan=True))
    return bool(np.array_equal(left, right))
