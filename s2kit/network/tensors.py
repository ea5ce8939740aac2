"""Tensors in one safetensors file, with a JSON header that carries their checksum.

safetensors holds numbers and text only: a file from a stranger cannot run anything.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from s2kit.errors import S2kitError
from s2kit.scenes.writer import replacing


def tensors_sha256(tensors: Mapping[str, Tensor]) -> str:
    """Compute the SHA-256 of tensors: names, dtypes, shapes and bytes, in the order of the names.

    >>> one = {"a": torch.zeros(2), "b": torch.ones(1)}
    >>> tensors_sha256(one) == tensors_sha256(dict(reversed(one.items())))
    True
    >>> tensors_sha256(one) == tensors_sha256(one | {"b": torch.zeros(1)})
    False
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode())
        digest.update(tensor.flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def write_tensors(path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> None:
    """Write tensors and a header under a temporary name and rename; the checksum is added."""
    # Other memory formats are no concern of a file: rows before columns, always.
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps({**header, "sha256": tensors_sha256(plain)})
    with replacing(path) as part:
        try:
            save_file(plain, part, metadata={"s2kit": text})
        except SafetensorError as error:  # a full disk, among others
            raise OSError(str(error)) from error


def read_header(path: Path, remedy: str) -> dict[str, Any]:
    """Read the header that `write_tensors` wrote; ``remedy`` ends the message of an error.

    Raises
    ------
    S2kitError
        If the file cannot be read, is no safetensors file, or has no JSON object as header.
    """
    try:
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get("s2kit")
    except (SafetensorError, OSError) as error:
        raise S2kitError(f"{path} is no whole safetensors file ({error}); {remedy}") from error
    if text is None:
        raise S2kitError(f"{path} was not written by s2kit; {remedy}")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise S2kitError(f"the header of {path} is no JSON; {remedy}") from error
    if not isinstance(header, dict):
        raise S2kitError(f"the header of {path} is no JSON object; {remedy}")
    return header


def read_tensors(path: Path, header: Mapping[str, Any], remedy: str) -> dict[str, Tensor]:
    """Read the tensors of a file and verify the checksum that its header names.

    Raises
    ------
    S2kitError
        If the file cannot be read, or its tensors are not those that were written.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise S2kitError(f"{path} is no whole safetensors file ({error}); {remedy}") from error
    if tensors_sha256(tensors) != header.get("sha256"):
        raise S2kitError(f"the tensors of {path} do not have the checksum of its header; {remedy}")
    return tensors
