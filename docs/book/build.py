"""Build the book: a site of still pages in ``build/book``, offline, from what is stored.

    python docs/book/build.py            into build/book
    python docs/book/build.py FOLDER     into FOLDER

README, chapters with their stored outputs, solutions, docs and the public interface's docstrings
are copied into one folder that lies as the repository does, so that their links lead on. Nothing is
executed, and the pages load nothing from elsewhere.
"""

import ast
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PICTURES = ("image/png", "image/jpeg", "image/svg+xml")
LIVE = ("application/vnd.jupyter.widget-view+json", "application/javascript")
"""Outputs that do nothing without a kernel; a picture stands beside each."""

SWIPED = ("swipe_image.png", "swipe_map.png")
"""Pictures of swipe.html; Sphinx looks for none in pieces of HTML."""

PARTS = {
    "accuracy": "Accuracy",
    "benchmarks": "Benchmarks",
    "errors": "Errors and warnings",
    "maps": "Class maps",
    "network": "Network and training",
    "scenes": "Scenes, classes, statistics",
    "simulator": "Examples to try things on",
    "sources": "Sources of scenes",
    "widgets": "Widgets",
}
"""Folders of the library, as the pages of its interface are called."""

FRONT = """
```{{toctree}}
:caption: {caption}
:hidden:
{pages}
```
"""


def main(target: Path) -> int:
    """Build the book; return Sphinx's exit code."""
    source = target.with_name(f"{target.name}-source")
    shutil.rmtree(source, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    gather(source)
    code = build_main(["-q", "-b", "html", "-d", str(source / "_build"), str(source), str(target)])
    (target / ".nojekyll").touch()  # a pages host would else hide folders that begin with _
    return code


def gather(source: Path) -> None:
    """Copy all that the book shows into a folder, as Sphinx wants it."""
    shutil.copytree(HERE / "static", source / "static")
    for picture in SWIPED:
        shutil.copy(ROOT / "notebooks/figures" / picture, source / "static")
    shutil.copy(HERE / "conf.py", source)
    shutil.copytree(ROOT / "notebooks/figures", source / "notebooks/figures")
    for path in [
        *sorted((ROOT / "docs").glob("*.md")),
        ROOT / "s2kit/network/shipped/MODEL_CARD.md",
    ]:
        _write(source / path.relative_to(ROOT), _relinked(path.read_text()))
    for name in ("CITATION.cff", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for path in chapters():
        notebook = prepared(nbformat.read(path, as_version=4))
        _write(source / path.relative_to(ROOT), nbformat.writes(notebook))
    for name, text in interface_pages():
        _write(source / "api" / f"{name}.rst", text)
    readme = _relinked((ROOT / "README.md").read_text())
    _write(source / "index.md", readme + "".join(_contents(source)))


def chapters() -> list[Path]:
    """Return the stored chapters, and after them their solutions."""
    folder = ROOT / "notebooks"
    return sorted(folder.glob("[0-9]*.ipynb")) + sorted(folder.glob("solutions/*.ipynb"))


def prepared(notebook: NotebookNode) -> NotebookNode:
    """Return a chapter as the book shows it.

    Pictures get the alternative text that is stored with them, live widgets give way to the
    pictures beside them, and below the comparison stands one that can be swiped.
    """
    cells = []
    for cell in notebook.cells:
        cell.source = _relinked(cell.source) if cell.cell_type == "markdown" else cell.source
        cells.append(cell)
        if cell.cell_type != "code":
            continue
        cell.outputs = [o for o in cell.outputs if not set(LIVE) & set(o.get("data", {}))]
        texts = [text for output in cell.outputs if (text := alternative_text(output))]
        if texts:
            cell.metadata["mystnb"] = {"image": {"alt": " ".join(dict.fromkeys(texts))}}
        if any("Comparison: " in o.get("data", {}).get("text/plain", "") for o in cell.outputs):
            cells.append(nbformat.v4.new_markdown_cell((HERE / "swipe.html").read_text()))
    notebook.cells = cells
    return notebook


def alternative_text(output: NotebookNode) -> str:
    """Return the words stored with a picture; what is printed beside it if there are none."""
    data, metadata = output.get("data", {}), output.get("metadata", {})
    for kind in PICTURES:
        if kind in data:
            return str(metadata.get(kind, {}).get("alt") or data.get("text/plain", "a figure"))
    return ""


def interface_pages() -> Iterator[tuple[str, str]]:
    """Yield a page per folder of the library: what it adds to ``import s2kit``."""
    for part, title in PARTS.items():
        names = public_names().get(part, [])
        entries = (f".. auto{kind(name)}:: s2kit.{name}\n" for name in names)
        yield part, f"{title}\n{'=' * len(title)}\n\n" + "\n".join(entries)


def public_names() -> dict[str, list[str]]:
    """Return the names that ``import s2kit`` offers, by the folder of the library they live in."""
    names: dict[str, list[str]] = {}
    for node in ast.parse((ROOT / "s2kit/__init__.pyi").read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            part = node.module.split(".")[0]
            names.setdefault(part, []).extend(alias.name for alias in node.names)
    return names


def kind(name: str) -> str:
    """Return Sphinx's word for a public name."""
    if name.isupper():
        return "data"
    if name in ("S2kitError", "S2kitWarning"):
        return "exception"
    return "class" if name[0].isupper() else "function"


def _contents(source: Path) -> Iterator[str]:
    def pages(folder: str, pattern: str) -> str:
        found = sorted((source / folder).glob(pattern))
        return "\n".join(str(path.relative_to(source).with_suffix("")) for path in found)

    yield FRONT.format(caption="Chapters", pages=pages("notebooks", "*.ipynb"))
    yield FRONT.format(caption="Solutions", pages=pages("notebooks/solutions", "*.ipynb"))
    yield FRONT.format(caption="To look things up", pages=pages("docs", "*.md"))
    yield FRONT.format(caption="The library", pages=pages("api", "*.rst"))
    yield FRONT.format(caption="The network", pages="s2kit/network/shipped/MODEL_CARD")


def _relinked(text: str) -> str:
    """Lead links to the README to the front page, and those to a folder to its first page."""
    text = re.sub(r"\]\(((?:\.\./)*)README\.md", r"](\1index.md", text)
    return text.replace("](notebooks/solutions)", "](notebooks/solutions/01_scenes.ipynb)")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/book").resolve()))
