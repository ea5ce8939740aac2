"""The audit: what the archive gives exactly, and what goes without it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from s2kit.__main__ import _run, cli
from s2kit.accuracy.metrics import class_metrics
from s2kit.accuracy.tables import HEADINGS
from s2kit.audit.audit import (
    NEEDS_FILES,
    _judge,
    audit,
    count_verdicts,
    explanations,
    verdict_line,
)
from s2kit.audit.evidence import load_evidence
from s2kit.audit.printed_tables import printed_table
from s2kit.audit.readings import Reading
from s2kit.audit.stored import from_json, stored_evidence, to_json
from s2kit.settings import authors_source


@pytest.fixture
def no_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S2KIT_MIRROR", raising=False)
    monkeypatch.setenv("S2KIT_DATA", "simulated")


def reading(verdict: str, value: float) -> Reading:
    return Reading(verdict, "file", f"rule of {value}", pd.DataFrame({"b": [value]}, index=["a"]))  # type: ignore[arg-type]


def test_the_stated_method_is_exact_and_later_readings_name_their_price() -> None:
    stated, half, older = (
        reading("exact", 86.36),
        reading("rounding", 86.5),
        reading("explained", 9),
    )
    assert _judge("a", "b", "86.4", [stated, half, older], 1)[:3] == (86.36, "exact", 86.36)
    assert _judge("a", "b", "86.5", [stated, half, older], 1)[:3] == (86.36, "rounding", 86.5)
    assert _judge("a", "b", "9", [stated, half, older], 0)[:4] == (
        86.36,
        "explained",
        9,
        "rule of 9",
    )


def test_a_value_that_no_reading_gives_is_unexplained() -> None:
    stated, verdict, recomputed, *_ = _judge("a", "b", "50", [reading("exact", 86.36)], 0)
    assert (stated, verdict) == (86.36, "unexplained")
    assert np.isnan(recomputed)


def test_a_value_without_a_reading_needs_files() -> None:
    assert _judge("a", "c", "50", [reading("exact", 50)], 0)[1] == NEEDS_FILES


def test_half_a_unit_of_the_last_digit_is_exact() -> None:
    assert _judge("a", "b", "94.1", [reading("exact", 94.1049)], 2)[1] == "exact"
    assert _judge("a", "b", "94.1", [reading("exact", 94.106)], 2)[1] == "unexplained"


def test_every_number_of_the_paper_is_accounted_for(mirror: Path) -> None:
    result = audit(authors_source())
    assert result.missing is None
    assert verdict_line(result.paper) == "exact 548, rounding 1, explained 64, unexplained 0"
    assert verdict_line(result.archive) == "exact 170, rounding 0, explained 43, unexplained 0"


def test_which_tables_follow_from_the_newest_files_by_the_stated_method(mirror: Path) -> None:
    counts = count_verdicts(audit(authors_source()).paper)
    whole = counts[counts.exact == counts.sum(axis="columns")].index.tolist()
    assert whole == ["Table 4", "Table 5", "Table 6", "Table 7", "Table 9"]


def test_the_explanations_are_executed_not_asserted(mirror: Path) -> None:
    """Each explained value is the printed one when its rule is applied."""
    lines = audit(authors_source()).paper
    odd = lines[lines.verdict.isin(["explained", "rounding"])]
    decimals = odd.printed.str.partition(".")[2].str.len()
    decimals[odd.table.isin(["Table 10", "Table 12"])] = 2
    assert ((odd.recomputed - odd.printed.astype(float)).abs() <= 0.5 * 0.1**decimals + 1e-9).all()
    assert set(explanations(lines).table) == {
        "Table 2", "Table 3", "Table 8", "Table 10", "Table 12", "text",
    }  # fmt: skip


def test_table_3_is_the_older_reference_with_five_lost_cells(mirror: Path) -> None:
    result = audit(authors_source())
    third = result.paper[result.paper.table == "Table 3"]
    older, lost = (way.matrix for way in result.evidence.table_3)
    printed = third.printed.astype(int).to_numpy().reshape(10, 10)
    np.testing.assert_array_equal(lost, printed)
    assert int((older != lost).to_numpy().sum()) == 5


@pytest.mark.parametrize(("number", "area", "approach"), [
    (5, "strzegom", "pixel"), (6, "strzegom", "object"),
    (9, "kolbuszowa", "pixel"), (10, "kolbuszowa", "object"),
])  # fmt: skip
def test_blank_cells_are_the_undefined_ones(
    mirror: Path, number: int, area: str, approach: str
) -> None:
    ours = class_metrics(audit(authors_source()).evidence.counted[area, approach][-1].matrix)
    blank = printed_table(number)[list(HEADINGS.values())] == ""
    np.testing.assert_array_equal(ours.isna(), blank)


@pytest.mark.usefixtures("no_archive")
def test_without_the_archive_stored_counts_tell_the_whole_story() -> None:
    result = audit(authors_source())
    assert result.missing is not None
    assert "S2KIT_MIRROR" in result.missing
    assert verdict_line(result.paper) == (
        "exact 548, rounding 1, explained 64, unexplained 0; "
        "not recomputed here, from stored counts: 612"
    )
    marked = result.paper.files.str.startswith("stored counts of ")
    assert result.paper[~marked].files.tolist() == ["Table 9 as printed"]


def test_the_stored_counts_are_those_of_the_files(mirror: Path) -> None:
    """They are written anew by writing `to_json(load_evidence(authors_source()))` to the file."""
    counted = load_evidence(authors_source())
    assert to_json(counted) == to_json(stored_evidence())
    assert stored_evidence().stored
    assert not counted.stored


def test_what_is_written_as_json_is_read_again() -> None:
    evidence = stored_evidence()
    again = from_json(to_json(evidence))
    assert to_json(again) == to_json(evidence)
    assert again.csv["kolbuszowa"].equals(evidence.csv["kolbuszowa"])


def test_the_command_ends_with_the_verdicts(mirror: Path, tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    done = CliRunner().invoke(cli, ["audit", "--csv", str(path)])
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "exact 548, rounding 1, explained 64, unexplained 0"
    lines = pd.read_csv(path, dtype={"printed": str})
    assert len(lines) == 613 + 213
    assert lines[["table", "row", "column"]].duplicated().sum() == 0


@pytest.mark.usefixtures("no_archive")
def test_the_command_says_what_it_goes_without() -> None:
    done = CliRunner().invoke(cli, ["audit"])
    assert done.exit_code == 0
    assert done.stderr.startswith("without the authors' files: ")
    *_, verdicts, last = done.stdout.splitlines()
    assert verdicts.startswith("exact 548, rounding 1, explained 64, unexplained 0")
    assert last == "612 of 613 numbers were not recomputed: files missing"


@pytest.mark.parametrize("damage", ["damaged", "missing"])
@pytest.mark.parametrize("source", ["authors", "simulated"])
@pytest.mark.parametrize("options", [[], ["--claims"]])
def test_a_mirror_that_cannot_be_used_ends_with_how_much_is_missing(
    mirror: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: str,
    source: str,
    options: list[str],
) -> None:
    commit, path = "9a386bc732a5645fd8df0b10a1c6edec9c18a3be", "test_mask/strzegom_ref.gpkg"
    for each in (mirror / commit / "accuracy_analysis").iterdir():
        copy = tmp_path / commit / "accuracy_analysis" / each.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to(each)
    if damage == "damaged":
        (tmp_path / commit / path).parent.mkdir()
        (tmp_path / commit / path).write_bytes((mirror / commit / path).read_bytes()[:-1])
    for name, value in {
        "S2KIT_MIRROR": str(tmp_path),
        "S2KIT_DATA": source,
        "S2KIT_ARCHIVE": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    assert _run(["audit", *options]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(
        "error: 612 of 613 numbers were not recomputed: files missing or damaged: "
    )
    assert "strzegom_ref.gpkg" in told


def test_a_place_that_cannot_be_written_is_one_line(mirror: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = CliRunner().invoke(cli, ["audit", "--csv", str(tmp_path / "file" / "audit.csv")])
    assert "cannot be written" in str(done.exception)
