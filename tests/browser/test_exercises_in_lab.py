"""A student's morning: open a copy, solve an exercise, save, lose the kernel; answer a question."""

import hashlib

import nbformat
import pytest

from s2kit.commands.lab import exercises_solved, make_copies
from s2kit.settings import project_root

pytestmark = pytest.mark.browser

STORED = project_root() / "notebooks"


def stored_chapters():
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in STORED.glob("*.ipynb")}


def test_an_exercise_is_solved_and_saved_in_a_copy_and_the_stored_chapter_stays(lab):
    before = stored_chapters()
    make_copies(STORED, lab.folder)
    path = lab.folder / "00_start.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    tagged = [cell.metadata.get("tags", []) for cell in cells]
    exercise, checked = (
        next(i for i, tags in enumerate(tagged) if name in tags) for name in ("exercise", "check")
    )
    notebook = lab.reopen(path)
    notebook.run(next(i for i, tags in enumerate(tagged) if "shared" in tags))
    said = notebook.page.locator(".jp-Cell").filter(has_text='check_solution("0.1", share)')

    notebook.write(exercise, "def share(part, whole):\n    return 100 * part / whole")
    notebook.run(exercise)
    notebook.run(checked)
    said.locator("text=That is per cent").wait_for()

    notebook.write(exercise, "def share(part, whole):\n    return part / whole")
    notebook.run(exercise)
    notebook.run(checked)
    said.locator("text=0.1: Right.").wait_for()
    notebook.command("docmanager:save")
    notebook.kill_kernel()
    notebook.page.close()

    solved = exercises_solved(lab.folder).set_index("exercise")["state"]
    assert solved["0.1"] == "solved"
    assert stored_chapters() == before


def test_a_question_is_answered_by_a_click(open_notebook):
    notebook = open_notebook("questions", ["from s2kit.exercises import quiz\nquiz(3)"])
    choice = notebook.page.locator("summary", has_text="At the bottom of the U")
    choice.wait_for()
    answer = notebook.page.locator("details", has=choice).locator("p")
    assert not answer.is_visible()
    choice.click()
    assert answer.inner_text().startswith("Right.")
