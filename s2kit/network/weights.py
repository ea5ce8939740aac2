"""Trained weights as safetensors, with the settings that made them."""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from s2kit.errors import S2kitError
from s2kit.network.inputs import RULES
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import CLASSES
from s2kit.scenes.settings import DataSource

FORMAT = "s2kit-unet-2"

SHIPPED = Path(__file__).with_name("shipped")
"""The networks that come with the package; MODEL_CARD.md beside them tells about them."""


def save_weights(path: Path, network: UNet, **settings: Any) -> None:
    """Write a network and the settings that made it (recipe, seed, scenes …) in one file.

    Numbers are stored as float16, which halves the file and is what `training.train` rounds to.
    Settings are stored as JSON in the header; bands, classes, input rule, width and depth are
    added.
    """
    header = {
        "format": FORMAT,
        "bands": BAND_NAMES,
        "classes": [c.name for c in CLASSES],
        "rule": network.rule,
        "formula": RULES[network.rule],
        "width": network.width,
        "depth": network.depth,
        **settings,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    # Other memory formats are no concern of a file: rows before columns, always.
    tensors = {k: v.half().cpu().contiguous() for k, v in network.state_dict().items()}
    save_file(tensors, part, metadata={"s2kit": json.dumps(header)})
    os.replace(part, path)


def shipped_weights(source: DataSource) -> Path:
    """Return the weights that come with the package for scenes of a source.

    Those of simulated landscapes know the real world as little as the real ones know them.
    """
    return SHIPPED / ("simulated.safetensors" if source == "simulated" else "strzegom.safetensors")


def load_weights(path: Path) -> tuple[UNet, dict[str, Any]]:
    """Read a network (in evaluation mode) and its settings.

    Raises
    ------
    S2kitError
        If the file is missing, damaged, not written by :func:`save_weights`, or made for other
        bands, classes or another input rule.
    """
    if not path.exists():
        raise S2kitError(f"no weights at {path}; train them with: python -m s2kit train")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get("s2kit", "{}"))
            # The settings are read before the tensors: a stranger's file is told by its header.
            _check_header(path, header)
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise S2kitError(f"{path} is no whole safetensors file ({error}); fetch it anew") from error
    network = UNet(header["width"], header["depth"], rule=header["rule"])
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise S2kitError(f"{path}: its tensors do not fit the network it names: {error}") from error
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval(), header


def _check_header(path: Path, header: dict[str, Any]) -> None:
    if header.get("format") != FORMAT:
        raise S2kitError(f"{path} was not written by s2kit; give a file made by: s2kit train")
    expected = {
        "bands": list(BAND_NAMES),
        "classes": [c.name for c in CLASSES],
        "formula": RULES.get(header.get("rule", "")),
    }
    for key, value in expected.items():
        if header.get(key) != value:
            raise S2kitError(f"{path} was made for {key} {header.get(key)}, not for {value}")
