"""The layout of the paper's tables of metrics (Tables 5, 6, 9 and 10) for any confusion matrix."""

import numpy as np
import pandas as pd

from s2kit.accuracy.metrics import METRICS, class_metrics
from s2kit.accuracy.sampled import SampledAssessment
from s2kit.scenes.nomenclature import PAPER, Nomenclature

HEADINGS = dict(zip(METRICS, ("TPR/PA", "TNR", "PPV/UA", "ACC", "F1"), strict=True))
"""Our columns → the paper's headings."""


def percent(share: float) -> str:
    """Write a share as the paper does: per cent, two decimals, no trailing zeros, NaN blank.

    >>> percent(0.941), percent(0.9899), percent(float("nan"))
    ('94.1', '98.99', '')
    """
    return "" if np.isnan(share) else f"{100 * share:.2f}".rstrip("0").rstrip(".")


def metrics_table(
    matrix: pd.DataFrame, names: bool = False, nomenclature: Nomenclature = PAPER
) -> pd.DataFrame:
    """Lay out Table 1's metrics of a matrix as the paper's Tables 5, 6, 9 and 10.

    Parameters
    ----------
    matrix
        confusion matrix, map in rows.
    names
        add the names of the classes as the first column.
    nomenclature
        where the names come from.

    Returns
    -------
    pandas.DataFrame
        text; index: the class; columns TPR/PA, TNR, PPV/UA, ACC, F1 in per cent.

    Examples
    --------
    >>> import pandas as pd
    >>> from s2kit.accuracy.confusion import confusion_matrix
    >>> matrix = confusion_matrix([4, 4, 4, 9, 9], [4, 4, 9, 9, 9])
    >>> metrics_table(matrix, names=True).loc[4].tolist()
    ['mature crops', '100', '66.67', '66.67', '80', '80']
    """
    table = class_metrics(matrix).map(percent).rename(columns=HEADINGS)
    if names:
        nomenclature.require_codes(table.index, "the matrix")
        table.insert(0, "name", [c.short for c in nomenclature.classes])
    return table


def beside(ours: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    """Set two tables of one layout beside each other: each column as a pair ours, paper."""
    paper = paper.set_axis(ours.index)
    pairs = {
        (heading, whose): table[heading]
        for heading in paper.columns
        for whose, table in (("ours", ours), ("paper", paper))
    }
    return pd.DataFrame(pairs)


def sampled_table(result: SampledAssessment) -> pd.DataFrame:
    """Lay out what labelled random points say about each class.

    Parameters
    ----------
    result
        As from `s2kit.accuracy.sampled.assess_points`.

    Returns
    -------
    pandas.DataFrame
        Text; index: the classes that are mapped or were seen; columns name, points, "mapped ha",
        "area ha", "UA %" and "PA %", the last three with the ends of their 95 % intervals.
    """
    table = result.classes[(result.classes.mapped_area > 0) | (result.classes.area > 0)]

    def told(name: str, scale: float, digits: int) -> list[str]:
        ends = (scale * table[[name, f"{name} low", f"{name} high"]]).to_numpy()
        return [
            "" if np.isnan(best) else f"{best:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
            for best, low, high in ends
        ]

    columns = {
        "name": [result.nomenclature[code].short for code in table.index],
        "points": table.points.astype(int).to_list(),
        "mapped ha": [f"{area:.1f}" for area in table.mapped_area],
        "area ha": told("area", 1, 1),
        "UA %": told("UA", 100, 0),
        "PA %": told("PA", 100, 0),
    }
    return pd.DataFrame(columns, index=table.index)
