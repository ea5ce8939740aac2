"""Where to draw next: the places of a map whose labels would teach a network most.

Doubt is low confidence, or being unlike the training; places far from what is drawn come first, and
every mapped class has its turn.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr
from scipy.ndimage import distance_transform_edt
from shapely import Polygon, box

from s2kit.accuracy.confusion import require_same_grid
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require, require_raster
from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of

SIDE = 12
"""Pixels along a place: 120 m, the width of a small field."""

DULL = 0.05
"""What a place without any doubt is worth, so that distance still orders them."""

SURE = 0.9
"""Confidence from which on a place inside the area of applicability is proposed for its class."""

WHOLE = 0.75
"""Share of its class from which a place is a field and no edge between two: edges are always
doubtful, and nobody could draw a polygon there. A class of narrow strips has no other places."""

MOST, SOME = 0.5, 0.05
"""Shares of a place outside the area of applicability: all of it, so to say, and worth a word."""

Floats = npt.NDArray[np.float64]


def where_next(
    class_map: xr.DataArray,
    confidence: xr.DataArray,
    unlike: xr.DataArray | None = None,
    mask: xr.DataArray | None = None,
    proposed: gpd.GeoDataFrame | None = None,
    count: int = 10,
    side: int = SIDE,
) -> gpd.GeoDataFrame:
    r"""Rank places for the next training polygons by uncertainty sampling with diversity.

    Uncertainty is the mean of 1 − confidence plus the share of pixels outside the area of
    applicability. It is multiplied by the root of the distance from what is drawn or proposed, and
    of the classes with the fewest places so far the best place is taken, again and again: one that
    is not on an edge between classes, if there is such a place.

    Parameters
    ----------
    class_map
        Codes (y, x), 0 = no data.
    confidence
        Probability of the mapped class (y, x), 0 to 1, NaN = no data.
    unlike
        Dissimilarity index (y, x), as `s2kit.applicability` returns it; optional.
    mask
        What is drawn already: class codes (y, x), 0 = unlabelled; optional.
    proposed
        Places that were proposed before, as this function returns them for this ``side``; optional.
    count
        How many places, at most.
    side
        Pixels along a place, an even number.

    Returns
    -------
    GeoDataFrame
        The best place first; columns ``code`` and ``name`` of its most frequent class,
        ``confidence`` (mean), ``outside`` (share of pixels with an index above 1, NaN without
        ``unlike``), ``why`` (a line for people), ``geometry`` (its square, in the map's CRS). No
        place holds a pixel that is labelled or without data, none overlaps another. Fewer than
        ``count``, or none, where there is no room for more.

    Raises
    ------
    TypeError
        If a layer is no DataArray.
    S2kitError
        If the layers lie on different grids, the confidence is none, or a number cannot be used.

    Examples
    --------
    >>> pixels = {"y": 5.0 - 10 * np.arange(24), "x": 5.0 + 10 * np.arange(24)}
    >>> codes = xr.DataArray(np.full((24, 24), 5, "uint8"), pixels, ("y", "x"))
    >>> codes[:, 12:] = 10
    >>> sure = codes.copy(data=np.where(codes == 10, 0.41, 0.97))
    >>> print(*where_next(codes, sure, unlike=codes * 0.15, count=2).why, sep="\n")
    mapped as quarry areas, 41 % sure, unlike all that was learnt
    mapped as bare soil, 97 % sure; so that every class is looked at
    """
    _check(class_map, confidence, unlike, mask, proposed, count, side)
    places = _Places(class_map, confidence, unlike, mask, side // 2)
    if proposed is not None:
        for outline, code in zip(proposed.geometry, proposed.code, strict=True):
            places.leave(*_corner(outline, class_map, side // 2), int(code))
    rows: list[tuple[Any, ...]] = []
    while len(rows) < count and places.free.any():
        row, column = places.best()
        rows.append(places.told(row, column))
        places.leave(row, column, int(places.mapped[row, column]))
    columns = ["code", "name", "confidence", "outside", "why", "geometry"]
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), crs=class_map.rio.crs)
    return table.astype({"code": "int64", "confidence": "float64", "outside": "float64"})


class _Places:
    """Squares of two by two blocks, one from each block on, and what is known of them.

    All arrays are (rows, columns) of squares; lengths are in blocks.
    """

    def __init__(
        self,
        class_map: xr.DataArray,
        confidence: xr.DataArray,
        unlike: xr.DataArray | None,
        mask: xr.DataArray | None,
        block: int,
    ) -> None:
        codes, sure = class_map.to_numpy(), confidence.to_numpy().astype(np.float64)
        self.class_map, self.block = class_map, block
        self.classes = nomenclature_of(class_map)
        known = (codes != NO_DATA) & np.isfinite(sure)
        drawn = np.zeros(codes.shape, bool) if mask is None else mask.to_numpy() != NO_DATA
        self.free = (self._mean(known) == 1) & (self._mean(drawn) == 0)
        present = [code for code in self.classes.codes if (codes == code).any()] or [NO_DATA]
        shares = [self._mean(codes == code) for code in present]
        self.mapped = np.array(present)[np.argmax(shares, axis=0)]
        self.whole = np.max(shares, axis=0) >= WHOLE
        self.certain = self._mean(np.where(known, sure, 0))
        far = np.zeros(codes.shape) if unlike is None else np.nan_to_num(unlike.to_numpy())
        self.outside = self._mean(far > 1)
        self.compared = unlike is not None
        self.distance = self._distance(drawn)
        self.turns = dict.fromkeys(present, 0)

    def _blocks(self, pixels: npt.NDArray[Any]) -> Floats:
        """Return the mean of whole blocks; what is left at the lower and right edge has none."""
        rows, columns = (size // self.block for size in pixels.shape)
        whole = pixels[: rows * self.block, : columns * self.block]
        parts = whole.reshape(rows, self.block, columns, self.block)
        return np.asarray(parts.mean(axis=(1, 3), dtype=float))

    def _mean(self, pixels: npt.NDArray[Any]) -> Floats:
        return np.asarray(np.mean(_quarters(self._blocks(pixels)), axis=0))

    def _distance(self, drawn: npt.NDArray[np.bool_]) -> Floats:
        """Return how far the nearest block with a drawn pixel is, infinite if there is none."""
        blocks = self._blocks(drawn) > 0
        if not blocks.any():
            return np.full(self.free.shape, np.inf)
        return np.asarray(np.min(_quarters(distance_transform_edt(~blocks)), axis=0))

    def best(self) -> tuple[int, int]:
        """Return row and column of the best free square of the classes whose turn it is."""
        fewest = min(self.turns[code] for code in np.unique(self.mapped[self.free]))
        due = [code for code, turns in self.turns.items() if turns == fewest]
        # The root: four times as far away is worth as much as twice the doubt.
        away = np.sqrt(np.where(np.isinf(self.distance), 1, self.distance))
        worth = (DULL + 1 - self.certain + self.outside) * away
        may = self.free & np.isin(self.mapped, due)
        worth[~(may & self.whole if (may & self.whole).any() else may)] = -1
        row, column = np.unravel_index(worth.argmax(), worth.shape)  # of equals the first
        return int(row), int(column)

    def leave(self, row: float, column: float, code: int) -> None:
        """Take a square out: none may overlap it, near ones lose worth, its class had a turn."""
        rows, columns = np.indices(self.free.shape)
        self.free &= (abs(rows - row) >= 2) | (abs(columns - column) >= 2)
        self.distance = np.minimum(self.distance, np.hypot(rows - row, columns - column))
        self.turns[code] = self.turns.get(code, 0) + 1

    def told(self, row: int, column: int) -> tuple[Any, ...]:
        """Return a square as a row of the table."""
        code, sure = int(self.mapped[row, column]), float(self.certain[row, column])
        outside = float(self.outside[row, column]) if self.compared else np.nan
        name = self.classes[code].name
        left, _, _, top = self.class_map.rio.bounds(recalc=True)
        wide, high = (self.block * abs(step) for step in self.class_map.rio.resolution(recalc=True))
        west, north = left + column * wide, top - row * high
        outline = box(west, north - 2 * high, west + 2 * wide, north)
        return code, name, sure, outside, _why(name, sure, outside), outline


def _quarters(blocks: Floats) -> list[Floats]:
    """Return, for each square, its four blocks."""
    return [blocks[:-1, :-1], blocks[:-1, 1:], blocks[1:, :-1], blocks[1:, 1:]]


def _corner(outline: Polygon, class_map: xr.DataArray, block: int) -> tuple[float, float]:
    """Return the row and column of the square that has this outline, in blocks."""
    left, _, _, top = class_map.rio.bounds(recalc=True)
    wide, high = (block * abs(step) for step in class_map.rio.resolution(recalc=True))
    west, _, _, north = outline.bounds
    return (top - north) / high, (west - left) / wide


def _why(name: str, sure: float, outside: float) -> str:
    """Say in a line why a place is proposed.

    >>> _why("water", 0.62, 0.2)
    'mapped as water, 62 % sure, 20 % of it unlike all that was learnt'
    """
    line = f"mapped as {name}, {100 * sure:.0f} % sure"
    if outside >= MOST:
        return f"{line}, unlike all that was learnt"
    if outside >= SOME:
        return f"{line}, {100 * outside:.0f} % of it unlike all that was learnt"
    return line if sure < SURE else f"{line}; so that every class is looked at"


def _check(
    class_map: xr.DataArray,
    confidence: xr.DataArray,
    unlike: xr.DataArray | None,
    mask: xr.DataArray | None,
    proposed: gpd.GeoDataFrame | None,
    count: int,
    side: int,
) -> None:
    named = {"the class map": class_map, "the confidence": confidence}
    named |= {"the dissimilarity": unlike} if unlike is not None else {}
    named |= {"the mask": mask} if mask is not None else {}
    for what, layer in named.items():
        require_raster(layer, what, ("y", "x"))
        require_same_grid(layer, class_map)
    nomenclature_of(class_map).positions(class_map.to_numpy(), "the class map")
    low, high = float(confidence.min()), float(confidence.max())
    if low < 0 or high > 1:
        raise S2kitError(
            f"the confidence runs from {low:.3g} to {high:.3g}; give the probability of the "
            "mapped class, 0 to 1, as classify returns it"
        )
    if proposed is not None:
        require(proposed, gpd.GeoDataFrame, "proposed", "what where_next returned")
    for what, number, least in (("count", count, 1), ("side", side, 2)):
        if type(number) is not int or number < least or (what == "side" and number % 2):
            even = "an even" if what == "side" else "a whole"
            raise S2kitError(f"{what} {number!r} must be {even} number, {least} or more")
    if proposed is not None:
        _check_proposed(proposed, class_map, side)


def _check_proposed(proposed: gpd.GeoDataFrame, class_map: xr.DataArray, side: int) -> None:
    """Refuse places that are none of this size: the next ones might lie on them."""
    if proposed.empty:
        return
    fit = min(class_map.shape) >= side and "code" in proposed.columns
    if fit:
        wide, high = (side * abs(step) for step in class_map.rio.resolution(recalc=True))
        bounds = proposed.bounds
        sizes = np.column_stack([bounds.maxx - bounds.minx, bounds.maxy - bounds.miny])
        fit = np.allclose(sizes, (wide, high), rtol=1e-3)
    if not fit:
        raise S2kitError(
            f"proposed holds no places of {side} × {side} pixels of this map; give what where_next "
            "returned for it, with the same side"
        )
