"""Two maps against one reference: which differences are more than luck (McNemar 1947)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest

from s2kit.errors import S2kitError


@dataclass(frozen=True)
class McNemar:
    """Samples that only one of two maps has right, and how surprising their ratio is.

    ``p_value`` is two-sided and exact: the probability of a split at least as uneven if either
    map were as likely to be the right one. It takes samples for independent: test polygons,
    not pixels.
    """

    only_first: int
    only_second: int
    p_value: float


def told_p_value(p_value: float) -> str:
    """Return a p value in words for a table: three decimals, never "0.000".

    >>> told_p_value(0.0123), told_p_value(2e-9)
    ('0.012', '< 0.001')
    """
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def mcnemar(first: ArrayLike, second: ArrayLike, reference: ArrayLike) -> McNemar:
    """Compare two maps on the same samples.

    Parameters
    ----------
    first, second, reference
        class codes of the same shape, 0 = no data; samples without data in any are left out.

    Raises
    ------
    S2kitError
        for arrays of different shapes.

    Examples
    --------
    >>> mcnemar([1, 1, 1, 5], [1, 5, 5, 5], [1, 1, 1, 1])
    McNemar(only_first=2, only_second=0, p_value=0.5)
    """
    one, two, truth = np.asarray(first), np.asarray(second), np.asarray(reference)
    if not one.shape == two.shape == truth.shape:
        raise S2kitError(
            f"maps and reference have the shapes {one.shape}, {two.shape} and {truth.shape}; "
            "compare them on the same samples"
        )
    known = (one != 0) & (two != 0) & (truth != 0)
    first_right, second_right = (one == truth)[known], (two == truth)[known]
    only_first = int(np.count_nonzero(first_right & ~second_right))
    only_second = int(np.count_nonzero(second_right & ~first_right))
    split = only_first + only_second
    p_value = float(binomtest(only_first, split).pvalue) if split else 1.0
    return McNemar(only_first, only_second, p_value)
