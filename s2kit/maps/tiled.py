"""A U-Net computed tile by tile inside its levels, and on the way up only where it is wanted.

What stands between two tensors of a level exists for one tile at a time. A tile takes in more
pixels than it keeps, so each kept pixel is what the whole level would give, to the last bit. The
tensors of a tile are small enough for the C library to hand out the same memory each time; fresh
memory has to be filled with zeros by the system first, which took a quarter of the time.

The margin of a window is needed on the way down, where the receptive field grows. On the way up,
where more than half of the work is done, a few pixels around the core are enough.
"""

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor, nn

from s2kit.network.unet import UNet, Up

NUMBERS = 2**21
"""Of a tile, all channels of a level together: 8 MB, and twice as many where two are merged."""

REACH = 4
"""Pixels around a tile: three convolutions of 3 × 3 reach 3, and an even number keeps its halves
on the pixels of the level below."""

NATIVE = 20_480
"""PyTorch computes the convolution of a smaller input (numbers of all channels) by another kernel,
which adds up in another order."""

Tile = tuple[slice, slice]


class Part:
    """The pixels of a level that are kept: (N, channels, y, x), filled tile by tile.

    Parameters
    ----------
    place
        Their rows and columns in the level.
    values
        None where they are still to be added.
    """

    def __init__(self, place: Tile, values: Tensor | None = None) -> None:
        self.place = place
        self._values = values

    def add(self, tile: Tile, values: Tensor) -> None:
        """Keep the values of a tile, as far as it lies in the part."""
        both = _overlap(tile, self.place)
        if self._values is None:
            rows, columns = self.place
            self._values = torch.empty(
                (*values.shape[:2], rows.stop - rows.start, columns.stop - columns.start),
                device=values.device,
                memory_format=torch.channels_last,
            )
        self._values[:, :, *within(both, self.place)] = values[:, :, *within(both, tile)]

    def cut(self, tile: Tile) -> Tensor:
        """Return the values of a tile that lies in the part."""
        assert self._values is not None
        found = self._values[:, :, *within(tile, self.place)]
        return found.contiguous(memory_format=torch.channels_last)


def forward(network: UNet, held: list[Tensor], core: Tile | None = None) -> Tensor:
    """Return the logits of a network for input (N, channels, H, W), H and W multiples of 2^depth.

    The same as of ``network(x)``, but for the order of channels in memory; in evaluation only. The
    list, which holds the input alone, is emptied: so the input is let go after the first level.

    ``core``: rows and columns whose logits are wanted, all by default; they begin and end at
    multiples of 2^depth.
    """
    height, width = held[0].shape[-2:]
    whole = slice(0, int(height)), slice(0, int(width))
    wanted = _wanted(network, core or whole, whole)
    x, skips = Part(whole, held.pop()), []
    for level, place in enumerate(wanted):
        skip, x = _down(network, level, x, place)
        skips.append(skip)
    x = _bottom(network, x)
    for level in reversed(range(network.depth)):
        x = _up(network, level, x, skips.pop(), wanted[level])
    return x.cut(core or whole)


def _wanted(network: UNet, core: Tile, whole: Tile) -> list[Tile]:
    """Return of each level, from the top, which pixels are wanted on the way up.

    More than a few, so that what comes up from the bottom is no input of fewer than `NATIVE`.
    """
    step = 2**network.depth
    while pixels_of(core) * network.width <= NATIVE * step and core != whole:
        core = _grown(core, step, whole)
    found = []
    for _ in range(network.depth):
        found.append(core)
        below = _halved(_grown(core, REACH, whole))
        whole = _halved(whole)
        even = [slice(each.start // 2 * 2, -(-each.stop // 2) * 2) for each in below]
        core = _overlap((even[0], even[1]), whole)
    return found


def _down(network: UNet, level: int, x: Part, place: Tile) -> tuple[Part, Part]:
    """Return what a level hands over to the way up around a place, and all of it, pooled."""
    skip, pooled = Part(_grown(place, REACH, x.place)), Part(_halved(x.place))
    for tile, around in _tiles(x.place, x.place, network.width * 2**level):
        found = network.encoder[level](x.cut(around))[:, :, *within(tile, around)]
        skip.add(tile, found)
        pooled.add(_halved(tile), network.pool(found))
    return skip, pooled


def _bottom(network: UNet, x: Part) -> Part:
    found = Part(x.place)
    for tile, around in _tiles(x.place, x.place, network.width * 2**network.depth):
        found.add(tile, network.encoder[-1](x.cut(around))[:, :, *within(tile, around)])
    return found


def _up(network: UNet, level: int, x: Part, skip: Part, place: Tile) -> Part:
    """Return a level of the way up at a place; of the top level, the logits."""
    up = cast(Up, network.decoder[network.depth - 1 - level])
    last = nn.Identity() if level else network.head
    found = Part(place)
    for tile, around in _tiles(place, skip.place, network.width * 2**level):
        merged = last(up(x.cut(_halved(around)), skip.cut(around)))
        found.add(tile, merged[:, :, *within(tile, around)])
    return found


def _tiles(place: Tile, known: Tile, channels: int) -> Iterator[tuple[Tile, Tile]]:
    """Yield the tiles of a place, and each with what is known around it."""
    rows, columns = place
    for tile in tiles(rows.stop - rows.start, columns.stop - columns.start, NUMBERS // channels):
        moved = tuple(
            slice(start.start + each.start, start.start + each.stop)
            for start, each in zip(place, tile, strict=True)
        )
        yield cast(Tile, moved), _grown(cast(Tile, moved), REACH, known)


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


def _grown(tile: Tile, by: int, known: Tile) -> Tile:
    rows, columns = (slice(each.start - by, each.stop + by) for each in tile)
    return _overlap((rows, columns), known)


def _overlap(tile: Tile, other: Tile) -> Tile:
    """Return what two tiles share: empty slices where nothing."""
    rows, columns = (
        slice(max(a.start, b.start), max(a.start, b.start, min(a.stop, b.stop)))
        for a, b in zip(tile, other, strict=True)
    )
    return rows, columns


def _halved(tile: Tile) -> Tile:
    rows, columns = (slice(each.start // 2, -(-each.stop // 2)) for each in tile)
    return rows, columns


def within(tile: Tile, other: Tile) -> Tile:
    """Return a tile counted from the beginning of another."""
    rows, columns = (
        slice(each.start - around.start, each.stop - around.start)
        for each, around in zip(tile, other, strict=True)
    )
    return rows, columns


def pixels_of(tile: Tile) -> int:
    """Return how many pixels a tile has."""
    rows, columns = tile
    return int((rows.stop - rows.start) * (columns.stop - columns.start))
