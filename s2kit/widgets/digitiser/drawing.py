"""The polygons being drawn, and every change that can be made to them, with undo."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import shapely
from shapely.ops import split as split_by_line

from s2kit.benchmarks.polygon_checks import SLIVER, repair_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require
from s2kit.scenes.nomenclature import PAPER, Nomenclature

PERMANENT = (1, 2, 6, 7)
"""The paper's forests, grassland and roads: drawn once per area (section 2.3)."""


@dataclass(frozen=True)
class Shape:
    """One polygon: its class code, its geometry, and whatever else its row holds."""

    label: int
    geometry: shapely.Geometry
    attributes: Mapping[str, Any] = field(default_factory=dict)


Shapes = dict[int, Shape]


class Drawing:
    """Polygons by number, the number of their row in the file; each change can be undone.

    Shapes are never altered but replaced, so a state of the drawing is a plain dictionary.

    Parameters
    ----------
    shapes
        what to start with.
    nomenclature
        the classes there are.

    Attributes
    ----------
    shapes
        number → shape, in the order they are burnt: later ones lie on top.
    """

    def __init__(
        self, shapes: Mapping[int, Shape] | None = None, nomenclature: Nomenclature = PAPER
    ) -> None:
        self.nomenclature = nomenclature
        self.shapes: Shapes = dict(shapes or {})
        self._past: list[tuple[str, Shapes]] = []
        self._future: list[tuple[str, Shapes]] = []

    @property
    def undoes(self) -> str:
        """What `undo` would take back, or ""."""
        return self._past[-1][0] if self._past else ""

    @property
    def redoes(self) -> str:
        """What `redo` would do again, or ""."""
        return self._future[-1][0] if self._future else ""

    def undo(self) -> None:
        """Take the last change back, if there is one."""
        self._step(self._past, self._future)

    def redo(self) -> None:
        """Do again what was last undone, if there is something."""
        self._step(self._future, self._past)

    def _step(self, source: list[tuple[str, Shapes]], target: list[tuple[str, Shapes]]) -> None:
        if source:
            what, shapes = source.pop()
            target.append((what, self.shapes))
            self.shapes = shapes

    def _change(self, what: str, shapes: Mapping[int, Shape]) -> None:
        self._past.append((what, self.shapes))
        self._future.clear()
        self.shapes = dict(sorted(shapes.items()))

    def _next(self) -> int:
        past = (shapes for _, shapes in (*self._past, *self._future))
        return 1 + max((max(each, default=0) for each in (self.shapes, *past)), default=0)

    def draw(self, label: int, geometry: shapely.Geometry, trim: bool = False) -> int:
        """Add a polygon and return its number.

        Parameters
        ----------
        label
            class code.
        geometry
            a polygon; it may be invalid, which is found and shown, not forbidden.
        trim
            cut off what other polygons cover already.

        Raises
        ------
        S2kitError
            if there is no such class, or nothing is left of the polygon.
        """
        require(geometry, shapely.Geometry, "the polygon", "a shapely.Polygon")
        name = self._class_name(label)
        kept = self._trimmed(geometry, None) if trim else geometry
        number = self._next()
        self._change(f"draw {name}", {**self.shapes, number: Shape(label, _require_area(kept))})
        return number

    def reshape(self, number: int, geometry: shapely.Geometry, trim: bool = False) -> None:
        """Give a polygon another outline; ``trim`` and errors as in `draw`."""
        shape = self._shape(number)
        kept = self._trimmed(geometry, number) if trim else geometry
        changed = replace(shape, geometry=_require_area(kept))
        self._change("edit outline", {**self.shapes, number: changed})

    def relabel(self, number: int, label: int) -> None:
        """Give a polygon another class; S2kitError if there is no such polygon or class."""
        changed = replace(self._shape(number), label=label)
        self._change(f"make it {self._class_name(label)}", {**self.shapes, number: changed})

    def delete(self, number: int) -> None:
        """Remove a polygon; S2kitError if there is none of this number."""
        self._shape(number)
        kept = {n: shape for n, shape in self.shapes.items() if n != number}
        self._change("delete polygon", kept)

    def split(self, number: int, line: shapely.LineString) -> list[int]:
        """Cut a polygon in two or more along a line and return the numbers of its parts.

        The first part keeps the number, and the parts of a multipolygon that the line misses; all
        keep class and attributes.

        Raises
        ------
        S2kitError
            if the line does not cut the polygon, or the polygon is invalid.
        """
        shape = self._shape(number)
        if not shape.geometry.is_valid:
            raise S2kitError(f"polygon {number} is invalid and cannot be cut; repair it first")
        whole: list[shapely.Geometry] = []
        cut: list[shapely.Geometry] = []
        for part in shapely.get_parts(shape.geometry):
            pieces = list(split_by_line(part, line).geoms)
            (whole if len(pieces) == 1 else cut).extend(pieces)
        if not cut:
            raise S2kitError(
                f"the line does not cut polygon {number}; begin and end it outside the polygon"
            )
        first = shapely.MultiPolygon([*whole, cut[0]]) if whole else cut[0]
        added = dict(enumerate(cut[1:], start=self._next()))
        outlines = {number: first, **added}
        new = {n: replace(shape, geometry=outline) for n, outline in outlines.items()}
        self._change("split polygon", {**self.shapes, **new})
        return list(new)

    def trim(self, number: int) -> None:
        """Cut off what other polygons cover; S2kitError if nothing would be left."""
        shape = self._shape(number)
        kept = _require_area(self._trimmed(shape.geometry, number))
        self._change("cut overlap off", {**self.shapes, number: replace(shape, geometry=kept)})

    def repair(self) -> int:
        """Make invalid outlines valid, drop those without an area; return how many changed.

        What becomes of them is told in `s2kit.benchmarks.polygon_checks.repair_polygons`.
        """
        broken = [
            n for n, s in self.shapes.items() if not s.geometry.is_valid or s.geometry.area == 0
        ]
        if not broken:
            return 0
        table = gpd.GeoDataFrame(
            {"label": [self.shapes[n].label for n in broken]},
            geometry=[self.shapes[n].geometry for n in broken],
            index=broken,
        )
        mended = repair_polygons(table).geometry
        kept = {
            n: replace(shape, geometry=mended[n]) if n in mended.index else shape
            for n, shape in self.shapes.items()
            if n in mended.index or n not in broken
        }
        self._change("repair outlines", kept)
        return len(broken)

    def copy_permanent(self, polygons: gpd.GeoDataFrame, source: str = "another date") -> int:
        """Copy the permanent classes of another date's layer; return how many polygons came.

        Which ones stay from date to date is known of the paper's classes (`PERMANENT`); of others
        all polygons are copied. Polygons that are here already, with the same class and outline,
        are left out.

        Parameters
        ----------
        polygons
            columns ``label`` and ``geometry``, in the CRS of the drawing.
        source
            its name, for undo.
        """
        permanent = PERMANENT if self.nomenclature == PAPER else self.nomenclature.codes
        wanted = polygons[polygons.label.isin(permanent) & ~polygons.geometry.isna()]
        here = [(shape.label, shape.geometry) for shape in self.shapes.values()]
        new = [
            Shape(int(label), geometry)
            for label, geometry in zip(wanted.label, wanted.geometry, strict=True)
            if not any(label == a and geometry.equals_exact(b, 1e-6) for a, b in here)
        ]
        if new:
            first = self._next()
            added = dict(enumerate(new, start=first))
            self._change(f"copy from {source}", {**self.shapes, **added})
        return len(new)

    def restore(self, shapes: Iterable[tuple[int, int, shapely.Geometry]]) -> None:
        """Replace the drawing by what a browser kept: number, class and outline of each polygon.

        Polygons whose number is known keep their attributes.
        """
        restored: Shapes = {}
        fresh = self._next()
        for number, label, geometry in shapes:
            self._class_name(label)
            known = self.shapes.get(number)
            if known is None:  # numbers the browser made up itself are negative
                number, fresh = fresh, fresh + 1
            attributes = known.attributes if known else {}
            restored[number] = Shape(label, geometry, attributes)
        self._change("restore unsaved work", restored)

    def _shape(self, number: int) -> Shape:
        if number not in self.shapes:
            raise S2kitError(f"there is no polygon {number} any more; select another one")
        return self.shapes[number]

    def _trimmed(self, geometry: shapely.Geometry, number: int | None) -> shapely.Geometry:
        """Return a polygon less all others, without crumbs below the size of a sliver."""
        around = geometry.envelope
        near = [s.geometry for n, s in self.shapes.items() if n != number]
        near = [shapely.make_valid(g) for g in near if g.envelope.intersects(around)]
        rest = shapely.make_valid(geometry).difference(shapely.union_all(near))
        parts = [part for part in shapely.get_parts(rest) if part.area >= SLIVER]
        return shapely.union_all(parts) if parts else shapely.Polygon()

    def _class_name(self, label: int) -> str:
        return self.nomenclature[label].short


def _require_area(geometry: shapely.Geometry) -> shapely.Geometry:
    if geometry.is_empty or geometry.envelope.area == 0:
        raise S2kitError("nothing is left of this polygon; draw it where no other one lies")
    return geometry
