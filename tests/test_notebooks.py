"""The stored chapters are those of their sources, executed, and small."""

import base64
import io
import re
from pathlib import Path

import nbformat
import pytest
from PIL import Image

import build

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SOURCES = sorted((NOTEBOOKS / "source").glob("[0-9]*.py"))


def stored_in(folder):
    """The chapters and their solutions, not what JupyterLab or a student leaves beside them."""
    parts = ("[0-9][0-9]_*.ipynb", "solutions/[0-9][0-9]_*.ipynb")
    return sorted(path for part in parts for path in folder.glob(part))


STORED = stored_in(NOTEBOOKS)

chapters = pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
notebooks = pytest.mark.parametrize(
    "path", STORED, ids=lambda p: p.relative_to(NOTEBOOKS).as_posix()
)


def cells(notebook):
    return [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in notebook.cells]


@chapters
def test_chapter_and_solutions_are_built_from_their_source(source):
    text = source.read_text()
    stored = nbformat.read(NOTEBOOKS / f"{source.stem}.ipynb", as_version=4)
    built = build.fill_in_time(build.chapter(text), stored.metadata["s2kit"]["minutes"])
    assert cells(stored) == cells(built)
    solved = nbformat.read(NOTEBOOKS / "solutions" / f"{source.stem}.ipynb", as_version=4)
    assert cells(solved) == cells(build.solutions(text))


def test_copies_beside_the_chapters_do_not_count(tmp_path):
    for name in (
        "05_maps.ipynb",
        "solutions/05_maps.ipynb",
        ".ipynb_checkpoints/05_maps-checkpoint.ipynb",
        "solutions/.ipynb_checkpoints/05_maps-checkpoint.ipynb",
        "Untitled.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [p.relative_to(tmp_path).as_posix() for p in stored_in(tmp_path)] == [
        "05_maps.ipynb",
        "solutions/05_maps.ipynb",
    ]


def test_there_is_no_notebook_without_a_source():
    names = {p.stem for p in SOURCES}
    assert {p.stem for p in STORED} == names


@notebooks
def test_every_code_cell_was_executed_in_order_without_an_error(path):
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    assert not [o for c in code for o in c.outputs if o.output_type == "error"]


@notebooks
def test_solutions_are_right_and_chapters_leave_the_gap(path):
    said = "".join(
        o.text
        for c in nbformat.read(path, as_version=4).cells
        if c.cell_type == "code" and "check" in c.metadata.get("tags", [])
        for o in c.outputs
    )
    solved = path.parent.name == "solutions"
    assert ("Right." in said) == solved
    assert ("Not solved yet" in said) == (not solved)


@notebooks
def test_a_stored_notebook_is_small_and_opens_offline(path):
    assert path.stat().st_size < build.MEGABYTES * 1e6
    text = path.read_text()
    assert not re.search(r"https?://[^\"\\s)]*\.(js|css|png|jpg)", text)


@chapters
def test_a_chapter_has_its_parts(source):
    text = source.read_text()
    for part in ("You will be able to", "You need", "{minutes}", "## Summary", "<solution>"):
        assert part in text
    for link in re.findall(r"\]\(([\w/]+\.ipynb)\)", text):
        assert (NOTEBOOKS / link).exists(), link


def test_pictures_are_stored_in_few_colours_and_keep_those_of_legends():
    picture = Image.effect_noise((200, 200), 60).convert("RGB")
    picture.paste((210, 53, 74), (20, 20, 34, 32))  # as small as a legend's patch
    raw = io.BytesIO()
    picture.save(raw, "png")
    output = nbformat.v4.new_output(
        "display_data", {"image/png": base64.b64encode(raw.getvalue()).decode()}
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    (stored,) = build.shrink_pictures(notebook).cells[0].outputs
    small = base64.b64decode(stored.data["image/png"])
    assert len(small) < len(raw.getvalue()) / 2
    assert Image.open(io.BytesIO(small)).convert("RGB").getpixel((25, 25)) == (210, 53, 74)
