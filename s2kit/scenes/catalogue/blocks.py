"""Whether the blocks of a GeoTIFF that came over the network are what was stored.

A Deflate block ends with a checksum of its content (Adler-32, RFC 1950). libtiff stops once a
block is full and, built with zlib, never looks at it: a garbled byte becomes wrong pixels
without a word.
"""

import itertools
import math
import zlib

import numpy as np
import rasterio
from rasterio.enums import Compression

from s2kit.scenes.catalogue.remote import RemoteFile


def damaged_block(raster: rasterio.DatasetReader, file: RemoteFile) -> str | None:
    """Return which of the blocks that have been fetched is damaged, or None.

    Other compressions (and JPEG 2000) carry no checksum; for them there is nothing to check.
    """
    if raster.driver != "GTiff" or raster.compression != Compression.deflate:
        return None
    height, width = raster.block_shapes[0]
    pixel = np.dtype(raster.dtypes[0]).itemsize
    across, down = math.ceil(raster.width / width), math.ceil(raster.height / height)
    for column, row in itertools.product(range(across), range(down)):
        place, size = (
            int(raster.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", 1) or 0)
            for what in ("OFFSET", "SIZE")
        )
        data = file.fetched(place, size)
        if data is not None:
            try:
                came = len(zlib.decompress(data))
            except zlib.error as error:
                return f"block {column}, {row}: {error}"
            # strips, unlike tiles, are not filled up beyond the last row
            rows = height if width < raster.width else min(height, raster.height - row * height)
            full = (height * width * pixel, rows * width * pixel)
            if came not in full:
                return f"block {column}, {row} holds {came} bytes instead of {full[0]}"
    return None
