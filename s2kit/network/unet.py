"""The U-Net of the paper (section 2.4, Figure 4): three convolutions per level, skips between.

The paper gives the block, the pooling and the up-convolution but neither width nor depth:
both are arguments here, and every other detail is the paper's.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from s2kit.errors import S2kitError
from s2kit.network.scaling import channels_of
from s2kit.scenes.nomenclature import PAPER, Nomenclature

WIDTHS = range(1, 257)
"""Widths that a U-Net may have; the widest of depth 4 has 748 million parameters."""

DEPTHS = range(1, 7)
"""Depths that a U-Net may have; at depth 6 the receptive field is 1204 pixels wide."""


class ConvBlock(nn.Sequential):
    """Three times Conv2d 3 × 3 (no bias) → BatchNorm2d → ReLU; the size stays the same."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        layers: list[nn.Module] = []
        for channels in (channels_in, channels_out, channels_out):
            layers += [
                nn.Conv2d(channels, channels_out, 3, stride=1, padding="same", bias=False),
                nn.BatchNorm2d(channels_out),
                nn.ReLU(inplace=True),
            ]
        super().__init__(*layers)


class Up(nn.Module):
    """ConvTranspose2d doubles the size, the skip is concatenated, a ConvBlock merges both."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(channels_in, channels_out, 2, stride=2)
        self.block = ConvBlock(2 * channels_out, channels_out)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Merge ``x`` (N, 2C, H, W) with ``skip`` (N, C, 2H, 2W) into (N, C, 2H, 2W)."""
        merged: Tensor = self.block(torch.cat([skip, self.up(x)], dim=1))
        return merged


class UNet(nn.Module):
    """A U-Net from ten bands to the classes of a nomenclature.

    Parameters
    ----------
    width
        Channels of the first level, 1 to 256; every level down doubles them.
    depth
        Number of times the image is halved, 1 to 6.
    nomenclature
        The classes. Output channel ``k`` belongs to the one with the ``k``-th code.
    scaling
        Which of `s2kit.network.scaling.SCALINGS` makes its input of the ten bands: what was
        learnt with one means nothing with another.

    Attributes
    ----------
    card
        How the network came about, as its weights file tells it: recipe, seed, ``trained_on`` …;
        empty for a network that is not trained.

    Raises
    ------
    S2kitError
        If width, depth or scaling are none that a network can have.
    ValueError
        From ``forward``, for an input of another number of channels or too small to reflect.

    Examples
    --------
    >>> network = UNet(width=4, depth=2, scaling="fixed").eval()
    >>> network(torch.zeros(1, 10, 21, 30)).shape
    torch.Size([1, 10, 21, 30])
    """

    def __init__(
        self,
        width: int = 16,
        depth: int = 4,
        nomenclature: Nomenclature = PAPER,
        *,
        scaling: str,
    ) -> None:
        super().__init__()
        check_size(width, depth, "a U-Net")
        self.scaling, self.channels = scaling, channels_of(scaling)
        self.card: dict[str, Any] = {}
        self.width, self.depth, self.nomenclature = width, depth, nomenclature
        channels = [width * 2**level for level in range(depth + 1)]
        self.encoder = nn.ModuleList(
            ConvBlock(c_in, c_out)
            for c_in, c_out in zip([self.channels, *channels], channels, strict=False)
        )
        self.pool = nn.MaxPool2d(2)
        self.decoder = nn.ModuleList(
            Up(c_in, c_out) for c_in, c_out in zip(channels[:0:-1], channels[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(width, len(nomenclature), 1)

    def forward(self, x: Tensor) -> Tensor:
        """Turn input (N, channels, H, W) into logits (N, classes, H, W), any H and W."""
        if x.ndim != 4 or x.shape[1] != self.channels:
            raise ValueError(f"expected (N, {self.channels}, H, W), got {tuple(x.shape)}")
        height, width = x.shape[-2:]
        x = pad_to_multiple(x, 2**self.depth)
        skips: list[Tensor] = []
        for block in self.encoder:
            x = block(self.pool(x) if skips else x)
            skips.append(x)
        for up, skip in zip(self.decoder, skips[-2::-1], strict=True):
            x = up(x, skip)
        logits: Tensor = self.head(x)
        return logits[..., :height, :width]


def check_size(width: object, depth: object, where: str) -> None:
    """Raise S2kitError unless both are whole numbers in `WIDTHS` and `DEPTHS`."""
    for name, value, allowed in (("width", width, WIDTHS), ("depth", depth, DEPTHS)):
        if type(value) is not int or value not in allowed:
            raise S2kitError(
                f"{where} cannot have the {name} {value!r:.20}; "
                f"choose a whole number from {allowed[0]} to {allowed[-1]}"
            )


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """Reflect the lower and right edge until both sizes are multiples of ``multiple``."""
    down, right = padding(int(x.shape[-2]), int(x.shape[-1]), multiple)
    return functional.pad(x, (0, right, 0, down), mode="reflect") if down or right else x


def padding(height: int, width: int, multiple: int) -> tuple[int, int]:
    """Return the rows and columns that are missing to multiples; ValueError if too few are there.

    >>> padding(30, 32, 16)
    (2, 0)
    """
    down, right = -height % multiple, -width % multiple
    if down >= height or right >= width:
        raise ValueError(
            f"an image of {height} × {width} pixels is too small to be reflected to a multiple "
            f"of {multiple}; give at least {multiple // 2 + 1} × {multiple // 2 + 1}"
        )
    return down, right


def count_parameters(network: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def receptive_field(depth: int, convolutions: int = 3) -> int:
    """Return the width in pixels of the window that can influence one output pixel.

    A 3 × 3 convolution at level ``l`` widens it by 2 · 2^l pixels, a pooling by 2^l; going up,
    a transposed convolution adds nothing (stride equals kernel), the block's convolutions widen
    it again. The result is an upper bound over all positions on the pooling grid.
    """
    field = 1 + 2 * convolutions * (1 << depth)
    for level in range(depth):
        down_and_up = 2 * (2 * convolutions)
        field += (down_and_up + 1) * (1 << level)
    return field


def level_shapes(network: UNet, size: Sequence[int]) -> list[tuple[str, int, int, int]]:
    """Return (level, channels, height, width) of every block for an input of ``size``.

    Measured by a forward pass with hooks, not computed: the table is what really happens.
    """
    shapes: list[tuple[str, int, int, int]] = []

    def note(name: str) -> object:
        return lambda _module, _input, output: shapes.append((name, *output.shape[1:]))

    named: list[tuple[str, nn.Module]] = [
        *((f"down {i}", block) for i, block in enumerate(network.encoder)),
        *((f"up {network.depth - 1 - i}", up) for i, up in enumerate(network.decoder)),
        ("logits", network.head),
    ]
    handles = [module.register_forward_hook(note(name)) for name, module in named]  # type: ignore[arg-type]
    was_training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            network(torch.zeros(1, network.channels, *size))
    finally:
        network.train(was_training)
        for handle in handles:
            handle.remove()
    return shapes
