"""From a scene to class probabilities, a class map and its confidence; any size.

Large scenes are classified in windows. A window's core keeps only pixels whose whole receptive
field lies inside the window (or beyond the scene's edge), and starts on the grid of the deepest
pooling, so that the result is the one of the whole scene, without seams.
"""

from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
import xarray as xr
from torch import Tensor

from s2kit.errors import S2kitError
from s2kit.maps.engines import engine as run_by
from s2kit.network.inputs import input_of
from s2kit.network.unet import UNet, pad_to_multiple, receptive_field
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import CODES, NO_DATA

WINDOW = 1024
"""Side of a window's core in pixels: about 1 GB of activations for a network of width 16."""

TURNS = [(quarters, mirrored) for mirrored in (False, True) for quarters in range(4)]
"""The eight ways to look at a map from above; the first one leaves it as it is."""

Window = tuple[slice, slice]


def class_probabilities(
    network: UNet,
    scene: xr.DataArray,
    window: int = WINDOW,
    engine: str = "torch",
    turns: bool = True,
) -> xr.DataArray:
    """Return the probability of each class in each pixel.

    Parameters
    ----------
    network
        A trained network; it is left as it is (also its training mode).
    scene
        Reflectance (band, y, x), the ten bands in the paper's order, NaN = no data.
    window
        Side of the windows' cores in pixels; the result does not depend on it, memory does.
    engine
        One of `s2kit.maps.engines.ENGINES`.
    turns
        Look eight times, at the scene turned by quarters and mirrored, and average: a field stays
        a field from any side, and chance errors differ. Without, it takes an eighth of the time.

    Returns
    -------
    DataArray
        float32 (class, y, x), the (mean) softmax of the logits, coordinate class = 1 … 10; NaN
        wherever a band of the scene is NaN. CRS, coordinates, name and attributes are the scene's.

    Raises
    ------
    S2kitError
        If the scene's bands are not the ten of the paper, it is too small, or the engine is not
        installed.
    """
    _check_scene(network, scene)
    shape = (len(CODES), scene.sizes["y"], scene.sizes["x"])
    probabilities = np.empty(shape, dtype=np.float32)
    for (rows, columns), part in _classified_windows(network, scene, window, engine, turns):
        probabilities[:, rows, columns] = part
    layer = scene.isel(band=0, drop=True)
    return xr.DataArray(
        probabilities,
        dims=("class", "y", "x"),
        coords={"class": list(CODES), **layer.coords},
        name=scene.name,
        attrs=scene.attrs,
    )


def class_map(probabilities: xr.DataArray) -> xr.DataArray:
    """Return the code of the likeliest class, uint8 (y, x), 0 where probabilities are NaN."""
    first = probabilities.isel({"class": 0}, drop=True)
    return first.copy(data=_likeliest(probabilities.values)).rename(probabilities.name)


def confidence(probabilities: xr.DataArray) -> xr.DataArray:
    """Return the probability of the likeliest class, float32 (y, x), 0.1 to 1 or NaN.

    It tells where the network hesitates, not how often it errs: for that, calibrate the network
    first (`s2kit.maps.calibrate`).
    """
    first = probabilities.isel({"class": 0}, drop=True)
    return first.copy(data=probabilities.values.max(axis=0)).rename(probabilities.name)


def classify(
    network: UNet,
    scene: xr.DataArray,
    window: int = WINDOW,
    engine: str = "torch",
    turns: bool = True,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return class map and confidence without keeping the ten probabilities of every pixel.

    The same maps as :func:`class_map` and :func:`confidence` give of
    :func:`class_probabilities`, for a whole tile in a seventh of the memory.
    """
    _check_scene(network, scene)
    layer = scene.isel(band=0, drop=True)
    codes = layer.copy(data=np.zeros(layer.shape, dtype=np.uint8))
    sure = layer.copy(data=np.full(layer.shape, np.nan, dtype=np.float32))
    for (rows, columns), part in _classified_windows(network, scene, window, engine, turns):
        codes[rows, columns] = _likeliest(part)
        sure[rows, columns] = part.max(axis=0)
    return codes, sure


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


def _classified_windows(
    network: UNet, scene: xr.DataArray, window: int, engine: str, turns: bool
) -> Iterator[tuple[Window, npt.NDArray[np.float32]]]:
    """Yield rows and columns of each core with its probabilities (class, y, x)."""
    step = 2**network.depth
    margin = _up_to_multiple(receptive_field(network.depth) // 2 + 1, step)
    core = _up_to_multiple(window, step)
    logits_of = run_by(engine, network)
    windowed = input_of(network.rule, scene)
    for (rows, columns), around in windows(scene.sizes["y"], scene.sizes["x"], core, margin):
        bands = windowed(scene.isel(y=around[0], x=around[1]))
        missing = np.isnan(bands).any(axis=0)
        # Filled up before it is turned: every look then has the pooling's grid where it was.
        inputs = pad_to_multiple(torch.from_numpy(np.nan_to_num(bands, copy=False))[None], step)
        looks = [_look(logits_of, inputs, *turn) for turn in (TURNS if turns else TURNS[:1])]
        probabilities = torch.stack(looks).mean(dim=0)[0].numpy()
        probabilities = probabilities[:, : missing.shape[0], : missing.shape[1]]
        probabilities[:, missing] = np.nan
        inside = (
            slice(rows.start - around[0].start, rows.stop - around[0].start),
            slice(columns.start - around[1].start, columns.stop - around[1].start),
        )
        yield (rows, columns), probabilities[:, inside[0], inside[1]]


def _look(
    logits_of: Callable[[Tensor], Tensor], inputs: Tensor, quarters: int, mirrored: bool
) -> Tensor:
    """Return the probabilities (1, class, y, x) of a turned window, turned back."""
    seen = torch.rot90(inputs, quarters, (-2, -1))
    probabilities = logits_of(seen.flip(-1) if mirrored else seen).softmax(dim=1)
    return torch.rot90(probabilities.flip(-1) if mirrored else probabilities, -quarters, (-2, -1))


def _likeliest(probabilities: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    codes = np.asarray(CODES, dtype=np.uint8)[probabilities.argmax(axis=0)]
    codes[np.isnan(probabilities[0])] = NO_DATA
    return cast(npt.NDArray[np.uint8], codes)


def _check_scene(network: UNet, scene: xr.DataArray) -> None:
    where = scene.name or "the scene"
    names = tuple(str(name) for name in scene["band"].values) if "band" in scene.coords else ()
    if scene.dims != ("band", "y", "x") or names != BAND_NAMES:
        raise S2kitError(
            f"{where} has the dimensions {scene.dims} and the bands {', '.join(names) or 'unnamed'}"
            f"; the network wants (band, y, x) with {', '.join(BAND_NAMES)}"
        )
    smallest = 2**network.depth // 2 + 1
    if min(scene.sizes["y"], scene.sizes["x"]) < smallest:
        raise S2kitError(
            f"{where} has {scene.sizes['y']} × {scene.sizes['x']} pixels; "
            f"give at least {smallest} × {smallest}"
        )


def _up_to_multiple(number: int, step: int) -> int:
    return -(-number // step) * step
