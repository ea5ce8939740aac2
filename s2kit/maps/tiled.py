"""A U-Net computed tile by tile inside its levels: in less memory, which is used again and again.

What stands between two tensors of a level exists for one tile at a time. A tile takes in more
pixels than it keeps, so each kept pixel is what the whole level would give, to the last bit. The
tensors of a tile are small enough for the C library to hand out the same memory each time; fresh
memory has to be filled with zeros by the system first, which took a quarter of the time.
"""

from collections.abc import Callable, Iterator
from typing import cast

import torch
from torch import Tensor, nn

from s2kit.network.unet import UNet, Up

NUMBERS = 2**21
"""Of a tile, all channels of a level together: 8 MB, and twice as many where two are merged."""

REACH = 4
"""Pixels around a tile: three convolutions of 3 × 3 reach 3, and an even number keeps its halves
on the pixels of the level below."""

Tile = tuple[slice, slice]


def forward(network: UNet, held: list[Tensor]) -> Tensor:
    """Return the logits of a network for input (1, channels, H, W), H and W multiples of 2^depth.

    The same as of ``network(x)``, but for the order of channels in memory; in evaluation only. The
    list, which holds the input alone, is emptied: so the input is let go after the first level.
    """
    skips: list[Tensor] = []
    for level, block in enumerate(network.encoder):
        source = network.pool(skips[-1]) if skips else held.pop()
        skips.append(_over_tiles(_size(source), network.width * 2**level, _encoding(block, source)))
        del source
    x = skips.pop()
    for level in reversed(range(network.depth)):
        up, skip = cast(Up, network.decoder[network.depth - 1 - level]), skips.pop()
        last = network.head if level == 0 else nn.Identity()
        merged = _decoding(up, x, skip, last)
        x = _over_tiles(_size(skip), network.width * 2**level, merged)
        del skip, merged
    return x


def _encoding(block: nn.Module, source: Tensor) -> Callable[[Tile], Tensor]:
    def compute(around: Tile) -> Tensor:
        found: Tensor = block(_cut(source, around))
        return found

    return compute


def _decoding(up: Up, below: Tensor, skip: Tensor, last: nn.Module) -> Callable[[Tile], Tensor]:
    def compute(around: Tile) -> Tensor:
        rows, columns = (slice(each.start // 2, -(-each.stop // 2)) for each in around)
        found: Tensor = last(up(_cut(below, (rows, columns)), _cut(skip, around)))
        return found

    return compute


def _size(x: Tensor) -> tuple[int, int]:
    return int(x.shape[-2]), int(x.shape[-1])


def _cut(x: Tensor, tile: Tile) -> Tensor:
    return x[:, :, *tile].contiguous(memory_format=torch.channels_last)


def _over_tiles(
    size: tuple[int, int],
    channels: int,
    compute: Callable[[Tile], Tensor],
) -> Tensor:
    """Return what a function gives for each tile with its surroundings, put together.

    ``channels``: of the level; the more there are, the smaller are the tiles.
    """
    height, width = size
    found: Tensor | None = None
    for tile in tiles(height, width, NUMBERS // channels):
        around = tuple(
            slice(max(each.start - REACH, 0), min(each.stop + REACH, most))
            for each, most in zip(tile, size, strict=True)
        )
        part = compute(cast(Tile, around))
        if _size(part) == size:
            return part
        if found is None:
            found = torch.empty(
                (*part.shape[:2], *size), device=part.device, memory_format=torch.channels_last
            )
        inside = (
            slice(each.start - wide.start, each.stop - wide.start)
            for each, wide in zip(tile, around, strict=True)
        )
        found[:, :, *tile] = part[:, :, *inside]
    assert found is not None
    return found


def tiles(height: int, width: int, pixels: int) -> Iterator[Tile]:
    """Yield rows and columns of tiles of about as many pixels, about square and of about one size.

    They begin at even pixels.

    Examples
    --------
    >>> [(t[0].start, t[0].stop, t[1].start, t[1].stop) for t in tiles(10, 6, 30)]
    [(0, 6, 0, 4), (0, 6, 4, 6), (6, 10, 0, 4), (6, 10, 4, 6)]
    """
    side = max(int(pixels**0.5), 2)
    columns = _part(width, side)
    rows = _part(height, max(pixels // columns, 2))
    for top in range(0, height, rows):
        for left in range(0, width, columns):
            yield (
                slice(top, min(top + rows, height)),
                slice(left, min(left + columns, width)),
            )


def _part(length: int, most: int) -> int:
    """Return the even length of parts of about one size, none much longer than ``most``."""
    count = -(-length // most)
    part = -(-length // count)
    return part + part % 2
