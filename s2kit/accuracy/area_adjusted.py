"""Accuracy and class areas weighted by what the map covers (Olofsson et al. 2014).

A reference of many quarries and few meadows weighs quarries heavily, whatever the country looks
like. Weighting each map class by the area it covers gives the accuracy of the map as a whole, and
areas corrected for its errors. Equation numbers: Olofsson, Foody, Herold, Stehman, Woodcock and
Wulder 2014, Remote Sensing of Environment 148, 42-57, doi 10.1016/j.rse.2014.02.015.

The formulas assume that the reference is a random sample within each map class. Polygons drawn
where the class is plain to see are none: then the numbers are an exercise, not an estimate, and
intervals come from `s2kit.accuracy.intervals`, by polygons.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from s2kit.accuracy.intervals import Interval
from s2kit.errors import S2kitError

NORMAL_95 = 1.96
"""Standard errors on either side of a 95 % interval."""


@dataclass(frozen=True)
class AreaAdjusted:
    """Area-adjusted accuracy and areas.

    Attributes
    ----------
    overall
        overall accuracy, 0 to 1, with its 95 % interval.
    classes
        index: classes; columns UA, PA (0 to 1) and mapped_area, area (unit of the areas given),
        each but mapped_area with its half-width in ``… ±``; NaN where undefined.
    unsampled
        share of the mapped area in classes without a reference sample. It is left out: the
        numbers hold for the rest.
    """

    overall: Interval
    classes: pd.DataFrame
    unsampled: float


def area_adjusted(
    matrix: pd.DataFrame, mapped_area: pd.Series, pixels: pd.Series | None = None
) -> AreaAdjusted:
    """Weight a confusion matrix by the mapped areas.

    Parameters
    ----------
    matrix
        counts, map classes in rows, reference classes in columns.
    mapped_area
        area of each map class, in any unit; index as the matrix.
    pixels
        number of pixels of each map class, if some are so small that much of them is in the
        sample: what is known needs no interval (finite population correction, Cochran 1977,
        Eq. 5.7). Default: no correction, as in the paper.

    Returns
    -------
    AreaAdjusted

    Raises
    ------
    S2kitError
        if no map class has both an area and a sample.

    Examples
    --------
    >>> import pandas as pd
    >>> matrix = pd.DataFrame([[97, 3], [3, 97]], index=[1, 2], columns=[1, 2])
    >>> result = area_adjusted(matrix, pd.Series([10.0, 90.0], index=[1, 2]))
    >>> round(result.overall.estimate, 3), round(result.overall.low, 3)
    (0.97, 0.94)
    >>> result.classes["area"].round(1).tolist()
    [12.4, 87.6]
    """
    counts = matrix.to_numpy(dtype=np.float64)
    area = mapped_area.reindex(matrix.index).to_numpy(dtype=np.float64)
    size = counts.sum(axis=1)
    sampled = (size > 0) & (area > 0)
    if not sampled.any():
        raise S2kitError("no mapped class has a reference sample; check map and reference")
    total = area[sampled].sum()
    weight = np.where(sampled, area, 0) / total
    share = _divide(counts, size[:, None])
    proportion = np.nan_to_num(weight[:, None] * share)  # p_ij, Eq. 4
    population = None if pixels is None else pixels.reindex(matrix.index).to_numpy(np.float64)
    spread = _spread(share, size, population)
    user = np.where(sampled, share.diagonal(), np.nan)
    column = proportion.sum(axis=0)
    producer = _divide(proportion.diagonal(), column)
    user_variance = np.where(sampled, spread.diagonal(), np.nan)  # Eq. 6
    area_variance = (weight[:, None] ** 2 * spread).sum(axis=0)  # Eq. 10
    classes = pd.DataFrame(
        {
            "UA": user,
            "UA ±": NORMAL_95 * np.sqrt(user_variance),
            "PA": producer,
            "PA ±": NORMAL_95 * np.sqrt(_producer_variance(weight, spread, producer, column)),
            "mapped_area": area,
            "area": total * column,
            "area ±": NORMAL_95 * total * np.sqrt(area_variance),
        },
        index=pd.Index(matrix.index, name="class"),
    )
    overall = float(proportion.trace())
    half = NORMAL_95 * float(np.sqrt((weight**2 * spread.diagonal()).sum()))  # Eq. 5
    return AreaAdjusted(
        Interval(overall, overall - half, overall + half),
        classes,
        float(1 - total / area.sum()),
    )


def _divide(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide with broadcasting; NaN where the denominator is 0."""
    result = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def _spread(
    share: NDArray[np.float64],
    size: NDArray[np.float64],
    population: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Return the variance of each cell's share in its row; 0 in rows without a sample.

    A row of one sample says nothing about its spread: NaN, which carries on into the intervals;
    unless it is all there is.
    """
    freedom = np.where(size > 1, size - 1, np.nan)[:, None]
    spread = np.where(size[:, None] > 0, share * (1 - share) / freedom, 0)
    if population is None:
        return spread
    unseen = 1 - _divide(size, population)[:, None]
    return np.where(size[:, None] > 0, np.where(unseen > 0, unseen * spread, 0), 0)


def _producer_variance(
    weight: NDArray[np.float64],
    spread: NDArray[np.float64],
    producer: NDArray[np.float64],
    column: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the variance of producer's accuracy (Eq. 7, divided by the total area squared)."""
    weighted = weight[:, None] ** 2 * spread
    own = weighted.diagonal()
    others = weighted.sum(axis=0) - own
    return _divide((1 - producer) ** 2 * own + producer**2 * others, column**2)


def adjusted_areas(
    matrices: NDArray[np.int64], mapped_area: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the error-corrected area of each class for many matrices at once.

    Parameters
    ----------
    matrices
        shape (…, K, K), map classes first; for instance as from `intervals.bootstrap`.
    mapped_area
        shape (K,).

    Returns
    -------
    numpy.ndarray
        float64, shape (…, K), unit of ``mapped_area``. Map classes without a sample keep the
        area they have on the map.

    Examples
    --------
    >>> import numpy as np
    >>> matrix = np.array([[8, 2], [0, 10]])  # two of ten pixels mapped as the first are the second
    >>> adjusted_areas(matrix, np.array([100.0, 300.0]))
    array([ 80., 320.])
    """
    size = matrices.sum(axis=-1, keepdims=True)
    share = np.where(size > 0, matrices / np.maximum(size, 1), np.eye(matrices.shape[-1]))
    result: NDArray[np.float64] = (mapped_area[:, None] * share).sum(axis=-2)
    return result
