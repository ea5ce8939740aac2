"""What is kept of a training run, so that an interrupted one still ends with the same bits."""

import hashlib
import json
from collections.abc import Mapping, Sequence
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
from s2kit.network.tensors import read_header, read_tensors, write_tensors
from s2kit.network.unet import UNet
from s2kit.scenes.nomenclature import PAPER, Nomenclature

FORMAT = "s2kit-checkpoint-1"

HISTORY = ("loss", "validation_loss", "validation_OA", "validation_F1", "learning_rate")
"""What is noted of an epoch."""

REMEDY = "delete it to start anew"


def fingerprint(
    recipe: Recipe,
    seed: int,
    labelled: Sequence[tuple[Tensor, Tensor]],
    arithmetic: str,
    nomenclature: Nomenclature = PAPER,
    chances: Sequence[float] | None = None,
    first: Mapping[str, Tensor] | None = None,
) -> str:
    """Name a run by all that its result depends on.

    That is: recipe, seed, pixels, arithmetic, classes, the scenes' chances, the first weights.
    """
    settings = [asdict(recipe), seed, arithmetic]
    if nomenclature != PAPER:
        settings.append(nomenclature.to_json())
    if chances is not None:
        settings.append(list(chances))
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for image, target in labelled:
        digest.update(image.numpy().tobytes())
        digest.update(target.numpy().tobytes())
    for tensor in (first or {}).values():
        digest.update(tensor.numpy().tobytes())
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
        last: bool = False,
    ) -> None:
        """Keep the best epoch, or with ``last`` the last one."""
        self.last = last
        self.network, self.averaged, self.patches = network, averaged, patches
        self.optimisers, self.schedules = optimisers, schedules
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Tensor] = {}

    def note(self, loss: float, validation_loss: float, accuracy: float, f1: float) -> None:
        """Add an epoch; keep its weights if they are to be: see `Run`."""
        if self.last or f1 > max((row["validation_F1"] for row in self.history), default=-1.0):
            state = self.averaged.module.state_dict()
            self.best = {k: v.detach().clone() for k, v in state.items()}
        rate = float(self.schedules[0].get_last_lr()[0])
        values = (loss, validation_loss, accuracy, f1, rate)
        self.history.append(dict(zip(HISTORY, values, strict=True)))

    def table(self) -> pd.DataFrame:
        """Return the history with epochs, from 1, as index."""
        epochs = pd.RangeIndex(1, len(self.history) + 1, name="epoch")
        return pd.DataFrame(self.history, index=epochs)

    def save(self, path: Path) -> None:
        """Write the checkpoint: tensors as safetensors, everything else in its JSON header."""
        optimisers = [each.state_dict() for each in self.optimisers]
        tensors = {"random": self.patches.random.get_state()}
        for part, state in self._modules().items():
            tensors |= {f"{part}/{name}": tensor for name, tensor in state.items()}
        for number, optimiser in enumerate(optimisers):
            for index, state in optimiser["state"].items():
                tensors |= {f"optimiser{number}/{index}/{key}": t for key, t in state.items()}
        header = {
            "format": FORMAT,
            "run": path.stem,
            "history": self.history,
            "groups": [each["param_groups"] for each in optimisers],
            "schedules": [each.state_dict() for each in self.schedules],
        }
        write_tensors(path, tensors, header | {"header_sha256": header_sha256(header)})

    def resume(self, path: Path) -> None:
        """Take up a saved checkpoint; S2kitError if it is damaged or of another run."""
        header = read_header(path, REMEDY)
        if header.get("format") != FORMAT or header.get("run") != path.stem:
            raise S2kitError(f"{path} is no checkpoint of this run; {REMEDY}")
        if header.get("header_sha256") != header_sha256(header):
            raise S2kitError(f"the header of {path} does not have its checksum; {REMEDY}")
        tensors = read_tensors(path, header, REMEDY)
        try:
            self._take(header, tensors)
        except (KeyError, ValueError, TypeError, IndexError, RuntimeError) as error:
            raise S2kitError(f"{path} is no checkpoint of this run; {REMEDY}") from error

    def _take(self, header: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        self.best = self.averaged.module.state_dict()
        for part, state in self._modules().items():
            saved = {name: tensors[f"{part}/{name}"] for name in state}
            if part == "best":
                self.best = {name: like(state[name], tensor) for name, tensor in saved.items()}
            else:
                getattr(self, part).load_state_dict(saved)
        for number, optimiser in enumerate(self.optimisers):
            parameters = [p for group in optimiser.param_groups for p in group["params"]]
            states: dict[int, dict[str, Tensor]] = {}
            for name in tensors:
                owner, _, rest = name.partition("/")
                if owner == f"optimiser{number}":
                    index, _, key = rest.partition("/")
                    tensor = like(parameters[int(index)], tensors[name])
                    states.setdefault(int(index), {})[key] = tensor
            groups = [_tuples(group) for group in header["groups"][number]]
            optimiser.load_state_dict({"state": states, "param_groups": groups})
        for schedule, saved in zip(self.schedules, header["schedules"], strict=True):
            schedule.load_state_dict(saved)
        self.patches.random.set_state(tensors["random"])
        self.history = [{key: float(row[key]) for key in HISTORY} for row in header["history"]]

    def _modules(self) -> dict[str, dict[str, Tensor]]:
        return {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "best": self.best,
        }


def header_sha256(header: dict[str, Any]) -> str:
    """Compute the checksum of what a header says: a learning rate with one digit changed shows."""
    own = {key: value for key, value in header.items() if not key.endswith("sha256")}
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def like(tensor: Tensor, saved: Tensor) -> Tensor:
    """Return a saved tensor in the memory format of another of its shape.

    Fused optimisers walk through a parameter and its state by memory, not by index.
    """
    if saved.shape != tensor.shape:
        return saved
    return torch.empty_like(tensor, dtype=saved.dtype, requires_grad=False).copy_(saved)


def _tuples(group: dict[str, Any]) -> dict[str, Any]:
    """Undo what JSON does to an optimiser's betas."""
    return group | ({"betas": tuple(group["betas"])} if "betas" in group else {})
