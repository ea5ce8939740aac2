"""A seeded share of the fuzzing of all readers; ``python tests/fuzz/run.py`` runs the whole."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import run

from s2kit.errors import LONGEST, S2kitError

SLOW = {"polygons": 10, "bands": 5, "SAFE": 5, "lock": 8, "catalogue": 8, "checkpoint": 10}
FAST = 30


@pytest.mark.parametrize("name", run.DOORS)
def test_a_damaged_file_is_read_or_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    seeds = run.DOORS[name].seeds(tmp_path / "good")
    for number in range(SLOW.get(name, FAST)):
        case = tmp_path / str(number)
        good, damaged = run.write_case(name, seeds, number, 7, case)
        end, why = run.read_case(name, good, damaged, case)
        assert end != "escape", f"{name} {number}: {why}"


def test_foreign_text_cannot_make_a_message_long_or_several_lines() -> None:
    text = str(S2kitError("a.csv, row 2: " + "x\r\n\x1b[2J" * 500 + "; correct it"))
    assert len(text) == LONGEST
    assert text.isprintable()
    assert text.startswith("a.csv, row 2: ")
    assert text.endswith("; correct it")


def test_the_program_counts_hangs_and_crashes(monkeypatch, tmp_path: Path) -> None:
    import os
    import time

    def read(path: Path) -> None:
        number = int(path.parent.name) if path.parent.name.isdigit() else -1
        if number == 0:
            os.abort()
        if number == 1:
            time.sleep(60)
        if number == 2:
            raise KeyError(path)

    door = run.Door(run.DOORS["manifest"].make, read, {"*": "list.csv"})
    monkeypatch.setitem(run.DOORS, "odd", door)
    monkeypatch.setattr(run, "LIMIT", 0.5)
    tally = run.fuzz("odd", range(4), 0, tmp_path / "work", tmp_path / "kept")
    assert dict(tally.ends) == {"crash": 1, "hang": 1, "escape": 1, "read": 1}
    kept = sorted(each.name for each in (tmp_path / "kept").iterdir())
    assert kept == ["odd-0-crash", "odd-1-hang", "odd-2-escape"]
    assert (tmp_path / "kept" / "odd-2-escape" / "list.csv").exists()
