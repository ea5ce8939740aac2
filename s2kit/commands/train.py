"""``python -m s2kit train``: train a recipe, score it and write its weights."""

from pathlib import Path
from typing import Any

import click

from s2kit.commands.options import bands_option, label_option, offset_option
from s2kit.errors import S2kitError
from s2kit.experiments.experiment import STATES, Experiment
from s2kit.experiments.outcome import check_planned, run_planned
from s2kit.experiments.own_area import train_on
from s2kit.experiments.own_places import listed_places
from s2kit.experiments.plan import PlannedRun
from s2kit.experiments.portable import portable_beginning
from s2kit.network.baselines import BASELINES
from s2kit.network.beginning import Beginning
from s2kit.network.recipes import RECIPES, Recipe, check_seed, recipe_named, varied
from s2kit.network.weights import save_network
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import PAPER, read_nomenclature
from s2kit.scenes.writer import check_outputs
from s2kit.settings import course_source, data_source, elsewhere, home, workspace
from s2kit.sources.labelled import ReadOptions, labelled_scenes
from s2kit.sources.listed import pairs_from, read_scene_list
from s2kit.sources.places import Places
from s2kit.sources.simulated import SimulatedSource

EXAMPLES = """\b
Examples:
  python -m s2kit train
  python -m s2kit train --seed 3 --out third.safetensors
  python -m s2kit train --set width=8 --set gain_jitter=0 --hold-date strzegom_20220719
  python -m s2kit train --image mine.tif --polygons fields.gpkg --out mine.safetensors
  python -m s2kit train --scenes my_scenes.csv --test

Exit codes: 0 done, 1 scenes or settings that cannot be used, 2 wrong usage."""

FILE = click.Path(path_type=Path, dir_okay=False)

OWN_ONLY = ("classes", "label", "offset", "bands")
PAPER_ONLY = ("baseline", "state", "dates", "hold_date", "hold_block", "hold_buffer")


@click.command(epilog=EXAMPLES)
@click.option("--recipe", default="short", show_default=True, help=f"One of: {', '.join(RECIPES)}.")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Change a setting.")
@click.option("--seed", default=0, show_default=True, help="Seed of weights, crops and turns.")
@click.option("--test", is_flag=True, help="Score the test scenes too: for final runs only.")
@click.option(
    "--out",
    type=FILE,
    help="Where the weights go; default S2KIT_HOME/S2KIT_DATA/weights/RECIPE.safetensors, for your "
    "own scenes S2KIT_HOME/own/weights/NAME-RECIPE.safetensors.",
)
@click.option(
    "--image", "images", type=FILE, multiple=True, help="Your own image; with --polygons."
)
@click.option(
    "--polygons",
    type=FILE,
    multiple=True,
    help="Its labels: polygons, or a mask on its grid. Several pairs: --image A --polygons P "
    "--image B --polygons Q.",
)
@click.option(
    "--scenes",
    "scene_list",
    metavar="CSV",
    type=FILE,
    help="A list of your own scenes: columns image, labels, split (train, validation, test).",
)
@click.option(
    "--classes", type=FILE, help="Your own classes: a CSV with code, name, short, colour."
)
@label_option
@offset_option
@bands_option
@click.option(
    "--baseline",
    type=click.Choice(BASELINES),
    help="Train a classifier of single pixels instead, on all labelled ones; it is not kept.",
)
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
@click.option(
    "--hold-buffer",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="With --hold-block: pixels around it whose labels are left out too.",
)
@click.pass_context
def train(context: click.Context, /, out: Path | None, **given: Any) -> None:
    """Train a U-Net by a named recipe and write its weights.

    Trains on every training scene that S2KIT_DATA offers, or on your own (--image and --polygons,
    or --scenes), and keeps the best epoch on the validation scene. Of your own images without one
    for validation a part is held back in blocks. An interrupted run goes on where it stopped.
    """
    own = bool(given["images"] or given["polygons"] or given["scene_list"])
    _check_usage(context, own)
    if own:
        _train_on_own(given, out)
        return
    recipe = varied(recipe_named(given["recipe"]), given["settings"])
    if recipe.kept and data_source() == "simulated":
        raise S2kitError(
            f"recipe {recipe.name!r} begins with the network of the real scenes; set "
            "S2KIT_DATA=authors, or give your own scenes (--image and --polygons)"
        )
    names = ("recipe", "settings", "seed", "test", *PAPER_ONLY)
    run = PlannedRun(**{name: given[name] for name in names})
    source, runs = course_source(), workspace() / "runs"
    check_planned(run, runs, out)
    source.fetch()
    run_planned(source, run, runs, out, click.echo, _beginning(recipe))


def _train_on_own(given: dict[str, Any], out: Path | None) -> None:
    """Train on the images and labels that the options name."""
    recipe = varied(recipe_named(given["recipe"]), given["settings"])
    scene_list: Path | None = given["scene_list"]
    pairs = given["images"], given["polygons"]
    check_seed(given["seed"])
    listed = read_scene_list(scene_list) if scene_list else pairs_from(*pairs)
    read = [file for scene in listed for file in (scene.image, scene.labels)]
    folder = home() / "own"
    name = scene_list.stem if scene_list else listed[0].name
    check_outputs(
        [out or folder / "weights" / f"{name}-{recipe.name}.safetensors"],
        [*read, *filter(None, (scene_list, given["classes"]))],
    )
    options = ReadOptions(
        label_column=given["label"],
        offset=int(given["offset"]) if given["offset"] else "auto",
        bands=_bands(given["bands"]),
        nomenclature=read_nomenclature(given["classes"]) if given["classes"] else PAPER,
    )
    scenes = labelled_scenes(listed, options)
    beginning, runs = _beginning(recipe), folder / "runs"
    own = train_on(scenes, recipe, given["seed"], given["test"], runs, click.echo, beginning)
    path = out or folder / "weights" / f"{name}-{own.prepared.recipe.name}.safetensors"
    save_network(path, own.trained.network)
    click.echo(f"best epoch {own.trained.best_epoch}; weights in {path}")


def _beginning(recipe: Recipe) -> Beginning | None:
    """Return what a recipe that keeps a part of a trained network begins with."""
    if not recipe.kept:
        return None
    places = Places(elsewhere())
    labelled = [name for name in places.list(scored=True) if places.place(name).is_labelled]
    names = [name for name in labelled if places.is_obtainable(name)]
    if len(names) < len(labelled):
        click.echo(
            f"{len(names)} of {len(labelled)} real places elsewhere are at hand "
            "(S2KIT_ELSEWHERE); the simulated ones stand in"
        )
    simulated = SimulatedSource(home())
    return portable_beginning(simulated, listed_places(places, names), recipe.scaling)


def _bands(given: str | None) -> tuple[str, ...] | None:
    """Return the names of bands of a list with commas; S2kitError if they are not the ten."""
    if given is None:
        return None
    names = tuple(name.strip() for name in given.split(","))
    if sorted(names) != sorted(BAND_NAMES):
        raise S2kitError(
            f"--bands {given}: name each of {', '.join(BAND_NAMES)} once, in your images' order"
        )
    return names


def _check_usage(context: click.Context, own: bool) -> None:
    """Refuse options that would be ignored: those of the paper's scenes for others, and back."""
    for name in PAPER_ONLY if own else OWN_ONLY:
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            option = f"--{name.replace('_', '-')}"
            scenes = "the paper's scenes, not your own" if own else "your own scenes: give --image"
            raise click.UsageError(f"{option} is for {scenes}", context)
    if own and context.params["scene_list"] and context.params["images"]:
        raise click.UsageError("give either --scenes or --image with --polygons", context)
