"""Exercises of chapter 4: training."""

import torch
from torch import Tensor

from s2kit.exercises.exercise import Exercise
from s2kit.network.patches import IGNORE
from s2kit.network.recipes import Recipe


def _terms(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Return minus the logarithm of the right class's probability, and what is labelled."""
    right = logits.log_softmax(dim=1).gather(1, target.clamp(min=0)[:, None])[:, 0]
    return -right, target != IGNORE


def _mean(logits: Tensor, target: Tensor) -> float:
    terms, valid = _terms(logits, target)
    return float(terms[valid].mean())


def _without_logarithm(logits: Tensor, target: Tensor) -> float:
    terms, valid = _terms(logits, target)
    return float((-terms[valid]).exp().mean())


def _random() -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    return torch.randn(2, 10, 8, 8), torch.randint(IGNORE, 10, (2, 8, 8))


def _crops(recipe: Recipe) -> int:
    return recipe.epochs * recipe.steps * recipe.batch


EXERCISES = {
    "4.1": Exercise(
        solve=_mean,
        view=lambda loss: None if loss is None else float(loss),
        hint="log_softmax over the classes, pick the right class with gather, average where "
        "labelled.",
        tolerance=1e-5,
        mistakes=(
            (
                lambda logits, target: float(_terms(logits, target)[0].mean()),
                "Unlabelled pixels were averaged in: keep target != IGNORE only.",
            ),
            (
                lambda logits, target: -_mean(logits, target),
                "The sign is missing: minus the logarithm, so that a small loss is good.",
            ),
            (
                lambda logits, target: _mean(logits, target) * int((target != IGNORE).sum()),
                "That is the sum. Take the mean over the labelled pixels.",
            ),
            (
                _without_logarithm,
                "That is the mean probability: the logarithm and the minus are missing.",
            ),
        ),
        example=_random,
    ),
    "4.2": Exercise(
        solve=lambda recipe: (_crops(recipe), _crops(recipe) * recipe.crop**2),
        hint="Each step draws one batch; each crop is a square.",
        mistakes=(
            (
                lambda recipe: (_crops(recipe), _crops(recipe) * recipe.crop),
                "A crop is a square: its pixels are crop times crop.",
            ),
            (
                lambda recipe: (
                    recipe.epochs * recipe.steps,
                    recipe.epochs * recipe.steps * recipe.crop**2,
                ),
                "Those are steps. Each step draws a batch of crops.",
            ),
            (_crops, "Return two numbers: crops, pixels."),
            (
                lambda recipe: (_crops(recipe) * recipe.crop**2, _crops(recipe)),
                "Turned round: the crops first, then the pixels.",
            ),
        ),
        example=lambda: (Recipe("example", epochs=2, steps=3, batch=4, crop=32),),
    ),
}
