"""The tables and the figure that chapters 4 and 6 make of stored runs."""

import shlex

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from s2kit.study import figures, table
from s2kit.study.figures import by_place, compared, final_scores, results, show_search


def scored(role, pixels, pixel_oa, objects=0, object_oa=float("nan"), f1=50.0, seconds=9):
    return {
        "role": role, "scene": "tiny", "pixels": pixels, "pixel_OA": pixel_oa, "mean_F1": f1,
        "objects": objects, "object_OA": object_oa, "seconds": seconds,
    }  # fmt: skip


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A plan and its runs in place of the study's."""
    plan = [
        ("search", "learning rate 1e-2, weight decay 0", "-a"),
        ("search", "learning rate 3e-2, weight decay 0", "-b"),
        ("ablation", "as it is", "-a"),
        ("ablation", "not yet run", "-c"),
        ("short", "seed 0", "-d"),
        ("short", "seed 1", "-e"),
        ("baselines", "random forest", "-f"),
        ("blocks", "U-Net, block 0 left out", "-g"),
        ("blocks", "U-Net, block 1 left out", "-h"),
    ]
    names = ["group", "row", "options"]
    pd.DataFrame(plan, columns=names).to_csv(tmp_path / "plan.csv", index=False)
    monkeypatch.setattr(table, "FOLDER", tmp_path)
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    epochs = pd.RangeIndex(1, 4, name="epoch")
    history = pd.DataFrame({"loss": [3.0, 2, 1], "validation_OA": [0.5, 0.6, 0.7]}, index=epochs)
    for options in ("-a", "-b"):
        rows = [scored("validation", 100, 80.0), scored("held out", 50, 90.0, f1=60.0)]
        table.add_run(options, rows, history, tmp_path)
    for options, accuracy in (("-d", 90.0), ("-e", 92.0), ("-f", 80.0)):
        rows = [scored("validation", 100, 10.0), scored("test", 100, accuracy, 10, 70.0)]
        table.add_run(options, rows, None, tmp_path)
    table.add_run("-g", [scored("test", 30, 80.0, 3, 100.0)], None, tmp_path)
    table.add_run("-h", [scored("test", 10, 40.0, 1, 0.0)], None, tmp_path)


def test_a_run_of_two_groups_is_in_both(stored):
    assert results("search").options.unique().tolist() == ["-a", "-b"]
    assert results("ablation").options.unique().tolist() == ["-a"]


def test_settings_are_compared_on_the_scenes_left_out(stored):
    found = compared("ablation")
    assert found.index.tolist() == ["as it is"]
    assert found.loc["as it is"].tolist() == [80.0, 50.0, 90.0, 60.0]


def test_only_the_test_scene_counts_for_what_was_tested(stored):
    found = final_scores("short")
    assert found.index.tolist() == ["seed 0", "seed 1"]
    assert found["pixel OA"].tolist() == [90.0, 92.0]


def test_the_blocks_are_taken_together_by_their_pixels_and_objects(stored):
    found = by_place()["U-Net"]
    assert found["pixel OA"].tolist() == [91.0, 80.0, 40.0, 70.0]
    assert found["object OA"].tolist() == [70.0, 100.0, 0.0, 75.0]
    assert found.index[0] == "date left out"
    assert found.index[-1] == "date and place left out"


def test_one_panel_per_learning_rate_one_line_per_weight_decay(stored):
    figure = show_search()
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["learning rate 1e-2", "learning rate 3e-2", "", ""]
    assert [len(axes.lines) for axes in figure.axes] == [1, 1, 1, 1]
    plt.close(figure)


def test_every_planned_run_is_stored_and_says_what_it_is():
    runs = table.read_runs(table.FOLDER)
    assert set(runs.options) == set(table.read_plan().options)
    assert runs.pixel_OA.between(0, 100).all()
    tests = runs[runs.role == "test"]
    assert tests.options.map(lambda options: "--test" in shlex.split(options)).all()
