"""The tables of the study: what is planned, what has been run, how each run went."""

import os
from importlib.resources import files
from pathlib import Path

import pandas as pd

FOLDER = Path(str(files("s2kit.study")))
"""Where plan.csv lies."""

WHOLE = {"parameters": "Int64", "seconds": "Int64", "best_epoch": "Int64"}
"""Columns of whole numbers in which one may be missing."""


def read_plan() -> pd.DataFrame:
    """Return the planned runs: group, row (its name in the chapter), options of ``train``."""
    return pd.read_csv(FOLDER / "plan.csv", keep_default_na=False)


def read_runs(folder: Path) -> pd.DataFrame:
    """Return the finished runs, one row per run and scene scored.

    Columns: options, and those that `add_run` gets; accuracies in per cent, NaN where a scene
    has no polygons.
    """
    return _read(folder / "runs.csv", ["options"])


def read_curves(folder: Path) -> pd.DataFrame:
    """Return the history of the finished runs: options, epoch, and the columns of a history."""
    return _read(folder / "curves.csv", ["options", "epoch"])


def add_run(
    options: str, rows: list[dict[str, object]], history: pd.DataFrame | None, folder: Path
) -> None:
    """Add a finished run to both tables; the runs last, so that what stands there is whole."""
    if history is not None:
        curves = history.round(5).reset_index().assign(options=options)
        _append(folder / "curves.csv", read_curves(folder), curves)
    _append(folder / "runs.csv", read_runs(folder), pd.DataFrame(rows).assign(options=options))


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    return pd.read_csv(path, dtype=WHOLE) if path.exists() else pd.DataFrame(columns=columns)


def _append(path: Path, before: pd.DataFrame, rows: pd.DataFrame) -> None:
    options = rows["options"].iloc[0]
    kept = before[before["options"] != options]
    ordered = rows[["options", *(c for c in rows.columns if c != "options")]]
    part = path.with_name(path.name + ".part")
    (pd.concat([kept, ordered]) if len(kept) else ordered).to_csv(part, index=False)
    os.replace(part, path)
