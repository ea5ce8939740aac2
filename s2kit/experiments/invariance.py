"""Invariance: how many pixels keep their class when the image changes and the ground does not."""

import warnings
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage

from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.classify import classify
from s2kit.network.scaling import TYPICAL
from s2kit.network.unet import UNet
from s2kit.scenes.bands import TWENTY_METRE
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.scenes.statistics import ImageStatistics, image_statistics

CUT = 128
"""Side of the cut-outs in pixels."""

RIM = 32
"""Pixels at the edge of a cut-out that are not compared: there it lacks its surroundings."""

INNER = (slice(RIM, CUT - RIM),) * 2
"""Rows and columns of a cut-out that are compared."""

CHANGES: dict[str, Callable[[xr.DataArray], xr.DataArray]] = {
    "offset forgotten (+0.1)": lambda scene: scene + np.float32(0.1),
    "offset taken off twice (-0.1)": lambda scene: scene - np.float32(0.1),
    "20 % brighter": lambda scene: scene * np.float32(1.2),
    "20 % darker": lambda scene: scene * np.float32(0.8),
    "half a pixel south-east": lambda scene: half_pixel_shift(scene),
    "20 m bands bilinear": lambda scene: bilinear_20m_bands(scene),
}
"""Changes of reflectance that leave the ground as it is."""


def invariance(
    network: UNet, scene: xr.DataArray, twin: xr.DataArray | None = None, turns: bool = True
) -> dict[str, float]:
    """Measure the share of pixels that keep their class under each change of an image.

    Parameters
    ----------
    network
        A trained network.
    scene
        Reflectance (band, y, x), NaN = no data, at least `CUT` pixels wide and high.
    twin
        The same image as top-of-atmosphere reflectance, on the same grid, if there is one.
    turns
        Test-time augmentation, as for `s2kit.maps.classify.classify`.

    Returns
    -------
    dict
        Share of the pixels with data, 0 to 1, by change: inner parts of cut-outs of `CUT` pixels
        scaled by their own statistics, by those of the whole image and by typical ones (the whole
        likewise), `CHANGES`, and the twin.

    Raises
    ------
    S2kitError
        If the scene is smaller than a cut-out, or the twin has another shape.

    Examples
    --------
    >>> from s2kit import example_scene
    >>> network = UNet(width=2, depth=1, scaling="brightness")
    >>> kept = invariance(network, example_scene(size=128), turns=False)
    >>> kept["cut-outs, handed-over statistics"], kept["20 % brighter"] > 0.99
    (1.0, True)
    """
    if min(scene.shape[1:]) < CUT:
        raise S2kitError(
            f"{scene.name or 'the scene'} has {scene.shape[1]} × {scene.shape[2]} pixels; "
            f"cut-outs of {CUT} need an image at least as large"
        )
    if twin is not None and twin.shape != scene.shape:
        raise S2kitError(f"the twin has the shape {twin.shape}, the scene {scene.shape}")
    whole = _codes(network, scene, None, turns)
    statistics = image_statistics(scene)
    found = {
        "cut-outs, own statistics": _cut_outs(network, scene, whole, None, turns),
        "cut-outs, handed-over statistics": _cut_outs(network, scene, whole, statistics, turns),
        "cut-outs, typical statistics": _cut_outs(
            network, scene, _codes(network, scene, TYPICAL, turns), TYPICAL, turns
        ),
    }
    changed = {name: change(scene) for name, change in CHANGES.items()}
    if twin is not None:
        changed["top of atmosphere (L1C)"] = twin
    for name, other in changed.items():
        found[name] = same_share(whole, _codes(network, other, None, turns))
    return found


def same_share(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> float:
    """Return the share of pixels with the same class among those that both map; NaN if none.

    >>> same_share(np.array([1, 2, 0, 4], "uint8"), np.array([1, 3, 3, 4], "uint8")).__round__(3)
    0.667
    """
    both = (first != NO_DATA) & (second != NO_DATA)
    return float((first == second)[both].mean()) if both.any() else float("nan")


def cut_outs(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Yield rows and columns of cut-outs whose inner parts lie side by side.

    They begin on the grid of the pooling.

    >>> [(rows.start, columns.start) for rows, columns in cut_outs(128, 200)]
    [(0, 0), (0, 64)]
    """
    step = CUT - 2 * RIM
    for top in range(0, height - CUT + 1, step):
        for left in range(0, width - CUT + 1, step):
            yield slice(top, top + CUT), slice(left, left + CUT)


def half_pixel_shift(scene: xr.DataArray) -> xr.DataArray:
    """Resample a scene half a pixel to the south-east: each pixel is the mean of four."""
    moved = [
        ndimage.shift(band, (-0.5, -0.5), order=1, mode="nearest") for band in scene.to_numpy()
    ]
    return scene.copy(data=np.stack(moved).astype(np.float32))


def bilinear_20m_bands(scene: xr.DataArray) -> xr.DataArray:
    """Smooth the 20 m bands between the centres of their pixels, where they had been repeated.

    The pixels of 20 m are taken to begin in the first row and column, as in whole tiles.
    """
    values = scene.to_numpy().copy()
    height, width = values.shape[1:]
    rows, columns = ((np.arange(size) - 0.5) / 2 for size in (height, width))
    places = np.meshgrid(rows, columns, indexing="ij")
    for index, name in enumerate(scene.band.to_numpy()):
        if name in TWENTY_METRE:
            coarse = values[index, ::2, ::2]
            values[index] = ndimage.map_coordinates(coarse, places, order=1, mode="nearest")
    return scene.copy(data=values.astype(np.float32))


def _codes(
    network: UNet, scene: xr.DataArray, statistics: ImageStatistics | None, turns: bool
) -> npt.NDArray[np.uint8]:
    with warnings.catch_warnings():
        # small or untypical is what is being measured
        warnings.simplefilter("ignore", S2kitWarning)
        codes: npt.NDArray[np.uint8] = classify(network, scene, statistics, turns=turns)[0].values
    return codes


def _cut_outs(
    network: UNet,
    scene: xr.DataArray,
    whole: npt.NDArray[np.uint8],
    statistics: ImageStatistics | None,
    turns: bool,
) -> float:
    """Return the share of inner pixels of cut-outs that are mapped as in the whole image."""
    first, second = [], []
    for rows, columns in cut_outs(*scene.shape[1:]):
        piece = scene.isel(y=rows, x=columns)
        if not np.isfinite(piece.to_numpy()).all(axis=0).any():
            continue
        codes = _codes(network, piece, statistics, turns)
        first.append(whole[rows, columns][INNER].ravel())
        second.append(codes[INNER].ravel())
    return same_share(np.concatenate(first), np.concatenate(second))
