"""A place to work in: copies made once, never overwritten; the stored chapters stay."""

import nbformat
import pytest
from click.testing import CliRunner

from s2kit.__main__ import cli
from s2kit.commands import lab
from s2kit.errors import S2kitError


def write(path, *said):
    cells = [
        nbformat.v4.new_code_cell(
            "check_solution(...)",
            metadata={"tags": ["check"]},
            outputs=[nbformat.v4.new_output("stream", text=text)],
        )
        for text in said
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A checkout of two chapters."""
    for stem in ("01_scenes", "05_maps"):
        write(tmp_path / "notebooks" / f"{stem}.ipynb", f"{stem[1]}.1: Not solved yet: dots\n")
        write(tmp_path / "notebooks" / "solutions" / f"{stem}.ipynb", f"{stem[1]}.1: Right.\n")
    checkpoint = tmp_path / "notebooks" / ".ipynb_checkpoints" / "01_scenes-checkpoint.ipynb"
    write(checkpoint, "1.1: Right.\n")
    monkeypatch.setattr(lab, "project_root", lambda: tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(cli, ["lab", *arguments], catch_exceptions=False)


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_copies_are_made_once_and_never_overwritten(root):
    before = files(root / "notebooks")
    assert "4 new files" in run("--no-open").output
    assert sorted(files(root / "work")) == [
        "01_scenes.ipynb", "05_maps.ipynb", "solutions/01_scenes.ipynb", "solutions/05_maps.ipynb",
    ]  # fmt: skip
    write(root / "work" / "05_maps.ipynb", "5.1: Right.\n")
    mine = files(root / "work")
    assert run("--no-open").output == ""
    assert files(root / "work") == mine
    assert files(root / "notebooks") == before


def test_a_fresh_chapter_keeps_what_was_done_under_another_name(root):
    run("--no-open")
    for number in (1, 2):
        write(root / "work" / "05_maps.ipynb", f"my work {number}")
        done = (root / "work" / "05_maps.ipynb").read_bytes()
        assert f"05_maps_mine_{number}.ipynb" in run("--fresh", "05").output
        stored = (root / "notebooks" / "05_maps.ipynb").read_bytes()
        assert (root / "work" / "05_maps.ipynb").read_bytes() == stored
        assert (root / "work" / f"05_maps_mine_{number}.ipynb").read_bytes() == done


def test_what_is_solved_is_read_from_the_copies(root):
    run("--no-open")
    write(root / "work" / "05_maps.ipynb", "5.1: Right.\n5.1: Right.\n", "5.2: Not yet: got 3.")
    (root / "work" / "01_scenes.ipynb").write_text("half a noteb")
    said = run("--status").output
    assert [line.split() for line in said.splitlines() if line.startswith("05")] == [
        ["05_maps", "5.1", "solved"],
        ["05_maps", "5.2", "open"],
    ]
    assert "01_scenes.ipynb is no notebook any more" in said


@pytest.mark.parametrize("number", ["5", "77", "../05", ""])
def test_a_chapter_that_is_none_is_refused(root, number):
    with pytest.raises(S2kitError, match=r"choose one of: 01, 05"):
        run("--fresh", number)


def test_without_chapters_there_is_nothing_to_open(tmp_path, monkeypatch):
    monkeypatch.setattr(lab, "project_root", lambda: tmp_path)
    with pytest.raises(S2kitError, match="no chapters here"):
        run()


def test_jupyterlab_opens_on_the_first_page_of_the_copies(root, monkeypatch):
    write(root / "notebooks" / "00_start.ipynb", "")
    called = []
    monkeypatch.setattr(lab.subprocess, "call", lambda command: called.extend(command) or 0)
    assert run("--", "--no-browser").exit_code == 0
    assert called[-1] == "--no-browser"
    assert "--LabApp.default_url=/lab/tree/work/00_start.ipynb" in called
    assert f"--ServerApp.root_dir={root}" in called
