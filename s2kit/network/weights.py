"""Trained weights as safetensors, with the settings that made them and a checksum."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from s2kit.errors import S2kitError
from s2kit.network.applicability import REFERENCE, Reference
from s2kit.network.scaling import SCALINGS
from s2kit.network.tensors import read_header, read_tensors, write_tensors
from s2kit.network.training_record import TRAINING_STATISTICS
from s2kit.network.unet import UNet, check_size
from s2kit.scenes.arguments import require
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import Nomenclature, stored_nomenclature
from s2kit.scenes.statistics import ImageStatistics

FORMAT = "s2kit-unet-3"

SHIPPED = Path(__file__).with_name("shipped")
"""The networks that come with the package; MODEL_CARD.md beside them tells about them."""

SHIPPED_NAMES = ("portable", "strzegom", "simulated")

REQUIRED = ("bands", "nomenclature", "scaling", "formula", "width", "depth", "trained_on", "sha256")

LARGEST = 65504
"""The largest number of float16."""

REMEDY = "give a file made by: python -m s2kit train"


def save_network(path: Path | str, network: UNet, **settings: Any) -> None:
    """Write a network and the settings that made it (recipe, seed, scenes …) in one file.

    Parameters
    ----------
    path
        The safetensors file. Numbers are stored as float16, which halves the file and is what
        `training.train` rounds to.
    network
        Its ``card`` is stored in the header as JSON; bands, nomenclature, input scaling, width,
        depth and the checksum of the tensors are added.
    settings
        What JSON can hold; it is added to the card.

    Raises
    ------
    S2kitError
        If the network holds a number that is not finite, or a kernel of zeros only.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "mine.safetensors"
    ...     save_network(path, UNet(width=2, depth=1, scaling="fixed"), note="not trained")
    ...     load_network(path).card["note"]
    'not trained'
    """
    require(network, UNet, "the network", "a UNet, as train and load_network return")
    header = {
        "trained_on": [],
        **{key: value for key, value in network.card.items() if key != "weights"},
        **settings,
        "format": FORMAT,
        "bands": BAND_NAMES,
        "nomenclature": json.loads(network.nomenclature.to_json()),
        "scaling": network.scaling,
        "formula": SCALINGS[network.scaling],
        "width": network.width,
        "depth": network.depth,
    }
    tensors = stored_tensors(network)
    _check_tensors("the network", tensors, "train it again")
    write_tensors(Path(path), tensors, header)


def stored_tensors(network: UNet) -> dict[str, Tensor]:
    """Return the tensors of a network as its weights file holds them: float16, by name."""
    state = network.state_dict()
    # Batch norms count their batches, which may be more than float16 can say; nothing reads it.
    counted = {k: v if v.is_floating_point() else v.clamp(max=LARGEST) for k, v in state.items()}
    return {name: tensor.detach().cpu().half() for name, tensor in counted.items()}


def shipped_weights(source: str) -> Path:
    """Return the weights that come with the package for scenes of a source.

    Those of simulated landscapes know the real world as little as the real ones know them.
    """
    return SHIPPED / ("simulated.safetensors" if source == "simulated" else "strzegom.safetensors")


def load_network(name_or_path: str | Path) -> UNet:
    """Load a trained network.

    Parameters
    ----------
    name_or_path
        "portable", "strzegom" or "simulated", which come with s2kit, or the path of a file
        that `save_network` wrote.

    Returns
    -------
    UNet
        In evaluation mode; its ``card`` (dict) holds the header of the file: recipe, seed,
        scaling, ``trained_on`` … and under ``weights`` the name of the file.

    Raises
    ------
    S2kitError
        As `load_weights`.

    Examples
    --------
    >>> network = load_network("strzegom")
    >>> network.scaling, network.card["recipe"], len(network.card["trained_on"])
    ('both', 'long', 6)
    """
    shipped = str(name_or_path) in SHIPPED_NAMES
    return load_weights(SHIPPED / f"{name_or_path}.safetensors" if shipped else name_or_path)[0]


def load_weights(path: Path | str) -> tuple[UNet, dict[str, Any]]:
    """Read a network (in evaluation mode) and the header of its file.

    Raises
    ------
    S2kitError
        If the file is missing, damaged, not written by :func:`save_network`, or made for other
        bands or another input scaling.
    """
    path = Path(path)
    if not path.exists():
        raise S2kitError(
            f"no weights at {path}; train them with: python -m s2kit train, or give the name of "
            f"a network that comes with s2kit: {', '.join(SHIPPED_NAMES)}"
        )
    header = read_header(path, REMEDY)
    _check_header(path, header)
    classes = _classes_of(path, header)
    # A network without memory: its shapes are compared before anything of that size is made.
    with torch.device("meta"):
        network = UNet(header["width"], header["depth"], classes, scaling=header["scaling"])
    tensors = read_tensors(path, header, "fetch it anew")
    _check_shapes(path, tensors, network.state_dict())
    _check_tensors(str(path), tensors, "fetch it anew")
    _check_reference(path, header, len(classes))
    state = {name: tensors[name].to(t.dtype) for name, t in network.state_dict().items()}
    network.load_state_dict(state, assign=True)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.card = header | {"weights": path.name}
    return network.eval(), header


def _check_header(path: Path, header: dict[str, Any]) -> None:
    """Refuse the header of a stranger's file, key by key."""
    if header.get("format") != FORMAT:
        raise S2kitError(
            f"{path} has the format {header.get('format')!r:.40}, not {FORMAT!r}; {REMEDY}"
        )
    missing = [key for key in REQUIRED if key not in header]
    if missing:
        raise S2kitError(f"the header of {path} lacks {', '.join(missing)}; {REMEDY}")
    scaling = header["scaling"]
    if not isinstance(scaling, str) or scaling not in SCALINGS:
        raise S2kitError(
            f"{path} was made for the input scaling {scaling!r:.40}; "
            f"known are: {', '.join(SCALINGS)}"
        )
    expected = {
        "bands": list(BAND_NAMES),
        "formula": SCALINGS[scaling],
    }
    for key, value in expected.items():
        if header[key] != value:
            raise S2kitError(f"{path} was made for {key} {header[key]!r:.200}, not for {value}")
    check_size(header["width"], header["depth"], f"the network of {path}")
    if not _is_record(header["trained_on"]):
        raise S2kitError(f"the header of {path} does not say what it was trained on; {REMEDY}")
    if not _are_statistics(header.get(TRAINING_STATISTICS, [])):
        raise S2kitError(f"the {TRAINING_STATISTICS} of {path} cannot be read; {REMEDY}")


