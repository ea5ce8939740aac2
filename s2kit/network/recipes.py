"""Named recipes: every setting of a training run in one place."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import get_type_hints

from s2kit.errors import S2kitError
from s2kit.network.scaling import check_scaling
from s2kit.network.unet import check_size

OPTIMISERS = ("muon", "adamw")

BELOW_ONE = math.nextafter(1, 0)

LIMITS = {
    # Smallest and largest: a mean that keeps all of itself learns nothing, labels that are all
    # smoothed say nothing, and a power above 1 gives rare classes more say than common ones.
    "learning_rate": (math.ulp(0), math.inf),
    "weight_decay": (0, math.inf),
    "averaging": (0, BELOW_ONE),
    "zoom": (0, 1),
    "gain_jitter": (0, math.inf),
    "class_balance": (0, 1),
    "label_smoothing": (0, BELOW_ONE),
    "kept": (0, BELOW_ONE),
}
"""What a setting that is no whole number may be; all are finite."""


@dataclass(frozen=True)
class Recipe:
    """All settings of a training run; the seed and the scenes are given beside it.

    Raises
    ------
    S2kitError
        If a setting is of another kind, out of its range, or does not go with another.

    Examples
    --------
    >>> Recipe("small", width=4, depth=2, crop=32).scaling
    'both'
    """

    name: str
    # network
    width: int = 16
    depth: int = 4
    scaling: str = "both"  # of reflectance to input: see s2kit.network.scaling
    # patches
    crop: int = 128  # pixels; random crops reach a given accuracy sooner than whole patches
    batch: int = 8
    turns: bool = True  # crops are turned by quarters and mirrored
    # Crops show from 1 / (1 + zoom) to 1 + zoom times as much ground: fields of other sizes.
    zoom: float = 0.0
    gain_jitter: float = 0.05  # standard deviation of a factor per band, as between dates
    # schedule: one cycle over epochs * steps
    epochs: int = 25
    steps: int = 40  # optimiser steps per epoch; after each epoch the validation scene is mapped
    optimiser: str = "muon"  # for the kernels, with AdamW for the rest; or "adamw" for all
    learning_rate: float = 1e-2  # the peak of the cycle; AdamW alone wants 5e-3
    weight_decay: float = 1e-2
    averaging: float = 0.98  # decay per step of the running mean of the weights
    # loss
    class_balance: float = 0.25  # class weights are (1 / frequency) ** class_balance
    label_smoothing: float = 0.0  # share of the target that is spread over all classes
    # of the weights that it begins with, in the mean at the end: see s2kit.network.beginning
    kept: float = 0.0

    def __post_init__(self) -> None:
        """Refuse settings that cannot work, naming the setting."""
        if self.optimiser not in OPTIMISERS:
            raise S2kitError(
                f"recipe {self.name!r}: no optimiser {self.optimiser!r}; choose one of: "
                f"{', '.join(OPTIMISERS)}"
            )
        where = f"recipe {self.name!r}"
        check_scaling(self.scaling)
        check_size(self.width, self.depth, where)
        for field in ("crop", "batch", "epochs", "steps"):
            value = getattr(self, field)
            if type(value) is not int or value < 1:
                raise S2kitError(f"{where}: {field} {value!r} must be a whole number from 1 on")
        for field, (lowest, highest) in LIMITS.items():
            value = getattr(self, field)
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise S2kitError(f"{where}: {field} {value!r} must be a finite number")
            if not lowest <= value <= highest:
                raise S2kitError(f"{where}: {field} {value!r} must be {_range(lowest, highest)}")
        if type(self.turns) is not bool:
            raise S2kitError(f"{where}: turns {self.turns!r} must be True or False")
        if self.crop % 2**self.depth:
            raise S2kitError(
                f"recipe {self.name!r}: crop {self.crop} must be a multiple of 2^depth = "
                f"{2**self.depth}, so that no padding enters the training"
            )


def _range(lowest: float, highest: float) -> str:
    """Say a range of `LIMITS` in words."""
    if highest == math.inf:
        return "0 or more" if lowest == 0 else "more than 0"
    return f"from {lowest} to below 1" if highest == BELOW_ONE else f"from {lowest} to {highest}"


def check_seed(seed: object) -> None:
    """Raise S2kitError unless a seed is a whole number from 0 to 2^63 - 1, as PyTorch takes it."""
    if type(seed) is not int or not 0 <= seed < 2**63:
        raise S2kitError(f"the seed {seed!r:.30} must be a whole number from 0 to 2^63 - 1")


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("short"),
        Recipe("long", epochs=50, label_smoothing=0.1),
        # For places never seen: from a trained network on, with scenes of many places.
        Recipe(
            "portable",
            scaling="shrunk",
            crop=96,
            zoom=0.35,
            epochs=10,
            optimiser="adamw",
            learning_rate=1e-3,
            label_smoothing=0.05,
            kept=0.5,
        ),
        # For comparing settings, not for maps; a short walk wants long steps.
        Recipe("trial", epochs=8, learning_rate=3e-2),
        # What chapter 4 trains while one waits; the stored curves show the whole of "short".
        Recipe("live", epochs=6, steps=20, learning_rate=3e-2, averaging=0.93),
    )
}


def recipe_named(name: str) -> Recipe:
    """Return a recipe; S2kitError that lists the known ones otherwise."""
    if name not in RECIPES:
        raise S2kitError(f"no recipe {name!r}; choose one of: {', '.join(RECIPES)}")
    return RECIPES[name]


def varied(recipe: Recipe, settings: Iterable[str]) -> Recipe:
    """Return a recipe with other settings, each given as "name=value".

    The new recipe's name lists them, so that what it trains is never taken for the recipe itself.

    Raises
    ------
    S2kitError
        If there is no such setting, or the value is not of its kind or out of its range.

    Examples
    --------
    >>> varied(recipe_named("short"), ["width=8", "turns=no"]).name
    'short-width-8-turns-False'
    """
    kinds = get_type_hints(Recipe)
    known = [field.name for field in fields(Recipe) if field.name != "name"]
    changes: dict[str, bool | int | float | str] = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        if name not in known:
            raise S2kitError(f"no setting {name!r}; a recipe has: {', '.join(known)}")
        kind = kinds[name]
        try:
            changes[name] = {"yes": True, "no": False}[value] if kind is bool else kind(value)
        except (ValueError, KeyError):
            wanted = {bool: "yes or no", int: "a whole number", float: "a number"}[kind]
            raise S2kitError(f"{setting!r}: {name} is {wanted}") from None
    tail = "".join(f"-{name}-{value}" for name, value in changes.items())
    return replace(recipe, name=recipe.name + tail, **changes)  # type: ignore[arg-type]
