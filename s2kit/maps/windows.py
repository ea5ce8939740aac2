"""A scene looked at in windows by a network, without seams.

A window's core keeps only pixels whose whole receptive field lies inside the window (or beyond the
scene's edge), and starts on the grid of the deepest pooling, so that the result is the one of the
whole scene.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import torch
import xarray as xr
from torch import Tensor

from s2kit.maps.engines import engine as run_by
from s2kit.network.scaling import scale
from s2kit.network.unet import UNet, pad_to_multiple, receptive_field
from s2kit.scenes.plausible import check_possible
from s2kit.scenes.statistics import ImageStatistics

WINDOW = 1024
"""Side of a window's core in pixels: about 1 GB of activations for a network of width 16."""

TURNS = [(quarters, mirrored) for mirrored in (False, True) for quarters in range(4)]
"""Quarter turns and mirroring of the eight looks; the first one leaves the scene as it is."""

Window = tuple[slice, slice]
Floats = npt.NDArray[np.float32]


def windows(height: int, width: int, core: int, margin: int) -> Iterator[tuple[Window, Window]]:
    """Cut an image into cores and the windows around them.

    Parameters
    ----------
    height, width
        Size of the image in pixels.
    core
        Side of the cores; they tile the image.
    margin
        Pixels around a core that its window adds, as far as the image reaches.

    Yields
    ------
    tuple
        Rows and columns of a core, and rows and columns of its window.

    Examples
    --------
    >>> [core for core, around in windows(10, 8, core=8, margin=2)]
    [(slice(0, 8, None), slice(0, 8, None)), (slice(8, 10, None), slice(0, 8, None))]
    """
    for top in range(0, height, core):
        for left in range(0, width, core):
            bottom, right = min(top + core, height), min(left + core, width)
            yield (
                (slice(top, bottom), slice(left, right)),
                (
                    slice(max(top - margin, 0), min(bottom + margin, height)),
                    slice(max(left - margin, 0), min(right + margin, width)),
                ),
            )


def looked_windows(
    network: UNet,
    scene: xr.DataArray,
    statistics: ImageStatistics,
    window: int,
    engine: str,
    turns: bool,
) -> Iterator[tuple[Window, Floats, Floats]]:
    """Yield rows and columns of each core, its probabilities, and the logits of the first look.

    Both are float32 (class, y, x), NaN = no data.
    """
    step = 2**network.depth
    margin = _up_to_multiple(receptive_field(network.depth) // 2 + 1, step)
    core = _up_to_multiple(window, step)
    logits_of = run_by(engine, network)
    for (rows, columns), around in windows(scene.sizes["y"], scene.sizes["x"], core, margin):
        seen = scene.isel(y=around[0], x=around[1]).compute()
        check_possible(seen.to_numpy(), str(scene.name or "the scene"))
        bands = scale(seen, network.scaling, statistics)
        missing = np.isnan(bands).any(axis=0)
        # Filled up before it is turned: every look then has the pooling's grid where it was.
        inputs = pad_to_multiple(torch.from_numpy(np.nan_to_num(bands, copy=False))[None], step)
        first = logits_of(inputs)
        more = [_look(logits_of, inputs, *turn) for turn in (TURNS[1:] if turns else [])]
        probabilities = torch.stack([first.softmax(dim=1), *more]).mean(dim=0)
        inside = (
            slice(rows.start - around[0].start, rows.stop - around[0].start),
            slice(columns.start - around[1].start, columns.stop - around[1].start),
        )
        height, width = missing.shape
        told, logits = (each[0, :, :height, :width].numpy() for each in (probabilities, first))
        for values in (told, logits):
            values[:, missing] = np.nan
        yield (rows, columns), told[:, *inside], logits[:, *inside]


def _look(
    logits_of: Callable[[Tensor], Tensor], inputs: Tensor, quarters: int, mirrored: bool
) -> Tensor:
    """Return the probabilities (1, class, y, x) of a turned window, turned back."""
    seen = torch.rot90(inputs, quarters, (-2, -1))
    probabilities = logits_of(seen.flip(-1) if mirrored else seen).softmax(dim=1)
    return torch.rot90(probabilities.flip(-1) if mirrored else probabilities, -quarters, (-2, -1))


def _up_to_multiple(number: int, step: int) -> int:
    return -(-number // step) * step
