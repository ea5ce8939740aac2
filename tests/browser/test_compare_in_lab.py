"""The comparison widget in JupyterLab: what a hand does, and what a screen then shows."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from accessibility import assert_readable_in_both_themes, focus_order, names

pytestmark = pytest.mark.browser

SIZE = 60
SETUP = """
import numpy as np
import xarray as xr
import rioxarray
from s2kit.widgets.comparison import Comparison
from s2kit.scenes.bands import BAND_NAMES

size = 60
y, x = 5652245 - 10 * np.arange(size), 585425 + 10 * np.arange(size)

def layer(values):
    return xr.DataArray(values, dims=("y", "x"), coords={"y": y, "x": x}).rio.write_crs(32633)

row, column = np.mgrid[:size, :size]
ours = layer(np.where(row < 30, 8, 4).astype("uint8"))
mask = layer(np.where(column < 30, 8, 9).astype("uint8") * (row < 40))
values = np.stack([np.where(row < 30, 0.02, 0.1 + 0.03 * band) for band in range(10)])
scene = xr.DataArray(values.astype("float32"), dims=("band", "y", "x"),
                     coords={"band": list(BAND_NAMES), "y": y, "x": x}).rio.write_crs(32633)
scene.attrs["attribution"] = "contains modified Copernicus Sentinel data 2023"
sure = layer(np.full((size, size), 0.7, dtype="float32"))
"""
WIDGET = """
comparison = Comparison({"FCC": scene, "our map": ours, "reference": mask, "confidence": sure})
comparison
"""
UNLIKE = """
from s2kit.maps.layers import APPLICABILITY
unlike = layer(np.where(row < 30, 3, 0.5).astype("float32"))
unlike.attrs["long_name"] = APPLICABILITY.description
Comparison({"FCC": scene, "our map": ours, "reference": mask, "applicability": unlike},
           right="applicability")
"""
DATES = """
Comparison({"FCC": scene, "map of May": ours, "map of June": mask},
           dates={"2023-05-11": ("FCC", "map of May"), "2023-06-20": ("FCC", "map of June")})
