"""``python -m s2kit lab``: working copies of the chapters, opened in JupyterLab."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import nbformat
import pandas as pd

from s2kit.errors import S2kitError
from s2kit.scenes.writer import replacing
from s2kit.settings import project_root

FIRST = "00_start.ipynb"
FOLDER = "work"
"""Beside the folder of the stored chapters, so that their links hold; git ignores it."""

PARTS = ("*.ipynb", "solutions/*.ipynb", "figures/*.png")
"""What is copied of the stored chapters."""

VERDICT = re.compile(r"^(\d+\.\d+): (Right|Not solved yet|Not yet)", re.MULTILINE)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit lab
  python -m s2kit lab --fresh 05
  python -m s2kit lab --status
  python -m s2kit lab -- --no-browser --port 8890

Exit codes: 0 done, 1 there are no chapters or the copies cannot be written, 2 wrong usage."""
)
@click.option(
    "--fresh",
    multiple=True,
    metavar="NN",
    help="Get this chapter back as it was; your copy is kept beside it under another name.",
)
@click.option("--status", is_flag=True, help="Show which exercises are solved; open nothing.")
@click.option("--no-open", is_flag=True, help="Make the copies and open nothing.")
@click.argument("jupyter", nargs=-1, metavar="[-- JUPYTER OPTIONS]", type=click.UNPROCESSED)
def lab(fresh: tuple[str, ...], status: bool, no_open: bool, jupyter: tuple[str, ...]) -> None:
    """Open working copies of the chapters in JupyterLab.

    The copies lie in the folder work. They are made once; a copy that is there is never
    overwritten, whatever you have done in it. The stored chapters stay as they are.
    """
    root = project_root()
    stored, work = root / "notebooks", root / FOLDER
    if not any(stored.glob("[0-9][0-9]_*.ipynb")):
        raise S2kitError("no chapters here; run this in a checkout that has a folder notebooks/")
    for number in fresh:
        _stored_chapter(number, stored)
    made = make_copies(stored, work)
    if made:
        click.echo(f"{made} new files in {work}")
    for number in fresh:
        click.echo(make_fresh(number, stored, work))
    if status:
        click.echo(exercises_solved(work).to_string(index=False))
    if fresh or status or no_open:
        return
    # The first page opens; whoever closes it finds the copies in the list of files.
    page = FIRST if (work / FIRST).exists() else ""
    options = {
        "ServerApp.root_dir": root,
        "ServerApp.preferred_dir": work,
        "LabApp.default_url": f"/lab/tree/{FOLDER}/{page}".rstrip("/"),
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    raise SystemExit(subprocess.call([sys.executable, "-m", "jupyterlab", *given, *jupyter]))


def make_copies(stored: Path, work: Path) -> int:
    """Copy what is not there yet; return how many files were copied."""
    made = 0
    for part in PARTS:
        for source in sorted(stored.glob(part)):
            target = work / source.relative_to(stored)
            if not target.exists():
                _copy(source, target)
                made += 1
    return made


def make_fresh(number: str, stored: Path, work: Path) -> str:
    """Put a stored chapter in the place of its copy; return what became of the copy.

    Raises
    ------
    S2kitError
        If there is no chapter of this number.
    """
    chapter = _stored_chapter(number, stored)
    target = work / chapter.name
    kept = next(
        path
        for path in (target.with_stem(f"{target.stem}_mine_{k}") for k in range(1, 10_000))
        if not path.exists()
    )
    if target.exists():
        target.rename(kept)
    _copy(chapter, target)
    return f"{target.name} is fresh; your copy is kept as {kept.name}"


def _stored_chapter(number: str, stored: Path) -> Path:
    found = sorted(stored.glob(f"{number}_*.ipynb")) if re.fullmatch(r"\d\d", number) else []
    if not found:
        known = ", ".join(path.stem[:2] for path in sorted(stored.glob("[0-9][0-9]_*.ipynb")))
        raise S2kitError(f"there is no chapter {number!r}; choose one of: {known}")
    return found[0]


def exercises_solved(work: Path) -> pd.DataFrame:
    """Return what the copies, as last saved, say of each exercise.

    Returns
    -------
    DataFrame
        One row per exercise that was run: chapter, exercise, state ("solved", "open").
    """
    rows = []
    for path in sorted(work.glob("[0-9][0-9]_*.ipynb")):
        if "_mine_" in path.stem:
            continue
        said = "\n".join(_said(path))
        states: dict[str, bool] = {}
        for number, verdict in VERDICT.findall(said):
            states[number] = states.get(number, True) and verdict == "Right"
        rows += [(path.stem, n, "solved" if right else "open") for n, right in states.items()]
    return pd.DataFrame(rows, columns=["chapter", "exercise", "state"])


def _said(path: Path) -> list[str]:
    """Return what the checks of a notebook have printed; nothing of one that cannot be read."""
    try:
        cells = nbformat.read(path, as_version=4).cells
    except (nbformat.reader.NotJSONError, nbformat.ValidationError):
        click.echo(f"warning: {path.name} is no notebook any more; python -m s2kit lab --fresh "
                   f"{path.stem[:2]} brings it back", err=True)  # fmt: skip
        return []
    return [
        output.get("text", "")
        for cell in cells
        if "check" in cell.metadata.get("tags", [])
        for output in cell.get("outputs", [])
    ]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as part:
        shutil.copyfile(source, part)
