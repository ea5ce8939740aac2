"""JupyterLab and Chromium for the tests of this folder; skipped with a word where there is none."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab import Lab, Notebook


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Lab]":
    """A JupyterLab of the tests' own."""
    pytest.importorskip("playwright", reason="needs playwright: pip install playwright")
    from lab import find_chromium, jupyter_lab

    chromium = find_chromium()
    if chromium is None:
        pytest.skip("needs Chromium: apt-get install chromium, or playwright install chromium")
    with jupyter_lab(tmp_path_factory.mktemp("lab"), chromium) as running:
        yield running


@pytest.fixture(scope="module")
def open_notebook(lab: "Lab") -> "Iterator[Callable[[str, list[str]], Notebook]]":
    """Open a notebook of the cells given, run them all, and close its page in the end."""
    opened: list[Notebook] = []

    def run(name: str, cells: list[str]) -> "Notebook":
        opened.append(lab.open(name, cells))
        return opened[-1]

    yield run
    for notebook in opened:
        notebook.close()
