"""The checksum of a scene in a file, band by band, in memory of a strip."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from rasterio.enums import Interleaving
from rasterio.windows import Window

from s2kit.scenes.digest import sha256_of
from s2kit.scenes.files import read_pixels
from s2kit.scenes.plausible import Scale
from s2kit.scenes.reflectance import band_reflectance
from s2kit.scenes.survey import strips

CACHE = 128 * 2**20
"""Bytes in which GDAL keeps blocks: its own choice is a twentieth of the machine's memory."""

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[Any]
Bits = npt.NDArray[np.uint8]
BandReader = Callable[[int, slice], Numbers]
"""Returns the numbers of rows of a band, counted from 0 among those that are wanted."""


def spool_size(dataset: Any, indexes: Sequence[int]) -> int:
    """Return the bytes that `bands_sha256` takes on a disk: 0 where bands lie apart, or fit."""
    pixels = dataset.height * dataset.width
    size = int(pixels * sum(np.dtype(dataset.dtypes[index - 1]).itemsize for index in indexes))
    return size if dataset.interleaving == Interleaving.pixel and size > CACHE else 0


def bands_sha256(
    dataset: Any,
    indexes: Sequence[int],
    scale: Scale,
    missing: Bits,
    scratch: Path | None,
    threads: int = 1,
) -> str:
    """Return the checksum of a scene's reflectance, `s2kit.scenes.digest.pixels_sha256`.

    Where a file holds all bands together they would be decoded once for each; in the folder
    ``scratch`` they are kept meanwhile.

    Parameters
    ----------
    dataset, indexes
        An open file, and which of its bands (from 1 on) are the ten.
    scale
        What its numbers mean.
    missing
        A bit per pixel: whether it has no data.
    scratch
        A folder, or None.
    threads
        As for `s2kit.scenes.digest.sha256_of`.
    """
    with ExitStack() as stack:
        reader: BandReader
        if scratch is not None and spool_size(dataset, indexes):
            file = stack.enter_context(tempfile.TemporaryFile(dir=scratch))
            reader = _spooled(dataset, indexes, file)
        else:
            reader = _direct(dataset, indexes)
        bands = (
            _reflectance(dataset, band, reader, scale, missing) for band in range(len(indexes))
        )
        return sha256_of((len(indexes), dataset.height, dataset.width), bands, threads)


def _direct(dataset: Any, indexes: Sequence[int]) -> BandReader:
    def read(band: int, rows: slice) -> Numbers:
        numbers: Numbers = read_pixels(dataset, [indexes[band]], _window(dataset, rows))[0]
        return numbers

    return read


def _spooled(dataset: Any, indexes: Sequence[int], file: IO[bytes]) -> BandReader:
    """Write the numbers of all bands to a file, strip by strip; return what reads them."""
    places = {}
    for rows in strips(dataset, bands=1):
        numbers = read_pixels(dataset, indexes, _window(dataset, rows))
        places[rows.start] = file.tell(), numbers[0].nbytes
        file.write(np.ascontiguousarray(numbers).data)

    def read(band: int, rows: slice) -> Numbers:
        start, size = places[rows.start]
        file.seek(start + band * size)
        found: Numbers = np.frombuffer(file.read(size), dataset.dtypes[indexes[band] - 1])
        return found.reshape(-1, int(dataset.width))

    return read


def _reflectance(
    dataset: Any, band: int, reader: BandReader, scale: Scale, missing: Bits
) -> Iterator[Floats]:
    """Yield the reflectance of a band, strip by strip."""
    for rows in strips(dataset, bands=1):
        numbers = reader(band, rows)
        start, stop = rows.start * dataset.width, rows.stop * dataset.width
        bits = np.unpackbits(missing[start // 8 : -(-stop // 8)])
        empty = bits[start % 8 :][: stop - start].reshape(numbers.shape).astype(bool)
        yield band_reflectance(numbers, scale, empty)


def _window(dataset: Any, rows: slice) -> Window:
    return Window(0, rows.start, dataset.width, rows.stop - rows.start)
