"""A scene in a file, checked as a whole and read window by window: memory is that of a window.

It is what `s2kit.scenes.raster.read_scene` reads, to the last bit: the same checks refuse it, and
statistics and checksum are those of the scene in memory.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import rasterio
import xarray as xr
from rasterio.windows import Window

from s2kit.errors import S2kitError
from s2kit.scenes.archives import archive_of
from s2kit.scenes.band_choice import Choice
from s2kit.scenes.band_digest import CACHE, bands_sha256, spool_size
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.behind import behind
from s2kit.scenes.files import check_checksums, open_raster
from s2kit.scenes.nodata import REACH
from s2kit.scenes.plausible import Scale, check_possible
from s2kit.scenes.raster import (
    attributes_of,
    check_scene,
    dated,
    on_grid,
    prepare,
    read_numbers_of,
    scale_of,
)
from s2kit.scenes.reflectance import reflectance_of
from s2kit.scenes.statistics import BandSums, ImageStatistics
from s2kit.scenes.survey import NumbersSurvey, ReflectanceSurvey, strips

Floats = npt.NDArray[np.float32]
Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class FileNumbers:
    """What the numbers of a file mean.

    Attributes
    ----------
    count
        Bands of the file.
    indexes
        Which of them are the ten bands of the paper, counted from 0.
    no_data
        The number that the file declares; None if it declares none.
    declared
        Scale and offset that the file declares; (1, 0) where there are none.
    digital, offset
        Whether they are digital numbers, and what these carry on top of reflectance × 10 000.
    """

    count: int
    indexes: tuple[int, ...]
    no_data: float | None
    declared: tuple[float, float]
    digital: bool
    offset: int


@dataclass
class SceneFile:
    """An open scene; `open_scene` makes it.

    Attributes
    ----------
    grid
        (y, x) with the scene's CRS, coordinates, name and attributes; its values mean nothing.
    statistics
        Mean and deviation of each band, as `s2kit.scenes.statistics.image_statistics`.
    pixels
        Pixels with data.
    stamp
        Name, inode, size and time of change of the files that are read.
    """

    path: Path
    grid: xr.DataArray
    statistics: ImageStatistics
    pixels: int
    stamp: Stamp
    _dataset: Any = field(repr=False)
    _choice: Choice = field(repr=False)
    _scale: Scale = field(repr=False)
    _missing: npt.NDArray[np.uint8] = field(repr=False)  # a bit per pixel
    _threads: int = field(repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return int(self._dataset.height), int(self._dataset.width)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Return what was decided of the file: its bands, and scale and offset of its numbers."""
        return str(self._choice.indexes), str(self._scale.numbers), str(self._scale.offset)

    @property
    def numbers(self) -> FileNumbers:
        """Return what the numbers of the file mean."""
        indexes = tuple(index - 1 for index in self._choice.indexes)
        choice, scale = self._choice, self._scale
        return FileNumbers(
            self._dataset.count, indexes, choice.no_data, choice.declared, scale.numbers,
            scale.offset,
        )  # fmt: skip

    def read(self, rows: slice, columns: slice) -> xr.DataArray:
        """Read a window: reflectance, float32 (band, y, x), NaN = no data.

        Raises
        ------
        S2kitError
            If a block is damaged, or the file is another than when it was opened.
        """
        values = _read(self._dataset, self._choice, self._scale, rows, columns)
        self.check_unchanged()
        check_possible(
            values, f"{self.path} from row {rows.start + 1}, column {columns.start + 1} on"
        )
        return xr.DataArray(
            values, {"band": list(BAND_NAMES)}, ("band", "y", "x"), name=self.grid.name
        )

    def check_unchanged(self) -> None:
        """Raise S2kitError if a file that is read was changed or replaced."""
        if stamp_of(self._dataset.files) != self.stamp:
            raise S2kitError(
                f"{self.path} was changed or replaced while it was read; run again when nothing "
                "writes it any more"
            )

    @property
    def scratch(self) -> int:
        """Bytes that `sha256` takes on a disk."""
        return spool_size(self._dataset, self._choice.indexes)

    def sha256(self, scratch: Path | None = None) -> str:
        """Return the checksum of the pixels, `s2kit.scenes.digest.pixels_sha256`.

        The folder ``scratch`` is used where the file holds all bands together, and is large.
        """
        digest = bands_sha256(
            self._dataset, self._choice.indexes, self._scale, self._missing, scratch, self._threads
        )
        self.check_unchanged()
        return digest


