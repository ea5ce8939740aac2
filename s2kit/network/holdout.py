"""Validation by spatial blocks: with a single image, a part of the place is held back.

Neighbouring pixels are alike, and a network sees far around each. So the labels that validate lie
in one block, and between it and the labels that train a buffer is left without any.
"""

import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.network.recipes import Recipe
from s2kit.network.unet import receptive_field
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.nomenclature import NO_DATA

Bools = npt.NDArray[np.bool_]
Block = tuple[slice, slice]

CAPPED = 4
"""The default buffer is at most this part of the image's shorter side: in the paper's images of
401 pixels a wider one would leave hardly a label to train on."""

POSITIONS = 5
"""Blocks are tried at so many rows, columns and shapes; the corners are among them."""


def hold_out_blocks(
    scene: xr.DataArray,
    mask: xr.DataArray,
    share: float = 0.25,
    buffer: int | None = None,
    seed: int = 0,
    depth: int = Recipe.depth,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Split the labels of one image into training and validation labels, by a block and a buffer.

    Of many blocks the one is taken that leaves most classes in training, then the one that holds
    most classes, then the one that holds most nearly the share asked for and leaves most labels.
    What is measured there is no measure of another date or place.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x), NaN = no data; labels without data do not count.
    mask
        Class codes, dims (y, x), 0 = unlabelled.
    share
        Of the image's area, what the block takes, more than 0 and less than 1.
    buffer
        Pixels without a label around the block. By default half the receptive field of a U-Net
        of ``depth``, so that no training pixel's field holds a validation label, but at most a
        quarter of the shorter side of the image.
    seed
        Decides between blocks that are equally good.
    depth
        Of the U-Net that is going to be trained.

    Returns
    -------
    training, validation
        Masks like ``mask``, each 0 where the other has labels and in the buffer; their attribute
        ``buffer`` says how many pixels it has.

    Warns
    -----
    UserWarning
        If classes are left without a training or a validation label, or the buffer had to be
        narrower than half the receptive field.

    Raises
    ------
    S2kitError
        If an argument cannot be used, or no label is left to train on or to validate with.

    Examples
    --------
    >>> mask = xr.DataArray(np.tile(np.array([[5, 9]], "uint8"), (40, 20)), dims=("y", "x"))
    >>> scene = xr.DataArray(np.ones((10, 40, 40), "float32"), dims=("band", "y", "x"))
    >>> training, validation = hold_out_blocks(scene, mask, buffer=4)
    >>> bool(((training != 0) & (validation != 0)).any()), int((validation != 0).sum())
    (False, 400)
    """
    _check(scene, mask, share, buffer)
    half_field = receptive_field(depth) // 2
    width = min(half_field, min(mask.shape) // CAPPED) if buffer is None else buffer
    codes = np.where(np.isfinite(scene.to_numpy()).all(axis=0), mask.to_numpy(), NO_DATA)
    block = _best_block(codes, share, width, seed)
    if block is None:
        raise S2kitError(
            f"{mask.name or 'the mask'}: no block of {share:.0%} of its {codes.shape[0]} × "
            f"{codes.shape[1]} pixels leaves labels on both sides of a buffer of {width} pixels; "
            "label more of the image, or give a smaller share or buffer"
        )
    inside, outside = _sides(codes.shape, block, width)
    training, validation = (
        mask.copy(data=np.where(side, codes, NO_DATA).astype(mask.dtype)).assign_attrs(buffer=width)
        for side in (outside, inside)
    )
    for text in _shortcomings(codes, inside, outside, width, half_field):
        warnings.warn(f"{mask.name or 'the mask'}: {text}", stacklevel=2)
    return training, validation


def _check(scene: xr.DataArray, mask: xr.DataArray, share: float, buffer: int | None) -> None:
    require_raster(scene, "the scene", ("band", "y", "x"))
    require_raster(mask, "the mask", ("y", "x"))
    if scene.shape[1:] != mask.shape:
        raise S2kitError(
            f"the scene has {scene.shape[1:]} pixels and its mask {mask.shape}; "
            "rasterise the polygons onto the scene's own grid"
        )
    if not 0 < share < 1:
        raise S2kitError(f"the share {share} to hold back must be more than 0 and less than 1")
    if buffer is not None and (type(buffer) is not int or buffer < 0):
        raise S2kitError(f"the buffer {buffer!r} must be a whole number of pixels, 0 or more")


def _best_block(
    codes: npt.NDArray[np.integer], share: float, width: int, seed: int
) -> Block | None:
    """Return the best block with labels inside and outside; None if there is none."""
    classes = set(np.unique(codes[codes != NO_DATA]))
    blocks = list(_blocks(codes.shape, share))
    np.random.default_rng(seed).shuffle(blocks)
    best, best_block = None, None
    for block in blocks:
        inside, outside = (
            codes[side & (codes != NO_DATA)] for side in _sides(codes.shape, block, width)
        )
        if not inside.size or not outside.size:
            continue
        held = inside.size / np.count_nonzero(codes)
        merits = (
            -len(classes - set(np.unique(outside))),
            len(np.unique(inside)),
            # Half and double the share are as bad as one another; a tenth more is not worth a look.
            -round(abs(np.log2(held / share)), 1),
            outside.size,
        )
        if best is None or merits > best:
            best, best_block = merits, block
    return best_block


def _blocks(shape: tuple[int, ...], share: float) -> Iterator[tuple[slice, slice]]:
    """Yield blocks of a share of the area: as the image is shaped, and strips along its sides."""
    for part in (share**0.5, share, 1.0):
        height, width = (
            max(1, round(n * p)) for n, p in zip(shape, (part, share / part), strict=True)
        )
        rows, columns = (
            np.unique(np.linspace(0, n - size, POSITIONS).round().astype(int))
            for n, size in zip(shape, (height, width), strict=True)
        )
        for top in rows:
            for left in columns:
                yield slice(top, top + height), slice(left, left + width)


def _sides(shape: tuple[int, ...], block: Block, width: int) -> tuple[Bools, Bools]:
    """Return which pixels lie in the block, and which farther from it than the buffer."""
    inside, outside = np.zeros(shape, bool), np.ones(shape, bool)
    inside[block] = True
    outside[tuple(slice(max(s.start - width, 0), s.stop + width) for s in block)] = False
    return inside, outside


def _shortcomings(
    codes: npt.NDArray[np.integer], inside: Bools, outside: Bools, width: int, half_field: int
) -> Iterator[str]:
    """Yield what a reader of the validation score must know."""
    classes = set(np.unique(codes[codes != NO_DATA]).tolist())
    for what, side in (("training", outside), ("validation", inside)):
        missing = sorted(classes - set(codes[side].tolist()))
        if missing:
            yield f"no {what} label is left of class {', '.join(map(str, missing))}"
    if width < half_field:
        yield (
            f"the buffer has {width} pixels, half the receptive field {half_field}: the network "
            "sees validation pixels, though no label, while it trains"
        )
