"""Items to a file, strip by strip: a whole tile needs no more memory than a strip of it."""

import errno
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pystac
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from s2kit.catalogue.read import ReadOptions, describe, no_pixels, read_mosaic
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.grid import Grid
from s2kit.scenes.writer import replacing

ROWS = 1024
"""Rows of a strip: those of a block in Earth Search's files."""


@dataclass
class Saved:
    """What was written.

    Attributes
    ----------
    path
        The file.
    offsets, witnesses
        Offset taken off and why, by item that gave pixels.
    pixels, no_data, cloudy
        Pixels in all, without data (masked cloud included), and under cloud or its shadow.
    sha256
        Per band, of its reflectance as little-endian float32 by rows, NaN as 0x7fc00000.
    """

    path: Path
    offsets: dict[str, int]
    witnesses: dict[str, str]
    pixels: int
    no_data: int
    cloudy: int
    sha256: dict[str, str]


def save_items(
    items: Sequence[pystac.Item],
    grid: Grid,
    path: Path | str,
    area: str = "",
    options: ReadOptions | None = None,
    check: Callable[[Saved], object] = lambda saved: None,
) -> Saved:
    """Read items onto a grid of any size and write the scene that `raster.read_scene` reads.

    Parameters
    ----------
    items, grid, area, options
        As for `scene.read_items`.
    path
        A GeoTIFF, float32, tiled and compressed, NaN = no data, with band names and attribution;
        it appears under its name when it is complete.

    check
        Called with what was read before the file appears; an error that it raises prevents that.

    Raises
    ------
    S2kitError
        As `scene.read_items`; then there is no file, and one that was there stays.
    """
    options = options or ReadOptions()
    saved = Saved(Path(path), {}, {}, grid.width * grid.height, 0, 0, {})
    digests = [hashlib.sha256() for _ in BAND_NAMES]
    tags = describe(items[0], area) if items else {}
    tags.pop("name", None)
    with replacing(saved.path) as part:
        with rasterio.Env(), _create(part, grid) as dataset:
            dataset.descriptions = BAND_NAMES
            first_row = 0
            for strip in grid.strips(ROWS):
                mosaic = read_mosaic(items, strip, options)
                saved.offsets |= mosaic.offsets
                saved.witnesses |= mosaic.witnesses
                saved.cloudy += int(mosaic.cloudy.sum())
                saved.no_data += int(np.isnan(mosaic.reflectance[0]).sum())
                for digest, band in zip(digests, mosaic.reflectance, strict=True):
                    digest.update(canonical(band))
                window = Window(0, first_row, strip.width, strip.height)
                dataset.write(mosaic.reflectance, window=window)
                first_row += strip.height
            if not saved.offsets:
                raise no_pixels(items, grid)
            each = ", ".join(f"{name} {offset}" for name, offset in saved.offsets.items())
            dataset.update_tags(**tags, items=", ".join(saved.offsets), item_offsets=each)
        hexes = (digest.hexdigest() for digest in digests)
        saved.sha256 = dict(zip(BAND_NAMES, hexes, strict=True))
        _check_written(part, saved.sha256)
        check(saved)
    return saved


def canonical(band: NDArray[np.floating]) -> bytes:
    """Return reflectance as the bytes that are hashed: little-endian float32, one kind of NaN."""
    values = band.astype("<f4")
    return np.where(np.isnan(values), np.float32(np.nan), values).astype("<f4").tobytes()


def _create(part: Path, grid: Grid) -> Any:
    return rasterio.open(
        part, "w", driver="GTiff", dtype="float32", count=len(BAND_NAMES), height=grid.height,
        width=grid.width, crs=f"EPSG:{grid.epsg}", transform=grid.transform, nodata=np.nan,
        tiled=True, blockxsize=256, blockysize=256, compress="deflate", predictor=3,
        bigtiff="if_safer",
    )  # fmt: skip


def _check_written(part: Path, sha256: dict[str, str]) -> None:
    """Read back what was written: GDAL tells nobody of a disk that is full at the very end."""
    digests = [hashlib.sha256() for _ in BAND_NAMES]
    with rasterio.open(part) as dataset:
        for row in range(0, dataset.height, ROWS):
            height = min(ROWS, dataset.height - row)
            bands = dataset.read(window=Window(0, row, dataset.width, height))
            for digest, band in zip(digests, bands, strict=True):
                digest.update(canonical(band))
    if [digest.hexdigest() for digest in digests] != list(sha256.values()):
        raise OSError(errno.ENOSPC, "the disk did not keep all that was written")
