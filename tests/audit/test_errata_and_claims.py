"""The slips with their evidence, and the table of claims."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner

from s2kit.__main__ import cli
from s2kit.audit.audit import audit
from s2kit.audit.claims import as_markdown, claims, our_maps
from s2kit.audit.errata import errata
from s2kit.audit.printed_tables import printed_table
from s2kit.settings import authors_source, course_source, workspace

ARCHIVE = "9a386bc732a5645fd8df0b10a1c6edec9c18a3be"


def test_every_slip_has_evidence_from_the_files(mirror: Path) -> None:
    slips = errata(audit(authors_source()), authors_source()).set_index("printed").evidence
    assert slips["roads (9)"] == "14 polygons named droga have label 7"
    assert slips["bare soils (6)"] == "5 polygons named gleba have label 5"
    assert slips["confusion matrix of Strzegom"] == (
        "its OA is 92.2, Table 2 prints 94.6; 14 cells belong to an older reference, 5 are lost"
    )
    assert slips["115, 1, 12, 53, 15"] == "5 cells without their zeros: 115 for 1105"
    assert "needs" not in " ".join(slips)


def test_without_the_files_the_evidence_is_the_stored_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S2KIT_MIRROR", raising=False)
    monkeypatch.setenv("S2KIT_DATA", "simulated")
    slips = errata(audit(authors_source()), authors_source()).set_index("printed").evidence
    assert slips["roads (9)"] == "14 polygons named droga have label 7"
    assert slips["krakow_20220603 listed three times"] == "3 patches with bounds of their own"
    assert slips["OA = ΣTP / Σ(TP + TN + FP + FN)"].startswith(
        "from Table 7 the formula gives 9.31"
    )


def test_claims_set_three_results_side_by_side(mirror: Path) -> None:
    theirs = mirror / ARCHIVE / "accuracy_analysis" / "strzegom_20230709_33u_class.tif"
    (workspace() / "results").mkdir(parents=True)
    with rasterio.open(theirs) as source:
        profile, values = source.profile, source.read(1)
    values[values == 7] = 3  # ours: a map that has no roads
    with rasterio.open(
        workspace() / "results" / "strzegom_20230709_class.tif", "w", **profile
    ) as out:
        out.write(values, 1)
    maps = our_maps(course_source(), workspace() / "results")
    assert list(maps) == ["strzegom"]
    table = claims(audit(authors_source()), authors_source(), maps).set_index("claim")
    assert table.loc["pixel OA, strzegom_20230709"].tolist() == [
        "94.6", "94.59", "94.46", "python -m s2kit course",
    ]  # fmt: skip
    assert table.loc["object OA, kolbuszowa_20210725", "ours"] == "–"
    assert table.loc["mean OA", "authors' files"] == "90.77; all polygons 90.19"
    assert table.loc["mean OA", "ours"].endswith("(strzegom only)")
    unseen = table.loc["pixel OA where none had, strzegom_20230709"]
    assert unseen["authors' files"] == "87.80"


def test_a_simulated_map_is_not_judged_by_the_real_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("S2KIT_DATA", "simulated")
    monkeypatch.delenv("S2KIT_MIRROR", raising=False)
    assert our_maps(course_source(), workspace() / "results") == {}
    table = claims(audit(authors_source()), authors_source(), {})
    assert (table["ours"] == "–").all()
    assert table.set_index("claim").loc["pixel OA, strzegom_20230709", "authors' files"] == "94.59"
    assert table.paper.tolist()[:2] == printed_table(2).loc["strzegom_20230709"].tolist()


def test_markdown_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2KIT_DATA", "simulated")
    monkeypatch.delenv("S2KIT_MIRROR", raising=False)
    done = CliRunner().invoke(cli, ["audit", "--claims"])
    rows = [line.split("|") for line in done.stdout.splitlines()]
    assert rows[0][1].strip() == "claim"
    assert len({len(row) for row in rows}) == 1
    assert done.stdout.rstrip("\n") == as_markdown(
        claims(audit(authors_source()), authors_source(), {})
    )
    assert np.all([row[0] == "" for row in rows])