@contextmanager
def open_scene(
    path: Path | str,
    offset: int | Literal["auto"] = "auto",
    bands: Sequence[str] | None = None,
    called: Path | None = None,
    cache: int = CACHE,
    threads: int = 1,
) -> Iterator[SceneFile]:
    """Open a scene, to be read window by window; checks as for `read_scene`.

    It is read through twice, in strips: for scale and offset, then for all other checks and the
    statistics.

    Parameters
    ----------
    path, offset, bands
        As for `read_scene`.
    called
        What messages call it, by default the path.
    cache
        Bytes in which GDAL keeps blocks.
    threads
        How many of them decode blocks, and look at the pixels while others are read.

    Raises
    ------
    S2kitError
        As `s2kit.scenes.raster.read_scene`.

    Examples
    --------
    >>> from s2kit.scenes.raster import Affine
    >>> grid = {"crs": "EPSG:32633", "transform": Affine(10, 0, 585420, 0, -10, 5652250)}
    >>> shape = {"count": 10, "height": 20, "width": 20, "dtype": "uint16"}
    >>> with rasterio.MemoryFile() as file:
    ...     with file.open(driver="GTiff", **shape, **grid) as image:
    ...         image.write(np.random.default_rng(0).integers(1020, 3000, (10, 20, 20), "uint16"))
    ...     with open_scene(file.name, bands=BAND_NAMES) as scene:
    ...         scene.shape, scene.grid.attrs["offset"], scene.read(slice(0, 4), slice(0, 8)).shape
    ((20, 20), 1000, (10, 4, 8))
    """
    file, path = Path(path), Path(called or path)
    known = None if offset == "auto" else offset
    options = {"GDAL_CACHEMAX": cache, "GDAL_NUM_THREADS": threads}
    with rasterio.Env(**options), open_raster(file) as dataset:
        stamp = stamp_of(dataset.files)
        choice = prepare(path, dataset, bands)
        check_checksums(dataset, threads)
        scale = _decide_scale(path, dataset, choice, known, threads)
        seen, sums, missing = _survey(dataset, choice, scale, threads)
        check_scene(seen, str(path), choice)
        height, width = dataset.shape
        nothing = np.broadcast_to(np.float32(np.nan), (height, width))
        grid = dated(
            on_grid(nothing, dataset.transform, dataset.crs).assign_attrs(
                attributes_of(dataset, scale)
            )
        ).rename(file.stem)
        scene = SceneFile(
            path, grid, sums.statistics(str(path)), sums.pixels, stamp, dataset, choice, scale,
            missing, threads,
        )  # fmt: skip
        scene.check_unchanged()
        yield scene


def stamp_of(files: Sequence[str]) -> Stamp:
    """Return name, inode, size and time of change of those of the files that lie on a disk.

    A file in a zip archive stands for the archive.
    """
    found = []
    for name in dict.fromkeys(str(archive_of(Path(each)) or each) for each in files):
        if os.path.isfile(name):
            state = os.stat(name)
            found.append((name, state.st_ino, state.st_size, state.st_mtime_ns))
    return tuple(found)


def _decide_scale(
    path: Path, dataset: Any, choice: Choice, offset: int | None, threads: int
) -> Scale:
    shape = (len(BAND_NAMES), dataset.height, dataset.width)
    seen = NumbersSurvey(shape, np.dtype(dataset.dtypes[choice.indexes[0] - 1]))
    with behind(threads) as do:
        for rows in strips(dataset):
            window = Window(0, rows.start, dataset.width, rows.stop - rows.start)
            do(partial(seen.add, rows.start, read_numbers_of(dataset, choice, window)))
    return scale_of(seen, str(path), offset, choice)


def _survey(
    dataset: Any, choice: Choice, scale: Scale, threads: int
) -> tuple[ReflectanceSurvey, BandSums, npt.NDArray[np.uint8]]:
    """Return what the scene shows, its sums, and a bit for each pixel that has no data."""
    height, width = dataset.shape
    seen, sums = ReflectanceSurvey((len(BAND_NAMES), height, width)), BandSums(len(BAND_NAMES))
    missing, left = [], np.empty(0, bool)
    with behind(threads) as do:
        for rows in strips(dataset):
            values = _read(dataset, choice, scale, rows, slice(0, width))
            do(partial(seen.add, rows.start, values), partial(sums.add, values))
            flags = np.append(left, np.isnan(values[0]).ravel())
            whole = len(flags) // 8 * 8
            missing.append(np.packbits(flags[:whole]))
            left = flags[whole:]
    return seen, sums, np.concatenate([*missing, np.packbits(left)])


def _read(dataset: Any, choice: Choice, scale: Scale, rows: slice, columns: slice) -> Floats:
    """Read a window, and a little beyond it, where rule 2 of no data looks."""
    height, width = dataset.shape
    first = max(rows.start - REACH, 0), max(columns.start - REACH, 0)
    last = min(rows.stop + REACH, height), min(columns.stop + REACH, width)
    window = Window(first[1], first[0], last[1] - first[1], last[0] - first[0])
    values = reflectance_of(read_numbers_of(dataset, choice, window), choice, scale)
    top, left = rows.start - first[0], columns.start - first[1]
    return values[:, top : top + rows.stop - rows.start, left : left + columns.stop - columns.start]
