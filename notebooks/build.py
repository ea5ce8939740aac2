"""Build the chapters and their solutions from ``notebooks/source`` and execute them.

    python notebooks/build.py            every chapter, in order
    python notebooks/build.py 03 06      these alone

A source is a script in jupytext's percent format. It holds the solutions of its exercises
between ``# <solution>`` and ``# </solution>``; the chapter gets a gap there, the solution
notebook of the same name keeps them and holds just the cells tagged ``shared``, ``exercise``
and ``check``. The stored outputs are those of the real scenes: set S2KIT_DATA=authors.
"""

import base64
import hashlib
import io
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from PIL import Image

from s2kit.commands.course import execute
from s2kit.settings import data_source

HERE = Path(__file__).resolve().parent
SOLUTION = re.compile(r"^( *)# <solution>\n(.*?)^ *# </solution>\n?", re.DOTALL | re.MULTILINE)
MEGABYTES = 1.5
"""No stored chapter is larger: it is opened over conference networks."""


def chapter(source: str) -> NotebookNode:
    """Return the chapter that students get: gaps instead of solutions."""
    notebook = _read(source)
    for cell in notebook.cells:
        cell.source = SOLUTION.sub(r"\1...  # your turn\n", cell.source + "\n").rstrip("\n")
    return notebook


def fill_in_time(notebook: NotebookNode, minutes: str) -> NotebookNode:
    """Write the measured time where the source says ``{minutes}``, and into the metadata."""
    notebook.metadata["s2kit"] = {"minutes": minutes}
    for cell in notebook.cells:
        cell.source = cell.source.replace("{minutes}", minutes)
    return notebook


def solutions(source: str) -> NotebookNode:
    """Return the notebook that solves the exercises of a chapter."""
    notebook = _read(source)
    title = notebook.cells[0].source.splitlines()[0]
    kept = [c for c in notebook.cells if {"shared", "exercise", "check"} & set(_tags(c))]
    for cell in kept:
        cell.source = SOLUTION.sub(r"\2", cell.source + "\n").rstrip("\n")
    notebook.cells = [nbformat.v4.new_markdown_cell(f"{title}: solutions"), *kept]
    _name_cells(notebook)
    return notebook


def shrink_pictures(notebook: NotebookNode) -> NotebookNode:
    """Store pictures in 256 colours: satellite images take a third of the bytes, and look alike.

    The octree keeps the flat colours of legends exact, where a median cut merges rare ones.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" not in output.get("data", {}):
                continue
            picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
            small = io.BytesIO()
            picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE).save(
                small, "png", optimize=True
            )
            output.data["image/png"] = base64.b64encode(small.getvalue()).decode()
    return notebook


def keep_pictures(notebook: NotebookNode) -> None:
    """Write the picture of each cell tagged ``picture-NAME`` to ``figures/NAME.png``.

    The README shows pictures of the course itself, so that they cannot grow old beside it.
    """
    for cell in notebook.cells:
        for tag in _tags(cell):
            if tag.startswith("picture-"):
                picture, *_ = (o.data["image/png"] for o in cell.outputs if "image/png" in o.data)
                path = HERE / "figures" / f"{tag.removeprefix('picture-')}.png"
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(base64.b64decode(picture))


def build(source: Path) -> Iterator[tuple[Path, NotebookNode]]:
    """Execute a chapter and its solutions; yield where each belongs."""
    text = source.read_text()
    start = time.perf_counter()
    notebook = shrink_pictures(execute(chapter(text), HERE))
    took = time.perf_counter() - start
    minutes = "less than a minute" if took < 50 else f"about {max(1, round(took / 60))} min"
    keep_pictures(notebook)
    yield HERE / f"{source.stem}.ipynb", fill_in_time(notebook, minutes)
    solved = shrink_pictures(execute(solutions(text), HERE))
    yield HERE / "solutions" / f"{source.stem}.ipynb", solved


def _read(source: str) -> NotebookNode:
    notebook: NotebookNode = jupytext.reads(source, fmt="py:percent")
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    _name_cells(notebook)
    return notebook


def _name_cells(notebook: NotebookNode) -> None:
    """Give every cell an id that depends on its place alone, so that diffs stay small."""
    for index, cell in enumerate(notebook.cells):
        cell["id"] = hashlib.sha256(str(index).encode()).hexdigest()[:8]


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def main(wanted: list[str]) -> None:
    """Build the chapters whose number is wanted, or all."""
    if data_source() != "authors":
        sys.exit("error: the stored outputs are of the real scenes; set S2KIT_DATA=authors")
    for source in sorted((HERE / "source").glob("[0-9]*.py")):
        if wanted and source.stem[:2] not in wanted:
            continue
        for path, notebook in build(source):
            path.parent.mkdir(exist_ok=True)
            nbformat.write(notebook, path)
            size = path.stat().st_size / 1e6
            print(f"{path.relative_to(HERE.parent)}  {size:.2f} MB", flush=True)
            if size > MEGABYTES:
                sys.exit(f"error: {path.name} is larger than {MEGABYTES} MB; make figures smaller")


if __name__ == "__main__":
    main(sys.argv[1:])
