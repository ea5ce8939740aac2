"""What the digitiser says while somebody draws: pixels per class, and what is wrong where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import xarray as xr

from s2kit.benchmarks.polygon_checks import SLIVER
from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.scenes.nomenclature import PAPER, Nomenclature
from s2kit.widgets.digitiser.drawing import Shape


@dataclass(frozen=True)
class Finding:
    """Something wrong with one or two polygons: what, and where to look (x, y), if anywhere."""

    kind: str
    numbers: tuple[int, ...]
    text: str
    place: tuple[float, float] | None

    def to_message(self) -> dict[str, Any]:
        """Return it as the browser shows it."""
        message = {"kind": self.kind, "numbers": list(self.numbers), "text": self.text}
        return {**message, "place": list(self.place) if self.place else None}


class Survey:
    """Counts pixels and finds faults; what it knows of a polygon it keeps until that changes.

    The same faults as `s2kit.benchmarks.polygon_checks.check_polygons`, and slivers, fast enough to
    follow the hand.

    Parameters
    ----------
    grid
        the scene, dims (…, y, x), with CRS.
    nomenclature
        the classes that are counted.
    """

    def __init__(self, grid: xr.DataArray, nomenclature: Nomenclature = PAPER) -> None:
        self.grid, self.codes = grid, nomenclature.codes
        self.pixel = abs(float(grid.rio.transform(recalc=True).a))
        self.bounds = shapely.box(*grid.rio.bounds(recalc=True))
        self._pixels: dict[int, tuple[shapely.Geometry, npt.NDArray[np.intp]]] = {}

    def counts(self, shapes: Mapping[int, Shape]) -> dict[int, int]:
        """Return the pixels of each class as `rasterise` burns them: later polygons on top."""
        owned = self._pixels_of(shapes)
        if not owned:
            return dict.fromkeys(self.codes, 0)
        # From the last polygon to the first, so that the first occurrence of a pixel is on top.
        numbers = list(shapes)[::-1]
        pixels = np.concatenate([owned[number] for number in numbers])
        labels = np.repeat([shapes[n].label for n in numbers], [owned[n].size for n in numbers])
        _, first = np.unique(pixels, return_index=True)
        counts = np.bincount(labels[first], minlength=self.codes[-1] + 1)
        return {code: int(counts[code]) for code in self.codes}

    def findings(self, shapes: Mapping[int, Shape]) -> list[Finding]:
        """Return what is wrong with the polygons, the gravest kinds first."""
        broken = {
            n
            for n, s in shapes.items()
            if s.geometry.is_empty or not s.geometry.is_valid or s.geometry.area == 0
        }
        sound = {n: s for n, s in shapes.items() if n not in broken}
        return [
            *_invalid({n: shapes[n] for n in sorted(broken)}),
            *_overlaps(sound, SLIVER),
            *self._outside(sound),
            *self._without_pixel(sound),
            *self._slivers(sound),
        ]

    def _pixels_of(self, shapes: Mapping[int, Shape]) -> dict[int, npt.NDArray[np.intp]]:
        new = {
            number: shape.geometry
            for number, shape in shapes.items()
            if number not in self._pixels or self._pixels[number][0] is not shape.geometry
        }
        if new:
            table = gpd.GeoDataFrame(geometry=list(new.values()), crs=self.grid.rio.crs)
            owner, pixel = pixels_of_polygons(table, self.grid)
            for position, (number, geometry) in enumerate(new.items()):
                self._pixels[number] = (geometry, pixel[owner == position])
        return {number: self._pixels[number][1] for number in shapes}

    def _outside(self, shapes: Mapping[int, Shape]) -> Iterator[Finding]:
        for number, shape in shapes.items():
            beyond = shape.geometry.difference(self.bounds)
            if beyond.area >= SLIVER:
                text = f"{beyond.area:.0f} m² outside the scene"
                yield Finding("outside", (number,), text, _inside(beyond))

    def _without_pixel(self, shapes: Mapping[int, Shape]) -> Iterator[Finding]:
        owned = self._pixels_of(shapes)
        for number, shape in shapes.items():
            if not owned[number].size:
                yield _finding("no pixel", (number,), "holds no pixel centre", shape)

    def _slivers(self, shapes: Mapping[int, Shape]) -> Iterator[Finding]:
        """Find polygons that are narrower than half a pixel all along."""
        geometries = [shape.geometry for shape in shapes.values()]
        empty = shapely.is_empty(shapely.buffer(geometries, -self.pixel / 4, quad_segs=2))
        for (number, shape), narrow in zip(shapes.items(), empty, strict=True):
            if narrow:
                text = f"sliver: narrower than {self.pixel / 2:g} m"
                yield _finding("sliver", (number,), text, shape)


def _invalid(shapes: Mapping[int, Shape]) -> Iterator[Finding]:
    for number, shape in shapes.items():
        if shape.geometry.is_empty:
            yield Finding("invalid", (number,), "has no outline", None)
            continue
        reason = shapely.is_valid_reason(shape.geometry).partition("[")[0]
        text = "has no area" if shape.geometry.is_valid else f"invalid: {reason.strip().lower()}"
        yield _finding("invalid", (number,), text, shape)


def _overlaps(shapes: Mapping[int, Shape], smallest: float) -> Iterator[Finding]:
    numbers = list(shapes)
    geometries = np.array([shape.geometry for shape in shapes.values()], dtype=object)
    if not len(geometries):
        return
    first, second = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.intersection(geometries[first], geometries[second])
    for i, j, common in zip(first, second, shared, strict=True):
        if common.area >= smallest:
            pair = (numbers[i], numbers[j])
            text = f"overlaps polygon {numbers[j]} by {common.area:.0f} m²"
            yield Finding("overlap", pair, text, _inside(common))


def _inside(geometry: shapely.Geometry) -> tuple[float, float]:
    point = geometry.representative_point()
    return point.x, point.y


def _finding(kind: str, numbers: tuple[int, ...], text: str, shape: Shape) -> Finding:
    left, bottom, right, top = shape.geometry.bounds
    return Finding(kind, numbers, text, ((left + right) / 2, (bottom + top) / 2))
