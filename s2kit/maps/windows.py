"""A scene looked at in windows by a network, without seams.

A window's core keeps only pixels whose whole receptive field lies inside the window (or beyond the
scene's edge), and starts on the grid of the deepest pooling, so that the result is the one of the
whole scene.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
import xarray as xr
from torch import Tensor

from s2kit.maps.engines import LogitsOf
from s2kit.maps.engines import engine as run_by
from s2kit.maps.layout import Window
from s2kit.maps.memory import give_fragments_back
from s2kit.maps.tiled import Tile, within
from s2kit.network.scaling import scale
from s2kit.network.unet import UNet, padding
from s2kit.scenes.behind import behind
from s2kit.scenes.plausible import check_possible
from s2kit.scenes.statistics import ImageStatistics

WINDOW = 1024
"""Side of a window's core in pixels: 0.25 GB of activations for a network of width 16."""

ROWS = 256
"""Rows of a window that are read and scaled at once: what is in between stays small."""

TURNS = [(quarters, mirrored) for mirrored in (False, True) for quarters in range(4)]
"""Quarter turns and mirroring of the eight looks; the first one leaves the scene as it is."""

Floats = npt.NDArray[np.float32]
Reader = Callable[[slice, slice], xr.DataArray]
"""Returns the reflectance (band, y, x) of rows and columns, NaN = no data."""


def reader_of(scene: xr.DataArray) -> Reader:
    """Return what reads windows of a scene in memory, or of a lazy one."""

    def read(rows: slice, columns: slice) -> xr.DataArray:
        seen = scene.isel(y=rows, x=columns).compute()
        check_possible(seen.to_numpy(), str(scene.name or "the scene"))
        return seen

    return read


def looked_windows(
    network: UNet,
    read: Reader,
    statistics: ImageStatistics,
    windows: Iterable[tuple[Window, Window]],
    engine: str,
    turns: bool,
) -> Iterator[tuple[Window, Floats, Floats]]:
    """Yield rows and columns of each core, its probabilities, and the logits of the first look.

    Both are float32 (class, y, x), NaN = no data. ``windows``: of a `s2kit.maps.layout.Layout`.
    """
    logits_of = run_by(engine, network)
    for (rows, columns), around in windows:
        inside = within((rows, columns), around)
        inputs, missing = _inputs(network, read, around, statistics)
        held = [inputs]
        del inputs
        core = _on_grid(inside[0], 2**network.depth), _on_grid(inside[1], 2**network.depth)
        give_fragments_back()
        first, more = _looks(logits_of, held, core, turns)
        give_fragments_back()
        probabilities = _softmax(first)
        if more:
            probabilities = torch.stack([probabilities, *more]).mean(dim=0)
        told, logits = (
            each[0, :, : rows.stop - rows.start, : columns.stop - columns.start].numpy()
            for each in (probabilities, first)
        )
        for values in (told, logits):
            values[:, missing[inside]] = np.nan
        del first, more, probabilities  # before the next window is read
        yield (rows, columns), told, logits
        del told, logits


def _on_grid(part: slice, step: int) -> slice:
    """Return a slice whose end is moved to the next multiple of a step."""
    return slice(part.start, -(-part.stop // step) * step)


def _looks(
    logits_of: LogitsOf, held: list[Tensor], core: Tile, turns: bool
) -> tuple[Tensor, list[Tensor]]:
    """Return the logits of the first look, and the probabilities of all others.

    The list, which holds the input alone, is emptied: of a single look nothing keeps the input.
    """
    if not turns:
        return logits_of(held.pop(), core), []
    inputs = held.pop()
    return logits_of(inputs, core), [_look(logits_of, inputs, core, *turn) for turn in TURNS[1:]]


def _inputs(
    network: UNet, read: Reader, around: Window, statistics: ImageStatistics
) -> tuple[Tensor, npt.NDArray[np.bool_]]:
    """Return what the network sees of a window, (1, channels, y, x), and where there are no data.

    It is filled up to the grid of the deepest pooling: before it is turned, so that every look has
    that grid where it was.
    """
    rows, columns = around
    height, width = rows.stop - rows.start, columns.stop - columns.start
    down, right = padding(height, width, 2**network.depth)
    inputs = torch.empty(
        (1, network.channels, height + down, width + right), memory_format=torch.channels_last
    )
    missing = np.empty((height, width), bool)
    pixels = inputs[0].numpy()

    def fill(strip: slice, seen: xr.DataArray) -> None:
        bands = scale(seen, network.scaling, statistics)
        unknown = np.isnan(bands)
        missing[strip] = unknown.any(axis=0)
        if missing[strip].any():
            bands[unknown] = 0
        pixels[:, strip, :width] = bands

    with behind(min(torch.get_num_threads(), 2)) as do:
        for top in range(0, height, ROWS):
            strip = slice(top, min(top + ROWS, height))
            seen = read(slice(rows.start + strip.start, rows.start + strip.stop), columns)
            do(partial(fill, strip, seen))
    if right:
        edge = inputs[..., :height, width - 1 - right : width - 1]
        inputs[..., :height, width:] = edge.flip(-1)
    if down:
        inputs[..., height:, :] = inputs[..., height - 1 - down : height - 1, :].flip(-2)
    return inputs, missing


def _look(logits_of: LogitsOf, inputs: Tensor, core: Tile, quarters: int, mirrored: bool) -> Tensor:
    """Return the probabilities (1, class, y, x) of the core of a turned window, turned back."""
    seen = torch.rot90(inputs, quarters, (-2, -1))
    place = _turned(core, int(inputs.shape[-2]), int(inputs.shape[-1]), quarters)
    if mirrored:
        seen, place = seen.flip(-1), (place[0], _mirrored(place[1], int(seen.shape[-1])))
    probabilities = _softmax(logits_of(seen, place))
    return torch.rot90(probabilities.flip(-1) if mirrored else probabilities, -quarters, (-2, -1))


def _turned(tile: Tile, height: int, width: int, quarters: int) -> Tile:
    """Return where a tile of an image lies when the image is turned, as `torch.rot90` turns it.

    >>> _turned((slice(0, 2), slice(1, 4)), 10, 20, 1)
    (slice(16, 19, None), slice(0, 2, None))
    """
    rows, columns = tile
    for _ in range(quarters):
        rows, columns = _mirrored(columns, width), rows
        height, width = width, height
    return rows, columns


def _mirrored(part: slice, length: int) -> slice:
    return slice(length - part.stop, length - part.start)


def _softmax(logits: Tensor) -> Tensor:
    """Return the softmax over the classes of logits (1, class, y, x).

    The classes of a pixel lie side by side in memory: otherwise PyTorch computes some pixels in
    another way, which ones depends on the number of threads, and so do their last bits.
    """
    return logits.permute(0, 2, 3, 1).contiguous().softmax(dim=-1).permute(0, 3, 1, 2)
