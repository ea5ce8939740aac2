"""The planned training runs, ``plan.csv``: one row per run, every row checked when read."""

import shlex
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path

import pandas as pd

from s2kit.errors import S2kitError
from s2kit.experiments.experiment import STATES, Experiment
from s2kit.network.baselines import BASELINES
from s2kit.network.recipes import RECIPES, Recipe, recipe_named, varied
from s2kit.scenes.csv_rows import read_rows

FOLDER = Path(str(files("s2kit.experiments")))
"""Where plan.csv lies, and the results that chapters 4 and 6 show."""


@dataclass(frozen=True)
class PlannedRun:
    """One training run: what is trained, on which scenes, and what it is scored on.

    Attributes
    ----------
    recipe, settings
        Name of one of `s2kit.network.recipes.RECIPES`, and what is changed of it, each as
        "name=value".
    baseline
        One of `s2kit.network.baselines.BASELINES`, trained instead of a network; or None.
    seed
        Seed of weights, crops and turns.
    state, dates, hold_date, hold_block, hold_buffer
        As for `s2kit.experiments.experiment.Experiment`.
    test
        Whether the test scenes are scored too.
    group, row
        Where the plan has the run: its group and its name there. The same run may be in several
        groups; it is run once.

    Examples
    --------
    >>> run = PlannedRun(recipe="trial", settings=("width=8", "crop=64"), hold_block=1)
    >>> run.name
    'trial width=8 crop=64 hold_block=1'
    >>> run.command
    'python -m s2kit train --recipe trial --set width=8 --set crop=64 --hold-block 1'
    """

    recipe: str = "short"
    settings: tuple[str, ...] = ()
    baseline: str | None = None
    seed: int = 0
    state: str = Experiment.state
    dates: int | None = None
    hold_date: str | None = None
    hold_block: int | None = None
    hold_buffer: int = 0
    test: bool = False
    group: str = ""
    row: str = ""

    @property
    def name(self) -> str:
        """What tells the run from all others, for tables and file names: all but group and row."""
        changed = [f"{key}={value}" for key, value in self._changed().items()]
        words = [self.baseline or self.recipe, *self.settings, *changed]
        return " ".join(words + ["test"] * self.test)

    @property
    def command(self) -> str:
        """What to type to run it."""
        what = ["--baseline", self.baseline] if self.baseline else ["--recipe", self.recipe]
        for setting in self.settings:
            what += ["--set", setting]
        for key, value in self._changed().items():
            what += [f"--{key.replace('_', '-')}", str(value)]
        return shlex.join(["python", "-m", "s2kit", "train", *what] + ["--test"] * self.test)

    @property
    def experiment(self) -> Experiment:
        """Which scenes and labels it trains on."""
        return Experiment(self.state, self.dates, self.hold_date, self.hold_block, self.hold_buffer)

    def chosen_recipe(self) -> Recipe:
        """Return the recipe with the settings changed; S2kitError if one is unknown."""
        return varied(recipe_named(self.recipe), self.settings)

    def _changed(self) -> dict[str, object]:
        names = ("seed", "state", "dates", "hold_date", "hold_block", "hold_buffer")
        defaults = {field.name: field.default for field in fields(self)}
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value != defaults[name]}


COLUMNS = (
    *("group", "row", "recipe", "settings", "baseline"),
    *("seed", "state", "dates", "hold_date", "hold_block", "test", "hold_buffer"),
)
"""Columns of plan.csv. Empty: no settings, no baseline, all dates, nothing held out, no test."""


def read_plan(folder: Path | None = None) -> list[PlannedRun]:
    """Return the planned runs of a folder's ``plan.csv`` (default: of this package), in order.

    Raises
    ------
    S2kitError
        If the file or a column is missing, or a value cannot be used: with row, column, remedy.
    """
    path = (folder or FOLDER) / "plan.csv"
    planned: dict[tuple[str, str], PlannedRun] = {}
    for number, row in read_rows(path, COLUMNS):
        run = _planned(path, number, row)
        if (run.group, run.row) in planned:
            raise S2kitError(
                f"{path}, row {number}, column row: {run.row!r} stands in the group "
                f"{run.group!r} already; give the run another name"
            )
        planned[run.group, run.row] = run
    if not planned:
        raise S2kitError(f"{path} plans no run; add a row")
    return list(planned.values())


def of_groups(plan: list[PlannedRun], groups: tuple[str, ...]) -> list[PlannedRun]:
    """Return the runs of some groups of the plan; of all if none is named.

    Raises
    ------
    S2kitError
        If a group is unknown.
    """
    known = list(dict.fromkeys(run.group for run in plan))
    unknown = sorted(set(groups) - set(known))
    if unknown:
        raise S2kitError(
            f"no group {', '.join(unknown)} in the plan; choose from {', '.join(known)}"
        )
    return [run for run in plan if not groups or run.group in groups]


def plan_table(plan: list[PlannedRun]) -> pd.DataFrame:
    """Return the plan as a table: group, row, run (its name in the results) and command."""
    rows = [(run.group, run.row, run.name, run.command) for run in plan]
    return pd.DataFrame(rows, columns=["group", "row", "run", "command"])


def _planned(path: Path, number: int, row: dict[str, str]) -> PlannedRun:
    """Return a row of the plan, checked."""

    def refuse(column: str, remedy: str) -> S2kitError:
        return S2kitError(f"{path}, row {number}, column {column}: {row[column]!r}; {remedy}")

    def whole(column: str) -> int | None:
        if row[column] and not (row[column].isascii() and row[column].isdigit()):
            raise refuse(column, "give a whole number")
        return int(row[column]) if row[column] else None

    choices = {
        "recipe": ("", *RECIPES),
        "baseline": ("", *BASELINES),
        "state": ("", *STATES),
        "test": ("", "yes"),
        "hold_block": ("", "0", "1", "2", "3"),
    }
    for column, allowed in choices.items():
        if row[column] not in allowed:
            raise refuse(column, f"choose one of: {', '.join(allowed[1:])}; or leave it empty")
    if bool(row["recipe"]) == bool(row["baseline"]):
        raise refuse("recipe", "name either a recipe or a baseline")
    if not (row["group"] and row["row"]):
        raise refuse("row", "name the group and the run")
    run = PlannedRun(
        recipe=row["recipe"] or PlannedRun.recipe,
        settings=tuple(row["settings"].split()),
        baseline=row["baseline"] or None,
        seed=whole("seed") or 0,
        state=row["state"] or Experiment.state,
        dates=whole("dates"),
        hold_date=row["hold_date"] or None,
        hold_block=whole("hold_block"),
        hold_buffer=whole("hold_buffer") or 0,
        test=row["test"] == "yes",
        group=row["group"],
        row=row["row"],
    )
    try:
        run.chosen_recipe()
    except S2kitError as error:
        raise refuse("settings", str(error)) from error
    return run
