"""A trained network as an ONNX file, for programs that know neither s2kit nor PyTorch.

Without a scene the file takes the network's scaled input and gives probabilities. With one, it
takes the numbers of that scene's file: offset, statistics and scaling are baked in, and a class
*no data* comes first. QGIS's plugin Deepness reads such a file: it multiplies its input by 1/255,
which the file undoes, and finds class names, resolution and tiles in the metadata.
"""

import io
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from s2kit.errors import S2kitError
from s2kit.maps.classify import provenance
from s2kit.maps.deepness import metadata, tiles_of
from s2kit.maps.engines import fold_batch_norms
from s2kit.maps.provenance import provenance_tags
from s2kit.network.scaling import MEAN_BRIGHTNESS, scaling_statistics
from s2kit.network.tensors import tensors_sha256
from s2kit.network.unet import UNet
from s2kit.network.weights import stored_tensors
from s2kit.scenes.bands import BAND_NAMES, TEN_METRE
from s2kit.scenes.nodata import REACH
from s2kit.scenes.radiometry import BRIGHTEST, QUANTIFICATION
from s2kit.scenes.scene_file import FileNumbers, SceneFile, open_scene
from s2kit.scenes.statistics import ImageStatistics
from s2kit.scenes.writer import check_outputs, replacing

OPSET = 17

BYTE = 255
"""Deepness divides every image by it, whatever its numbers are."""

CLOSE = 1e-3
"""Probabilities of onnxruntime and of PyTorch may differ by so much."""

MISSING = "{} is not installed; add it with: python -m pip install 's2kit[export]'"


def export_onnx(
    path: Path | str,
    network: UNet,
    for_scene: Path | str | None = None,
    offset: int | Literal["auto"] = "auto",
    bands: list[str] | None = None,
    deepness: bool = False,
) -> None:
    """Write a network as an ONNX file with the softmax inside.

    Parameters
    ----------
    path
        The file; its name ends in .onnx.
    network
        A trained network; left as it is.
    for_scene
        An image whose offset, statistics and scaling are baked in. The file then takes all bands
        of that image, in its order, as numbers / 255, and gives *no data* and the classes:
        float32 (1, 1 + classes, H, W). Without it, it takes the scaled input of
        `s2kit.network.scaling` and gives the classes alone.
    offset, bands
        As for `s2kit.read_scene`, of that image.
    deepness
        Fix height and width to one tile, as QGIS's plugin Deepness wants; else any size will do
        that is larger than 2^depth pixels.

    Raises
    ------
    S2kitError
        If onnx or onnxruntime are not installed, the image cannot be used, the file cannot be
        written, or onnxruntime does not compute what PyTorch does.
    """
    path = Path(path)
    if path.suffix.lower() != ".onnx":
        raise S2kitError(f"{path} must end in .onnx")
    if deepness and for_scene is None:
        raise S2kitError("Deepness gives digital numbers: say of which image (--for-scene)")
    check_outputs([path], [] if for_scene is None else [for_scene])
    _require_packages()
    whole, tags = _whole(network, for_scene, offset, bands)
    tiles = tiles_of(network)
    model = _exported(whole, 2**network.depth)
    _check_same(model.SerializeToString(), whole, 3 * 2**network.depth)
    if deepness:
        for values in (*model.graph.input, *model.graph.output):
            for dim in list(values.type.tensor_type.shape.dim)[2:]:
                dim.dim_value = tiles.side
    facts = metadata(network, tiles, no_data=for_scene is not None) | tags
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=value)
    with replacing(path) as part:
        part.write_bytes(model.SerializeToString())


class _Scaled(nn.Module):
    """From scaled input to probabilities, at any size."""

    inputs: int

    def __init__(self, network: UNet) -> None:
        super().__init__()
        self.network, self.multiple = fold_batch_norms(network.cpu()), 2**network.depth
        self.network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        self.inputs = network.channels

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        pad = (0, -width % self.multiple, 0, -height % self.multiple)
        logits: Tensor = self.network(functional.pad(x, pad, mode="reflect"))
        return logits[..., :height, :width].softmax(dim=1)


