"""The chapters as they are stored, opened in JupyterLab and brought to life."""

import shutil
from pathlib import Path

import nbformat
import pytest
from PIL import ImageColor
from shapely import Point

from s2kit.benchmarks.polygons import read_polygons
from s2kit.scenes.nomenclature import PAPER
from s2kit.settings import project_root

pytestmark = pytest.mark.browser

SIZE = 401


@pytest.fixture
def open_chapter(lab):
    """Open a copy of a stored chapter; return it with the place of the cell that shows a name."""
    opened = []

    def open_copy(stem, name):
        stored = project_root() / "notebooks" / f"{stem}.ipynb"
        cells = nbformat.read(stored, as_version=4).cells
        at = next(i for i, cell in enumerate(cells) if cell.source.endswith(f"\n{name}"))
        notebook = lab.reopen(Path(shutil.copy(stored, lab.folder)))
        opened.append(notebook)
        return notebook, at

    yield open_copy
    for notebook in opened:
        notebook.close()


def see_the_picture_then_run(notebook, at):
    """See that picture and sentence stand for the widget, and go when the cells are run."""
    notebook.go(at)
    cell = notebook.page.locator(".jp-Cell").filter(has=notebook.page.locator(".s2kit-still"))
    cell.locator("text=To bring it to life").wait_for()
    cell.locator("img").wait_for()
    for each in range(at + 1):
        notebook.run(each)
    notebook.widget.wait_for()
    assert not cell.locator("text=To bring it to life").is_visible()
    assert not cell.locator("img").is_visible()
    notebook.canvas.scroll_into_view_if_needed()


def test_chapter_2_draws_a_benchmark(open_chapter, lab):
    notebook, at = open_chapter("02_benchmarks", "digitiser")
    see_the_picture_then_run(notebook, at)
    notebook.canvas.focus()
    notebook.page.keyboard.press("4")
    for corner in ((100, 100), (160, 100), (160, 150), (100, 150)):
        notebook.page.mouse.click(*notebook.place(*corner, SIZE))
    notebook.page.keyboard.press("Enter")
    notebook.page.locator(".s2kit-saved[data-state=saved]", has_text="✓ saved").wait_for()
    path = Path(notebook.page.locator(".s2kit-saved").get_attribute("title"))
    assert path.is_relative_to(lab.home)
    (drawn,) = read_polygons(path).itertuples()
    assert drawn.label == 4
    assert drawn.geometry.area == pytest.approx(60 * 50 * 100, rel=0.05)
    place = notebook.ask("digitiser.scene.x.item(130), digitiser.scene.y.item(125)")
    assert drawn.geometry.contains(Point(*map(float, place.split())))
    assert int(notebook.ask("(digitiser.mask == 4).sum().item()")) == pytest.approx(3000, rel=0.05)


def test_chapter_5_compares_two_maps(open_chapter, lab):
    notebook, at = open_chapter("05_maps", "comparison")
    see_the_picture_then_run(notebook, at)
    notebook.page.locator(".s2kit-live[data-ready='true'] [data-counted]").wait_for()
    left, right = notebook.ask("'|'.join((comparison.left, comparison.right))").split("|")
    for name, column in ((left, 60), (right, 340)):
        for row in (50, 200, 350):
            code = int(notebook.ask(f"comparison.data({name!r}).values[{row}, {column}]"))
            if code:
                seen = notebook.colour(*notebook.place(column + 0.5, row + 0.5, SIZE))
                assert seen == pytest.approx(ImageColor.getrgb(PAPER[code].colour), abs=3)
    said = notebook.page.locator(".s2kit-agreement").inner_text()
    pair = "*(comparison.data(each) for each in comparison.pair)"
    table = notebook.ask(f"__import__('s2kit').accuracy.confusion.pixel_matrix({pair}).sum().sum()")
    assert f"of {int(table):,} ".replace(",", "\u202f") in said
