"""``sample`` and ``assess --sampled`` as a user types them."""

from pathlib import Path

import numpy as np
import pytest
from class_maps import a_map, codes_of
from click.testing import CliRunner

import s2kit
from s2kit.__main__ import cli


@pytest.fixture
def class_map(tmp_path: Path) -> Path:
    s2kit.write_class_map(tmp_path / "map.tif", a_map(codes_of(1)))
    return tmp_path / "map.tif"


def typed(*arguments: object) -> list[str]:
    done = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_from_a_map_to_an_honest_number(class_map: Path, tmp_path: Path) -> None:
    out = tmp_path / "points.gpkg"
    lines = typed("sample", class_map, "--points", 100, "--out", out, "--seed", 7)
    assert lines[0].startswith("  4  mature crops: ")
    assert lines[-1] == f"100 points in random order: {out} (seed 7); fill its column label"
    points = s2kit.read_points(out)
    points["label"] = points.stratum
    points.loc[:9, "label"] = 5
    points.loc[90:, "label"] = None
    points["skipped"] = points.index >= 96
    s2kit.write_points(out, points)
    lines = typed("assess", class_map, out, "--sampled")
    assert lines[0].startswith("warning: 4 points were skipped; if they are the doubtful ones")
    assert lines[1].startswith("warning: 90 of 100 points are labelled; the figures below hold if")
    assert lines[2].split()[:2] == ["name", "points"]
    result = s2kit.assess_points(s2kit.read_class_map(class_map), points)
    low, best, high = (
        f"{100 * getattr(result.overall, part):.1f}" for part in ("low", "estimate", "high")
    )
    assert lines[-1] == f"overall accuracy {best} ({low}–{high}, 95 % interval; 90 points)"


def test_as_many_points_as_a_standard_error_needs(class_map: Path, tmp_path: Path) -> None:
    few, many = tmp_path / "few.gpkg", tmp_path / "many.gpkg"
    typed("sample", class_map, "--standard-error", 0.04, "--expected", 0.9, "--out", few)
    typed("sample", class_map, "--standard-error", 0.02, "--out", many, "--show-stratum")
    assert len(s2kit.read_points(few)) == 56
    assert len(s2kit.read_points(many)) == 368


def test_classes_without_or_with_one_label_are_said(class_map: Path, tmp_path: Path) -> None:
    out = tmp_path / "points.gpkg"
    typed("sample", class_map, "--points", 60, "--out", out)
    points = s2kit.read_points(out)
    points["label"] = points.stratum.where(~points.stratum.isin([8, 10]))
    points.loc[int(np.flatnonzero(points.stratum == 10)[0]), "label"] = 10
    s2kit.write_points(out, points)
    lines = typed("assess", class_map, out, "--sampled")
    assert any(line.startswith("warning: no labelled point in mapped class 8 (") for line in lines)
    assert any("one labelled point only in mapped class 10" in line for line in lines)
