"""``python -m s2kit train`` and ``search`` as a user types them, on scenes of 32 x 32 pixels."""

import shlex

import pandas as pd
import pytest
from click.testing import CliRunner

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.network.recipes import recipe_named, varied
from s2kit.network.weights import load_weights
from s2kit.scenes.settings import workspace
from s2kit.study import table
from s2kit.study.table import add_run, read_curves, read_runs


def s2kit(*arguments):
    return CliRunner().invoke(cli, [*arguments])


def test_train_scores_what_it_left_out(tmp_path):
    out = tmp_path / "tiny.safetensors"
    result = s2kit(
        "train", "--hold-date", "tiny_20230101", "--set", "gain_jitter=0", "--out", str(out)
    )
    assert result.exit_code == 0, result.output
    assert (
        "recipe short-gain_jitter-0.0, seed 0: 4 scenes, validation on tiny_20230601"
        in result.output
    )
    assert "held out tiny_20230101: pixel OA" in result.output
    assert "test tiny" not in result.output
    _, settings = load_weights(out)
    assert settings["recipe"] == "short-gain_jitter-0.0"
    assert len(settings["scenes"]) == 4


def test_the_test_scene_is_scored_only_if_asked_for_and_within_the_block(tmp_path):
    out = str(tmp_path / "tiny.safetensors")
    result = s2kit("train", "--hold-block", "2", "--test", "--out", out)
    assert result.exit_code == 0, result.output
    line = next(line for line in result.output.splitlines() if line.startswith("test"))
    assert line.startswith("test tiny_20230701: pixel OA")
    outcome = cli.get_command(None, "train").main(
        ["--hold-block", "2", "--test", "--out", out], standalone_mode=False
    )
    (row,) = [row for row in outcome.rows if row["role"] == "test"]
    assert row["objects"] == 1
    assert row["pixels"] == 100
    assert row["seconds"] is None  # the second call found the run finished


def test_a_baseline_is_scored_like_a_network():
    result = s2kit("train", "--baseline", "random forest", "--test")
    assert result.exit_code == 0, result.output
    assert [line.split(":")[0] for line in result.output.splitlines()] == [
        "validation tiny_20230601",
        "test tiny_20230701",
    ]


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """A plan of two runs in place of the study's."""
    rows = [("seeds", "seed 0", "--seed 0"), ("seeds", "seed 1", "--seed 1")]
    pd.DataFrame(rows, columns=["group", "row", "options"]).to_csv(
        tmp_path / "plan.csv", index=False
    )
    monkeypatch.setattr(table, "FOLDER", tmp_path)


def test_a_search_runs_what_is_open_and_nothing_twice(plan):
    first = s2kit("search", "seeds")
    assert first.exit_code == 0, first.output
    runs = read_runs(workspace() / "study")
    assert runs.options.tolist() == ["--seed 0", "--seed 1"]
    assert runs.pixel_OA.between(0, 100).all()
    assert read_curves(workspace() / "study").groupby("options").size().tolist() == [3, 3]
    assert s2kit("search").output == ""
    assert "done  seeds: seed 1  --seed 1" in s2kit("search", "--list").output


def test_every_planned_run_can_be_run():
    rows = table.read_plan()
    assert not rows.duplicated(["group", "row"]).any()
    assert not rows.duplicated(["group", "options"]).any()
    for options in rows.options:
        command = cli.get_command(None, "train")
        given = command.make_context("train", shlex.split(options)).params
        varied(recipe_named(given["recipe"]), given["settings"])


def test_an_unknown_group_is_named(plan):
    result = s2kit("search", "sedes")
    assert isinstance(result.exception, S2kitError)
    assert "choose from seeds" in str(result.exception)


def test_a_run_repeated_replaces_its_rows(tmp_path):
    history = pd.DataFrame({"loss": [1.0, 0.5]}, index=pd.RangeIndex(1, 3, name="epoch"))
    for accuracy in (80.0, 90.0):
        add_run("--seed 7", [{"role": "test", "pixel_OA": accuracy}], history, tmp_path)
    assert read_runs(tmp_path).pixel_OA.tolist() == [90.0]
    assert len(read_curves(tmp_path)) == 2
