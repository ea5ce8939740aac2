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

from s2kit.__main__ import cli

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


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "s2kit", "assess", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_problems_are_one_line_and_exit_1(class_map: Path, polygons: Path, tmp_path: Path) -> None:
    shifted = write_codes(tmp_path / "smaller.tif", np.full((5, 8), 4))
    done = run(class_map, shifted)
    assert done.returncode == 1
    assert done.stderr.startswith("error: map and reference lie on different grids")
    assert len(done.stderr.splitlines()) == 1
    assert "drop it" in run(class_map, shifted, "--label", "DN").stderr
    assert "no column 'DN'" in run(class_map, polygons, "--label", "DN").stderr


def test_wrong_usage_exits_2(class_map: Path) -> None:
    assert run(class_map).returncode == 2


def test_the_authors_map_of_strzegom(mirror: Path) -> None:
    folder = mirror / ARCHIVE
    done = run(
        folder / "accuracy_analysis" / "strzegom_20230709_33u_class.tif",
        folder / "test_mask" / "strzegom_ref.gpkg",
    )
    assert done.stdout.splitlines()[-2:] == [
        "pixel OA 94.59 (38588 pixels)",
        "object OA 89.01 (191 polygons)",
    ]
