"""Training on scenes of one's own: trained, scored, weights written."""

from dataclasses import dataclass
from pathlib import Path

from s2kit.accuracy.assess import assess
from s2kit.experiments.holding_back import OwnTraining, own_training
from s2kit.experiments.outcome import EpochReport, Tell, tell_scores
from s2kit.experiments.run import Score
from s2kit.maps.classify import classify
from s2kit.network.beginning import Beginning
from s2kit.network.recipes import Recipe
from s2kit.network.training import Trained, train
from s2kit.sources.labelled import LabelledScenes


@dataclass(frozen=True)
class OwnTrained:
    """A network trained on one's own scenes: what it was trained on, and how it does."""

    trained: Trained
    prepared: OwnTraining
    scores: list[Score]
    seed: int


def train_on(
    scenes: LabelledScenes,
    recipe: Recipe,
    seed: int = 0,
    test: bool = False,
    folder: Path | None = None,
    tell: Tell = print,
    beginning: Beginning | None = None,
) -> OwnTrained:
    """Train a U-Net on scenes of one's own, and score it.

    The best epoch is chosen on the validation scene, or, where there is none, on blocks held back
    (see `holding_back.own_training`).

    Parameters
    ----------
    scenes
        As from `s2kit.sources.labelled.labelled_scenes`; their masks carry the nomenclature.
    recipe
        One of `s2kit.network.recipes.RECIPES`, or a variation.
    seed
        Seed of weights, crops, turns, and of the choice of blocks.
    test
        Also score the test scenes. For final runs only: a choice made by such a score spoils it.
    folder
        Where the checkpoint of an unfinished run is kept; none by default.
    tell
        Called with each line of progress, and with what the validation figure means.
    beginning
        As for `s2kit.network.training.train`.

    Returns
    -------
    OwnTrained
        ``.trained.network`` is what `s2kit.maps.classify.classify` takes.

    Raises
    ------
    S2kitError
        If an image is too small, too little is labelled to hold a part back, or the loss is no
        number.
    """
    prepared = own_training(scenes, recipe, seed)
    for line in (*scenes.warnings, *prepared.notes):
        tell(line)
    tell(f"recipe {prepared.recipe.name}, seed {seed}: {len(prepared.training)} scenes")
    report = EpochReport(recipe.epochs, tell)
    (validation,) = prepared.validation.values()
    trained = train(
        prepared.recipe, prepared.training, validation, seed, folder, report, beginning=beginning
    )
    parts = (("validation", prepared.validation), ("test", scenes.part("test") if test else {}))
    scores = [
        Score(role, name, assess(classify(trained.network, scene)[0], mask))
        for role, part in parts
        for name, (scene, mask) in part.items()
    ]
    tell_scores(scores, tell)
    tell(prepared.meaning)
    return OwnTrained(trained, prepared, scores, seed)
