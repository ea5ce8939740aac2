"""Exercises of chapter 3: the U-Net."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from s2kit.exercises.exercise import Exercise


def _parameters(channels_in: int, channels_out: int) -> int:
    return 9 * channels_in * channels_out + 18 * channels_out**2 + 6 * channels_out


def _encode(image: Tensor, blocks: list[nn.Module], pool: nn.Module) -> list[Tensor]:
    outputs: list[Tensor] = []
    for block in blocks:
        image = block(pool(image) if outputs else image)
        outputs.append(image)
    return outputs


def _always_pooled(image: Tensor, blocks: list[nn.Module], pool: nn.Module) -> list[Tensor]:
    outputs = []
    for block in blocks:
        image = block(pool(image))
        outputs.append(image)
    return outputs


def _never_pooled(image: Tensor, blocks: list[nn.Module], pool: nn.Module) -> list[Tensor]:
    outputs = []
    for block in blocks:
        image = block(image)
        outputs.append(image)
    return outputs


def _three_levels() -> tuple[Any, ...]:
    torch.manual_seed(1)
    channels = (10, 4, 8, 16)
    blocks = [nn.Conv2d(a, b, 1) for a, b in pairwise(channels)]
    return torch.ones(1, 10, 32, 32), blocks, nn.MaxPool2d(2)


def _shapes(outputs: Any) -> list[tuple[int, ...]]:
    return [tuple(each.shape) for each in outputs]


EXERCISES = {
    "3.1": Exercise(
        solve=_parameters,
        hint="9 weights per pair of an input and an output channel; 2 numbers per norm and "
        "channel.",
        mistakes=(
            (
                lambda i, o: _parameters(i, o) - 6 * o,
                "The normalisations are missing: a scale and a shift per channel, three times.",
            ),
            (
                lambda i, o: _parameters(i, o) + 3 * o,
                "The convolutions of this block have no bias.",
            ),
            (
                lambda i, o: 27 * i * o + 6 * o,
                "Only the first convolution reads channels_in; the others read channels_out.",
            ),
            (
                lambda i, o: 9 * i * o + 9 * o * o + 4 * o,
                "One short: the block has three convolutions and three normalisations.",
            ),
        ),
        example=lambda: (10, 16),
    ),
    "3.2": Exercise(
        solve=_encode,
        hint="Keep the running image in one variable; pool it only if a block came before.",
        mistakes=(
            (_always_pooled, "The first block gets the image in full size: no pooling before it."),
            (_never_pooled, "Nothing is pooled: each output has to be half as large as the last."),
            (
                lambda image, blocks, pool: _encode(image, blocks, pool)[::-1],
                "Turned round: the top, the largest, comes first.",
            ),
            (
                lambda image, blocks, pool: _encode(image, blocks, pool)[-1:],
                "Only the last output is there. Return the outputs of all blocks.",
            ),
        ),
        example=_three_levels,
        view=_shapes,
    ),
}
