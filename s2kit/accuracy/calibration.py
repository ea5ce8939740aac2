"""Whether a confidence of 80 % is right in 80 of 100 cases, and how to make it so.

Guo, Pleiss, Sun, Weinberger (2017), On Calibration of Modern Neural Networks: dividing all logits
by one temperature, fitted on validation data, changes no class and mends most overconfidence.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar

from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER, Nomenclature

Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]


def fit_temperature(
    log_probabilities: Floats, codes: Codes, nomenclature: Nomenclature = PAPER
) -> float:
    """Return the temperature T that makes softmax(log p / T) as likely as can be.

    Parameters
    ----------
    log_probabilities
        Logits or logarithms of probabilities, float (n, classes); column k is the k-th class.
    codes
        The right codes, int (n,); none is 0 (no data).
    nomenclature
        The classes.

    Returns
    -------
    float
        From 0.05 to 20; above 1 where the network was too sure of itself.

    Raises
    ------
    S2kitError
        If there is no labelled pixel, a label that is no class, or another number of classes.

    Examples
    --------
    Ten classes; the network is 90 % sure, and right three times in four: too sure, so T is above 1.

    >>> import numpy as np
    >>> logits = np.zeros((4, 10))
    >>> logits[:, 0] = 4.4
    >>> round(fit_temperature(logits, np.array([1, 1, 1, 2])), 2)
    1.34
    """
    right_class = nomenclature.positions(codes, "a labelled pixel")
    if not codes.size or right_class.min() < 0 or log_probabilities.shape[1] != len(nomenclature):
        raise S2kitError(
            f"the temperature wants labelled pixels only, and probabilities of {len(nomenclature)} "
            "classes; leave out pixels without a label"
        )
    logits = log_probabilities.astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        scaled -= scaled.max(axis=1, keepdims=True)
        right = np.take_along_axis(scaled, right_class[:, None].astype(np.intp), axis=1)[:, 0]
        return float((np.log(np.exp(scaled).sum(axis=1)) - right).mean())

    found = minimize_scalar(loss, bounds=np.log([0.05, 20]), method="bounded")
    return float(np.exp(found.x))


def reliability(confidence: Floats, right: Bools, bins: int = 10) -> pd.DataFrame:
    """Compare confidence with the share of right pixels, in bins of equal width.

    Parameters
    ----------
    confidence
        Probability of the mapped class, float (n,), 0 to 1.
    right
        Whether the mapped class is the right one, bool (n,).
    bins
        Their number between 0 and 1.

    Returns
    -------
    DataFrame
        One row per bin that has pixels: ``pixels``, mean ``confidence``, ``accuracy``.

    Examples
    --------
    >>> import numpy as np
    >>> reliability(np.array([0.65, 0.68, 0.95]), np.array([True, False, True])).round(3)
       pixels  confidence  accuracy
    0       2       0.665       0.5
    1       1       0.950       1.0
    """
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    table = pd.DataFrame({"bin": which, "confidence": confidence, "accuracy": right})
    table = table.groupby("bin").agg(
        pixels=("accuracy", "size"),
        confidence=("confidence", "mean"),
        accuracy=("accuracy", "mean"),
    )
    return table.reset_index(drop=True)


def calibration_error(table: pd.DataFrame) -> float:
    """Return the expected calibration error of a `reliability` table (Guo et al., equation 3).

    Examples
    --------
    >>> import numpy as np
    >>> table = reliability(np.array([0.65, 0.68, 0.95]), np.array([True, False, True]))
    >>> round(calibration_error(table), 3)
    0.127
    """
    gap = (table["confidence"] - table["accuracy"]).abs()
    return float((gap * table["pixels"]).sum() / table["pixels"].sum())


def reject_curve(confidence: Floats, right: Bools, points: int = 101) -> pd.DataFrame:
    """Return how accuracy grows when the least sure pixels stay unmapped.

    Parameters
    ----------
    confidence, right
        As for `reliability`.
    points
        Rows of the result, from everything mapped down to the surest hundredth.

    Returns
    -------
    DataFrame
        ``mapped``: share of pixels that stay, 1 to 0.01; ``OA`` among them.

    Examples
    --------
    >>> import numpy as np
    >>> curve = reject_curve(np.array([0.9, 0.8, 0.3]), np.array([True, True, False]), points=2)
    >>> curve.round(2)
       mapped    OA
    0    1.00  0.67
    1    0.33  1.00
    """
    order = np.argsort(-confidence, kind="stable")
    right_so_far = np.cumsum(right[order])
    kept = np.maximum(1, np.round(np.linspace(1, 0.01, points) * len(order)).astype(int))
    return pd.DataFrame({"mapped": kept / len(order), "OA": right_so_far[kept - 1] / kept})
