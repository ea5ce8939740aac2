"""The digitiser with a network in JupyterLab: where to draw next, retraining, what changed."""

import json

import pytest
from accessibility import assert_readable_in_both_themes, names
from digitising import path_of, ready, saved

from s2kit.benchmarks.polygons import read_polygons

pytestmark = pytest.mark.browser

SIZE = 96
SETUP = """
import uuid, warnings
import numpy as np
import s2kit
from s2kit.network import tuning
warnings.simplefilter("ignore", s2kit.S2kitWarning)  # the example is smaller than any image
scene, network = s2kit.example_scene(96, 24), s2kit.load_network("simulated")
# Two classes changed places: the network has something to learn.
polygons = s2kit.example_polygons(96, 24).replace({"label": {4: 5, 5: 4}}).iloc[:14]
tuning.STEPS, tuning.LEARNING_RATE = 30, 5e-3
"""
WIDGET = """
digitiser = s2kit.Digitiser(f"{uuid.uuid4().hex}.gpkg", scene, start=polygons, network=network)
digitiser
"""
CHANGED = (180, 0, 90)
TRAINING = 300_000
"""Milliseconds that a retraining may take where browser, server and kernel share two cores."""


@pytest.fixture(scope="module")
def shared(open_notebook):
    return open_notebook("network", [SETUP, WIDGET])


@pytest.fixture
def notebook(shared):
    """The notebook, its widget made anew over the same polygons."""
    shared.run(1)
    ready(shared)
    shared.page.locator("[data-polygons='14']").wait_for()
    shared.canvas.focus()
    return shared


def status(notebook):
    return notebook.page.locator(".s2kit-learnt")


def corners(left, top, right, bottom):
    return (left, top), (right, top), (right, bottom), (left, bottom)


def draw(notebook, *box):
    for column, row in corners(*box):
        notebook.page.mouse.click(*notebook.place(column, row, SIZE))
    notebook.page.keyboard.press("Enter")


def shown(notebook, column, row):
    """Return the colour of the middle of a pixel of the image."""
    notebook.page.mouse.move(*notebook.place(1, 95, SIZE))
    return notebook.colour(*notebook.place(column + 0.5, row + 0.5, SIZE))


def test_it_goes_from_place_to_place_and_says_why(notebook):
    page = notebook.page
    why = page.locator(".s2kit-why")
    page.keyboard.press("w")
    why.filter(has_text="place 1 of ").wait_for()
    assert "mapped as " in why.inner_text()
    assert " % sure" in why.inner_text()
    first = why.inner_text()
    notebook.until(f"({OUTLINE})() > 100")
    page.get_by_role("button", name="Where next").click()
    why.filter(has_text="place 2 of ").wait_for()
    notebook.canvas.focus()
    page.keyboard.press("Shift+W")
    why.filter(has_text=first).wait_for()
    page.keyboard.press("Escape")
    why.filter(has_text="Where next (w) goes to a place").wait_for()
    notebook.until(f"({OUTLINE})() === 0")


def test_a_better_map_takes_over_while_one_goes_on_drawing(notebook):
    page = notebook.page
    page.keyboard.press("Home")
    page.keyboard.press("f")
    page.keyboard.press("8")
    before = [shown(notebook, column, 8) for column in range(0, SIZE, 8)]
    page.keyboard.press("r")
    status(notebook).filter(has_text="retraining on 14 polygons; draw on").wait_for()
    page.keyboard.press("r")
    status(notebook).filter(has_text="it is running: retraining on 14").wait_for()
    page.keyboard.press("g")
    draw(notebook, 75, 75, 93, 93)
    page.locator("[data-polygons='15']").wait_for()
    assert len(saved(notebook)) == 15
    page.locator(".s2kit-network[data-state='better'][data-version='1']").wait_for(timeout=TRAINING)
    text = status(notebook).inner_text()
    assert "polygons held back: " in text
    assert " % after (mean of their classes); " in text
    assert notebook.ask("digitiser.network.card['adapted']['polygons']") == "14"
    # What changed lies over the new map, and can be taken off.
    changed = "digitiser._learner.known.changed"
    row, column = map(int, notebook.ask(f"*np.argwhere({changed})[0]").split())
    x, y = notebook.place(column + 0.5, row + 0.5, SIZE)
    notebook.until(NEAR, [x, y, *CHANGED])
    notebook.canvas.focus()
    page.keyboard.press("c")
    notebook.until(f"!({NEAR})({[x, y, *CHANGED]})")
    assert before != [shown(notebook, column, 8) for column in range(0, SIZE, 8)]
    page.keyboard.press("m")
    assert page.get_by_label("map beneath").is_checked() is False
    assert notebook.ask("digitiser.show_map, digitiser.show_changed") == "False False"
    # The polygon of meanwhile is part of the next run.
    page.get_by_role("button", name="Retrain").click()
    status(notebook).filter(has_text="retraining on 15 polygons").wait_for()
    page.locator("[data-state='better'][data-version='2']").wait_for(timeout=TRAINING)


