"""``python -m s2kit course``: run the chapters in order and say what came out."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click
import nbformat
import pandas as pd
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from s2kit.accuracy.assess import assess
from s2kit.audit.printed_tables import printed_table
from s2kit.commands.progress import signs_of_life
from s2kit.errors import S2kitError
from s2kit.maps.files import read_class_map
from s2kit.scenes.writer import check_outputs, replacing
from s2kit.settings import course_source, project_root, workspace

EXAMPLES = """\b
Examples:
  python -m s2kit course
  python -m s2kit course --only 03 --only 04

Exit codes: 0 done, 1 a chapter stopped or there is no data, 2 wrong usage."""


@click.command(epilog=EXAMPLES)
@click.option("--only", multiple=True, metavar="NN", help="Run these chapters alone.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build"),
    show_default=True,
    help="Where executed notebooks and HTML pages go.",
)
def course(only: tuple[str, ...], out: Path) -> None:
    """Execute the chapters in order and compare the accuracy with the paper's."""
    chapters = sorted((project_root() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if only:
        chapters = [c for c in chapters if c.stem[:2] in only]
    if not chapters:
        raise S2kitError("no such chapter; run this in a checkout that has a folder notebooks/")
    check_outputs([out / chapter.name for chapter in chapters])
    # Fetched at once: whoever has no data must not wait for the first chapter to fail.
    course_source().fetch()
    out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    for chapter in chapters:
        _run(chapter, out)
    click.echo(f"{len(chapters)} chapters in {time.perf_counter() - start:.0f} s\n")
    table = results()
    if len(table):
        click.echo(table.to_string(float_format="{:.2f}".format, na_rep="-"))
    click.echo(f"\nExecuted chapters: {out.resolve()}")
    click.echo(f"Class maps, weights, tables: {workspace()}")


def execute(
    notebook: NotebookNode, folder: Path, on_cell: Callable[[int], None] = lambda index: None
) -> NotebookNode:
    """Execute a notebook in place on a fresh kernel that works in ``folder``.

    ``on_cell`` is called with the index of each cell before it is executed.
    """
    # Python 3.12 would else tell the kernel's debugger's troubles on stderr.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        coalesce_streams=True,
        # Kernels from ipykernel 7 on warn that they talk over TCP, which is what they are for.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        on_cell_start=lambda cell, cell_index: on_cell(cell_index),
        # A widget without its kernel does nothing; its picture is stored beside it.
        store_widget_state=False,
    )
    before = signal.getsignal(signal.SIGTERM)
    try:
        client.execute()
    except Exception as error:
        # On Ctrl-C and SIGTERM nbclient ends the kernel, and then wonders that it is dead.
        if getattr(client, "_async_cleanup_kernel_future", None) is not None:
            raise KeyboardInterrupt from error
        raise
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)  # which nbclient resets
    return notebook


def results() -> pd.DataFrame:
    """Return pixel and object OA in percent, one row per test scene with a class map.

    On the real scenes the paper's figures stand beside ours; simulated ones have no such peer.
    """
    printed = printed_table(2).astype(float)
    source, rows = course_source(), {}
    for name in source.available(split="test"):
        path = workspace() / "results" / f"{name}_class.tif"
        if not path.exists():
            continue
        found = assess(read_class_map(path), source.open_polygons(name))
        row = {"pixel OA": 100 * found.pixel_oa, "object OA": 100 * found.object_oa}
        if source.name == "authors":
            row |= {f"{column} OA, paper": float(printed[column][name]) for column in printed}
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def _run(chapter: Path, out: Path) -> None:
    """Execute one chapter, write it as notebook and page, say how long it took."""
    start = time.perf_counter()
    notebook = nbformat.read(chapter, as_version=4)
    at = [0]

    def tell(seconds: int) -> str:
        return f"{chapter.stem:<16} … cell {at[0] + 1} of {len(notebook.cells)}, {seconds} s"

    try:
        with signs_of_life(tell):
            execute(notebook, chapter.parent, lambda index: at.__setitem__(0, index))
    except CellExecutionError as error:
        click.echo(f"{chapter.stem:<16} failed")
        _write(nbformat.writes(notebook), out / chapter.name)
        raise S2kitError(
            f"chapter {chapter.stem} stopped: {error.ename}: {error.evalue} "
            f"(as far as it got: {out / chapter.name})"
        ) from error
    _write(nbformat.writes(notebook), out / chapter.name)
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    _write(page, out / f"{chapter.stem}.html")
    click.echo(f"{chapter.stem:<16} {time.perf_counter() - start:5.0f} s")
    sys.stdout.flush()


def _write(text: str, path: Path) -> None:
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
