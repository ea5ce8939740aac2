"""What is kept of a training run, so that an interrupted one still ends with the same bits."""

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from s2kit.errors import S2kitError
from s2kit.network.patches import Patches
from s2kit.network.recipes import Recipe
from s2kit.network.unet import UNet


def fingerprint(
    recipe: Recipe, seed: int, labelled: list[tuple[Tensor, Tensor]], arithmetic: str
) -> str:
    """Name a run by everything its result depends on: recipe, seed, pixels and arithmetic."""
    settings = [asdict(recipe), seed, arithmetic]
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for image, target in labelled:
        digest.update(image.numpy().tobytes())
        digest.update(target.numpy().tobytes())
    return f"{recipe.name}-seed{seed}-{digest.hexdigest()[:12]}"


class Run:
    """What changes from epoch to epoch, as one thing that can be saved and resumed."""

    def __init__(
        self,
        network: UNet,
        averaged: AveragedModel,
        optimisers: list[torch.optim.Optimizer],
        schedules: list[torch.optim.lr_scheduler.OneCycleLR],
        patches: Patches,
    ) -> None:
        self.network, self.averaged, self.patches = network, averaged, patches
        self.optimisers, self.schedules = optimisers, schedules
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Tensor] = {}

    def note(self, loss: float, validation_loss: float, accuracy: float, f1: float) -> None:
        """Add an epoch; keep its weights if its mean F1 is the highest so far."""
        if f1 > max((row["validation_F1"] for row in self.history), default=-1.0):
            state = self.averaged.module.state_dict()
            self.best = {k: v.detach().clone() for k, v in state.items()}
        self.history.append(
            {
                "loss": loss,
                "validation_loss": validation_loss,
                "validation_OA": accuracy,
                "validation_F1": f1,
                "learning_rate": float(self.schedules[0].get_last_lr()[0]),
            }
        )

    def table(self) -> pd.DataFrame:
        """Return the history with epochs, from 1, as index."""
        epochs = pd.RangeIndex(1, len(self.history) + 1, name="epoch")
        return pd.DataFrame(self.history, index=epochs)

    def save(self, path: Path) -> None:
        """Write the checkpoint under a temporary name and rename it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        state: dict[str, Any] = {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimisers": [each.state_dict() for each in self.optimisers],
            "schedules": [each.state_dict() for each in self.schedules],
            "random": self.patches.random.get_state(),
            "history": self.history,
            "best": self.best,
        }
        torch.save(state, part)
        os.replace(part, path)

    def resume(self, path: Path) -> None:
        """Take up a saved checkpoint; S2kitError if the file is damaged."""
        try:
            # weights_only: tensors and plain values, nothing that could run.
            state = torch.load(path, weights_only=True)
        except Exception as error:
            raise S2kitError(
                f"{path} is no whole checkpoint ({type(error).__name__}); delete it to start anew"
            ) from error
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        for schedule, saved in zip(self.schedules, state["schedules"], strict=True):
            schedule.load_state_dict(saved)
        self.patches.random.set_state(state["random"])
        self.history, self.best = state["history"], state["best"]
