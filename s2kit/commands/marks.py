"""``python -m s2kit marks``: run submitted notebooks and say who solved which exercise."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import nbformat
import pandas as pd

from s2kit.errors import S2kitError
from s2kit.scenes.writer import check_outputs, replacing
from s2kit.settings import environment_with_home, home, project_root

COLUMNS = ["student", "chapter", "exercise", "state", "remark"]
KEPT = {"shared", "exercise", "check"}
"""Tags of the cells that run; a chapter's other cells show things."""


@click.command(
    epilog="""\b
Examples:
  python -m s2kit marks submitted
  python -m s2kit marks submitted --out marks.csv --minutes 5

Exit codes: 0 done, 1 there are no notebooks or the table cannot be written, 2 wrong usage."""
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--minutes",
    default=10.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Time that a notebook may take.",
)
@click.option("--memory", default=4.0, show_default=True, type=click.FloatRange(min=0.5),
              help="Memory in GB that a notebook may take (Linux).")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a CSV table.")
def marks(folder: Path, minutes: float, memory: float, out: Path | None) -> None:
    """Run submitted notebooks and say who solved which exercise.

    Name a notebook in FOLDER as its chapter, with the student before it (kim_02_benchmarks.ipynb),
    or give each student a folder. Only the cells that an exercise gives to fill in are taken from
    it; all others, checks included, are those of the stored chapter. Each notebook runs in a
    process and a copy of its own. This stops accidents, not a clever attacker: mark strangers in a
    container.
    """
    if out is not None:
        check_outputs([out])
    submitted = sorted(p for p in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    if not submitted:
        raise S2kitError(f"{folder} holds no notebooks (*.ipynb); name the folder that does")
    rows = []
    for path in submitted:
        found = list(mark(path, folder, 60 * minutes, memory))
        solved = sum(row["state"] == "solved" for row in found)
        remark = next((f": {row['remark']}" for row in found if row["remark"]), "")
        click.echo(f"{path.relative_to(folder)}  {solved} of {len(found)}{remark}")
        rows += found
    table = pd.DataFrame(rows, columns=COLUMNS)
    click.echo(f"\n{table.to_string(index=False)}")
    if out is not None:
        with replacing(out) as part:
            table.to_csv(part, index=False)


def mark(path: Path, folder: Path, seconds: float, memory: float) -> Iterator[dict[str, Any]]:
    """Yield a row of `COLUMNS` for each exercise of one submitted notebook."""
    chapter = _chapter_of(path)
    row = {"student": _student(path, folder, chapter), "chapter": chapter and chapter.stem}
    if chapter is None:
        yield row | _row("-", False, "no chapter's name in the file's, such as 05_maps")
        return
    try:
        cells, missing = cells_to_run(chapter, path)
    except Exception as error:  # whatever a file can hold
        yield row | _row("-", False, f"no notebook that can be read ({type(error).__name__})")
        return
    found, remark = _run(cells, seconds, memory)
    if missing and not remark:
        remark = f"{missing} exercise cells are not in the notebook"
    for number, right in found.items():
        yield row | _row(number, right, remark)
    if not found:
        yield row | _row("-", False, remark or "no check has run")


def cells_to_run(chapter: Path, submitted: Path) -> tuple[list[dict[str, Any]], int]:
    """Return the cells of a stored chapter that its exercises need, with a student's code in them.

    The student's cells are found by their ids or, where a program has dropped those, by their
    order among the cells tagged as exercises. One that is missing stays the gap that it was.

    Returns
    -------
    The cells, and how many exercises were not found.
    """
    stored = nbformat.read(chapter, as_version=4).cells
    theirs = nbformat.read(submitted, as_version=4).cells
    given = {cell.get("id"): cell.source for cell in theirs}
    ours, tagged = (list(filter(_is_exercise, each)) for each in (stored, theirs))
    if len(ours) == len(tagged):
        by_place = zip(ours, tagged, strict=True)
        given = {our.id: their.source for our, their in by_place} | given
    cells, missing = [], 0
    for cell in stored:
        tags = KEPT & set(cell.metadata.get("tags", []))
        if cell.cell_type != "code" or not tags:
            continue
        source = given.get(cell.id, cell.source) if "exercise" in tags else cell.source
        missing += "exercise" in tags and cell.id not in given
        number = str(int(chapter.stem[:2]))
        cells.append({"source": source, "check": "check" in tags, "chapter": number})
    return cells, missing


def _is_exercise(cell: Any) -> bool:
    return cell.cell_type == "code" and "exercise" in cell.metadata.get("tags", [])


def _run(cells: list[dict[str, Any]], seconds: float, memory: float) -> tuple[dict[str, bool], str]:
    """Run cells in a process of their own; return what was solved, and what went wrong."""
    with tempfile.TemporaryDirectory(prefix="s2kit_marks_", ignore_cleanup_errors=True) as name:
        place = Path(name)
        job = place / "job.json"
        job.write_text(json.dumps(cells), encoding="utf-8")
        if home().is_dir():  # chapter 6 reads the maps that chapter 5 has written
            shutil.copytree(home(), place / "home", symlinks=True)
        environment = environment_with_home(place / "home") | {"TMPDIR": name}
        process = subprocess.Popen(
            [sys.executable, "-m", "s2kit.commands.marks_worker", str(job), str(memory)],
            cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(seconds)
            remark = ""
        except subprocess.TimeoutExpired:
            remark = f"stopped after {seconds / 60:g} min"
        finally:
            _end(process)
        return _reported(job.with_suffix(".jsonl"), remark)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all that it started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _reported(report: Path, remark: str) -> tuple[dict[str, bool], str]:
    found: dict[str, bool] = {}
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    done = False
    for line in lines:
        said = json.loads(line)
        if said == "done":
            done = True
            continue
        for number, right in said.items():
            found[number] = found.get(number, True) and right
    return found, remark or ("" if done else "ended before its last cell (memory, or exit)")


def _chapter_of(path: Path) -> Path | None:
    stored = sorted((project_root() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return next((chapter for chapter in stored if chapter.stem in path.stem), None)


def _student(path: Path, folder: Path, chapter: Path | None) -> str:
    parent = path.parent.relative_to(folder)
    before = path.stem.replace(chapter.stem, "") if chapter else path.stem
    return " ".join(part for part in (*parent.parts, before.strip("_- ")) if part) or "-"


def _row(exercise: str, right: bool, remark: str) -> dict[str, str]:
    return {"exercise": exercise, "state": "solved" if right else "open", "remark": remark}
