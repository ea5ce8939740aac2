"""The digitiser in JupyterLab: what a hand draws, and what is then in the file."""

import json
import statistics
import time
from pathlib import Path

import geopandas as gpd
import pytest
from accessibility import focus_order, names, poor_contrasts
from shapely import Polygon, box

from s2kit.benchmarks.polygons import read_polygons

pytestmark = pytest.mark.browser

SIZE = 60
LEFT, TOP = 585420, 5652250
SETUP = """
import uuid
import geopandas as gpd
import numpy as np
import xarray as xr
import rioxarray
from shapely import Polygon, box
from s2kit.benchmarks.digitise import Digitiser
from s2kit.scenes.bands import BAND_NAMES

size = 60
y, x = 5652245 - 10 * np.arange(size), 585425 + 10 * np.arange(size)
row, column = np.mgrid[:size, :size]
values = np.stack([np.where(row < 30, 0.05, 0.1 + 0.03 * band) for band in range(10)])
scene = xr.DataArray(values.astype("float32"), dims=("band", "y", "x"), name="strzegom_20220719",
                     coords={"band": list(BAND_NAMES), "y": y, "x": x}).rio.write_crs(32633)
scene.attrs["attribution"] = "contains modified Copernicus Sentinel data 2022"
other = (scene / 3).rename("strzegom_20221012")
forest = gpd.GeoDataFrame({"label": [1, 5]}, crs=32633, geometry=[
    box(585430, 5651660, 585530, 5651760), box(585560, 5651660, 585660, 5651760)])
"""
WIDGET = """
path = f"{uuid.uuid4().hex}.gpkg"
digitiser = Digitiser(path, scene, underlays={other.name: other}, permanent={other.name: forest})
digitiser
"""

SAVING = """() => {
    const node = document.querySelector(".s2kit-saved");
    let since = null;
    window.waits = [];
    new MutationObserver(() => {
        if (node.dataset.state === "busy") since ??= performance.now();
        else if (since !== null) {
            window.waits.push(performance.now() - since);
            since = null;
        }
    }).observe(node, { attributeFilter: ["data-state"] });
}"""
"""Notes for how long something unsaved was on the screen."""


def block(left, top, right, bottom):
    """Return the outline of some pixels, counted from the upper left."""
    return box(LEFT + 10 * left, TOP - 10 * bottom, LEFT + 10 * right, TOP - 10 * top)


@pytest.fixture(scope="module")
def shared(open_notebook):
    return open_notebook("digitise", [SETUP, WIDGET])


@pytest.fixture
def notebook(shared):
    """The notebook, its widget made anew over an empty file."""
    shared.run(1)
    ready(shared)
    return shared


def ready(notebook):
    notebook.widget.wait_for()
    notebook.page.locator(".s2kit-stage[data-drawn]").wait_for()
    notebook.canvas.scroll_into_view_if_needed()


def path_of(notebook):
    return Path(notebook.page.locator(".s2kit-saved").get_attribute("title"))


def saved(notebook):
    """Wait until nothing is on its way to the kernel, and read the file back."""
    notebook.page.locator(".s2kit-saved[data-state=saved]", has_text="✓ saved").wait_for()
    return read_polygons(path_of(notebook))


def clicks(notebook, *corners):
    """Click on corners of pixels, as (column, row)."""
    for column, row in corners:
        notebook.page.mouse.click(*notebook.place(column, row, SIZE))


def corners_of(left, top, right, bottom):
    return (left, top), (right, top), (right, bottom), (left, bottom)


def draw(notebook, left, top, right, bottom):
    clicks(notebook, *corners_of(left, top, right, bottom))
    notebook.page.keyboard.press("Enter")


def pixels(notebook, code):
    return notebook.page.locator(f"[data-code='{code}'] .s2kit-count").nth(1)


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


def test_permanent_classes_are_copied_from_another_date(notebook):
    notebook.page.get_by_role("button", name="Copy permanent classes").click()
    notebook.page.get_by_title("Undo: copy from strzegom_20221012").wait_for()
    polygons = saved(notebook)
    assert (polygons.label.to_list(), polygons.area.to_list()) == ([1], [10000])


