"""A planned run carried out: trained, scored, its weights written."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from s2kit.experiments.experiment import open_scenes
from s2kit.experiments.plan import PlannedRun
from s2kit.experiments.run import Score, run, run_baseline
from s2kit.network.beginning import Beginning
from s2kit.network.recipes import check_seed
from s2kit.network.training import arithmetic, training_device
from s2kit.network.unet import count_parameters
from s2kit.network.weights import save_network
from s2kit.scenes.writer import check_outputs
from s2kit.sources import Source

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a run yields for the tables of results (see `table.add_run`)."""

    rows: list[dict[str, object]]
    history: pd.DataFrame | None
    """Of a network; None for a baseline."""


def run_planned(
    source: Source,
    planned: PlannedRun,
    checkpoints: Path,
    weights: Path | None,
    tell: Tell,
    beginning: Beginning | None = None,
) -> Outcome:
    """Train and score one planned run, and write its weights.

    Parameters
    ----------
    source
        Where the scenes come from.
    planned
        The run.
    checkpoints
        Folder in which an unfinished run is kept; it goes on from there.
    weights
        The file to write; by default RECIPE.safetensors in the folder weights beside that of the
        checkpoints. A baseline has none.
    tell
        Called with each line of progress, for instance ``print``.
    beginning
        As for `s2kit.network.training.train`.

    Raises
    ------
    S2kitError
        If settings, scenes or labels cannot be used.
    """
    path = check_planned(planned, checkpoints, weights)
    recipe, experiment = planned.chosen_recipe(), planned.experiment
    scenes = open_scenes(source, experiment)
    start = time.perf_counter()
    if planned.baseline:
        seed, test = planned.seed, planned.test
        scores = run_baseline(source, planned.baseline, experiment, scenes, seed, test)
        tell_scores(scores, tell)
        about: dict[str, object] = {
            "seed": planned.seed,
            "seconds": round(time.perf_counter() - start),
        }
        return Outcome([about | score.row() for score in scores], None)
    names = list(scenes.training)
    tell(
        f"recipe {recipe.name}, seed {planned.seed}: {len(names)} scenes, "
        f"validation on {', '.join(scenes.validation)}"
    )
    report = EpochReport(recipe.epochs, tell)
    seed, test = planned.seed, planned.test
    trained, scores = run(
        source, recipe, experiment, scenes, seed, test, checkpoints, report, beginning
    )
    seconds = time.perf_counter() - start
    tell_scores(scores, tell)
    save_network(path, trained.network, state=planned.state)
    tell(f"best epoch {trained.best_epoch}; weights in {path}")
    about = {
        "seed": planned.seed,
        "arithmetic": arithmetic(training_device()),
        "parameters": count_parameters(trained.network),
        # A run that went on from a checkpoint tells nothing of the time of the whole.
        "seconds": round(seconds) if report.from_start else None,
        "best_epoch": trained.best_epoch,
    }
    return Outcome([about | score.row() for score in scores], trained.history)


def check_planned(planned: PlannedRun, checkpoints: Path, weights: Path | None) -> Path:
    """Check what can be checked before scenes are fetched; return where the weights will go.

    Parameters and errors as in `run_planned`.
    """
    check_seed(planned.seed)
    name = planned.chosen_recipe().name
    path = weights or checkpoints.parent / "weights" / f"{name}.safetensors"
    check_outputs([path])
    return path


class EpochReport:
    """Tells how each epoch went, and remembers whether the first one was among them."""

    def __init__(self, epochs: int, tell: Tell) -> None:
        self.epochs, self.tell, self.from_start = epochs, tell, False

    def __call__(self, history: pd.DataFrame) -> None:
        """Tell the last epoch of a history."""
        self.from_start |= len(history) == 1
        last = history.iloc[-1]
        self.tell(
            f"epoch {len(history):3d}/{self.epochs}  loss {last['loss']:.3f}  "
            f"validation OA {100 * last['validation_OA']:.2f}  "
            f"mean F1 {100 * last['validation_F1']:.2f}"
        )


def tell_scores(scores: list[Score], tell: Tell) -> None:
    """Tell one line per score."""
    for score in scores:
        row = score.row()
        objects = f", object OA {row['object_OA']}" if row["objects"] else ""
        tell(f"{score.role} {score.scene}: pixel OA {row['pixel_OA']}{objects}")
