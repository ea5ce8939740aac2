"""What computes a map: PyTorch, or OpenVINO where it is installed."""

import copy
import sys
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from s2kit.errors import S2kitError
from s2kit.maps.tiled import Tile, forward
from s2kit.network.unet import UNet

ENGINES = ("torch", "openvino")

LogitsOf = Callable[[Tensor, Tile], Tensor]
"""Turns input (1, channels, H, W), H and W multiples of 2^depth, into the logits of a core of it,
(1, classes, y, x), which begins and ends at such multiples; both float32."""


def engine(name: str, network: UNet) -> LogitsOf:
    """Return the function that turns input into logits by one of the `ENGINES`.

    All compute in float32: where two maps differ, two classes were as likely as one another.

    Parameters
    ----------
    name
        "torch" is always there; "openvino" wants the package of that name, and is for CPUs.
    network
        Left as it is.

    Raises
    ------
    S2kitError
        If there is no such engine, or it is not installed.
    """
    if name not in ENGINES:
        raise S2kitError(f"no engine {name!r}; choose one of: {', '.join(ENGINES)}")
    folded = fold_batch_norms(network)
    return _torch_engine(folded) if name == "torch" else _openvino_engine(folded)


def fold_batch_norms(network: UNet) -> UNet:
    """Return a copy for inference whose convolutions do the work of their batch norms.

    In evaluation mode a batch norm is a fixed scale and shift per channel, which the weights and
    bias of the convolution before it can take over: one pass over the pixels less per layer.
    """
    folded = copy.deepcopy(network).eval()
    for block in [m for m in folded.modules() if isinstance(m, nn.Sequential)]:
        for index, (layer, norm) in enumerate(pairwise(list(block))):
            if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                mean, variance = norm.running_mean, norm.running_var
                assert mean is not None
                assert variance is not None
                layer.weight, layer.bias = fuse_conv_bn_weights(
                    layer.weight, layer.bias, mean, variance, norm.eps, norm.weight, norm.bias
                )
                block[index + 1] = nn.Identity()
    folded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return folded


def as_three_by_three(layer: nn.Conv2d) -> nn.Conv2d:
    """Return a 1 × 1 convolution as one of 3 × 3 whose outer weights are 0.

    Of a 1 × 1 convolution PyTorch adds up the channels in an order that depends on the number of
    threads, and the last bits of a map would too. The other convolutions do not.
    """
    wide = nn.Conv2d(layer.in_channels, layer.out_channels, 3, padding="same")
    assert layer.bias is not None
    weight = nn.functional.pad(layer.weight.detach(), (1, 1, 1, 1))
    wide.load_state_dict({"weight": weight, "bias": layer.bias.detach()})
    return wide.to(weight.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _torch_engine(network: UNet) -> LogitsOf:
    device = next(network.parameters()).device
    network.head = as_three_by_three(network.head)

    def run(x: Tensor, core: Tile) -> Tensor:
        held = [x]
        del x  # a window's input is let go after the first level, if nobody else keeps it
        with torch.inference_mode():
            held = [held.pop().to(device, memory_format=torch.channels_last)]
            return forward(network, held, core).cpu()

    return run


def _openvino_engine(network: UNet) -> LogitsOf:
    return run_openvino(openvino_model(network))


def openvino_model(network: UNet) -> Any:
    """Convert a network, its batch norms folded, to an openvino.Model for sizes of 2^depth."""
    # Its converter tells its makers of every use, unless this part of it is missing.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    try:
        import openvino
    except ImportError as error:
        raise S2kitError(
            "the engine openvino is not installed; add it with: python -m pip install openvino"
        ) from error
    size = 2 * 2**network.depth
    # The conversion follows one call and would keep that call's padding: so it gets an input that
    # needs none, and the padding is done outside.
    example = torch.zeros(1, network.channels, size, size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of that padding
        model = openvino.convert_model(network.cpu(), example_input=example)
    model.reshape([1, network.channels, -1, -1])
    return model


def run_openvino(model: Any) -> LogitsOf:
    """Return the function that runs a model, on the whole input."""
    import openvino

    # Left alone, OpenVINO rounds to bfloat16 wherever the processor can, and takes all cores.
    settings = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
    }
    compiled = openvino.compile_model(model, "CPU", settings)

    def run(x: Tensor, core: Tile) -> Tensor:
        logits = compiled(x.contiguous().numpy())[0]
        return torch.from_numpy(logits)[:, :, *core]

    return run
