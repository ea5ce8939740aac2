"""The checksum by which a scene is known again, whatever file holds it."""

import hashlib
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.scenes.behind import behind


def pixels_sha256(image: xr.DataArray) -> str:
    """Compute the SHA-256 of the pixels of a scene or a mask, wherever they lie.

    Parameters
    ----------
    image
        Reflectance (band, y, x), taken as float32, or class codes (y, x), taken as uint8.

    Returns
    -------
    str
        64 hexadecimal digits over shape and values, row by row; every NaN counts the same.

    Examples
    --------
    >>> image = xr.DataArray(np.array([[0.1, np.nan]], "float32"), dims=("y", "x"))
    >>> pixels_sha256(image) == pixels_sha256(-1 * (-1 * image))
    True
    """
    layers = image if image.ndim == 3 else [image]
    return sha256_of(image.shape, ([layer.to_numpy()] for layer in layers))


def sha256_of(
    shape: tuple[int, ...], layers: Iterable[Iterable[npt.NDArray[Any]]], threads: int = 1
) -> str:
    """Compute the same of layers that come in strips of whole rows, from top to bottom.

    With several threads a strip is added while the next one is made.
    """
    digest = hashlib.sha256(repr(shape).encode())

    def add(values: npt.NDArray[Any]) -> None:
        if np.issubdtype(values.dtype, np.floating):
            values = np.where(np.isnan(values), np.float32(np.nan), values.astype("<f4"))
        else:
            values = values.astype(np.uint8)
        digest.update(np.ascontiguousarray(values).data)

    with behind(threads) as do:
        for strips in layers:
            for values in strips:
                do(partial(add, values))
    return digest.hexdigest()
