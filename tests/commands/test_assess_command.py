"""``python -m s2kit assess`` as a user types it."""

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from rasterio.transform import from_origin
from shapely import box

from s2kit.__main__ import cli, main

ARCHIVE = "9a386bc732a5645fd8df0b10a1c6edec9c18a3be"
X, Y = 500_000, 5_600_060


def write_codes(path: Path, values: np.ndarray) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype="uint8", crs="EPSG:32633", transform=from_origin(X, Y, 10, 10), nodata=0,
    ) as file:  # fmt: skip
        file.write(values.astype("uint8"), 1)
    return path


@pytest.fixture
def class_map(tmp_path: Path) -> Path:
    values = np.full((6, 8), 4)
    values[5] = 0
    return write_codes(tmp_path / "map.tif", values)


@pytest.fixture
def polygons(tmp_path: Path) -> Path:
    shapes = [
        box(X, Y - 20, X + 20, Y),
        box(X + 20, Y - 20, X + 40, Y),
        box(X, Y - 60, X + 10, Y - 50),
    ]
    path = tmp_path / "reference.gpkg"
    gpd.GeoDataFrame({"label": [4, 5, 9]}, geometry=shapes, crs=32633).to_file(path)
    return path


def test_table_then_what_was_left_out_then_overall_accuracy(
    class_map: Path, polygons: Path
) -> None:
    result = CliRunner().invoke(cli, ["assess", str(class_map), str(polygons)])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].split() == ["name", "TPR/PA", "TNR", "PPV/UA", "ACC", "F1"]
    assert lines[-4:] == [
        "left out: 1 reference pixels without map data",
        "left out: 1 polygons without a mapped pixel",
        "pixel OA 50.00 (8 pixels)",
        "object OA 50.00 (2 polygons)",
    ]


def test_polygons_in_another_crs_are_reprojected_and_said_so(
    class_map: Path, polygons: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "degrees.geojson"
    gpd.read_file(polygons).to_crs(4326).to_file(moved)
    result = CliRunner().invoke(cli, ["assess", str(class_map), str(moved)])
    assert result.output.splitlines()[0] == "polygons reprojected from EPSG:4326 to EPSG:32633"
    assert "pixel OA 50.00 (8 pixels)" in result.output


def test_a_mask_ends_with_the_pixel_line(class_map: Path, tmp_path: Path) -> None:
    mask = write_codes(tmp_path / "mask.tif", np.full((6, 8), 4))
    result = CliRunner().invoke(cli, ["assess", str(class_map), str(mask)])
    assert result.output.splitlines()[-1] == "pixel OA 100.00 (40 pixels)"


def run(arguments: list[object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Call the program as the shell does; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["s2kit", "assess", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


def test_problems_are_one_line_and_exit_1(
    class_map: Path,
    polygons: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    smaller = write_codes(tmp_path / "smaller.tif", np.full((5, 8), 4))
    for arguments, message in {
        (class_map, smaller): "error: map and reference lie on different grids",
        (class_map, smaller, "--label", "DN"): "error: --label DN",
        (class_map, polygons, "--label", "DN"): f"error: {polygons} has no column 'DN'",
        (class_map, tmp_path / "none.gpkg"): f"error: {tmp_path / 'none.gpkg'} does not exist",
    }.items():
        assert run(list(arguments), monkeypatch) == 1
        told = capsys.readouterr().err
        assert told.startswith(message)
        assert len(told.splitlines()) == 1


def test_wrong_usage_exits_2(class_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run([class_map], monkeypatch) == 2


def test_the_authors_map_of_strzegom(mirror: Path) -> None:
    folder = mirror / ARCHIVE
    class_map = folder / "accuracy_analysis" / "strzegom_20230709_33u_class.tif"
    reference = folder / "test_mask" / "strzegom_ref.gpkg"
    command = [sys.executable, "-m", "s2kit", "assess", str(class_map), str(reference)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == [
        "pixel OA 94.59 (38588 pixels)",
        "object OA 89.01 (191 polygons)",
    ]
