"""Whether the blocks of a GeoTIFF are what was stored.

A Deflate block ends with a checksum of its content (Adler-32, RFC 1950). libtiff stops once a
block is full and never looks at it: a garbled byte becomes wrong pixels without a word.
"""

import itertools
import math
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import rasterio
from rasterio.enums import Compression, Interleaving

from s2kit.scenes.behind import behind


def damaged_block(
    raster: rasterio.DatasetReader,
    stored: Callable[[int, int], bytes | None],
    threads: int = 1,
) -> str | None:
    """Return which block of a raster contradicts its checksum, or None.

    Only Deflate blocks of a GeoTIFF carry one; nothing else is checked.

    Parameters
    ----------
    raster
        An open dataset.
    stored
        Returns the bytes of the file at (start, size), or None where they need no check.
    threads
        How many of them decode blocks.
    """
    if raster.driver != "GTiff" or raster.compression != Compression.deflate:
        return None
    height, width = raster.block_shapes[0]
    pixel = np.dtype(raster.dtypes[0]).itemsize
    pixels_together = raster.interleaving == Interleaving.pixel
    pixel *= raster.count if pixels_together else 1
    bands = [1] if pixels_together else list(raster.indexes)
    across, down = math.ceil(raster.width / width), math.ceil(raster.height / height)
    wrong: dict[tuple[int, int, int], str] = {}

    def look(block: tuple[int, int, int], data: bytes, full: tuple[int, int]) -> None:
        told = _contradiction(data, full)
        if told:
            wrong[block] = told

    def looks() -> Iterator[Callable[[], None]]:
        for band, column, row in itertools.product(bands, range(across), range(down)):
            place, size = (
                int(raster.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", band) or 0)
                for what in ("OFFSET", "SIZE")
            )
            data = stored(place, size)
            if data is not None:
                # strips, unlike tiles, are not filled up beyond the last row
                rows = height if width < raster.width else min(height, raster.height - row * height)
                full = height * width * pixel, rows * width * pixel
                yield partial(look, (band, column, row), data, full)

    every = looks()
    with behind(threads) as do:
        while not wrong and (some := list(itertools.islice(every, threads))):
            do(*some)
    for (band, column, row), told in sorted(wrong.items()):
        return (
            f"block at row {row * height + 1}, column {column * width + 1} of band {band}: {told}"
        )
    return None


def _contradiction(data: bytes, full: tuple[int, int]) -> str | None:
    try:
        came = len(zlib.decompress(data))
    except zlib.error as error:
        return str(error)
    return None if came in full else f"{came} bytes instead of {full[0]}"
