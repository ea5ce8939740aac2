"""Table 1 of the paper: accuracy per class from a confusion matrix (map rows, reference columns).

With TP, TN, FP, FN of a class against all others::

    PA  = TP / (TP + FN)            producer's accuracy, recall, TPR
    TNR = TN / (TN + FP)            specificity
    UA  = TP / (TP + FP)            user's accuracy, precision, PPV
    ACC = (TP + TN) / all
    F1  = 2 TP / (2 TP + FP + FN)
    OA  = ΣTP / all

**Absent classes**, as the paper leaves its cells blank (Tables 5, 6, 9 and 10):

- in neither map nor reference: not part of the task, all five NaN;
- in the map only: PA and F1 NaN (there is nothing to find), UA 0, TNR and ACC as usual;
- in the reference only: UA NaN (nothing was claimed), PA and F1 0.

**Means**: each column over its own defined cells. This is the paper's rule in Table 12, where
it differs by column: Strzegom's pixel means of PA and F1 run over nine classes, those of TNR,
UA and ACC over ten, because 17 pixels were mapped as grassland where no reference has any.
"""

import numpy as np
import pandas as pd

from s2kit.benchmarks.agreement import f1_scores
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require

METRICS = ("PA", "TNR", "UA", "ACC", "F1")


def overall_accuracy(matrix: pd.DataFrame) -> float:
    """Return OA, the share of the diagonal, 0 to 1; NaN for an empty matrix.

    Table 1 prints ΣTP / Σ(TP + TN + FP + FN) over the classes, whose denominator counts every
    sample once per class; the numbers in the paper are ΣTP / all.

    Examples
    --------
    >>> import pandas as pd
    >>> overall_accuracy(pd.DataFrame([[8, 1], [1, 10]]))
    0.9
    """
    _require_matrix(matrix)
    counts = matrix.to_numpy()
    total = counts.sum()
    return float(np.trace(counts) / total) if total else float("nan")


def _require_matrix(matrix: pd.DataFrame) -> None:
    require(matrix, pd.DataFrame, "the confusion matrix", "a DataFrame, as assess returns it")
    if matrix.shape[0] != matrix.shape[1]:
        raise S2kitError(
            f"a confusion matrix has as many rows as columns, not {matrix.shape}; give one of "
            "map classes × reference classes"
        )


def class_metrics(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return Table 1's metrics of each class.

    Parameters
    ----------
    matrix
        counts, K × K, map classes in rows and reference classes in columns.

    Returns
    -------
    pandas.DataFrame
        float64, 0 to 1; index: the classes; columns PA, TNR, UA, ACC, F1; NaN where undefined
        (see the module).

    Examples
    --------
    >>> import pandas as pd
    >>> matrix = pd.DataFrame([[8, 2], [0, 10]], index=[1, 2], columns=[1, 2])
    >>> class_metrics(matrix).round(2)
             PA   TNR   UA  ACC    F1
    class
    1      1.00  0.83  0.8  0.9  0.89
    2      0.83  1.00  1.0  0.9  0.91
    """
    _require_matrix(matrix)
    counts = matrix.to_numpy(dtype="float64")
    tp = counts.diagonal()
    mapped, referenced, total = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    fp, fn = mapped - tp, referenced - tp
    tn = total - tp - fp - fn
    present = mapped + referenced > 0
    columns = {
        "PA": _ratio(tp, referenced),
        "TNR": np.where(present, _ratio(tn, tn + fp), np.nan),
        "UA": _ratio(tp, mapped),
        "ACC": np.where(present, _ratio(tp + tn, np.full_like(tp, total)), np.nan),
        "F1": f1_scores(counts),
    }
    return pd.DataFrame(columns, index=pd.Index(matrix.index, name="class"))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; NaN where the denominator is 0."""
    result: np.ndarray = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def mean_acc(oa: float, classes: int) -> float:
    """Return the mean ACC that an overall accuracy entails: 1 − 2 (1 − OA) / K.

    Each wrong sample is a false positive of one class and a false negative of another, and right
    for the K − 2 others; so the ACC of K classes together lose two errors per wrong sample,
    whichever classes they are. Mean ACC says nothing that OA and K do not say.

    >>> mean_acc(0.5, 10)
    0.9
    """
    return 1 - 2 * (1 - oa) / classes


def cohen_kappa(matrix: pd.DataFrame) -> float:
    """Return Cohen's kappa: agreement beyond that of two maps with the same class shares.

    For comparison with older papers that report it. It is a function of OA and the marginal
    shares, and its "chance" is no real rival (Pontius & Millones 2011, doi
    10.1080/01431161.2011.552923): report OA and the matrix. NaN where chance agreement is 1.

    Examples
    --------
    >>> import pandas as pd
    >>> round(cohen_kappa(pd.DataFrame([[45, 15], [5, 35]])), 2)
    0.6
    """
    _require_matrix(matrix)
    counts = matrix.to_numpy(dtype="float64")
    total = counts.sum()
    if not total:
        return float("nan")
    chance = float(counts.sum(axis=0) @ counts.sum(axis=1)) / total**2
    return float((overall_accuracy(matrix) - chance) / (1 - chance)) if chance < 1 else float("nan")


def mean_metrics(matrix: pd.DataFrame) -> pd.Series:
    """Return the mean of each metric over the classes where it is defined (Table 12's rule).

    Examples
    --------
    >>> import pandas as pd
    >>> matrix = pd.DataFrame([[8, 2], [0, 10]], index=[1, 2], columns=[1, 2])
    >>> mean_metrics(matrix).round(2).to_dict()
    {'PA': 0.92, 'TNR': 0.92, 'UA': 0.9, 'ACC': 0.9, 'F1': 0.9}
    """
    return class_metrics(matrix).mean(axis="index", skipna=True)
