"""``python -m s2kit classify`` as a user types it."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from click.testing import CliRunner, Result
from rasterio.transform import from_origin

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.maps.files import read_class_map
from s2kit.network.unet import UNet
from s2kit.network.weights import save_weights
from s2kit.scenes.bands import BAND_NAMES


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
    save_weights(tmp_path / "tiny.safetensors", UNet(width=2, depth=2), recipe="none")
    return tmp_path / "tiny.safetensors"


def classify(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["classify", *map(str, arguments)])


def test_an_image_becomes_a_map_and_a_confidence(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    out, sure = tmp_path / "new" / "map.tif", tmp_path / "confidence.tif"
    result = classify(image, "--weights", weights, "--out", out, "--confidence", sure)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("offset 1000, decided by the darkest pixels")
    assert lines[1].startswith(" 1  coniferous forest")
    assert lines[-2].split() == ["0", "no", "data", "0.3", "ha"]
    assert lines[-1] == f"class map in {out}"
    codes = read_class_map(out)
    assert codes.name == "image"
    assert (codes.values[:-1] > 0).all()
    assert (codes.values[-1] == 0).all()
    with rasterio.open(sure) as file:
        assert (file.read(1)[:-1] >= 10).all()


def test_offset_and_reflectance_give_the_same_map(tmp_path: Path, weights: Path) -> None:
    numbers = digital_numbers(30)
    images = {
        "0": write_image(tmp_path / "0.tif", numbers),
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
    assert not result.output.startswith("offset")
    maps.append(read_class_map(tmp_path / "map.tif").values)
    np.testing.assert_array_equal(maps[0], maps[1])
    np.testing.assert_array_equal(maps[0], maps[2])


def test_a_wrong_or_unclear_offset_stops_with_a_sentence(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(1030))
    options = ("--weights", weights, "--out", tmp_path / "map.tif")
    wrong = classify(image, "--offset", 0, *options).exception
    assert isinstance(wrong, S2kitError)
    assert "seems to want the offset 1000" in str(wrong)
    bright = write_image(tmp_path / "bright.tif", digital_numbers(700))
    unclear = classify(bright, *options).exception
    assert isinstance(unclear, S2kitError)
    assert "give --offset 0 (before 04.00) or 1000" in str(unclear)
    assert not (tmp_path / "map.tif").exists()


def test_an_image_of_another_resolution_is_refused(tmp_path: Path, weights: Path) -> None:
    image = write_image(tmp_path / "image.tif", digital_numbers(30), pixel=20)
    error = classify(image, "--weights", weights, "--out", tmp_path / "map.tif").exception
    assert "has pixels of 20 × 20" in str(error)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("image.tif", "--out", "map.png"), "must end in .tif"),
        (("image.tif", "--out", "image.tif"), "different files"),
        (("image.tif", "--out", "a.tif", "--confidence", "a.tif"), "different files"),
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
        assert file.tags()["weights"] == "strzegom.safetensors"


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
