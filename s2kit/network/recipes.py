"""Named recipes: every setting of a training run in one place."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import get_type_hints

from s2kit.errors import S2kitError

OPTIMISERS = ("muon", "adamw")


@dataclass(frozen=True)
class Recipe:
    """All settings of a training run; the seed and the scenes are given beside it."""

    name: str
    # network
    width: int = 16
    depth: int = 4
    rule: str = "both"  # what the network sees of a scene: see s2kit.network.inputs
    # patches
    crop: int = 128  # pixels; random crops reach a given accuracy sooner than whole patches
    batch: int = 8
    turns: bool = True  # crops are turned by quarters and mirrored
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

    def __post_init__(self) -> None:
        """Refuse settings that cannot work, naming the setting."""
        if self.optimiser not in OPTIMISERS:
            raise S2kitError(
                f"recipe {self.name!r}: no optimiser {self.optimiser!r}; choose one of: "
                f"{', '.join(OPTIMISERS)}"
            )
        for field in ("width", "depth", "crop", "batch", "epochs", "steps"):
            if getattr(self, field) < 1:
                raise S2kitError(f"recipe {self.name!r}: {field} must be at least 1")
        if self.crop % 2**self.depth:
            raise S2kitError(
                f"recipe {self.name!r}: crop {self.crop} must be a multiple of 2^depth = "
                f"{2**self.depth}, so that no padding enters the training"
            )


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("short"),
        Recipe("long", epochs=50, label_smoothing=0.1),
        # For comparing settings, not for maps; a short walk wants long steps.
        Recipe("trial", epochs=8, learning_rate=3e-2),
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
        If there is no such setting, or the value is not of its kind.
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
