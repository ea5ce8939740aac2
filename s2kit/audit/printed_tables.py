"""The paper's printed numbers as data.

``printed/table_NN.csv`` holds every cell of a table as text, one line each (table, row, column,
value): "94.1" stays "94.1", a blank cell stays blank. The headings are the paper's, misprints
included (TRN in Table 12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import pandas as pd

from s2kit.accuracy.confusion import as_matrix
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER

PRINTED_TABLES = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12)
"""Numbers of the tables with results."""


def printed_values(tables: Sequence[int] = PRINTED_TABLES) -> pd.DataFrame:
    """Return the printed cells of some tables: columns table, row, column, value, all text."""
    folder = files("s2kit.audit") / "printed"
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
    return as_matrix(printed_table(number).astype("int64").to_numpy(), PAPER.codes)


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
