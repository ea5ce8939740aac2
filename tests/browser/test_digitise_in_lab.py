"""The digitiser in JupyterLab: what a hand draws and changes."""

import pytest
from accessibility import assert_readable_in_both_themes, focus_order, names
from digitising import (
    LEFT,
    SETUP,
    SIZE,
    TOP,
    WIDGET,
    block,
    clicks,
    draw,
    path_of,
    pixels,
    ready,
    saved,
)
from shapely import Polygon

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shared(open_notebook):
    return open_notebook("drawing", [SETUP, WIDGET])


@pytest.fixture
def notebook(shared):
    """The notebook, its widget made anew over an empty file."""
    shared.run(1)
    ready(shared)
    return shared


def test_a_polygon_is_drawn_saved_and_read_back(notebook):
    notebook.canvas.focus()
    notebook.page.keyboard.press("g")
    notebook.page.keyboard.press("9")
    draw(notebook, 10, 10, 30, 25)
    polygons = saved(notebook)
    assert polygons.label.to_list() == [9]
    assert polygons.crs == 32633
    assert polygons.geometry[0].equals(block(10, 10, 30, 25))
    assert pixels(notebook, 9).inner_text() == "300"
    # Its filling, and a white line around it.
    notebook.page.mouse.move(*notebook.place(50, 50, SIZE))
    _, green, blue = notebook.colour(*notebook.place(14, 22, SIZE))
    assert (green > blue + 30, green > 60) == (True, True)
    style = path_of(notebook).with_suffix(".qml").read_text()
    assert "categorizedSymbol" in style


def test_without_snapping_a_vertex_is_where_it_was_clicked(notebook):
    clicks(notebook, (10.3, 10.7), (30.4, 12.2), (20.1, 25.6))
    # A second click on the last vertex closes the outline, as a double click does.
    clicks(notebook, (20.1, 25.6))
    polygons = saved(notebook)
    drawn = Polygon([(LEFT + 103, TOP - 107), (LEFT + 304, TOP - 122), (LEFT + 201, TOP - 256)])
    assert polygons.geometry[0].symmetric_difference(drawn).area < 0.03 * drawn.area


def test_everything_can_be_drawn_with_the_keyboard(notebook):
    page = notebook.page
    page.get_by_role("radio", name="Draw").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "CANVAS":
            break
    page.keyboard.press("0")
    for keys in ([], ["ArrowRight"] * 4, ["ArrowDown"] * 3, ["ArrowLeft"] * 4):
        for key in (*keys, "Space"):
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    polygons = saved(notebook)
    assert polygons.label.to_list() == [10]
    assert polygons.geometry[0].area == pytest.approx(1200)
    assert polygons.geometry[0].equals(block(30, 30, 34, 33))
    # Take a vertex, move it by two pixels, drop it.
    for key in ("e", "Space", "Space", "ArrowDown", "ArrowDown", "Space"):
        page.keyboard.press(key)
    page.get_by_title("Undo: edit outline").wait_for()
    assert saved(notebook).geometry[0].area == pytest.approx(1600)


def test_tab_goes_through_the_tools_the_board_and_the_classes(notebook):
    assert all(names(notebook.widget))
    order = focus_order(notebook, "Draw", 21)
    assert order[:8] == [
        *("Draw", "snap to pixels", "avoid overlaps", "fill", "Zoom out", "Zoom in", "all"),
        "Colours",
    ]
    assert order[8:17] == [
        *("Keys", "Image", "FCC", "TCC", "SWIR", "Red", "Green", "Blue", "Stretch")
    ]
    assert order[17].startswith("Drawing board. Arrow keys")
    assert order[18].startswith("1 coniferous forest")
    assert order[19:] == ["Copy permanent classes", "from"]


def test_keys_leave_the_notebook_alone(notebook):
    notebook.canvas.focus()
    for key in ("1", "2", "a", "b", "d", "d", "z", "Escape", "0", "x", "Enter"):
        notebook.page.keyboard.press(key)
    notebook.page.get_by_role("radio", name="4 mature").focus()
    for key in ("d", "d", "a"):
        notebook.page.keyboard.press(key)
    assert notebook.page.locator(".jp-Cell").count() == 2
    assert notebook.page.locator(".jp-CodeCell").count() == 2