def test_fifty_polygons_and_not_one_is_lost(notebook):
    notebook.canvas.focus()
    notebook.page.keyboard.press("g")
    notebook.page.evaluate(SAVING)
    start = time.perf_counter()
    for number in range(50):
        left, top = 1 + 5 * (number % 10), 2 + 6 * (number // 10)
        notebook.page.keyboard.press(str((number + 1) % 10))
        draw(notebook, left, top, left + 4, top + 5)
    notebook.until("document.querySelector('.s2kit-digitise').dataset.polygons === '50'")
    polygons = saved(notebook)
    waits = notebook.page.evaluate("window.waits")
    print(
        f"fifty polygons by a robot's hand: {time.perf_counter() - start:.0f} s, "
        f"saved after {statistics.median(waits):.0f} ms each, at most {max(waits):.0f} ms"
    )
    assert polygons.label.to_list() == [1 + number % 10 for number in range(50)]
    assert (polygons.area == 2000).all()
    assert int(notebook.ask("digitiser.mask.values.sum()")) == 20 * polygons.label.sum()


def test_a_file_of_qgis_is_opened_and_kept_in_its_layout(notebook, lab):
    path = lab.folder / "from qgis.gpkg"
    table = {"fid": [4, 9], "DN": [8, 2], "note": ["pond", None]}
    outlines = [block(5, 5, 10, 10), block(20, 20, 40, 30)]
    gpd.GeoDataFrame(table, geometry=outlines, crs=32633).to_file(path, layer="polygons")
    notebook.ask("exec(\"digitiser = Digitiser('from qgis.gpkg', scene)\")")
    notebook.write(1, "digitiser")
    try:
        notebook.run(1)
        ready(notebook)
        notebook.until("document.querySelector('.s2kit-digitise').dataset.polygons === '2'")
        notebook.page.keyboard.press("g")
        notebook.canvas.focus()
        notebook.page.keyboard.press("e")
        clicks(notebook, (30, 25))
        notebook.page.keyboard.press("3")
        notebook.page.get_by_title("Undo: make it built-up").wait_for()
        saved(notebook)
    finally:
        notebook.write(1, WIDGET)
    after = gpd.read_file(path, layer="polygons", fid_as_index=True)
    assert after.DN.to_dict() == {4: 8, 9: 3}
    assert after.note[4] == "pond"


def test_texts_are_readable_in_both_themes(notebook):
    draw(notebook, 10, 10, 30, 20)
    notebook.canvas.focus()
    notebook.page.keyboard.press("?")
    saved(notebook)
    assert poor_contrasts(notebook.widget) == {}
    notebook.dark(True)
    try:
        assert poor_contrasts(notebook.widget) == {}
    finally:
        notebook.dark(False)


def test_nothing_is_lost_when_the_kernel_dies(lab):
    notebook = lab.open(
        "dying", [SETUP, WIDGET.replace('f"{uuid.uuid4().hex}.gpkg"', "'dying.gpkg'")]
    )
    ready(notebook)
    notebook.canvas.focus()
    notebook.page.keyboard.press("g")
    draw(notebook, 10, 10, 30, 20)
    path = path_of(notebook)
    assert len(saved(notebook)) == 1
    notebook.kill_kernel()
    notebook.page.keyboard.press("4")
    draw(notebook, 32, 10, 40, 20)
    # Nobody saved this one; it is on the screen, and kept in the browser.
    kept = notebook.page.evaluate("key => localStorage.getItem(key)", f"s2kit-digitise:{path}")
    assert [each["label"] for each in json.loads(kept)["polygons"]] == [1, 4]
    assert read_polygons(path).label.to_list() == [1]
    notebook.page.locator(".jp-Dialog", has_text="Kernel").or_(
        notebook.page.locator(".s2kit-saved[data-state=slow]")
    ).first.wait_for()
    notebook.page.close()
    again = lab.reopen(notebook.path)
    again.run(0)
    again.run(1)
    ready(again)
    again.page.get_by_role("button", name="Restore").click()
    again.page.get_by_title("Undo: restore unsaved work").wait_for()
    assert saved(again).label.to_list() == [1, 4]
    assert saved(again).geometry[1].equals(block(32, 10, 40, 20))
    again.close()