class _OfNumbers(nn.Module):
    """From the numbers of an image's file, divided by 255, to probabilities with no data first."""

    inputs: int
    gain: Tensor
    shift: Tensor

    def __init__(
        self,
        network: UNet,
        numbers: FileNumbers,
        statistics: ImageStatistics,
        empty: tuple[int, int],
    ) -> None:
        super().__init__()
        self.empty, self.least = empty, 2 ** (network.depth + 1)
        self.scaled, self.scaling, self.numbers = _Scaled(network), network.scaling, numbers
        self.inputs = numbers.count
        statistics = scaling_statistics(network.scaling, statistics)
        gain = np.where(statistics.deviation > 0, 0.25 / np.maximum(statistics.deviation, 1e-12), 0)
        self.register_buffer("gain", _per_band(gain))
        self.register_buffer("shift", _per_band(0.5 - statistics.mean * gain))
        self.bright = float(MEAN_BRIGHTNESS / statistics.mean.mean())

    def forward(self, x: Tensor) -> Tensor:
        values = (x * BYTE)[:, list(self.numbers.indexes)]
        if self.numbers.digital:
            values = values.round()
        missing = self._missing(values)
        if self.numbers.digital:
            zero = values == 0
            values = (values - self.numbers.offset) / QUANTIFICATION
            values = torch.where(zero, torch.zeros_like(values), values)
        scaled = torch.where(missing, torch.zeros_like(x[:, :1]), self._scale(values))
        # Deepness fills its last tiles up with zeros, where classify sees the edge of the image.
        height, width = (self._end(missing, axis) for axis in (2, 3))
        told = self.scaled(scaled[:, :, :height, :width])
        beyond = (0, x.shape[3] - width, 0, x.shape[2] - height)
        told = functional.pad(told, beyond)  # type: ignore[arg-type]
        known = torch.where(missing, torch.zeros_like(x[:, :1]), told)
        return torch.cat([missing.to(known.dtype), known], dim=1)

    def _end(self, missing: Tensor, axis: int) -> Tensor:
        """Return where the image ends: after the last data, and what is empty at its own edge."""
        seen = (~missing).any(dim=5 - axis).flatten().to(torch.int64)
        places = torch.cumsum(torch.ones_like(seen), dim=0)
        end = (places * seen).max() + self.empty[axis - 2]
        return torch.minimum(end.clamp(min=self.least), places.max())

    def _missing(self, values: Tensor) -> Tensor:
        """Return where there are no data, (1, 1, H, W); see `s2kit.scenes.nodata`."""
        declared = self.numbers.no_data
        missing = torch.isnan(values).any(dim=1, keepdim=True)
        if declared is not None and not np.isnan(declared) and declared != 0:
            missing = missing | (values == declared).any(dim=1, keepdim=True)
        zero = values == 0
        if declared == 0 and (self.numbers.offset or not self.numbers.digital):
            return missing | zero.any(dim=1, keepdim=True)
        ten = [name in TEN_METRE for name in BAND_NAMES]
        for group in (True, False):
            indexes = [index for index, one in enumerate(ten) if one is group]
            missing = missing | zero[:, indexes].all(dim=1, keepdim=True)
        return missing

    def _scale(self, reflectance: Tensor) -> Tensor:
        """Do what `s2kit.network.scaling.scale` does."""
        if self.scaling == "fixed":
            return (reflectance / BRIGHTEST).clamp(0, 1)
        bright = reflectance * self.bright
        if self.scaling == "brightness":
            return bright
        spread = reflectance * self.gain + self.shift
        return spread if self.scaling == "spread" else torch.cat([bright, spread], dim=1)


def _per_band(values: Any) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float32))[None, :, None, None]


def _whole(
    network: UNet,
    image: Path | str | None,
    offset: int | Literal["auto"],
    bands: list[str] | None,
) -> tuple[_Scaled | _OfNumbers, dict[str, str]]:
    """Return what is exported, and tags that tell where it comes from."""
    if image is None:
        return _Scaled(network).eval(), {
            "S2KIT_SCALING": network.scaling,
            "S2KIT_WEIGHTS_SHA256": tensors_sha256(stored_tensors(network)),
        }
    with open_scene(image, offset, bands) as scene:
        factor, shift = scene.numbers.declared
        if factor != 1 or shift != 0:
            raise S2kitError(
                f"{image} declares a scale and offset of its own, which programs apply or ignore; "
                "convert it first: gdal_translate -unscale"
            )
        tags = provenance_tags(provenance(network, scene.sha256(), scene.statistics, turns=False))
        whole = _OfNumbers(network, scene.numbers, scene.statistics, _empty_edges(scene))
        return whole.eval(), tags


def _empty_edges(scene: SceneFile) -> tuple[int, int]:
    """Return how many rows and columns at the lower and right edge have no data, up to `REACH`."""
    height, width = scene.shape
    lower = scene.read(slice(max(height - REACH, 0), height), slice(0, width))
    right = scene.read(slice(0, height), slice(max(width - REACH, 0), width))
    lines = lower[0].notnull().any("x").to_numpy(), right[0].notnull().any("y").to_numpy()
    return tuple(int(np.append(np.flatnonzero(each[::-1]), len(each))[0]) for each in lines)  # type: ignore[return-value]


def _exported(whole: _Scaled | _OfNumbers, multiple: int) -> Any:
    """Return the onnx.ModelProto, for images of any size."""
    import onnx

    # Not a multiple: the padding must be followed. Symbols of their own: height is not width.
    size = (3 * multiple - 1, 4 * multiple - 1)
    any_size = {2: "height", 3: "width"}
    file = io.BytesIO()
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # the tracer warns of sizes in Python, and of its age
        torch.onnx.export(
            whole,
            (torch.rand(1, whole.inputs, *size),),
            file,  # type: ignore[arg-type]
            opset_version=OPSET,
            input_names=["image"],
            output_names=["probabilities"],
            dynamic_axes={"image": any_size, "probabilities": any_size},
            dynamo=False,  # the newer exporter begins at opset 18
        )
    model = onnx.load_model_from_string(file.getvalue())
    onnx.checker.check_model(model)
    return model


def _check_same(model: bytes, whole: _Scaled | _OfNumbers, side: int) -> None:
    """Let onnxruntime run the model, and compare."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(1, whole.inputs, side, side, generator=generator)
    (told,) = session.run(None, {"image": x.numpy()})
    with torch.inference_mode():
        expected = whole(x).numpy()
    worst = float(np.abs(told - expected).max())
    if told.shape != expected.shape or not worst < CLOSE:
        raise S2kitError(
            f"onnxruntime {onnxruntime.__version__} computes other probabilities than PyTorch (by "
            f"{worst:.2g}), so nothing was written; install another version of it"
        )


def _require_packages() -> None:
    for name in ("onnx", "onnxruntime"):
        try:
            __import__(name)
        except ImportError as error:
            raise S2kitError(MISSING.format(name)) from error
