"""``python -m s2kit assess`` as a user types it."""

import json
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
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import TAG

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
    assert lines[0] == "classes from the column label (by its name)"
    assert lines[1].split() == ["name", "TPR/PA", "TNR", "PPV/UA", "ACC", "F1"]
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


def tagged(path: Path, trained_on: str, **tags: str) -> Path:
    """Give a map the tags that tell which image it is of and what its weights were trained on."""
    with rasterio.open(path, "r+") as file:
        file.update_tags(S2KIT_TRAINED_ON=trained_on, **tags)
    return path


TRAINED_ON = json.dumps([{"scene": "may", "sha256": "aa"}, {"scene": "june", "sha256": "bb"}])


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"S2KIT_IMAGE": "bb", "scene": "copy"}, "were trained on its own image (june); the fig"),
        ({"S2KIT_IMAGE": "cc", "scene": "may"}, "trained on an image of the same name (may), with"),
        ({"S2KIT_IMAGE": "cc", "scene": "july"}, None),
        ({}, None),
    ],
)
def test_a_map_of_a_scene_trained_on_is_said_first(
    class_map: Path, polygons: Path, tags: dict[str, str], message: str | None
) -> None:
    path = tagged(class_map, TRAINED_ON, **tags)
    result = CliRunner().invoke(cli, ["assess", str(path), str(polygons)])
    first = result.output.splitlines()[0]
    if message is None:
        assert "trained" not in result.output
    else:
        assert first.startswith("warning: the weights of this map were")
        assert message in first
    assert "pixel OA 50.00 (8 pixels)" in result.output


@pytest.mark.parametrize("text", ["no list", "[1]", '[{"scene": "may"}]', "7"])
def test_a_damaged_tag_is_one_line(class_map: Path, polygons: Path, text: str) -> None:
    result = CliRunner().invoke(cli, ["assess", str(tagged(class_map, text)), str(polygons)])
    assert "tag S2KIT_TRAINED_ON cannot be read; map the image anew" in str(result.exception)


def test_polygons_that_contradict_one_another_are_told(class_map: Path, tmp_path: Path) -> None:
    shapes = [box(X + 10 * k, Y - 40, X + 10 * k + 20, Y) for k in range(7)]
    table = gpd.GeoDataFrame({"label": [4, 5, 4, 5, 4, 5, 4]}, geometry=shapes, crs=32633)
    table.to_file(tmp_path / "over.gpkg")
    result = CliRunner().invoke(cli, ["assess", str(class_map), str(tmp_path / "over.gpkg")])
    lines = [line for line in result.output.splitlines() if line.startswith("warning")]
    assert lines[0] == "warning: polygons 1 (class 4) and 2 (class 5) share 400 m²"
    assert lines[5] == "warning: 6 such overlaps in all"
    assert len(lines) == 6


def test_a_confidence_image_is_no_map(class_map: Path, polygons: Path) -> None:
    for change in ({"scales": (0.01,)}, {"descriptions": ("probability of the mapped class",)}):
        image = write_codes(class_map.with_name("sure.tif"), np.full((6, 8), 9))
        with rasterio.open(image, "r+") as file:
            for name, value in change.items():
                setattr(file, name, value)
        for arguments in ([image, polygons], [class_map, image]):
            result = CliRunner().invoke(cli, ["assess", *map(str, arguments)])
            assert str(result.exception).startswith(f"{image} is a confidence image or another")


def test_another_networks_map_is_no_reference(class_map: Path, tmp_path: Path) -> None:
    other = tagged(write_codes(tmp_path / "other.tif", np.full((6, 8), 4)), TRAINED_ON)
    result = CliRunner().invoke(cli, ["assess", str(class_map), str(other)])
    assert result.output.startswith(f"warning: the reference {other} is itself a map")
    assert "pixel OA 100.00 (40 pixels)" in result.output


def test_codes_times_twenty_are_no_map_and_no_reference(class_map: Path, tmp_path: Path) -> None:
    shown = write_codes(tmp_path / "shown.tif", np.full((6, 8), 80))
    for pair in ((class_map, shown), (shown, class_map)):
        result = CliRunner().invoke(cli, ["assess", *map(str, pair)])
        assert str(result.exception).startswith(f"{shown} holds 80, no class codes")


OWN = json.dumps({
    "title": "mine",
    "classes": [
        {"code": 4, "name": "field", "short": "field", "colour": "#ff0000", "safe": "#ff0000"},
        {"code": 5, "name": "soil", "short": "soil", "colour": "#00ff00", "safe": "#00ff00"},
    ],
})  # fmt: skip


def test_a_map_and_a_reference_of_other_classes_are_not_compared(
    class_map: Path, tmp_path: Path
) -> None:
    mask = write_codes(tmp_path / "mask.tif", np.full((6, 8), 4))
    with rasterio.open(mask, "r+") as file:
        file.update_tags(**{TAG: OWN})
    result = CliRunner().invoke(cli, ["assess", str(class_map), str(mask)])
    assert isinstance(result.exception, S2kitError)
    assert str(mask) in str(result.exception)
    assert "class" in str(result.exception)


def test_a_map_is_not_its_own_reference(class_map: Path, tmp_path: Path) -> None:
    (tmp_path / "link.tif").symlink_to(class_map)
    result = CliRunner().invoke(cli, ["assess", str(class_map), str(tmp_path / "link.tif")])
    assert str(result.exception).endswith("is compared with itself; give its reference")


def test_the_class_column_is_asked_for_in_doubt(class_map: Path, tmp_path: Path) -> None:
    shapes = [box(X + 10 * k, Y - 20, X + 10 * k + 10, Y) for k in range(8)]
    columns = {"id": range(1, 9), "class": [4] * 8, "lulc": [4, 5] * 4}
    table = gpd.GeoDataFrame(columns, geometry=shapes, crs=32633)
    table.to_file(tmp_path / "both.gpkg")
    command = ["assess", str(class_map), str(tmp_path / "both.gpkg")]
    assert "class and lulc could; name it" in str(CliRunner().invoke(cli, command).exception)
    named = CliRunner().invoke(cli, [*command, "--label", "lulc"]).output
    assert named.splitlines()[0] == "classes from the column lulc (as asked)"
    assert "pixel OA 50.00 (16 pixels)" in named


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
