"""Who solved what: hostile notebooks stop themselves alone."""

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from s2kit.commands import marks as marking
from s2kit.commands.marks import cells_to_run, marks
from s2kit.errors import S2kitError

SHARED = "from s2kit.exercises import check\nhidden = 4"
CHECK = 'check(double(hidden), 8, hint="times two")'
GAP = "def double(number):\n    ..."


def notebook(*sources):
    tags = (["shared"], [], ["exercise"], ["check"])
    cells = [
        new_code_cell(source, id=f"cell{place}", metadata={"tags": tag})
        for place, (source, tag) in enumerate(zip(sources, tags, strict=True))
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A checkout with one chapter, and a folder to hand notebooks in."""
    chapter = tmp_path / "notebooks" / "02_small.ipynb"
    chapter.parent.mkdir()
    nbformat.write(notebook(SHARED, "1 / 0", GAP, CHECK), chapter)
    monkeypatch.setattr(marking, "project_root", lambda: tmp_path)
    monkeypatch.setattr(marking, "home", lambda: tmp_path / "data")
    (tmp_path / "submitted").mkdir()
    return tmp_path


def submit(course, student, code, check=CHECK):
    made = notebook("hidden = 1", "print('long')", code, check)
    nbformat.write(made, course / "submitted" / f"{student}_02_small.ipynb")


def marked(course, *options):
    out = course / "marks.csv"
    done = CliRunner().invoke(
        marks, [str(course / "submitted"), "--out", str(out), *options], catch_exceptions=False
    )
    assert done.exit_code == 0
    return pd.read_csv(out).set_index("student"), done.output


def test_a_notebook_without_the_ids_of_its_cells_is_marked_by_their_order(course):
    made = notebook(
        "hidden = 1", "print('long')", "def double(number):\n    return 2 * number", CHECK
    )
    for place, cell in enumerate(made.cells):
        cell["id"] = f"other{place}"
    nbformat.write(made, course / "submitted" / "kim_02_small.ipynb")
    made.cells = made.cells[:2]
    nbformat.write(made, course / "submitted" / "lee_02_small.ipynb")
    table, _ = marked(course)
    assert dict(table.state) == {"kim": "solved", "lee": "open"}
    assert table.loc["lee", "remark"] == "1 exercise cells are not in the notebook"


def test_each_student_gets_a_row_per_exercise(course):
    submit(course, "ada", "def double(number):\n    return 2 * number")
    submit(course, "bob", "def double(number):\n    return number")
    table, printed = marked(course)
    assert dict(table.state) == {"ada": "solved", "bob": "open"}
    assert set(table.exercise) == {2.1}
    assert "ada_02_small.ipynb  1 of 1" in printed


def test_hostile_notebooks_end_alone_and_the_next_is_marked(course):
    submit(course, "a_loop", "while True: pass")
    submit(course, "b_exit", "import os\nos._exit(0)")
    submit(course, "c_output", "while True: print('x' * 10**6)")
    submit(course, "d_memory", "double = bytearray(10**11)")
    submit(course, "e_child", "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', "
           "'import time; time.sleep(60)'])\nexit()")  # fmt: skip
    submit(course, "f_forged", "def double(number):\n    ...", check="print('2.1: Right.')")
    submit(course, "g_right", "def double(number):\n    return 2 * number")
    (course / "submitted" / "h_02_small.ipynb").write_text("no notebook")
    (course / "submitted" / "essay.ipynb").write_text("{}")
    table, _ = marked(course, "--minutes", "0.25", "--memory", "1")
    assert list(table.index[table.state == "solved"]) == ["g_right"]
    assert table.remark["a_loop"] == "stopped after 0.25 min"
    assert table.remark["b_exit"].startswith("ended before its last cell")
    assert table.remark["h"].startswith("no notebook that can be read")
    assert table.remark["essay"].startswith("no chapter's name")
    assert len(table) == 9


def test_only_what_was_to_fill_in_is_taken_from_a_submission(course):
    submit(course, "ada", "mine = 1", check="print('Right.')")
    chapter = course / "notebooks" / "02_small.ipynb"
    cells, missing = cells_to_run(chapter, course / "submitted" / "ada_02_small.ipynb")
    assert [cell["source"] for cell in cells] == [SHARED, "mine = 1", CHECK]
    assert missing == 0


def test_a_folder_without_notebooks_is_refused(course):
    with pytest.raises(S2kitError, match="holds no notebooks"):
        CliRunner().invoke(marks, [str(course / "submitted")], catch_exceptions=False)
