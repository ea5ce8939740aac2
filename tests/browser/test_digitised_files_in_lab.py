"""The digitiser in JupyterLab: what is in the file, whatever happens."""

import json
import statistics
import time

import geopandas as gpd
import pytest
from digitising import SETUP, WIDGET, block, clicks, draw, path_of, ready, saved

from s2kit.benchmarks.polygons import read_polygons

pytestmark = pytest.mark.browser

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


@pytest.fixture(scope="module")
def shared(open_notebook):
    return open_notebook("saving", [SETUP, WIDGET])


@pytest.fixture
def notebook(shared):
    """The notebook, its widget made anew over an empty file."""
    shared.run(1)
    ready(shared)
    return shared


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


def test_nothing_is_lost_when_the_kernel_dies(lab):
    notebook = lab.open("dying", [SETUP, 'Digitiser("dying.gpkg", scene)'])
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
    notebook.page.locator(".s2kit-saved", has_text="kept in this browser").wait_for()
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
