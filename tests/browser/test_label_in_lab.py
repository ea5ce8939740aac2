"""The labelling widget in JupyterLab: what a key does, and what is in the file afterwards."""

from pathlib import Path

import pytest
from accessibility import assert_readable_in_both_themes, names
from digitising import SETUP

import s2kit

pytestmark = pytest.mark.browser

WIDGET = """
import s2kit
codes = np.where(row < 30, 8, 9).astype("uint8")
class_map = scene[0].drop_vars("band").copy(data=codes).rename("map")
name = f"{uuid.uuid4().hex}.gpkg"
s2kit.write_points(name, s2kit.draw_points(class_map, 12, seed=166))  # the first near the middle
labeller = s2kit.Labeller(name, scene, underlays={other.name: other})
labeller
"""


@pytest.fixture(scope="module")
def shared(open_notebook):
    return open_notebook("labelling", [SETUP, WIDGET])


@pytest.fixture
def notebook(shared):
    """The notebook, its widget made anew over a new sample."""
    before = shared.ask("name")
    shared.run(1)
    shared.until(
        "(old) => { const node = document.querySelector('.s2kit-saved');"
        " return node && !node.title.endsWith(old) }",
        before,
    )
    shared.widget.wait_for()
    shared.page.locator(".s2kit-stage[data-drawn]").wait_for()
    shared.canvas.scroll_into_view_if_needed()
    shared.canvas.focus()
    return shared


def press(notebook, key, point):
    """Press a key and wait for the point that it leads to."""
    notebook.page.keyboard.press(key)
    notebook.page.locator(f".s2kit-label[data-point='{point}']").wait_for()


def points_of(notebook):
    path = Path(notebook.page.locator(".s2kit-saved").get_attribute("title"))
    return s2kit.read_points(path).set_index("id")


def test_keys_label_skip_and_undo_and_each_is_saved_at_once(notebook):
    press(notebook, "8", 2)
    assert points_of(notebook).label[1] == 8
    press(notebook, "0", 3)
    press(notebook, "s", 4)
    points = points_of(notebook)
    assert points.label[2] == 10
    assert points.skipped[points.skipped].index.to_list() == [3]
    assert notebook.page.get_by_text("2 of 12 labelled, 1 skipped").is_visible()
    press(notebook, "u", 3)
    press(notebook, "u", 2)
    points = points_of(notebook)
    assert (points.label.count(), points.skipped.sum()) == (1, 0)
    notebook.page.get_by_role("button", name="9 crops").click()
    notebook.page.locator(".s2kit-label[data-point='3']").wait_for()
    assert points_of(notebook).label[2] == 9


def test_skipped_points_come_again_and_a_new_widget_goes_on(notebook):
    press(notebook, "s", 2)
    for number in range(2, 12):
        press(notebook, "9", number + 1)
    press(notebook, "9", 1)  # the skipped one
    assert notebook.page.get_by_text("skipped before").is_visible()
    notebook.write(1, WIDGET.replace("s2kit.write", "0 and s2kit.write").replace(
        "name = f", "old = f"))  # fmt: skip
    try:
        notebook.run(1)
        notebook.page.get_by_text("11 of 12 labelled").wait_for()
        notebook.until("document.querySelector('.s2kit-label').dataset.point === '1'")
        notebook.canvas.focus()
        press(notebook, "8", "")
        assert notebook.page.get_by_text("All points are labelled").is_visible()
        assert points_of(notebook).label.notna().all()
    finally:
        notebook.write(1, WIDGET)


def test_the_point_is_marked_in_the_middle_and_dates_and_colours_change(notebook):
    page = notebook.page
    seen = """() => {
        const canvas = document.querySelector(".s2kit-stage canvas");
        const { width, height } = canvas;
        return [...canvas.getContext("2d").getImageData(width / 4, height / 2, 1, 1).data].join();
    }"""
    page.locator(".s2kit-label[data-ready]").wait_for()
    notebook.until(f"({seen})().endsWith('255')")
    first = page.evaluate(seen)
    page.keyboard.press("n")
    notebook.until(f"(old) => ({seen})() !== old", first)
    second = page.evaluate(seen)
    page.keyboard.press("c")
    notebook.until(f"(old) => ({seen})() !== old", second)
    # The white of the pixel's outline, beside the middle; nothing else there is as bright.
    page.keyboard.press("p")
    middle = """() => {
        const canvas = document.querySelector(".s2kit-stage canvas");
        const { width, height } = canvas;
        const strip = canvas.getContext("2d").getImageData(width / 2 - 25, height / 2, 25, 1).data;
        const red = [...strip].filter((_, i) => i % 4 === 0);
        return red.includes(255);
    }"""
    notebook.until(f"({middle})()")
    assert points_of(notebook).label.isna().all()


def test_keys_leave_the_notebook_alone_and_arrows_label_nothing(notebook):
    page = notebook.page
    row = page.locator(".s2kit-classes button").first
    row.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "d", "d", "x", "b"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.dataset.code") == "2"
    assert page.locator(".jp-Cell").count() == 2
    assert points_of(notebook).label.isna().all()


def test_it_can_be_read_and_used_without_a_pointer(notebook):
    assert all(names(notebook.widget))
    press(notebook, "8", 2)
    notebook.page.keyboard.press("?")
    assert_readable_in_both_themes(notebook)


def test_a_file_that_another_program_changed_is_left_alone(notebook):
    path = Path(notebook.page.locator(".s2kit-saved").get_attribute("title"))
    points = s2kit.read_points(path)
    points.loc[5, "label"] = 4
    s2kit.write_points(path, points)
    notebook.page.keyboard.press("8")
    notebook.page.locator(".s2kit-saved[data-state=failed]", has_text="another program").wait_for()
    assert points_of(notebook).label.count() == 1
