"""``python -m s2kit train`` and ``search`` as a user types them, on scenes of 32 x 32 pixels."""

import os
import signal
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from distributed import LocalCluster
from tiny_source import TinySource

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.experiments import plan
from s2kit.experiments.outcome import run_planned
from s2kit.experiments.plan import PlannedRun
from s2kit.experiments.table import read_curves, read_runs
from s2kit.maps.cluster import connected, handed_out
from s2kit.network.weights import load_weights
from s2kit.settings import workspace


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
    planned = PlannedRun(hold_block=2, test=True)
    outcome = run_planned(TinySource(), planned, workspace() / "runs", Path(out), lambda line: None)
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
def seeds(tmp_path, monkeypatch):
    """A plan of two runs in place of the library's."""
    rows = [
        {"group": "seeds", "row": f"seed {seed}", "recipe": "short", "seed": seed}
        for seed in (0, 1)
    ]
    pd.DataFrame(rows, columns=plan.COLUMNS).to_csv(tmp_path / "plan.csv", index=False)
    monkeypatch.setattr(plan, "FOLDER", tmp_path)


def test_a_search_runs_what_is_open_and_nothing_twice(seeds):
    first = s2kit("search", "seeds")
    assert first.exit_code == 0, first.output
    runs = read_runs(workspace() / "experiments")
    assert runs.run.tolist() == ["short", "short seed=1"]
    assert runs.pixel_OA.between(0, 100).all()
    assert read_curves(workspace() / "experiments").groupby("run").size().tolist() == [3, 3]
    weights = workspace() / "experiments" / "weights"
    assert sorted(p.name for p in weights.iterdir()) == [
        "short-seed-1.safetensors",
        "short.safetensors",
    ]
    assert s2kit("search").output == ""
    listed = s2kit("search", "--list").output
    assert "done  seeds: seed 1  python -m s2kit train --recipe short --seed 1" in listed


def test_a_list_is_shown_without_a_folder_being_made(seeds):
    assert "open  seeds: seed 0" in s2kit("search", "--list").output
    assert not (workspace() / "experiments").exists()


def test_an_unknown_group_is_named(seeds):
    result = s2kit("search", "sedes")
    assert isinstance(result.exception, S2kitError)
    assert "choose from seeds" in str(result.exception)


def test_a_cluster_does_the_runs(seeds):
    with LocalCluster(n_workers=2, processes=False, dashboard_address=None) as cluster:
        result = s2kit("search", "seeds", "--cluster", cluster.scheduler_address)
        again = s2kit("search", "seeds", "--cluster", cluster.scheduler_address)
    assert result.exit_code == 0, result.output
    assert sorted(read_runs(workspace() / "experiments").run) == ["short", "short seed=1"]
    assert result.output.count("python -m s2kit train --recipe short") == 2
    assert again.output == ""


def test_workers_and_a_cluster_exclude_each_other(seeds):
    assert s2kit("search", "--workers", "2", "--cluster", "tcp://x:1").exit_code == 2


def dies_once(folder):
    """Kill the worker at the first call; succeed at the second."""
    if not (folder / "died").exists():
        (folder / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def fails(number):
    raise ValueError(number)


def test_a_job_of_a_dead_worker_is_done_by_another(tmp_path):
    with connected(None, workers=2) as client:
        assert list(handed_out(client, dies_once, [tmp_path])) == [(tmp_path, "done")]
        ((job, error),) = handed_out(client, fails, [7])
    assert job == 7
    assert isinstance(error, ValueError)
