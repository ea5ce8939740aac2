"""One run of an experiment: train, then score what the experiment allows to be scored."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xarray as xr
from shapely import box

from s2kit.accuracy.assess import Assessment, assess
from s2kit.benchmarks.agreement import mean_f1
from s2kit.experiments.experiment import Experiment, Scenes, in_block, in_state
from s2kit.maps.classify import classify
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.network.beginning import Beginning
from s2kit.network.recipes import Recipe
from s2kit.network.training import Trained, train
from s2kit.sources import Source


@dataclass(frozen=True)
class Score:
    """How a network does on one scene: ``role`` is "validation", "held out" or "test"."""

    role: str
    scene: str
    result: Assessment

    def row(self) -> dict[str, object]:
        """Return the score as a row of the table of runs, accuracies in per cent."""
        pixels, objects = self.result.pixels, self.result.objects
        return {
            "role": self.role,
            "scene": self.scene,
            "pixels": int(pixels.to_numpy().sum()),
            "pixel_OA": round(100 * self.result.pixel_oa, 2),
            "mean_F1": round(100 * mean_f1(pixels.to_numpy()), 2),
            "objects": 0 if objects is None else int(objects.to_numpy().sum()),
            "object_OA": round(100 * self.result.object_oa, 2),
        }


def run(
    source: Source,
    recipe: Recipe,
    experiment: Experiment,
    scenes: Scenes,
    seed: int,
    test: bool,
    folder: Path,
    on_epoch: Callable[[pd.DataFrame], None],
    beginning: Beginning | None = None,
) -> tuple[Trained, list[Score]]:
    """Train a network on the scenes of an experiment, and score it.

    Parameters
    ----------
    source
        Where the test scenes come from.
    recipe, seed, folder, on_epoch, beginning
        As for `s2kit.network.training.train`.
    experiment, scenes
        The experiment, and its scenes as `experiments.open_scenes` opens them.
    test
        Also score the test scenes. For final runs only: a choice made by such a score spoils it.

    Returns
    -------
    The trained network, and its `scores`.
    """
    (validation,) = scenes.validation.values()
    trained = train(
        recipe, scenes.training, validation, seed, folder, on_epoch, beginning=beginning
    )
    return trained, scores(
        source, lambda scene: classify(trained.network, scene)[0], experiment, scenes, test
    )


def run_baseline(
    source: Source, kind: str, experiment: Experiment, scenes: Scenes, seed: int, test: bool
) -> list[Score]:
    """Train one of `s2kit.network.baselines.BASELINES` on all labelled pixels, and score it."""
    fitted = train_baseline(kind, scenes.training, Recipe.scaling, seed)
    return scores(source, lambda scene: map_per_pixel(fitted, scene), experiment, scenes, test)


def scores(
    source: Source,
    mapped: Callable[[xr.DataArray], xr.DataArray],
    experiment: Experiment,
    scenes: Scenes,
    test: bool,
) -> list[Score]:
    """Score what maps a scene (band, y, x) to codes (y, x).

    Returns
    -------
    A score on the validation scene, on the scene held out, and on the test scenes if asked for.
    With a block held out, on the test polygons inside it only.
    """
    parts = (("validation", scenes.validation), ("held out", scenes.held_out))
    found = [
        Score(role, name, assess(mapped(scene), mask))
        for role, labelled in parts
        for name, (scene, mask) in labelled.items()
    ]
    if test:
        names = source.available(split="test")
        found += [Score("test", name, _test(source, mapped, name, experiment)) for name in names]
    return found


def _test(
    source: Source,
    mapped: Callable[[xr.DataArray], xr.DataArray],
    name: str,
    experiment: Experiment,
) -> Assessment:
    scene = in_state(source.open(name), experiment.state, source.record(name).offset)
    codes, polygons = mapped(scene), source.open_polygons(name)
    if experiment.hold_block is not None:
        block = in_block(source.open_mask(name), experiment.hold_block)
        inside = codes.where(block, drop=True)
        polygons = polygons[polygons.within(box(*inside.rio.bounds()))]
    return assess(codes, polygons)
