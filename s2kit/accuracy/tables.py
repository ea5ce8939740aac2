"""The paper's tables: its layout for our numbers, and its printed numbers as data.

``printed/table_NN.csv`` holds every cell of a table as text, one line each (table, row, column,
value): "94.1" stays "94.1", a blank cell stays blank. The headings are the paper's, misprints
included (TRN in Table 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd

from s2kit.accuracy.confusion import as_matrix
from s2kit.accuracy.metrics import METRICS, class_metrics
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import CODES, class_of

HEADINGS = dict(zip(METRICS, ("TPR/PA", "TNR", "PPV/UA", "ACC", "F1"), strict=True))
"""Our columns → the paper's headings."""

PRINTED_TABLES = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12)
"""Numbers of the tables with results."""


def percent(share: float) -> str:
    """Write a share as the paper does: per cent, two decimals, no trailing zeros, NaN blank.

    >>> percent(0.941), percent(0.98995), percent(float("nan"))
    ('94.1', '98.99', '')
    """
    return "" if np.isnan(share) else f"{100 * share:.2f}".rstrip("0").rstrip(".")


def metrics_table(matrix: pd.DataFrame, names: bool = False) -> pd.DataFrame:
    """Lay out Table 1's metrics of a matrix as the paper's Tables 5, 6, 9 and 10.

    Parameters
    ----------
    matrix
        confusion matrix, map in rows.
    names
        add the names of the classes as the first column.

    Returns
    -------
    pandas.DataFrame
        text; index: the class; columns TPR/PA, TNR, PPV/UA, ACC, F1 in per cent.
    """
    table = class_metrics(matrix).map(percent).rename(columns=HEADINGS)
    if names:
        table.insert(0, "name", [class_of(int(code)).short for code in table.index])
    return table


def printed_values(tables: Sequence[int] = PRINTED_TABLES) -> pd.DataFrame:
    """Return the printed cells of some tables: columns table, row, column, value, all text."""
    folder = files("s2kit.accuracy") / "printed"
    parts = []
    for number in tables:
        with (folder / f"table_{number:02d}.csv").open(encoding="utf-8") as source:
            parts.append(pd.read_csv(source, dtype=str, keep_default_na=False))
    return pd.concat(parts, ignore_index=True)


def printed_table(number: int) -> pd.DataFrame:
    """Return one table as it is laid out in the paper, every cell as printed text."""
    cells = printed_values([number])
    wide = cells.pivot_table(index="row", columns="column", values="value", aggfunc="first")
    return wide.loc[cells.row.unique(), cells.column.unique()].rename_axis(None, axis="columns")


def printed_matrix(number: int) -> pd.DataFrame:
    """Return a printed confusion matrix (Tables 3, 4, 7, 8) as counts, map in rows."""
    return as_matrix(printed_table(number).astype("int64").to_numpy(), CODES)


def beside(ours: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    """Set two tables of one layout beside each other: each column as a pair ours, paper."""
    paper = paper.set_axis(ours.index)
    pairs = {
        (heading, whose): table[heading]
        for heading in paper.columns
        for whose, table in (("ours", ours), ("paper", paper))
    }
    return pd.DataFrame(pairs)


@dataclass(frozen=True)
class PaperTables:
    """Where the paper prints the results of one area: table numbers, and OA from Table 2."""

    pixel_matrix: int
    object_matrix: int
    pixel_metrics: int
    object_metrics: int
    scene: str

    @property
    def overall(self) -> tuple[str, str]:
        """Overall accuracy by pixels and by objects, per cent, as printed in Table 2."""
        table = printed_table(2)
        return str(table.loc[self.scene, "pixel"]), str(table.loc[self.scene, "object"])


AREAS = {
    "strzegom": PaperTables(3, 4, 5, 6, "strzegom_20230709"),
    "kolbuszowa": PaperTables(7, 8, 9, 10, "kolbuszowa_20210725"),
}
"""The paper's two test areas."""


def paper_tables(area: str) -> PaperTables:
    """Return where the paper prints the results of an area; S2kitError if it prints none."""
    if area not in AREAS:
        raise S2kitError(
            f"the paper prints no results for {area!r}; it tests {' and '.join(AREAS)}"
        )
    return AREAS[area]
