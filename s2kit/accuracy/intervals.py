"""How sure an overall accuracy is: intervals by resampling whole polygons.

The pixels of a field are no independent witnesses: if the map takes the field for another class,
all of them are wrong together. What was drawn independently is the polygon, so the polygons are
resampled, each with all its pixels (cluster bootstrap; Efron & Tibshirani 1993, chapter 8).
"""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import binomtest

from s2kit.accuracy.confusion import class_counts, majority_classes
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of

LEVEL = 0.95
Approach = Literal["pixel", "object"]


@dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its interval, in the estimate's unit."""

    estimate: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """The distance between the ends."""
        return self.high - self.low


def polygon_matrices(
    class_map: xr.DataArray, polygons: gpd.GeoDataFrame, approach: Approach = "pixel"
) -> NDArray[np.int64]:
    """Return what each polygon adds to the confusion matrix.

    Parameters
    ----------
    class_map
        codes, dims (y, x).
    polygons
        column ``label``; in the map's CRS.
    approach
        "pixel": all its mapped pixels; "object": one vote for the majority.

    Returns
    -------
    numpy.ndarray
        int64, shape (polygons, K, K), map classes first. Their sum is the matrix; polygons that
        overlap count their common pixels each.
    """
    nomenclature = nomenclature_of(class_map)
    places = nomenclature.positions(polygons.label, "the polygons' column label")
    if (places < 0).any():
        raise S2kitError("a polygon has the label 0, which means no data; give it a class")
    cube = np.zeros((len(polygons), len(nomenclature), len(nomenclature)), dtype=np.int64)
    which = np.arange(len(polygons))
    if approach == "pixel":
        cube[which, :, places] = class_counts(class_map, polygons).to_numpy()
        return cube
    majority = majority_classes(class_map, polygons).to_numpy()
    seen = majority != NO_DATA
    cube[which[seen], nomenclature.positions(majority[seen]), places[seen]] = 1
    return cube


def bootstrap(matrices: NDArray[np.int64], repeats: int = 2000, seed: int = 0) -> NDArray[np.int64]:
    """Draw as many polygons with replacement as there are, again and again, and add them up.

    Parameters
    ----------
    matrices
        as from `polygon_matrices`, shape (polygons, K, K).
    repeats
        number of draws.
    seed
        of the random numbers.

    Returns
    -------
    numpy.ndarray
        int64, shape (repeats, K, K): confusion matrices that might have been.

    Examples
    --------
    >>> import numpy as np
    >>> two_polygons = np.array([[[5, 0], [0, 0]], [[0, 3], [0, 0]]])
    >>> bootstrap(two_polygons, repeats=2, seed=0).sum(axis=(1, 2))
    array([8, 8])
    """
    count = len(matrices)
    if not count:
        raise S2kitError("there are no polygons to resample; give reference polygons")
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=repeats)
    total = draws @ matrices.reshape(count, -1)
    return total.reshape(repeats, *matrices.shape[1:])


def overall_accuracies(matrices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return OA of each of many matrices, shape (…, K, K) → (…); NaN for empty ones.

    Examples
    --------
    >>> import numpy as np
    >>> overall_accuracies(np.array([[[8, 1], [1, 10]], [[0, 0], [0, 0]]]))
    array([0.9, nan])
    """
    right = np.trace(matrices, axis1=-2, axis2=-1).astype(np.float64)
    total = matrices.sum(axis=(-2, -1))
    result: NDArray[np.float64] = np.full(right.shape, np.nan)
    np.divide(right, total, out=result, where=total > 0)
    return result


def percentile_interval(
    estimate: float, draws: NDArray[np.float64], level: float = LEVEL
) -> Interval:
    """Return the interval that holds the middle ``level`` of the draws (NaN left out).

    Examples
    --------
    >>> import numpy as np
    >>> interval = percentile_interval(0.9, np.linspace(0.8, 1.0, 101))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.805, 0.995)
    """
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(draws, [tail, 100 - tail])
    return Interval(estimate, float(low), float(high))


def oa_interval(
    class_map: xr.DataArray,
    polygons: gpd.GeoDataFrame,
    approach: Approach = "pixel",
    repeats: int = 2000,
    seed: int = 0,
) -> Interval:
    """Return overall accuracy, 0 to 1, with its 95 % interval by resampling polygons."""
    matrices = polygon_matrices(class_map, polygons, approach)
    estimate = float(overall_accuracies(matrices.sum(axis=0)))
    return percentile_interval(estimate, overall_accuracies(bootstrap(matrices, repeats, seed)))


def independent_interval(right: int, total: int, level: float = LEVEL) -> Interval:
    """Return the interval that pixels would give if they were independent (Wilson 1927).

    Shown to be distrusted: see the module.

    Examples
    --------
    >>> interval = independent_interval(90, 100)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.826, 0.945)
    """
    ends = binomtest(right, total).proportion_ci(level, method="wilson")
    return Interval(right / total, float(ends.low), float(ends.high))
