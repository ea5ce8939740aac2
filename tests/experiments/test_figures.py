"""The tables and the figure that chapters 4 and 6 make of stored runs."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from s2kit.errors import S2kitError
from s2kit.experiments import figures, plan, table
from s2kit.experiments.figures import by_place, compared, final_scores, results, show_search
from s2kit.experiments.plan import PlannedRun


def scored(role, pixels, pixel_oa, objects=0, object_oa=float("nan"), f1=50.0, seconds=9):
    return {
        "role": role, "scene": "tiny", "pixels": pixels, "pixel_OA": pixel_oa, "mean_F1": f1,
        "objects": objects, "object_OA": object_oa, "seconds": seconds,
    }  # fmt: skip


PLAN = {
    ("search", "learning rate 1e-2, weight decay 0"): PlannedRun(settings=("weight_decay=0",)),
    ("search", "learning rate 3e-2, weight decay 0"): PlannedRun(seed=1),
    ("ablation", "as it is"): PlannedRun(settings=("weight_decay=0",)),
    ("ablation", "not yet run"): PlannedRun(dates=1),
    ("short", "seed 0"): PlannedRun(test=True),
    ("short", "seed 1"): PlannedRun(seed=1, test=True),
    ("baselines", "random forest"): PlannedRun(baseline="random forest", test=True),
    ("blocks", "U-Net, block 0 left out"): PlannedRun(hold_block=0, test=True),
    ("blocks", "U-Net, block 1 left out"): PlannedRun(hold_block=1, test=True),
}


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A plan and its runs in place of the library's."""
    rows = [
        {
            "group": group, "row": row, "settings": " ".join(run.settings), "seed": run.seed,
            "recipe": "" if run.baseline else "short", "baseline": run.baseline,
            "dates": "" if run.dates is None else run.dates,
            "hold_block": "" if run.hold_block is None else run.hold_block,
            "test": "yes" if run.test else "",
        }
        for (group, row), run in PLAN.items()
    ]  # fmt: skip
    pd.DataFrame(rows, columns=plan.COLUMNS).to_csv(tmp_path / "plan.csv", index=False)
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    epochs = pd.RangeIndex(1, 4, name="epoch")
    history = pd.DataFrame(
        {"loss": [3.0, 2, 1], "validation_loss": [3.0, 2, 2], "validation_OA": [0.5, 0.6, 0.7]},
        index=epochs,
    )
    for run in ("short weight_decay=0", "short seed=1"):
        rows = [scored("validation", 100, 80.0), scored("held out", 50, 90.0, f1=60.0)]
        table.add_run(run, rows, history, tmp_path)
    finals = {"short test": 90.0, "short seed=1 test": 92.0, "random forest test": 80.0}
    for run, accuracy in finals.items():
        rows = [scored("validation", 100, 10.0), scored("test", 100, accuracy, 10, 70.0)]
        table.add_run(run, rows, None, tmp_path)
    for block, score in enumerate(
        [scored("test", 30, 80.0, 3, 100.0), scored("test", 10, 40.0, 1, 0)]
    ):
        table.add_run(f"short hold_block={block} test", [score], None, tmp_path)


def test_a_run_of_two_groups_is_in_both(stored):
    assert results("search").run.unique().tolist() == ["short weight_decay=0", "short seed=1"]
    assert results("ablation").run.unique().tolist() == ["short weight_decay=0"]


def test_each_result_comes_with_the_command_that_repeats_it(stored):
    assert results("blocks").command.tolist()[0] == (
        "python -m s2kit train --recipe short --hold-block 0 --test"
    )


def test_a_group_that_nobody_planned_is_refused(stored):
    with pytest.raises(S2kitError, match="no group ablatoin in the plan; choose from search"):
        results("ablatoin")


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
    assert titles == ["learning rate 1e-2", "learning rate 3e-2", "", "", "", ""]
    assert [len(axes.lines) for axes in figure.axes] == [1] * 6
    plt.close(figure)


def test_every_planned_run_is_stored_and_says_what_it_is():
    planned = {run.name: run for run in plan.read_plan()}
    runs = table.read_runs(plan.FOLDER)
    assert set(runs.run) == set(planned)
    assert runs.pixel_OA.between(0, 100).all()
    assert all(planned[name].test for name in runs[runs.role == "test"].run)
    assert all(planned[run].seed == seed for run, seed in zip(runs.run, runs.seed, strict=True))


def test_the_figures_that_the_chapters_print():
    ablation = compared("ablation")
    assert ablation.shape == (27, 4)
    assert ablation.loc["as it is"].tolist() == [91.63, 73.91, 97.09, 82.21]
    assert final_scores("long")["pixel OA"].tolist() == [97.64, 97.79, 97.67, 97.90, 97.77]
