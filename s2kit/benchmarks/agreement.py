"""Agreement of class codes with a benchmark, as counts: where accuracy and training begin alike.

The paper's Table 1: F1 = 2 TP / (2 TP + FP + FN) of a class against all others.
"""

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Positions = npt.NDArray[np.integer]


def confusion_counts(mapped: Positions, reference: Positions, classes: int) -> Counts:
    """Count how often each mapped class meets each reference class.

    Parameters
    ----------
    mapped, reference
        Positions of classes, whole numbers 0 to ``classes`` - 1, of one length.
    classes
        Their number K.

    Returns
    -------
    ndarray
        int64 (K, K), mapped classes in rows, reference classes in columns.

    Examples
    --------
    >>> confusion_counts(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    pair = mapped.astype(np.int64) * classes + reference
    return np.bincount(pair, minlength=classes**2).reshape(classes, classes)


def f1_scores(counts: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    """Compute the F1 score of each class from a confusion matrix.

    Parameters
    ----------
    counts
        (K, K), mapped classes in rows, reference classes in columns.

    Returns
    -------
    ndarray
        float64 (K,), 0 to 1; NaN for a class that the reference does not have.

    Examples
    --------
    >>> f1_scores(np.array([[4, 1, 0], [0, 3, 0], [1, 0, 0]])).round(3)
    array([0.8  , 0.857,   nan])
    """
    tp = counts.diagonal().astype(np.float64)
    referenced = counts.sum(axis=0)
    scores = np.full(len(counts), np.nan)
    # 2 TP + FP + FN is the sum of the row and of the column.
    np.divide(2 * tp, counts.sum(axis=1) + referenced, out=scores, where=referenced > 0)
    return scores


def mean_f1(counts: npt.NDArray[np.number]) -> float:
    """Average the F1 scores over the classes that the reference has; NaN if it has none.

    >>> round(mean_f1(np.array([[4, 1, 0], [0, 3, 0], [1, 0, 0]])), 3)
    0.829
    """
    scores = f1_scores(counts)
    known = np.isfinite(scores)
    return float(scores[known].mean()) if known.any() else float("nan")
