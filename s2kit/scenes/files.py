"""Raster files opened and read: what GDAL cannot read is one S2kitError that says where."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.windows import Window
from rasterio.windows import intersection as overlap

from s2kit.errors import S2kitError
from s2kit.scenes.archives import check_archive
from s2kit.scenes.blocks import damaged_block

SAFE = {"GDAL_VRT_ENABLE_RAWRASTERBAND": "NO", "GDAL_VRT_ENABLE_PYTHON": "NO"}
"""GDAL options: a virtual raster may not turn the bytes of any file into pixels, or run code."""

GDAL_AT_LEAST = 16 * 2**20
"""Bytes that GDAL needs beside the pixels it reads; it had them and more when it failed."""


@contextmanager
def open_raster(path: Path) -> Iterator[Any]:
    """Open a raster that lies north-up in a CRS.

    Raises
    ------
    S2kitError
        As `open_dataset`, and if it has no CRS or another orientation.
    """
    with open_dataset(path) as dataset:
        _check_place(path, dataset)
        yield dataset


@contextmanager
def open_dataset(path: Path) -> Iterator[Any]:
    """Open a raster, wherever it may lie.

    Raises
    ------
    S2kitError
        If there is no readable raster; while it is open, if what is asked of it is damaged, is text
        in another encoding than UTF-8, or takes more memory than there is.
    """
    check_archive(path)
    with rasterio.Env(**SAFE), no_stray_traceback():
        try:
            dataset = rasterio.open(path)
        # a damaged CRS, band name or georeference: rasterio has no one error for them
        except (RasterioError, ValueError, OverflowError) as error:
            raise S2kitError(f"{path} is no readable raster ({error}); check the path") from error
        with dataset:
            try:
                yield dataset
            except (RasterioError, UnicodeDecodeError) as error:
                raise S2kitError(
                    f"{path} is damaged or incomplete ({_cause(error)}); copy or download it again"
                ) from error
            except MemoryError as error:
                raise S2kitError(
                    f"{path}: not enough memory for {dataset.height} × {dataset.width} pixels in "
                    f"{dataset.count} bands; cut it into smaller pieces"
                ) from error


@contextmanager
def no_stray_traceback() -> Iterator[None]:
    """Keep off the terminal that rasterio cannot decode what GDAL says of garbled text."""
    before = sys.excepthook, sys.unraisablehook  # it is told to both, one after the other
    sys.excepthook = lambda kind, error, trace: (
        None if kind is UnicodeDecodeError else before[0](kind, error, trace)
    )
    sys.unraisablehook = lambda what: (
        None if what.exc_type is UnicodeDecodeError else before[1](what)
    )
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook = before


def _check_place(path: Path, dataset: Any) -> None:
    transform = dataset.transform
    raw = [each for each in dataset.files if each.lower().endswith(".vrt") and _is_raw(each)]
    if raw:
        raise S2kitError(
            f"{raw[0]} is a virtual raster over raw bytes, whose layout nobody can check; "
            "convert it to GeoTIFF with gdal_translate where it was made"
        )
    if dataset.crs is None:
        raise S2kitError(
            f"{path} has no CRS; if you know it, assign it, for instance with "
            f"gdal_edit.py -a_srs EPSG:32633 {path} or rio edit-info --crs EPSG:32633 {path}"
        )
    if transform.is_identity:
        raise S2kitError(
            f"{path} has a CRS but no geotransform: nothing says where its pixels lie; assign it, "
            f"for instance with gdal_edit.py -a_ullr LEFT TOP RIGHT BOTTOM {path}"
        )
    if transform.b or transform.d or transform.e >= 0 or transform.a <= 0:
        raise S2kitError(
            f"{path} is not north-up; warp it onto a north-up UTM grid with gdalwarp -t_srs"
        )


def _is_raw(path: str) -> bool:
    try:
        return b"VRTRawRasterBand" in Path(path).read_bytes()
    except OSError:  # inside an archive, or remote: GDAL's own option guards those
        return False


def read_pixels(
    dataset: Any,
    indexes: Sequence[int],
    window: Window | None = None,
    out_shape: tuple[int, int] | None = None,
) -> npt.NDArray[Any]:
    """Read bands of an open dataset, (band, y, x).

    Raises
    ------
    S2kitError
        If a block is damaged; the message names its rows and columns, counted from 1.
    MemoryError
        If GDAL has no memory left for a block.
    """
    whole_window = window or whole(dataset)
    height, width = out_shape or (int(whole_window.height), int(whole_window.width))
    try:
        values: npt.NDArray[Any] = dataset.read(
            list(indexes), window=window, out_shape=(len(indexes), height, width)
        )
    except RasterioIOError as error:
        cause = _cause(error)
        if _no_memory_for(len(indexes) * height * width * np.dtype(dataset.dtypes[0]).itemsize):
            raise MemoryError(cause) from error
        raise S2kitError(
            f"{dataset.name} is damaged or incomplete {_damage(dataset, indexes, window)} "
            f"({cause}); copy or download it again"
        ) from error
    return values


def _no_memory_for(size: int) -> bool:
    """Say whether there is too little memory for pixels of so many bytes and GDAL's blocks of them.

    GDAL's own words cannot be asked: with no memory left, they are often lost on the way.
    """
    try:
        np.empty(size + GDAL_AT_LEAST, np.uint8)
    except MemoryError:
        return True
    return False


def check_checksums(dataset: Any, threads: int = 1) -> None:
    """Check the blocks of an open local GeoTIFF against the checksums that Deflate stores.

    Of a virtual raster those of the GeoTIFFs that it draws on are checked.

    Parameters
    ----------
    dataset
        From `open_raster`.
    threads
        How many of them decode blocks.

    Raises
    ------
    S2kitError
        If a block contradicts its checksum.
    """
    if dataset.driver == "VRT":
        for name in dataset.files:
            if name.lower().endswith((".tif", ".tiff")) and Path(name).is_file():
                with open_dataset(Path(name)) as source:
                    check_checksums(source, threads)
        return
    path = Path(dataset.name)
    if not path.is_file():
        return
    with path.open("rb") as file:
        wrong = damaged_block(dataset, lambda start, size: _stored(file, start, size), threads)
    if wrong:
        raise S2kitError(f"{path} is damaged: {wrong}; copy or download it again")


def _stored(file: BinaryIO, start: int, size: int) -> bytes | None:
    if size < 1:  # a block of a sparse file that was never written
        return None
    file.seek(start)
    return file.read(size)


def _cause(error: Exception) -> str:
    """Return GDAL's own words: rasterio says "See previous exception" and chains it."""
    cause = error.__cause__ or error
    return str(cause).replace("\n", " ")


def _damage(dataset: Any, indexes: Sequence[int], window: Window | None) -> str:
    """Say which block cannot be read, by trying them one after the other."""
    for index in indexes:
        for _, block in dataset.block_windows(index):
            try:
                part = block if window is None else overlap(block, window)
                dataset.read(index, window=part)
            except RasterioIOError:
                rows = f"rows {block.row_off + 1} to {block.row_off + block.height}"
                columns = f"columns {block.col_off + 1} to {block.col_off + block.width}"
                return f"in band {index}, {rows}, {columns}"
            except rasterio.errors.WindowError:  # outside the window that was asked for
                continue
    return "somewhere"


def whole(dataset: Any) -> Window:
    """Return the window of all pixels."""
    return Window(0, 0, dataset.width, dataset.height)
