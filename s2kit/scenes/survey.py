"""What a whole image shows, gathered strip by strip: the checks of a scene need no more of it.

An image in memory is one strip. So a scene that is refused at once is refused when it is streamed.
"""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from s2kit.scenes.bands import BAND_NAMES

LIKELY = (-0.2, 2.0)
"""Reflectance of ground, snow and cloud, glint and overcorrected shade included."""

POSSIBLE = (-0.5, 5.0)
"""Reflectance that no pixel may leave: one -9999 or 65535 spoils the statistics of an image."""

DARK = 500
"""Digital numbers below it are no reflectance if an offset of 1000 is in them."""

PIXELS = 60_000
"""Pixels whose spectra are looked at: more would tell no more."""

WITNESSES = 1_000_000
"""Pixels whose darkest are looked at: a million tell as much as a hundred."""

STRIP = 64 * 2**20
"""Bytes of reflectance that are looked at, at once, over the full width of an image."""

AT_ONCE = 1 << 20
"""Pixels of a strip that is looked at, at once: flags of it take little memory."""

Numbers = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]


class Flagged:
    """How many pixels are flagged, and which is the first."""

    def __init__(self) -> None:
        self.count = 0
        self.place = ""

    def add(self, flags: npt.NDArray[np.bool_], top: int) -> None:
        """Add the flags (y, x) of a strip that begins in row ``top``."""
        count = int(flags.sum())
        if count and not self.count:
            row, column = np.unravel_index(int(np.argmax(flags)), flags.shape)
            self.place = f"row {top + row + 1}, column {column + 1}"
        self.count += count


