"""``python -m s2kit classify`` as a user types it."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import torch
from click.testing import CliRunner, Result
from rasterio.transform import from_origin

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.maps.files import read_class_map
from s2kit.network.scaling import TYPICAL
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network, save_network
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.raster import read_scene
from s2kit.scenes.statistics import ImageStatistics, image_statistics


def write_image(path: Path, values: np.ndarray, named: bool = True, pixel: float = 10) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[1], width=values.shape[2],
        count=values.shape[0], dtype=values.dtype, crs="EPSG:32633",
        transform=from_origin(585420, 5652250, pixel, pixel),
    ) as file:  # fmt: skip
        file.write(values)
        if named:
            file.descriptions = BAND_NAMES
    return path


def digital_numbers(darkest: int) -> np.ndarray:
    values = np.random.default_rng(0).integers(darkest, 4000, (10, 20, 30)).astype(np.uint16)
    values[:, 0] = darkest
    values[:, -1] = 0  # the empty row of the authors' patches
    return values


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_network(
        tmp_path / "tiny.safetensors", UNet(width=2, depth=2, scaling="both"), recipe="none"
    )
    return tmp_path / "tiny.safetensors"


def classify(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["classify", *map(str, arguments)])


def test_an_image_becomes_a_map_and_a_confidence(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    out, sure = tmp_path / "new" / "map.tif", tmp_path / "confidence.tif"
    result = classify(image, "--weights", weights, "--out", out, "--confidence", sure)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("offset 1000, decided by the darkest pixels")
    assert lines[1].startswith("eight looks, as the image has no more than 4 megapixels")
    assert lines[2].startswith(" 1  coniferous forest")
    assert lines[-2].split() == ["0", "no", "data", "0.3", "ha"]
    assert lines[-1] == f"class map in {out}"
    codes = read_class_map(out)
    assert codes.name == "image"
    assert (codes.values[:-1] > 0).all()
    assert (codes.values[-1] == 0).all()
    with rasterio.open(sure) as file:
        assert (file.read(1)[:-1] >= 10).all()


def test_areas_and_polygons_are_written_with_the_map(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    areas, polygons = tmp_path / "areas.csv", tmp_path / "polygons.gpkg"
    result = classify(image, "--weights", weights, "--out", tmp_path / "map.tif", "--no-turns",
                      "--areas", areas, "--polygons", polygons, "--min-area", 0.1)  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "one look (--no-turns)" in result.stdout.splitlines()
    table = pd.read_csv(areas, index_col="code")
    assert table.hectares[0] == 0.3
    assert table.hectares.sum() == pytest.approx(6)
    assert table.percent.sum() == pytest.approx(100, abs=0.01)
    outlines = gpd.read_file(polygons)
    assert list(outlines.columns) == ["label", "name", "hectares", "geometry"]
    assert outlines.hectares.sum() == pytest.approx(5.7)
    assert outlines.crs.to_epsg() == 32633


def test_a_map_says_how_much_of_it_is_unlike_the_training(tmp_path: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    out, unlike = tmp_path / "map.tif", tmp_path / "unlike.tif"
    result = classify(image, "--weights", "simulated", "--no-turns", "--out", out,
                      "--applicability", unlike)  # fmt: skip
    assert result.exit_code == 0, result.output
    (line,) = [each for each in result.stdout.splitlines() if "unlike all that was learnt" in each]
    with rasterio.open(unlike) as file:
        assert file.nodata == 65535
        assert file.scales == (0.01,)
        counts = file.read(1)
    assert (counts[-1] == 65535).all()
    share = (counts[:-1] > 100).mean()
    assert share > 0.5  # it is noise
    assert line.startswith(f"{100 * share:.0f} %")


def test_weights_that_cannot_tell_are_refused_before_the_work(
    tmp_path: Path, weights: Path
) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    out, unlike = tmp_path / "map.tif", tmp_path / "unlike.tif"
    result = classify(image, "--weights", weights, "--out", out, "--applicability", unlike)
    assert isinstance(result.exception, S2kitError)
    assert "tiny.safetensors carries no pixels of its training" in str(result.exception)
    assert not out.exists()
    assert not unlike.exists()


def test_offset_and_reflectance_give_the_same_map(
    tmp_path: Path, weights: Path, landscape: Callable[..., np.ndarray]
) -> None:
    numbers = np.round(landscape(20, 30) * 10_000)
    numbers[:, -1] = 0
    images = {
        "0": write_image(tmp_path / "0.tif", numbers.astype(np.uint16)),
        "1000": write_image(
            tmp_path / "1000.tif", np.where(numbers > 0, numbers + 1000, 0).astype(np.uint16)
        ),
    }
    maps = []
    for offset, image in images.items():
        out = tmp_path / f"map{offset}.tif"
        result = classify(image, "--offset", offset, "--weights", weights, "--out", out)
        assert result.exit_code == 0, result.output
        maps.append(read_class_map(out).values)
    reflectance = np.where(numbers > 0, numbers / 10_000, np.nan).astype(np.float32)
    image = write_image(tmp_path / "float.tif", reflectance, named=False)
    result = classify(image, "--weights", weights, "--out", tmp_path / "map.tif")
    assert result.exit_code == 0, result.output
    assert "offset 0" not in result.output
    assert "float.tif does not name its bands; they are taken for B02, B03" in result.output
    maps.append(read_class_map(tmp_path / "map.tif").values)
    np.testing.assert_array_equal(maps[0], maps[1])
    np.testing.assert_array_equal(maps[0], maps[2])


def test_a_wrong_or_unclear_offset_stops_with_a_sentence(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    options = ("--weights", weights, "--out", tmp_path / "map.tif")
    wrong = classify(image, "--offset", 0, *options).exception
    assert isinstance(wrong, S2kitError)
    assert "says 0; pixels say 1000" in str(wrong)
    bright = write_image(tmp_path / "bright.tif", digital_numbers(2700))
    unclear = classify(bright, *options).exception
    assert isinstance(unclear, S2kitError)
    assert "say 0 (before 04.00) or 1000 with --offset" in str(unclear)
    assert not (tmp_path / "map.tif").exists()


def test_an_image_of_another_resolution_is_refused(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(30), pixel=20)
    error = classify(image, "--weights", weights, "--out", tmp_path / "map.tif").exception
    assert "has pixels of 20 × 20 m on the ground" in str(error)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("image.tif", "--out", "map.png"), "must end in .tif"),
        (("image.tif", "--out", "image.tif"), "would overwrite the input image.tif"),
        (("image.tif", "--out", "a.tif", "--confidence", "a.tif"), "are one file"),
        (("missing.tif", "--out", "map.tif", "--weights", "tiny.safetensors"), "missing.tif is no"),
        (("image.tif", "--out", "map.tif", "--weights", "none"), "no weights at none"),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(
    tmp_path: Path,
    weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "image.tif", digital_numbers(30))
    error = classify(*arguments).exception
    assert isinstance(error, S2kitError)
    assert message in str(error)
    assert not (tmp_path / "map.tif").exists()


def test_a_network_comes_with_the_command(tmp_path: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    result = classify(image, "--out", tmp_path / "map.tif", "--no-turns")
    assert result.exit_code == 0, result.output
    with rasterio.open(tmp_path / "map.tif") as file:
        tags = file.tags()
    assert tags["S2KIT_WEIGHTS"] == "portable.safetensors"
    assert tags["S2KIT_WEIGHTS_SHA256"] == load_network("portable").card["sha256"]
    assert (tags["S2KIT_SCALING"], tags["S2KIT_LOOKS"]) == ("shrunk", "1")
    assert len(json.loads(tags["S2KIT_TRAINED_ON"])) == 31
    scene = read_scene(image, 1000)
    assert tags["S2KIT_IMAGE"] == pixels_sha256(scene)
    assert ImageStatistics.from_json(tags["S2KIT_STATISTICS"]) == image_statistics(scene)
    assert read_class_map(tmp_path / "map.tif").attrs["statistics"] == tags["S2KIT_STATISTICS"]


def test_a_piece_is_scaled_like_the_image_or_the_map_it_is_of(
    tmp_path: Path, weights: Path
) -> None:
    numbers = digital_numbers(1030)
    numbers[:, 10:] += 2000
    whole, piece = (
        write_image(tmp_path / f"{name}.tif", part)
        for name, part in (("whole", numbers), ("piece", numbers[:, :, :12]))
    )
    names = ("whole", "by_image", "by_map", "typical", "own")
    out = {name: tmp_path / f"{name}_map.tif" for name in names}
    options = ("--weights", weights, "--offset", 1000)
    for arguments in (
        (whole, "--out", out["whole"]),
        (piece, "--out", out["by_image"], "--statistics", whole),
        (piece, "--out", out["by_map"], "--statistics", out["whole"]),
        (piece, "--out", out["typical"], "--statistics", "typical"),
        (piece, "--out", out["own"]),
    ):
        result = classify(*arguments, *options)
        assert result.exit_code == 0, result.output
    maps = {name: read_class_map(path) for name, path in out.items()}
    statistics = {name: each.attrs["statistics"] for name, each in maps.items()}
    assert statistics["by_image"] == statistics["by_map"] == statistics["whole"]
    assert statistics["own"] != statistics["whole"]
    assert ImageStatistics.from_json(statistics["typical"]) == TYPICAL
    np.testing.assert_array_equal(maps["by_image"], maps["by_map"])


def test_statistics_that_cannot_be_had_are_named(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    plain = write_image(tmp_path / "plain.tif", np.ones((1, 9, 9), np.uint8), named=False)
    forged = write_image(tmp_path / "forged.tif", np.ones((1, 9, 9), np.uint8), named=False)
    with rasterio.open(forged, "r+") as file:
        file.update_tags(S2KIT_STATISTICS="0.1")
    options = ("--weights", weights, "--out", tmp_path / "map.tif", "--statistics")
    for source, says in {
        plain: "plain.tif carries no image statistics",
        forged: "'0.1' are no image statistics",
        tmp_path / "none.tif": "none.tif is no readable raster",
        tmp_path / "map.tif": "would overwrite the input",
    }.items():
        error = classify(image, *options, source).exception
        assert isinstance(error, S2kitError)
        assert says in str(error)
        assert not (tmp_path / "map.tif").exists()


def test_both_engines_map_alike(tmp_path: Path, weights: Path) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    maps = []
    for engine in ("torch", "openvino"):
        out = tmp_path / f"{engine}.tif"
        result = classify(image, "--weights", weights, "--engine", engine, "--out", out)
        assert result.exit_code == 0, result.output
        maps.append(read_class_map(out).values)
    assert (maps[0] == maps[1]).mean() > 0.99


def test_the_image_and_the_map_must_be_named() -> None:
    assert classify().exit_code == 2
    assert classify("image.tif").exit_code == 2
    assert classify("image.tif", "--out", "map.tif", "--offset", "500").exit_code == 2


def test_help_shows_examples() -> None:
    assert "classify strzegom_20230709_33u.tif --out map.tif" in classify("--help").output
