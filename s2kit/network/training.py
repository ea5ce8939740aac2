"""One training loop: cross-entropy without background, one cycle, the best epoch kept."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import torch
import xarray as xr
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from s2kit.errors import S2kitError
from s2kit.network.applicability import REFERENCE, reference_of
from s2kit.network.beginning import Beginning, between, check_beginning
from s2kit.network.checkpoints import Run, fingerprint
from s2kit.network.losses import crop_mean_loss, evaluate
from s2kit.network.muon import Muon
from s2kit.network.patches import IGNORE, Patches, class_weights, to_tensors
from s2kit.network.recipes import Recipe, check_seed, recipe_named
from s2kit.network.training_record import (
    TRAINING_STATISTICS,
    training_record,
    training_statistics,
)
from s2kit.network.unet import UNet
from s2kit.scenes.arguments import require, require_raster
from s2kit.scenes.leftovers import clear_leftovers
from s2kit.scenes.nomenclature import common_nomenclature

Labelled = tuple[xr.DataArray, xr.DataArray]
"""A scene (band, y, x) and its mask (y, x)."""


@dataclass(frozen=True)
class Trained:
    """A trained network and how it came about."""

    network: UNet
    """Its best epoch, in evaluation mode, rounded to the float16 that a weights file keeps; its
    ``card`` names recipe, seed, scenes and their checksums."""
    history: pd.DataFrame
    """One row per epoch: loss, validation_loss, validation_OA, validation_F1, learning_rate."""
    best_epoch: int


def train(
    recipe: Recipe | str,
    training: Mapping[str, Labelled],
    validation: Labelled,
    seed: int = 0,
    folder: Path | None = None,
    on_epoch: Callable[[pd.DataFrame], None] = lambda history: None,
    on_step: Callable[[int, int], None] = lambda done, of: None,
    beginning: Beginning | None = None,
) -> Trained:
    """Train a U-Net by a recipe and return its best epoch on the validation scene.

    Best is the epoch with the highest mean F1 over the classes labelled there. Overall accuracy
    would be content with a map without a single road.

    Parameters
    ----------
    recipe
        All settings, the scaling of the input among them; or the name of one of
        `s2kit.network.recipes.RECIPES`.
    training
        Labelled scenes by name: reflectance (band, y, x) and class codes (y, x), 0 = unlabelled.
        No test scene belongs here, nor into ``validation``. The network learns the classes of
        the masks' nomenclature.
    validation
        The labelled scene that chooses the epoch. With a single image, part of it: see
        `s2kit.network.holdout.hold_out_blocks`.
    seed
        Of the first weights, of the crops and of their turns, 0 to 2^63 - 1.
    folder
        Where the checkpoint is kept. A run interrupted after any epoch goes on from there and
        ends with the same bits; a finished one returns at once. Without it nothing is written.
    on_epoch
        Called with the history after every epoch.
    on_step
        Called after every optimiser step with the number of steps done and of all.
    beginning
        A trained network to begin with, and scenes to learn beside ``training``. A recipe that
        keeps a part of its weights ends with the last epoch: the validation scene would choose
        the one that has learnt least from elsewhere.

    Raises
    ------
    S2kitError
        If a scene and its mask do not fit, the masks differ in their classes, nothing is labelled,
        or the loss is no number.

    Examples
    --------
    >>> import numpy as np
    >>> scene = xr.DataArray(np.full((10, 16, 16), 0.2, "float32"), dims=("band", "y", "x"))
    >>> mask = xr.DataArray(np.full((16, 16), 5, "uint8"), dims=("y", "x"))
    >>> tiny = Recipe("tiny", width=2, depth=1, crop=8, batch=2, epochs=2, steps=3)
    >>> trained = train(tiny, {"field": (scene, mask)}, (scene, mask))
    >>> len(trained.history), trained.network.card["scenes"]
    (2, ['field'])
    """
    check_seed(seed)
    recipe = recipe_named(recipe) if isinstance(recipe, str) else recipe
    if not training:
        raise S2kitError("no training scene; see which ones can be had with: python -m s2kit data")
    _check_labelled(training, validation)
    elsewhere = beginning.elsewhere if beginning else {}
    _check_labelled(elsewhere, validation)
    if twice := training.keys() & elsewhere.keys():
        raise S2kitError(f"{min(twice)} is a scene of both kinds; give those elsewhere other names")
    own, training = training, {**training, **elsewhere}
    classes = common_nomenclature(mask for _, mask in (*training.values(), validation))
    check_beginning(beginning, recipe, classes)
    device = training_device()
    labelled = [to_tensors(*pair, recipe.scaling) for pair in training.values()]
    validation_tensors = to_tensors(*validation, recipe.scaling)
    for name, (_, target) in zip(training, labelled, strict=True):
        if (target == IGNORE).all():
            raise S2kitError(f"{name}: its mask holds no labelled pixel; train without this scene")
    if (validation_tensors[1] == IGNORE).all():
        raise S2kitError(
            f"{validation[0].name}: its mask holds no labelled pixel; validate on another scene"
        )

    torch.manual_seed(seed)
    network = UNet(recipe.width, recipe.depth, classes, scaling=recipe.scaling).to(device)
    first = beginning.network.state_dict() if beginning else {}
    if beginning:
        network.load_state_dict(first)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimisers = optimisers_of(network, recipe)
    schedules = [
        torch.optim.lr_scheduler.OneCycleLR(
            optimiser,
            optimiser.param_groups[0]["lr"],
            total_steps=recipe.epochs * recipe.steps,
            cycle_momentum=False,
        )
        for optimiser in optimisers
    ]
    # Weights and batch statistics averaged over the last steps: single steps of small batches
    # from a few dates jump about, their mean does not.
    averaged = AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True
    )
    patches = Patches(
        labelled,
        recipe.crop,
        recipe.batch,
        recipe.gain_jitter,
        seed,
        recipe.turns,
        beginning.chances(len(own)) if beginning else None,
        recipe.zoom,
    )
    weights = class_weights([t for _, t in labelled], recipe.class_balance, classes).to(device)

    run = Run(network, averaged, optimisers, schedules, patches, last=recipe.kept > 0)
    dtype = arithmetic(device)
    name = fingerprint(
        recipe, seed, [*labelled, validation_tensors], dtype, classes, patches.chances, first
    )
    checkpoint = folder / f"{name}.safetensors" if folder else None
    if checkpoint:
        clear_leftovers(checkpoint)
    if checkpoint and checkpoint.exists():
        run.resume(checkpoint)

    for epoch in range(len(run.history), recipe.epochs):
        network.train()
        total = 0.0
        for step in range(1, recipe.steps + 1):
            images, targets = patches.draw()
            images = images.to(device, memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=dtype == "bfloat16"):
                logits = network(images)
            loss = crop_mean_loss(
                logits.float(), targets.to(device), weights, recipe.label_smoothing
            )
            network.zero_grad()
            loss.backward()
            for optimiser in optimisers:
                optimiser.step()
            for schedule in schedules:
                schedule.step()
            averaged.update_parameters(network)
            total += loss.item()
            on_step(epoch * recipe.steps + step, recipe.epochs * recipe.steps)
        validation_loss, accuracy, f1 = evaluate(averaged, *validation_tensors)
        if not (math.isfinite(total) and math.isfinite(validation_loss)):
            raise S2kitError(
                f"epoch {epoch + 1}: the loss is no number any more; lower the learning rate "
                f"({recipe.learning_rate}) of recipe {recipe.name!r}"
            )
        run.note(total / recipe.steps, validation_loss, accuracy, f1)
        if checkpoint:
            run.save(checkpoint)
        on_epoch(run.table())

    final = between(first, run.best, recipe.kept) if recipe.kept else run.best
    network.load_state_dict({name: tensor.half() for name, tensor in final.items()})
    network.card = {
        "recipe": recipe.name,
        "settings": asdict(recipe),
        "seed": seed,
        "scenes": list(training),
        "trained_on": training_record(training),
        TRAINING_STATISTICS: training_statistics(training),
    }
    reference = reference_of(network.eval(), labelled)
    if reference:
        network.card[REFERENCE] = reference.to_card()
    if beginning:
        network.card["begun_from"] = beginning.network.card.get("sha256", "")
    history = run.table()
    best = len(history) if recipe.kept else int(history["validation_F1"].to_numpy().argmax()) + 1
    return Trained(network, history, best)


def _check_labelled(training: Mapping[str, Labelled], validation: Labelled) -> None:
    """Raise TypeError unless scenes and masks come as `train` says."""
    require(training, Mapping, "training", "a dict, name → (scene, mask)")
    for name, pair in {**training, "validation": validation}.items():
        require(pair, tuple, f"{name}", "the pair (scene, mask)")
        if len(pair) != 2:
            raise TypeError(f"{name} holds {len(pair)} things; give the pair (scene, mask)")
        require_raster(pair[0], f"the scene of {name}", ("band", "y", "x"))
        require_raster(pair[1], f"the mask of {name}", ("y", "x"))


def optimisers_of(network: UNet, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Return what moves the weights: Muon the 3 × 3 kernels and AdamW the rest, or AdamW all.

    What is no matrix (batch norms, biases) and the layers that change size or end the network
    are AdamW's; its steps are a quarter as long as the recipe says for Muon's.
    """
    adamw = partial(torch.optim.AdamW, weight_decay=recipe.weight_decay, fused=True)
    if recipe.optimiser == "adamw":
        return [adamw(network.parameters(), recipe.learning_rate)]
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    kernels = [m.weight for m in convolutions if m.kernel_size == (3, 3)]
    taken = set(map(id, kernels))
    rest = [p for p in network.parameters() if id(p) not in taken]
    return [
        Muon(kernels, recipe.learning_rate, recipe.weight_decay),
        adamw(rest, recipe.learning_rate / 4),
    ]


def training_device() -> torch.device:
    """Return the GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def arithmetic(device: torch.device) -> str:
    """Return in what convolutions are multiplied in training: "bfloat16" or "float32".

    Weights, loss and optimiser stay in float32. bfloat16 takes less time on a GPU and on CPUs that
    have instructions for it (two thirds: tests/speed/speed.py), and more on others.
    """
    if device.type == "cuda" or torch.cpu.get_capabilities().get("avx512_bf16", False):
        return "bfloat16"
    return "float32"