"""
WATER, CEREALS, GROWING = (0, 99, 194), (241, 206, 9), (130, 173, 20)


@pytest.fixture(scope="module")
def shared(open_notebook: Callable) -> "object":
    return open_notebook("compare", [SETUP, WIDGET])


@pytest.fixture
def notebook(shared):
    """The notebook, its widget made anew."""
    shared.run(1)
    shared.page.locator(".s2kit-live[data-ready='true'] [data-counted]").wait_for()
    shared.canvas.scroll_into_view_if_needed()
    return shared


def shows(notebook, column, row, colour, pane=(0, 1)):
    """Wait until the map shows a colour at a pixel, and see that the screenshot agrees."""
    x, y = notebook.place(column + 0.5, row + 0.5, SIZE, pane)
    notebook.until(
        """([x, y, colour]) => {
            const canvas = document.querySelector(".s2kit-stage canvas");
            const box = canvas.getBoundingClientRect();
            const at = [(x - box.left) * devicePixelRatio, (y - box.top) * devicePixelRatio];
            const seen = canvas.getContext("2d").getImageData(...at.map(Math.round), 1, 1).data;
            return colour.every((part, i) => Math.abs(part - seen[i]) < 3);
        }""",
        [x, y, list(colour)],
    )
    assert notebook.colour(x, y) == pytest.approx(colour, abs=3)


def test_a_swipe_lays_one_map_over_the_other(notebook):
    shows(notebook, 15, 10, WATER)
    shows(notebook, 45, 10, GROWING)
    box = notebook.canvas.bounding_box()
    middle = box["y"] + box["height"] / 2
    notebook.drag(
        (box["x"] + box["width"] / 2, middle), (*notebook.place(55, 30, SIZE)[:1], middle)
    )
    shows(notebook, 45, 10, WATER)
    shows(notebook, 58, 10, GROWING)
    notebook.until("document.querySelector('.s2kit-tools input[type=range]').value > 0.6")
    assert float(notebook.ask("comparison.position")) == pytest.approx(0.84, abs=0.08)


def test_a_blend_mixes_the_colours(notebook):
    notebook.page.get_by_role("radio", name="Blend").click()
    mixed = tuple((a + b) // 2 for a, b in zip(WATER, GROWING, strict=True))
    shows(notebook, 45, 10, mixed)
    notebook.canvas.focus()
    for _ in range(25):
        notebook.page.keyboard.press(".")
    shows(notebook, 45, 10, GROWING)


def test_side_by_side_moves_both_maps_together(notebook):
    notebook.canvas.focus()
    notebook.page.keyboard.press("m")
    notebook.page.keyboard.press("m")
    left, right = (0, 0.5), (0.5, 1)
    shows(notebook, 45, 10, WATER, left)
    shows(notebook, 45, 10, GROWING, right)
    x, y = notebook.place(45, 10, SIZE, left)
    notebook.page.mouse.click(x, y)
    for _ in range(6):
        notebook.page.mouse.wheel(0, -300)
    # Under the pointer nothing moves; elsewhere both panes now show the surroundings of the pixel.
    shows(notebook, 30, 58, WATER, left)
    shows(notebook, 30, 58, GROWING, right)


def test_a_class_is_hidden_and_shown_by_its_chip_or_key(notebook):
    shows(notebook, 15, 10, WATER)
    chip = notebook.page.get_by_role("button", name="8 water")
    chip.click()
    x, y = notebook.place(15.5, 10.5, SIZE)
    notebook.until(
        "document.querySelector('.s2kit-chip[aria-pressed=false]')?.textContent.includes('water')"
    )
    assert notebook.ask("comparison.hidden") == "[8]"
    assert notebook.colour(x, y) != pytest.approx(WATER, abs=30)
    notebook.canvas.focus()
    notebook.page.keyboard.press("8")
    shows(notebook, 15, 10, WATER)


def test_the_pointer_reads_place_classes_and_spectrum(notebook):
    notebook.page.mouse.move(*notebook.place(45.5, 35.5, SIZE))
    notebook.page.locator(".s2kit-caption", has_text="mean of mature crops").wait_for()
    text = notebook.page.locator(".s2kit-readout").inner_text()
    assert re.search(r"E 585\s875\s+N 5\s651\s895 m", text)
    assert "4 mature cereals" in text
    assert "9 crops in vegetation growth" in text


def test_the_table_counts_what_is_in_view(notebook):
    line = notebook.page.locator(".s2kit-agreement")
    assert line.inner_text().startswith("37.5 % of 2\u202f400 pixels")
    cells = notebook.page.locator(".s2kit-matrix tr").nth(2).locator("td").all_inner_texts()
    assert cells == ["·", "900", "900", "50"]
    # Zoomed to the upper left corner, where both maps have water.
    notebook.page.mouse.click(*notebook.place(1, 1, SIZE))
    for _ in range(5):
        notebook.page.mouse.wheel(0, -400)
    line.filter(has_text="100.0 %").wait_for()


def test_another_pair_is_compared(notebook):
    notebook.page.get_by_label("Map", exact=True).select_option("reference")
    notebook.page.locator(".s2kit-agreement", has_text="100.0 %").wait_for()
    notebook.page.get_by_label("Right", exact=True).select_option("agreement")
    shows(notebook, 45, 10, (195, 212, 224))
    assert notebook.page.locator(".s2kit-key").all_inner_texts() == ["same class", "other class"]


def test_what_is_unlike_the_training_is_told_and_strongly_coloured(notebook):
    notebook.write(1, UNLIKE)
    try:
        notebook.run(1)
        notebook.page.locator(".s2kit-live[data-ready='true'] [data-counted]").wait_for()
        notebook.canvas.scroll_into_view_if_needed()
        shows(notebook, 45, 10, (109, 0, 55))
        keys = notebook.page.locator(".s2kit-key").all_inner_texts()
        assert keys == ["like the training", "unlike it: above 1", "2 and more"]
        for row, told in ((10, "3.00, unlike all of the training"), (35, "0.50, like the")):
            notebook.page.mouse.move(*notebook.place(45.5, row + 0.5, SIZE))
            notebook.page.locator(".s2kit-names", has_text=told).wait_for()
        # Like the training, it lets the image through.
        red, green, blue = notebook.colour(*notebook.place(50, 40, SIZE))
        assert min(red, green, blue) > 120
        assert_readable_in_both_themes(notebook)
    finally:
        notebook.write(1, WIDGET)


def test_a_slider_goes_from_date_to_date(notebook):
    notebook.write(1, DATES)
    try:
        notebook.run(1)
        notebook.page.locator(".s2kit-live[data-ready='true'] [data-counted]").wait_for()
        notebook.canvas.scroll_into_view_if_needed()
        slider = notebook.page.get_by_role("slider", name="2023-05-11")
        right = notebook.page.get_by_label("Right", exact=True)
        assert right.input_value() == "map of May"
        shows(notebook, 45, 35, CEREALS)
        slider.focus()
        notebook.page.keyboard.press("ArrowRight")
        shows(notebook, 45, 35, GROWING)
        assert right.input_value() == "map of June"
        notebook.page.get_by_role("slider", name="2023-06-20").wait_for()
        right.select_option("FCC")
        notebook.page.get_by_role("slider", name="no date").wait_for()
        assert_readable_in_both_themes(notebook)
    finally:
        notebook.write(1, WIDGET)


def test_tab_goes_through_the_tools_the_map_and_the_legend(notebook):
    assert all(names(notebook.widget))
    order = focus_order(notebook, "Swipe", 27)
    assert order[:12] == [
        *("Swipe", "Left", "Swap left and right", "Right", "Divider", "image beneath", "Colours"),
        *("Zoom out", "Zoom in", "all", "PNG", "Keys"),
    ]
    assert order[12].startswith("Map. Arrow keys")
    assert [name.split()[0] for name in order[13:23]] == [str(code) for code in range(1, 11)]
    assert order[23:] == ["all", "none", "Map", "Reference"]


def test_keys_leave_the_notebook_alone(notebook):
    page = notebook.page
    notebook.canvas.focus()
    # In a notebook's command mode these add, cut and delete cells and make headings.
    for key in ("a", "b", "x", "1", "d", "d", "ArrowRight", "ArrowDown", "?", "x"):
        page.keyboard.press(key)
    page.locator(".s2kit-help").wait_for()
    assert page.locator(".jp-Cell").count() == 2
    assert page.locator(".jp-CodeCell").count() == 2
    page.locator(".s2kit-coordinates", has_text="E 585").wait_for()


def test_the_view_is_saved_as_png(notebook):
    with notebook.page.expect_download() as waiting:
        notebook.page.get_by_role("button", name="PNG").click()
    download = waiting.value
    assert download.suggested_filename == "our map - reference.png"
    from PIL import Image

    picture = Image.open(Path(download.path())).convert("RGB")
    box = notebook.canvas.bounding_box()
    assert picture.width == 2 * round(box["width"])
    assert picture.height > 2 * box["height"]
    assert picture.getpixel((picture.width // 2 + 300, 100)) == GROWING


def test_texts_are_readable_in_both_themes(notebook):
    notebook.page.mouse.move(*notebook.place(45.5, 35.5, SIZE))
    notebook.page.locator(".s2kit-caption", has_text="mean of").wait_for()
    assert_readable_in_both_themes(notebook)


def test_colours_for_colour_blind_readers(notebook):
    notebook.page.get_by_label("Colours", exact=True).select_option("safe")
    shows(notebook, 15, 10, (25, 73, 244))
    assert notebook.ask("comparison.palette") == "safe"


def test_reopened_without_a_kernel_a_picture_and_a_sentence_remain(lab):
    first = lab.open("reopened", [SETUP, WIDGET])
    first.widget.wait_for()
    still = "text=A picture of a comparison of 5 layers"
    assert not first.page.locator(still).is_visible()
    assert not first.page.locator(".jp-OutputArea img").is_visible()
    first.command("docmanager:save")
    first.close()
    again = lab.reopen(first.path)
    again.page.locator(still).wait_for()
    # JupyterLab looks for the widget for some seconds before it gives up.
    again.page.locator("text=model not found").wait_for(state="attached")
    assert again.page.locator(".jp-OutputArea img").is_visible()
    assert not again.page.locator("text=model not found").is_visible()
    again.run(0)
    again.run(1)
    again.widget.wait_for()
    assert not again.page.locator(still).is_visible()
    again.close()
