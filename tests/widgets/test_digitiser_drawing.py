"""Changes to a drawing, one by one and undone in any order."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, box

from s2kit.errors import S2kitError
from s2kit.widgets.digitiser.drawing import PERMANENT, Drawing, Shape

BOW_TIE = Polygon([(0, 0), (40, 40), (40, 0), (0, 40)])


def outlines(drawing: Drawing) -> dict[int, tuple[int, str]]:
    return {n: (s.label, s.geometry.normalize().wkt) for n, s in drawing.shapes.items()}


def test_polygons_are_numbered_in_the_order_they_are_drawn() -> None:
    drawing = Drawing({7: Shape(1, box(0, 0, 1, 1))})
    assert [drawing.draw(4, box(5, 5, 9, 9)), drawing.draw(9, box(20, 20, 30, 30))] == [8, 9]
    assert [shape.label for shape in drawing.shapes.values()] == [1, 4, 9]


def test_undo_and_redo_go_through_all_changes() -> None:
    drawing = Drawing()
    number = drawing.draw(4, box(0, 0, 10, 10))
    drawing.relabel(number, 5)
    drawing.reshape(number, box(0, 0, 20, 10))
    drawing.delete(number)
    assert (drawing.shapes, drawing.undoes) == ({}, "delete polygon")
    drawing.undo()
    drawing.undo()
    assert outlines(drawing) == {1: (5, box(0, 0, 10, 10).normalize().wkt)}
    assert (drawing.undoes, drawing.redoes) == ("make it bare soil", "edit outline")
    drawing.redo()
    drawing.redo()
    assert drawing.shapes == {}
    assert drawing.redoes == ""


def test_a_new_change_forgets_what_was_undone_but_not_its_number() -> None:
    drawing = Drawing()
    drawing.draw(4, box(0, 0, 10, 10))
    drawing.undo()
    assert drawing.draw(5, box(0, 0, 10, 10)) == 2
    assert drawing.redoes == ""


ACTIONS = st.lists(st.sampled_from(["draw", "relabel", "delete", "split", "undo", "redo"]))


@given(actions=ACTIONS, size=st.integers(2, 50))
def test_whatever_was_done_can_be_undone_to_the_beginning(actions: list[str], size: int) -> None:
    drawing = Drawing({1: Shape(2, box(0, 0, size, size))})
    before = outlines(drawing)
    for step, action in enumerate(actions):
        number = next(iter(drawing.shapes), 0)
        if action == "draw":
            drawing.draw(1 + step % 10, box(step, step, step + size, step + 1))
        elif action in ("undo", "redo"):
            getattr(drawing, action)()
        elif action == "split" and number:
            left, bottom, right, top = drawing.shapes[number].geometry.bounds
            middle = (left + right) / 2
            drawing.split(number, LineString([(middle, bottom - 1), (middle, top + 1)]))
        elif action == "delete" and number:
            drawing.delete(number)
        elif number:
            drawing.relabel(number, 10)
    while drawing.undoes:
        drawing.undo()
    assert outlines(drawing) == before


def test_a_line_across_splits_a_polygon_and_keeps_its_class() -> None:
    drawing = Drawing({1: Shape(9, box(0, 0, 30, 10), {"note": "rape"})})
    line = LineString([(10, -5), (10, 15)])
    assert drawing.split(1, line) == [1, 2]
    assert sorted(s.geometry.area for s in drawing.shapes.values()) == [100, 200]
    assert [(s.label, s.attributes) for s in drawing.shapes.values()] == [(9, {"note": "rape"})] * 2


def test_the_part_that_the_line_misses_stays_with_the_first_piece() -> None:
    far = box(100, 0, 110, 10)
    drawing = Drawing({1: Shape(9, MultiPolygon([box(0, 0, 30, 10), far]))})
    drawing.split(1, LineString([(10, -5), (10, 15)]))
    first, second = (s.geometry for s in drawing.shapes.values())
    assert first.area + second.area == 400
    assert first.contains(far)


@pytest.mark.parametrize("line", [[(10, 2), (20, 2)], [(-10, -10), (-5, -5)], [(10, 5), (10, 15)]])
def test_a_line_that_does_not_cut_is_refused(line: list[tuple[int, int]]) -> None:
    drawing = Drawing({1: Shape(9, box(0, 0, 30, 10))})
    with pytest.raises(S2kitError, match="does not cut polygon 1"):
        drawing.split(1, LineString(line))
    assert drawing.undoes == ""


def test_trimming_cuts_off_what_others_cover() -> None:
    drawing = Drawing({1: Shape(4, box(0, 0, 10, 10))})
    number = drawing.draw(5, box(5, 0, 20, 10), trim=True)
    assert drawing.shapes[number].geometry.equals(box(10, 0, 20, 10))
    with pytest.raises(S2kitError, match="nothing is left"):
        drawing.draw(5, box(1, 1, 9, 9), trim=True)
    drawing.reshape(number, box(8, 0, 20, 10), trim=True)
    assert drawing.shapes[number].geometry.area == 100
    drawing.reshape(number, box(8, 0, 20, 10))
    drawing.trim(number)
    assert drawing.shapes[number].geometry.area == 100


def test_invalid_outlines_are_kept_as_drawn_and_repaired_when_asked() -> None:
    drawing = Drawing({1: Shape(8, box(0, 0, 5, 5), {"note": "pond"})})
    number = drawing.draw(4, BOW_TIE)
    assert not drawing.shapes[number].geometry.is_valid
    with pytest.raises(S2kitError, match="repair it first"):
        drawing.split(number, LineString([(20, -5), (20, 45)]))
    assert drawing.repair() == 1
    assert drawing.shapes[number].geometry.is_valid
    assert drawing.shapes[number].geometry.area == pytest.approx(800)
    assert drawing.shapes[1].attributes == {"note": "pond"}
    assert drawing.repair() == 0


def test_an_outline_without_an_area_goes_when_it_is_repaired() -> None:
    line = Polygon([(0, 0), (10, 0), (20, 0)])
    drawing = Drawing({1: Shape(7, line), 2: Shape(8, Polygon())})
    assert drawing.repair() == 2
    assert drawing.shapes == {}


def test_permanent_classes_are_copied_once() -> None:
    labels = [1, 4, 6, 7, 9]
    geometry = [box(10 * i, 0, 10 * i + 9, 9) for i in range(5)]
    other = gpd.GeoDataFrame({"label": labels}, geometry=geometry, crs=32633)
    drawing = Drawing({1: Shape(1, geometry[0])})
    assert drawing.copy_permanent(other, "last year") == 2
    assert [s.label for s in drawing.shapes.values()] == [1, 6, 7]
    assert drawing.undoes == "copy from last year"
    assert drawing.copy_permanent(other) == 0
    assert set(PERMANENT) == {1, 2, 6, 7}


def test_what_a_browser_kept_replaces_the_drawing_and_can_be_undone() -> None:
    drawing = Drawing({1: Shape(4, box(0, 0, 5, 5), {"note": "wheat"})})
    drawing.restore([(1, 9, box(0, 0, 5, 5)), (-123, 8, box(10, 10, 12, 12))])
    assert {n: s.label for n, s in drawing.shapes.items()} == {1: 9, 2: 8}
    assert drawing.shapes[1].attributes == {"note": "wheat"}
    drawing.undo()
    assert [s.label for s in drawing.shapes.values()] == [4]


def test_what_does_not_exist_is_refused() -> None:
    drawing = Drawing()
    with pytest.raises(S2kitError, match="11 is no class of the paper; the codes are 1 to 10"):
        drawing.draw(11, box(0, 0, 1, 1))
    for change in (lambda: drawing.delete(3), lambda: drawing.relabel(3, 1)):
        with pytest.raises(S2kitError, match="no polygon 3"):
            change()
    with pytest.raises(S2kitError, match="nothing is left"):
        drawing.draw(1, shapely.Polygon([(0, 0), (0, 0), (0, 0)]))
