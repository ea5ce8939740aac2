"""A scene looked at in windows by a network, without seams.

A window's core keeps only pixels whose whole receptive field lies inside the window (or beyond the
scene's edge), and starts on the grid of the deepest pooling, so that the result is the one of the
whole scene.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import torch
import xarray as xr
from torch import Tensor

from s2kit.maps.engines import engine as run_by
from s2kit.maps.layout import Window
from s2kit.maps.memory import give_fragments_back
from s2kit.network.scaling import scale
from s2kit.network.unet import UNet, padding
from s2kit.scenes.plausible import check_possible
from s2kit.scenes.statistics import ImageStatistics

WINDOW = 1024
"""Side of a window's core in pixels: about 1 GB of activations for a network of width 16."""

ROWS = 64
"""Rows of a window that are scaled at once: what is in between stays small."""

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
        held, missing = _inputs(network, read(*around), statistics)
        give_fragments_back()
        first, more = _looks(logits_of, held, turns)
        give_fragments_back()
        probabilities = _softmax(first)
        if more:
            probabilities = torch.stack([probabilities, *more]).mean(dim=0)
        inside = (
            slice(rows.start - around[0].start, rows.stop - around[0].start),
            slice(columns.start - around[1].start, columns.stop - around[1].start),
        )
        height, width = missing.shape
        told, logits = (each[0, :, :height, :width].numpy() for each in (probabilities, first))
        for values in (told, logits):
            values[:, missing] = np.nan
        del first, more, probabilities  # before the next window is read
        yield (rows, columns), told[:, *inside], logits[:, *inside]
        del told, logits


def _looks(
    logits_of: Callable[[Tensor], Tensor], held: list[Tensor], turns: bool
) -> tuple[Tensor, list[Tensor]]:
    """Return the logits of the first look, and the probabilities of all others.

    The list, which holds the input alone, is emptied: of a single look nothing keeps the input.
    """
    if not turns:
        return logits_of(held.pop()), []
    inputs = held.pop()
    return logits_of(inputs), [_look(logits_of, inputs, *turn) for turn in TURNS[1:]]


def _inputs(
    network: UNet, seen: xr.DataArray, statistics: ImageStatistics
) -> tuple[list[Tensor], npt.NDArray[np.bool_]]:
    """Return what the network sees (1, channels, y, x), in a list, and where there are no data."""
    _, height, width = seen.shape
    # Padded before it is turned: every look then has the pooling's grid where it was.
    down, right = padding(height, width, 2**network.depth)
    inputs = torch.empty(
        (1, network.channels, height + down, width + right), memory_format=torch.channels_last
    )
    missing = np.empty((height, width), bool)
    for top in range(0, height, ROWS):
        rows = slice(top, min(top + ROWS, height))
        bands = scale(seen.isel(y=rows), network.scaling, statistics)
        missing[rows] = np.isnan(bands).any(axis=0)
        filled = torch.from_numpy(np.nan_to_num(bands, copy=False))
        inputs[0, :, rows, :width] = filled
    if right:
        edge = inputs[..., :height, width - 1 - right : width - 1]
        inputs[..., :height, width:] = edge.flip(-1)
    if down:
        inputs[..., height:, :] = inputs[..., height - 1 - down : height - 1, :].flip(-2)
    return [inputs], missing


def _look(
    logits_of: Callable[[Tensor], Tensor], inputs: Tensor, quarters: int, mirrored: bool
) -> Tensor:
    """Return the probabilities (1, class, y, x) of a turned window, turned back."""
    seen = torch.rot90(inputs, quarters, (-2, -1))
    probabilities = _softmax(logits_of(seen.flip(-1) if mirrored else seen))
    return torch.rot90(probabilities.flip(-1) if mirrored else probabilities, -quarters, (-2, -1))


def _softmax(logits: Tensor) -> Tensor:
    """Return the softmax over the classes of logits (1, class, y, x).

    The classes of a pixel lie side by side in memory: otherwise PyTorch computes some pixels in
    another way, which ones depends on the number of threads, and so do their last bits.
    """
    return logits.permute(0, 2, 3, 1).contiguous().softmax(dim=-1).permute(0, 3, 1, 2)
