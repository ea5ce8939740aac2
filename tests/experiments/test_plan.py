"""The tables of planned and finished runs, and what can be wrong with them."""

import shlex

import pandas as pd
import pytest

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.experiments.plan import COLUMNS, PlannedRun, of_groups, plan_table, read_plan
from s2kit.experiments.table import add_run, read_curves, read_runs

HEADER = ",".join(COLUMNS)


def test_every_planned_run_can_be_typed_and_is_the_same_run():
    plan = read_plan()
    for run in plan:
        words = shlex.split(run.command)[4:]
        given = cli.get_command(None, "train").make_context("train", words).params
        assert given["settings"] == run.settings
        assert given["baseline"] == run.baseline
        assert (given["seed"], given["test"], given["state"]) == (run.seed, run.test, run.state)
        for name in ("dates", "hold_date", "hold_block", "hold_buffer"):
            assert given[name] == getattr(run, name)


def test_a_name_belongs_to_one_run():
    table = plan_table(read_plan())
    assert not table.duplicated(["group", "row"]).any()
    assert not table.duplicated(["group", "run"]).any()
    assert table.groupby("run")["command"].nunique().eq(1).all()


def test_a_changed_setting_changes_the_recipe():
    run = PlannedRun(recipe="trial", settings=("width=8", "scaling=fixed"))
    assert run.chosen_recipe().width == 8
    with pytest.raises(S2kitError, match="no setting 'wdith'"):
        PlannedRun(settings=("wdith=8",)).chosen_recipe()


def test_groups_are_chosen_by_name():
    plan = [PlannedRun(group="a", row="1"), PlannedRun(group="b", row="1")]
    assert of_groups(plan, ()) == plan
    assert of_groups(plan, ("b",)) == plan[1:]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", r"plan\.csv plans no run; add a row"),
        (
            "a,x,tiral,,,0,,,,,,",
            r"row 2, column recipe: 'tiral'; choose one of: short, long, portable, trial, live",
        ),
        ("a,x,,,,0,,,,,,", r"row 2, column recipe: ''; name either a recipe or a baseline"),
        ("a,x,short,,random forest,0,,,,,,", r"name either a recipe or a baseline"),
        ("a,x,,,forest,0,,,,,,", r"row 2, column baseline: 'forest'; choose one of: random forest"),
        ("a,x,short,width=wide,,0,,,,,,", r"column settings: .*width is a whole number"),
        ("a,x,short,,,one,,,,,,", r"row 2, column seed: 'one'; give a whole number"),
        ("a,x,short,,,0,raw,,,,,", r"column state: 'raw'; choose one of: aligned"),
        ("a,x,short,,,0,,-1,,,,", r"column dates: '-1'; give a whole number"),
        ("a,x,short,,,0,,,,4,,", r"column hold_block: '4'; choose one of: 0, 1, 2, 3"),
        ("a,x,short,,,0,,,,,true,", r"column test: 'true'; choose one of: yes"),
        (",x,short,,,0,,,,,,", r"column row: 'x'; name the group and the run"),
        ("a,x,short,,,0,,,,,,\na,x,long,,,0,,,,,,", r"row 3, column row: 'x' stands in the group"),
        ("a,x,short,,,0,,", r"row 2: 8 values for 12 columns"),
    ],
)
def test_a_plan_that_cannot_be_used_names_row_and_column(tmp_path, rows, message):
    (tmp_path / "plan.csv").write_text(f"{HEADER}\n{rows}\n")
    with pytest.raises(S2kitError, match=message):
        read_plan(tmp_path)


def test_a_run_repeated_replaces_its_rows(tmp_path):
    history = pd.DataFrame({"loss": [1.0, 0.5]}, index=pd.RangeIndex(1, 3, name="epoch"))
    for accuracy in (80.0, 90.0):
        add_run("short seed=7", [{"role": "test", "pixel_OA": accuracy}], history, tmp_path)
    assert read_runs(tmp_path).pixel_OA.tolist() == [90.0]
    assert len(read_curves(tmp_path)) == 2


def test_no_results_yet(tmp_path):
    assert read_runs(tmp_path).empty
    assert "run" in read_runs(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02", "UTF-16 or no text"),
        (b"role,pixel_OA\ntest,90\n", "row 1 lacks the column run"),
        (b"run,role,pixel_OA\nshort,test,9", "ends within a row; restore the file, or delete it"),
        (b"run,role,pixel_OA\nshort,te", "row 2: 2 values for 3 columns"),
        (b"run,role,pixel_OA\nshort,test,high\n", "column pixel_OA: .*restore the file"),
    ],
)
def test_results_that_are_no_whole_table(tmp_path, content, message):
    (tmp_path / "runs.csv").write_bytes(content)
    with pytest.raises(S2kitError, match=message) as told:
        read_runs(tmp_path)
    assert "\n" not in str(told.value)