OUTLINE = """() => {
    const canvas = document.querySelector(".s2kit-stage canvas");
    const seen = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let blue = 0;
    for (let at = 0; at < seen.length; at += 4) {
        blue += seen[at] === 0 && seen[at + 1] === 87 && seen[at + 2] === 217;
    }
    return blue;
}"""
"""Counts the pixels in the colour of the outline of a place."""

NEAR = """([x, y, ...colour]) => {
    const canvas = document.querySelector(".s2kit-stage canvas");
    const box = canvas.getBoundingClientRect();
    const at = [(x - box.left) * devicePixelRatio, (y - box.top) * devicePixelRatio];
    const seen = canvas.getContext("2d").getImageData(...at.map(Math.round), 1, 1).data;
    return colour.every((part, i) => Math.abs(part - seen[i]) < 45);
}"""


def test_too_few_polygons_are_told_where_one_draws(notebook):
    notebook.write(1, WIDGET.replace("start=polygons", "start=polygons.iloc[:1]"))
    try:
        notebook.run(1)
        ready(notebook)
        notebook.page.get_by_role("button", name="Retrain").click()
        status(notebook).filter(has_text="all polygons in the image are of class").wait_for()
        notebook.page.keyboard.press("Control+z")
        assert notebook.page.locator("[data-state='failed']").count() == 1
    finally:
        notebook.write(1, WIDGET)


def test_all_can_be_reached_read_and_looked_up(notebook):
    page = notebook.page
    page.keyboard.press("?")
    keys = page.locator(".s2kit-help").inner_text()
    for told in ("next place to draw", "map beneath", "retrain the network"):
        assert told in keys
    page.keyboard.press("w")
    page.locator(".s2kit-why", has_text="place 1 of").wait_for()
    page.keyboard.press("r")
    page.locator("[data-state='better']").wait_for(timeout=TRAINING)
    assert all(names(notebook.widget))
    assert {"map beneath", "Opacity", "changed", "Where next", "Retrain"} <= set(
        names(notebook.widget)
    )
    assert_readable_in_both_themes(notebook)


def test_nothing_drawn_is_lost_when_the_kernel_dies_while_it_retrains(lab):
    slow = SETUP.replace("STEPS, tuning.LEARNING_RATE = 30,", "STEPS, _ = 100_000,")
    dying = WIDGET.replace('f"{uuid.uuid4().hex}.gpkg"', '"dying network.gpkg"')
    notebook = lab.open("dying network", [slow, dying])
    ready(notebook)
    notebook.canvas.focus()
    for key in "8gr":
        notebook.page.keyboard.press(key)
    status(notebook).filter(has_text="retraining on 14").wait_for()
    draw(notebook, 75, 75, 83, 93)
    notebook.page.locator("[data-polygons='15']").wait_for()
    path = path_of(notebook)
    assert len(saved(notebook)) == 15
    notebook.kill_kernel()
    draw(notebook, 85, 75, 93, 93)
    kept = notebook.page.evaluate("key => localStorage.getItem(key)", f"s2kit-digitise:{path}")
    assert len(json.loads(kept)["polygons"]) == 16
    assert len(read_polygons(path)) == 15
    notebook.page.close()
    again = lab.reopen(notebook.path)
    again.run(0)
    again.run(1)
    ready(again)
    again.page.get_by_role("button", name="Restore").click()
    again.page.get_by_title("Undo: restore unsaved work").wait_for()
    assert saved(again).label.to_list()[-2:] == [8, 8]
    again.close()
