"""The results of training runs: ``runs.csv``, one row per scene scored, and ``curves.csv``."""

from pathlib import Path

import pandas as pd

from s2kit.errors import S2kitError
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.leftovers import locked
from s2kit.scenes.writer import replacing

WHOLE = ("parameters", "seconds", "best_epoch")
"""Columns of whole numbers in which one may be missing."""

WORDS = ("run", "arithmetic", "role", "scene")
"""Columns of text; all others hold numbers."""


def read_runs(folder: Path) -> pd.DataFrame:
    """Return the finished runs, one row per run and scene scored.

    Columns: run (as `plan.PlannedRun.name`), and those that `add_run` gets; accuracies in per
    cent, NaN where a scene has no polygons.

    Raises
    ------
    S2kitError
        If the file is there and no whole table of runs.
    """
    return _read(folder / "runs.csv", ["run"])


def read_curves(folder: Path) -> pd.DataFrame:
    """Return the history of the finished runs: run, epoch, and the columns of a history.

    Raises
    ------
    S2kitError
        If the file is there and no whole table of histories.
    """
    return _read(folder / "curves.csv", ["run", "epoch"])


def add_run(
    run: str, rows: list[dict[str, object]], history: pd.DataFrame | None, folder: Path
) -> None:
    """Add a finished run to both tables; the runs last, so that what stands there is whole."""
    with locked(folder / ".runs.csv.s2kit.lock"):  # another search may be about to add its own
        if history is not None:
            curves = history.round(5).reset_index().assign(run=run)
            _append(folder / "curves.csv", read_curves(folder), curves)
        _append(folder / "runs.csv", read_runs(folder), pd.DataFrame(rows).assign(run=run))


def _read(path: Path, needed: list[str]) -> pd.DataFrame:
    if not path.exists():
        return pd.DataFrame(columns=needed)
    rows = read_rows(path, needed, optional=None)
    if not path.read_bytes().endswith(b"\n"):
        raise S2kitError(f"{path} ends within a row; restore the file, or delete it to run anew")
    table = pd.DataFrame([row for _, row in rows], columns=list(rows[0][1]) if rows else needed)
    table = table.where(table != "")
    for name in table.columns.difference(list(WORDS)):
        try:
            numbers = pd.to_numeric(table[name])
            table[name] = numbers.astype("Int64") if name in WHOLE else numbers
        except (ValueError, TypeError, OverflowError) as error:
            raise S2kitError(
                f"{path}, column {name}: {error}; restore the file, or delete it to run anew"
            ) from error
    return table


def _append(path: Path, before: pd.DataFrame, rows: pd.DataFrame) -> None:
    kept = before[before["run"] != rows["run"].iloc[0]]
    ordered = rows[["run", *rows.columns.drop("run")]]
    with replacing(path) as part:
        (pd.concat([kept, ordered]) if len(kept) else ordered).to_csv(part, index=False)