def test_editing_splitting_deleting_and_undoing(notebook):
    page = notebook.page
    notebook.canvas.focus()
    page.keyboard.press("g")
    draw(notebook, 10, 10, 30, 20)
    saved(notebook)
    page.keyboard.press("s")
    clicks(notebook, (20, 5), (20, 25))
    page.keyboard.press("Enter")
    page.get_by_title("Undo: split polygon").wait_for()
    assert saved(notebook).area.to_list() == [10000, 10000]

    page.keyboard.press("e")
    clicks(notebook, (25, 15))
    page.keyboard.press("5")
    page.get_by_title("Undo: make it bare soil").wait_for()
    notebook.drag(notebook.place(30, 20, SIZE), notebook.place(30, 30, SIZE))
    page.get_by_title("Undo: edit outline").wait_for()
    polygons = saved(notebook)
    assert dict(zip(polygons.label, polygons.area, strict=True)) == {1: 10000, 5: 15000}

    page.keyboard.press("Escape")
    clicks(notebook, (12, 12))
    page.keyboard.press("Backspace")
    page.get_by_title("Undo: delete polygon").wait_for()
    assert saved(notebook).label.to_list() == [5]
    for what in ("edit outline", "make it bare soil", "split polygon", "draw coniferous"):
        page.keyboard.press("Control+z")
        page.get_by_title(f"Undo: {what}").wait_for()
    assert saved(notebook).area.to_list() == [20000]
    page.keyboard.press("Control+y")
    page.get_by_title("Redo: make it bare soil").wait_for()
    assert len(saved(notebook)) == 2


def test_overlaps_are_shown_and_cut_off(notebook):
    page = notebook.page
    notebook.canvas.focus()
    page.keyboard.press("g")
    draw(notebook, 10, 10, 30, 20)
    page.keyboard.press("4")
    draw(notebook, 20, 10, 40, 20)
    page.locator(".s2kit-findings", has_text="overlaps polygon 2 by 10000 m²").wait_for()
    page.get_by_role("button", name="cut off").click()
    page.locator(".s2kit-findings", has_text="Nothing wrong").wait_for()
    assert saved(notebook).area.to_list() == [20000, 10000]
    notebook.canvas.focus()
    page.keyboard.press("o")
    draw(notebook, 5, 5, 35, 25)
    page.get_by_title("Undo: draw mature crops").wait_for()
    notebook.until("document.querySelector('.s2kit-digitise').dataset.polygons === '3'")
    assert saved(notebook).area.to_list() == [20000, 10000, 35000]


def test_a_crossed_outline_is_shown_and_repaired(notebook):
    clicks(notebook, (10, 10), (30, 30), (30, 10), (10, 30))
    notebook.page.keyboard.press("Enter")
    notebook.page.get_by_role("button", name="1: invalid: self-intersection").wait_for()
    assert not saved(notebook).geometry.is_valid.any()
    notebook.page.get_by_role("button", name="Repair 1 invalid").click()
    notebook.page.locator(".s2kit-findings", has_text="Nothing wrong").wait_for()
    assert saved(notebook).geometry.is_valid.all()


def test_another_date_and_other_bands_lie_beneath(notebook):
    page = notebook.page
    x, y = notebook.place(45, 45, SIZE)
    page.mouse.move(*notebook.place(5, 5, SIZE))
    before = notebook.colour(x, y)
    page.get_by_label("Image", exact=True).select_option("strzegom_20221012")
    changed = """([x, y, colour]) => {
        const canvas = document.querySelector(".s2kit-stage canvas");
        const box = canvas.getBoundingClientRect();
        const seen = canvas.getContext("2d").getImageData(x - box.left, y - box.top, 1, 1).data;
        return colour.some((part, i) => Math.abs(part - seen[i]) > 8);
    }"""
    notebook.until(changed, [x, y, list(before)])
    darker = notebook.colour(x, y)
    assert sum(darker) < sum(before)
    page.get_by_role("button", name="SWIR").click()
    notebook.until(changed, [x, y, list(darker)])


def test_texts_are_readable_in_both_themes(notebook):
    draw(notebook, 10, 10, 30, 20)
    notebook.canvas.focus()
    notebook.page.keyboard.press("?")
    saved(notebook)
    assert_readable_in_both_themes(notebook)
