"""``python -m s2kit train``: train a recipe, score it and write its weights."""

import time
from dataclasses import dataclass
from pathlib import Path

import click
import pandas as pd

from s2kit.network.baselines import BASELINES
from s2kit.network.recipes import RECIPES, recipe_named, varied
from s2kit.network.training import arithmetic, training_device
from s2kit.network.unet import count_parameters
from s2kit.network.weights import save_weights
from s2kit.scenes.settings import workspace
from s2kit.study.experiments import STATES, Experiment, open_scenes
from s2kit.study.run import Score, run, run_baseline

EXAMPLES = """\b
Examples:
  python -m s2kit train
  python -m s2kit train --seed 3 --out third.safetensors
  python -m s2kit train --set width=8 --set gain_jitter=0 --hold-date strzegom_20220719

Exit codes: 0 done, 1 scenes or settings that cannot be used, 2 wrong usage."""


@dataclass(frozen=True)
class Outcome:
    """What a run yields for the study's tables."""

    rows: list[dict[str, object]]
    history: pd.DataFrame | None
    """Of a network."""


@click.command(epilog=EXAMPLES)
@click.option("--recipe", default="short", show_default=True, help=f"One of: {', '.join(RECIPES)}.")
@click.option(
    "--baseline",
    type=click.Choice(BASELINES),
    help="Train a classifier of single pixels instead, on all labelled ones; it is not kept.",
)
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Change a setting.")
@click.option("--seed", default=0, show_default=True, help="Seed of weights, crops and turns.")
@click.option(
    "--state",
    type=click.Choice(list(STATES)),
    default=Experiment.state,
    show_default=True,
    help="; ".join(f"{name}: {what}" for name, what in STATES.items()) + ".",
)
@click.option("--dates", type=int, help="Train on so many scenes only, evenly spread.")
@click.option("--hold-date", metavar="SCENE", help="Leave a training scene out and score it.")
@click.option("--hold-block", type=click.IntRange(0, 3), help="Leave a quarter's labels out.")
@click.option("--test", is_flag=True, help="Score the test scenes too: for final runs only.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the weights go; default S2KIT_HOME/S2KIT_DATA/weights/RECIPE.safetensors.",
)
def train(
    recipe: str,
    baseline: str | None,
    settings: tuple[str, ...],
    seed: int,
    state: str,
    dates: int | None,
    hold_date: str | None,
    hold_block: int | None,
    test: bool,
    out: Path | None,
) -> Outcome:
    """Train a U-Net by a named recipe and write its weights.

    Trains on every training scene that S2KIT_DATA offers and keeps the best epoch on the
    validation scene. An interrupted run goes on where it stopped.
    """
    chosen = varied(recipe_named(recipe), settings)
    experiment = Experiment(state, dates, hold_date, hold_block)
    scenes = open_scenes(experiment)
    names = list(scenes.training)
    start = time.perf_counter()
    if baseline:
        scores = run_baseline(baseline, experiment, scenes, seed, test)
        time_taken = {"seed": seed, "seconds": round(time.perf_counter() - start)}
        _tell(scores)
        return Outcome([time_taken | score.row() for score in scores], None)
    click.echo(
        f"recipe {chosen.name}, seed {seed}: {len(names)} scenes, "
        f"validation on {', '.join(scenes.validation)}"
    )

    epochs: list[int] = []

    def report(history: pd.DataFrame) -> None:
        epochs.append(len(history))
        last = history.iloc[-1]
        click.echo(
            f"epoch {len(history):3d}/{chosen.epochs}  loss {last['loss']:.3f}  "
            f"validation OA {100 * last['validation_OA']:.2f}  "
            f"mean F1 {100 * last['validation_F1']:.2f}"
        )

    trained, scores = run(
        chosen, experiment, scenes, seed, test, workspace() / "runs", on_epoch=report
    )
    seconds = time.perf_counter() - start
    _tell(scores)
    path = out or workspace() / "weights" / f"{chosen.name}.safetensors"
    save_weights(
        path,
        trained.network,
        recipe=chosen.name,
        seed=seed,
        scenes=names,
        state=state,
    )
    click.echo(f"best epoch {trained.best_epoch}; weights in {path}")
    about: dict[str, object] = {
        "seed": seed,
        "arithmetic": arithmetic(training_device()),
        "parameters": count_parameters(trained.network),
        # A run that went on from a checkpoint tells nothing of the time of the whole.
        "seconds": round(seconds) if epochs and epochs[0] == 1 else None,
        "best_epoch": trained.best_epoch,
    }
    return Outcome([about | score.row() for score in scores], trained.history)


def _tell(scores: list[Score]) -> None:
    for score in scores:
        row = score.row()
        objects = f", object OA {row['object_OA']}" if row["objects"] else ""
        click.echo(f"{score.role} {score.scene}: pixel OA {row['pixel_OA']}{objects}")
