"""``python -m s2kit train``: train a recipe and write its weights."""

from pathlib import Path

import click
import pandas as pd

from s2kit.network.recipes import RECIPES, recipe_named
from s2kit.network.training import train as run
from s2kit.network.weights import save_weights
from s2kit.scenes.settings import workspace
from s2kit.scenes.source import open_mask, open_scene, scene_names

EXAMPLES = """\b
Examples:
  python -m s2kit train
  python -m s2kit train --recipe full --seed 3 --out full3.safetensors

Exit codes: 0 done, 1 scenes or settings that cannot be used, 2 wrong usage."""


@click.command(epilog=EXAMPLES)
@click.option("--recipe", default="short", show_default=True, help=f"One of: {', '.join(RECIPES)}.")
@click.option("--seed", default=0, show_default=True, help="Seed of weights, crops and turns.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the weights go; default S2KIT_HOME/S2KIT_DATA/weights/RECIPE.safetensors.",
)
def train(recipe: str, seed: int, out: Path | None) -> None:
    """Train a U-Net by a named recipe and write its weights.

    Trains on every training scene that S2KIT_DATA offers and keeps the best epoch on the
    validation scene. An interrupted run goes on where it stopped.
    """
    settings = recipe_named(recipe)
    names = scene_names(split="train")
    training = {name: (open_scene(name), open_mask(name)) for name in names}
    (held_out,) = scene_names(split="validation")
    click.echo(f"recipe {recipe}, seed {seed}: {len(names)} scenes, validation on {held_out}")

    def report(history: pd.DataFrame) -> None:
        last = history.iloc[-1]
        click.echo(
            f"epoch {len(history):3d}/{settings.epochs}  loss {last['loss']:.3f}  "
            f"validation OA {100 * last['validation_OA']:.2f}  "
            f"mean F1 {100 * last['validation_F1']:.2f}"
        )

    trained = run(
        settings,
        training,
        (open_scene(held_out), open_mask(held_out)),
        seed,
        folder=workspace() / "runs",
        on_epoch=report,
    )
    path = out or workspace() / "weights" / f"{recipe}.safetensors"
    save_weights(path, trained.network, recipe=recipe, seed=seed, scenes=names)
    click.echo(f"best epoch {trained.best_epoch}; weights in {path}")