def _classes_of(path: Path, header: dict[str, Any]) -> Nomenclature:
    try:
        return stored_nomenclature(json.dumps(header["nomenclature"]))
    except S2kitError as error:
        raise S2kitError(f"{path}: {error}; {REMEDY}") from error


def _check_reference(path: Path, header: dict[str, Any], classes: int) -> None:
    try:
        if REFERENCE in header:
            Reference.from_card(header[REFERENCE], classes)
    except S2kitError as error:
        raise S2kitError(f"{path}: {error}; {REMEDY}") from error


def _is_record(trained_on: object) -> bool:
    """Tell whether this may be what `training_record` returned."""
    return isinstance(trained_on, list) and all(
        isinstance(each, dict) and {"scene", "sha256"} <= each.keys() for each in trained_on
    )


def _are_statistics(records: object) -> bool:
    """Tell whether this may be what `training_statistics` returned."""
    try:
        for each in cast("list[dict[str, Any]]", records):
            found = ImageStatistics.from_json(json.dumps(each))
            if len(found.mean) != len(BAND_NAMES) or not 0 < int(each["pixels"]) < 2**63:
                return False
    except (S2kitError, TypeError, ValueError, KeyError, OverflowError, AttributeError):
        return False
    return isinstance(records, list)


def _check_shapes(
    path: Path, tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]
) -> None:
    """Refuse tensors that are not those of the network which the header names."""
    wrong = [
        *_told("lacks", expected.keys() - tensors.keys()),
        *_told("has a stranger", tensors.keys() - expected.keys()),
        *_told(
            "has another shape or type of",
            (
                name
                for name in tensors.keys() & expected.keys()
                if tensors[name].shape != expected[name].shape
                or tensors[name].dtype != torch.float16
            ),
        ),
    ]
    if wrong:
        raise S2kitError(f"{path} {'; it '.join(wrong)}: not the network it names; {REMEDY}")


def _told(what: str, names: Iterable[str]) -> list[str]:
    found = sorted(names)
    return [f"{what} {', '.join(found[:3])}{' …' if len(found) > 3 else ''}"] if found else []


def _check_tensors(where: str, tensors: Mapping[str, Tensor], remedy: str) -> None:
    """Refuse numbers with which no map can be right."""
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise S2kitError(f"{where} holds a number that is not finite in {name}; {remedy}")
        if tensor.ndim == 4 and not tensor.any():
            raise S2kitError(f"{where} holds nothing but zeros in {name}; {remedy}")
        if name.endswith("running_var") and (tensor < 0).any():
            raise S2kitError(f"{where} holds a negative variance in {name}; {remedy}")