class NumbersSurvey:
    """What the numbers of a file show, from which scale and offset are decided.

    Parameters
    ----------
    shape
        (bands, height, width) of the image.
    dtype
        Of its numbers.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.shape = shape
        self.top = -np.inf
        """The largest number."""
        self.count, self.dark = (np.zeros(shape[0], np.int64) for _ in range(2))
        """Numbers with data of each band, and how many of them are below `DARK`."""
        self.low, self.high = np.full(shape[0], np.inf), np.full(shape[0], -np.inf)
        """Lowest and highest number with data of each band."""
        self.few: list[Numbers] = [np.empty(0, dtype)] * shape[0]
        """Up to three unlike numbers of each band, from some of its rows."""
        self._grid: list[Numbers] = []
        self._before_grid: list[Numbers] = []
        self._visible: list[Numbers] = []

    @classmethod
    def of(cls, numbers: Numbers) -> Self:
        """Survey an image in memory, (bands, y, x)."""
        survey = cls(numbers.shape, numbers.dtype)
        for top, strip in strips_of(numbers):
            survey.add(top, strip)
        return survey

    def add(self, top: int, strip: Numbers) -> None:
        """Add rows from ``top`` on, over the full width; strips come from top to bottom."""
        _, height, width = self.shape
        if self.dtype.kind not in "iuf":  # refused later
            return
        if strip.size:
            self.top = max(self.top, float(np.fmax.reduce(strip, axis=None)))
        rows = strip[:, -top % (1 + height // 20) :: 1 + height // 20]
        for band, numbers in enumerate(strip):
            seen = _with_data(numbers)
            count = int(seen.sum())
            self.count[band] += count
            if count:
                self.dark[band] += int((seen & (numbers < DARK)).sum())
                known = numbers if count == seen.size else numbers[seen]
                self.low[band] = min(self.low[band], known.min())
                self.high[band] = max(self.high[band], known.max())
            if len(self.few[band]) < 3 and rows.shape[1]:
                unlike = np.unique(np.append(self.few[band], np.unique(rows[band])))
                self.few[band] = unlike[:3]
        down, right = 1 + height // 100, 1 + width // 100
        grid = strip[:, -top % down :: down, ::right]
        self._grid.append(grid[_with_data(grid)])
        if not any(part.size for part in self._grid):
            self._before_grid.append(strip[_with_data(strip)])
        else:
            self._before_grid.clear()
        self._visible.append(_every(strip[:3], top, 1 + height * width // WITNESSES))

    @property
    def sample(self) -> Numbers:
        """Numbers with data on a coarse grid, or all of them where none lies on it."""
        return np.concatenate([*self._grid, *self._before_grid])

    @property
    def visible(self) -> Numbers:
        """A sample of B02, B03 and B04, (3, pixels), with and without data."""
        return np.concatenate(self._visible, axis=1)


class ReflectanceSurvey:
    """What reflectance shows, from which a scene is refused or doubted; NaN = no data.

    Parameters
    ----------
    shape
        (10, height, width) of the image, bands in the paper's order.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.low = self.high = 0.0
        """Lowest and highest reflectance, 0 included."""
        self.unlikely, self.impossible, self.one_number = Flagged(), Flagged(), Flagged()
        """Pixels outside of `LIKELY` and `POSSIBLE` in a band, and with one number in all bands."""
        self.valid = self.first_valid = 0
        """Pixels with data in all bands, and in the first one."""
        self.any_data = False
        self.darkest = np.full(shape[0], np.nan, np.float32)
        self.brightest = self.darkest.copy()
        """Lowest and highest reflectance of each band."""
        self.pairs = np.zeros((shape[0], 2, 2), np.int64)
        """Of each band, of neighbours that begin in an even and in an odd column: the equal ones,
        and those with data."""
        self._spectra: list[Floats] = []

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Survey an image in memory, (10, y, x)."""
        survey = cls(values.shape)
        for top, strip in strips_of(values):
            survey.add(top, strip)
        return survey

    def add(self, top: int, strip: Floats) -> None:
        """Add rows from ``top`` on, over the full width; strips come from top to bottom."""
        _, height, width = self.shape
        low = float(np.fmin.reduce(strip, axis=None, initial=0))
        high = float(np.fmax.reduce(strip, axis=None, initial=0))
        self.low, self.high = min(self.low, low), max(self.high, high)
        for bounds, found in ((LIKELY, self.unlikely), (POSSIBLE, self.impossible)):
            if low < bounds[0] or high > bounds[1]:
                outside = (strip < bounds[0]) | (strip > bounds[1])
                found.add(np.asarray(outside.any(axis=0)), top)
        known = np.isfinite(strip[0])
        self.first_valid += int(known.sum())
        same = known.copy()
        for number, band in enumerate(strip):
            finite = known if number == 0 else np.isfinite(band)
            self.any_data = self.any_data or bool(finite.any())
            known = known & finite
            same &= band == strip[0]
            for extreme, of in ((np.fmin, self.darkest), (np.fmax, self.brightest)):
                of[number] = extreme(of[number], extreme.reduce(band, axis=None))
        self.valid += int(known.sum())
        self.one_number.add(same, top)
        self._add_pairs(strip[:, -top % (1 + height // 100) :: 1 + height // 100])
        self._spectra.append(_every(strip, top, 1 + height * width // PIXELS))

    def _add_pairs(self, rows: Floats) -> None:
        for band, values in enumerate(rows):
            known = np.isfinite(values[:, 1:]) & np.isfinite(values[:, :-1])
            equal = (values[:, 1:] == values[:, :-1]) & known
            for first in (0, 1):
                self.pairs[band, first] += equal[:, first::2].sum(), known[:, first::2].sum()

    @property
    def spectra(self) -> Floats:
        """A sample of the pixels with data, (10, pixels)."""
        pixels = np.concatenate(self._spectra, axis=1)
        return pixels[:, np.isfinite(pixels).all(axis=0)]


def strips(dataset: Any, bands: int = len(BAND_NAMES)) -> Iterator[slice]:
    """Yield rows of strips over the full width, of whole blocks where they are not too large."""
    block = dataset.block_shapes[0][0]
    rows = max(1, STRIP // (4 * bands * dataset.width))
    rows = max(rows // block * block, min(rows, block))
    for top in range(0, dataset.height, rows):
        yield slice(top, min(top + rows, dataset.height))


def strips_of(values: Numbers) -> Iterator[tuple[int, Numbers]]:
    """Yield the first row of each strip of an image (bands, y, x) in memory, and the strip."""
    rows = max(1, AT_ONCE // max(values.shape[2], 1))
    for top in range(0, max(values.shape[1], 1), rows):
        yield top, values[:, top : top + rows]


def _with_data(numbers: Numbers) -> npt.NDArray[np.bool_]:
    seen: npt.NDArray[np.bool_] = np.isfinite(numbers) & (numbers != 0)
    return seen


def _every(strip: Numbers, top: int, step: int) -> Numbers:
    """Return every n-th pixel of an image, row after row, as far as it lies in a strip."""
    pixels = strip.reshape(len(strip), -1)
    return pixels[:, -top * strip.shape[2] % step :: step].copy()
