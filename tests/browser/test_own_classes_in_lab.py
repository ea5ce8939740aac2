"""Classes of one's own, with gaps in their codes, in both widgets in JupyterLab."""

import pytest
from digitising import SETUP as DIGITISER
from digitising import draw, pixels, ready, saved
from test_compare_in_lab import SETUP as COMPARISON
from test_compare_in_lab import shows

pytestmark = pytest.mark.browser

CLASSES = """
from pathlib import Path
from s2kit.scenes.nomenclature import read_nomenclature, with_nomenclature
table = Path("own.csv")
table.write_text("code,name,colour\\n10,forest,#006400\\n20,water,#0000ff\\n40,built-up,#aa0000\\n")
own = read_nomenclature(table)
"""
DRAWING = """
import uuid
digitiser = Digitiser(f"{uuid.uuid4().hex}.gpkg", scene, nomenclature=own)
digitiser
"""
COMPARING = """
ours = with_nomenclature(layer(np.where(row < 30, 10, 40).astype("uint8")), own)
mask = with_nomenclature(layer(np.full((size, size), 20, dtype="uint8")), own)
comparison = Comparison({"our map": ours, "reference": mask})
comparison
"""


def test_a_digit_chooses_the_class_by_its_place(open_notebook):
    notebook = open_notebook("own_drawing", [DIGITISER, CLASSES, DRAWING])
    ready(notebook)
    notebook.canvas.focus()
    for key in "g7":  # there is no seventh class: the first one stays chosen
        notebook.page.keyboard.press(key)
    draw(notebook, 5, 5, 10, 10)
    notebook.page.keyboard.press("2")
    draw(notebook, 10, 10, 30, 25)
    assert saved(notebook).label.to_list() == [10, 20]
    assert (pixels(notebook, 10).inner_text(), pixels(notebook, 20).inner_text()) == ("25", "300")
    notebook.page.locator("[data-code='20']").focus()
    for _ in range(2):  # after the last class comes the first one
        notebook.page.keyboard.press("ArrowDown")
    assert notebook.page.locator("[data-code='10']").get_attribute("aria-checked") == "true"


def test_the_comparison_shows_and_hides_the_classes_by_their_place(open_notebook):
    notebook = open_notebook("own_comparing", [COMPARISON, CLASSES, COMPARING])
    notebook.page.locator(".s2kit-live[data-ready='true'] [data-counted]").wait_for()
    notebook.canvas.scroll_into_view_if_needed()
    shows(notebook, 15, 10, (0, 100, 0))
    shows(notebook, 15, 50, (170, 0, 0))
    shows(notebook, 45, 10, (0, 0, 255))
    notebook.canvas.focus()
    notebook.page.keyboard.press("3")
    chip = notebook.page.get_by_role("button", name="built-up")
    assert chip.get_attribute("aria-pressed") == "false"
    shows(notebook, 15, 10, (0, 100, 0))
