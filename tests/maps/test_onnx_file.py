"""A network in an ONNX file computes what it computes here, also as QGIS's Deepness uses it."""

import builtins
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from click.testing import CliRunner
from scene_files import write

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.maps.classify import classify
from s2kit.maps.deepness import tiles_of
from s2kit.maps.layout import margin_of
from s2kit.maps.onnx_file import export_onnx
from s2kit.network.scaling import SCALINGS
from s2kit.network.unet import UNet
from s2kit.scenes.raster import read_scene

Landscape = Callable[..., np.ndarray]


def make(scaling: str, depth: int = 2) -> UNet:
    torch.manual_seed(0)
    network = UNet(width=4, depth=depth, scaling=scaling)
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(2, network.channels, 32, 32))
        network.head.weight *= 30
    return network.eval()


def image(path: Path, landscape: Landscape, height: int, width: int, offset: int = 1000) -> Path:
    values = np.round(landscape(height, width) * 10_000 + offset).astype("uint16")
    values[:, 20:30, 7:19] = 0
    return write(path, values)


def run(path: Path, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (told,) = session.run(None, {"image": x})
    return told


def metadata(path: Path) -> dict[str, str]:
    return {each.key: each.value for each in onnx.load(path).metadata_props}


def as_deepness(path: Path, numbers: np.ndarray) -> np.ndarray:
    """Do with an image (bands, y, x) what the plugin does: return the output channels (y, x)."""
    said = {key: json.loads(metadata(path)[key]) for key in ("tile_size", "tiles_overlap")}
    side, overlap = said["tile_size"], said["tile_size"] * said["tiles_overlap"] // 100
    stride, half = side - overlap, overlap // 2
    height, width = numbers.shape[1:]
    steps = [max(0, -(-(size - side) // stride)) for size in (height, width)]
    full = np.zeros((len(numbers), *(side + n * stride for n in steps)), numbers.dtype)
    full[:, :height, :width] = numbers
    result = np.zeros(full.shape[1:], int)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for row in range(steps[0] + 1):
        for column in range(steps[1] + 1):
            top, left = row * stride, column * stride
            seen = full[:, top : top + side, left : left + side]
            batch = np.float32(seen[None] * 1.0 / 255.0)
            (told,) = session.run(None, {session.get_inputs()[0].name: batch})
            first = [half if number else 0 for number in (row, column)]
            last = [
                side if number == most else side - half
                for number, most in zip((row, column), steps, strict=True)
            ]
            inside = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
            result[top + first[0] : top + last[0], left + first[1] : left + last[1]] = told[
                0
            ].argmax(axis=0)[inside]
    return result[:height, :width]


@pytest.mark.parametrize("size", [(16, 24), (33, 51), (40, 17)])
def test_without_a_scene_it_gives_the_probabilities_of_the_scaled_input(
    size: tuple[int, int], tmp_path: Path
) -> None:
    network = make("both")
    export_onnx(tmp_path / "n.onnx", network)
    x = torch.rand(1, network.channels, *size)
    with torch.inference_mode():
        expected = network(x).softmax(dim=1).numpy()
    np.testing.assert_allclose(run(tmp_path / "n.onnx", x.numpy()), expected, atol=1e-4)
    model = onnx.load(tmp_path / "n.onnx")
    assert max(each.version for each in model.opset_import if not each.domain) <= 17


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("offset", [0, 1000])
def test_with_a_scene_it_takes_the_numbers_of_the_file(
    scaling: str, offset: int, tmp_path: Path, landscape: Landscape
) -> None:
    network = make(scaling)
    path = image(tmp_path / "i.tif", landscape, 61, 74, offset)
    export_onnx(tmp_path / "n.onnx", network, path, offset)  # type: ignore[arg-type]
    scene = read_scene(path, offset=offset)  # type: ignore[arg-type]
    expected, _ = classify(network, scene, turns=False)
    values = np.round(landscape(61, 74) * 10_000 + offset).astype("uint16")
    values[:, 20:30, 7:19] = 0
    told = run(tmp_path / "n.onnx", np.float32(values[None] / 255.0))
    codes = np.array(json.loads(metadata(tmp_path / "n.onnx")["codes"]))[told[0].argmax(axis=0)]
    assert (codes == expected.to_numpy()).mean() > 0.999
    np.testing.assert_allclose(told.sum(axis=1), 1, atol=1e-5)


def test_bands_in_another_order_and_a_declared_gap_are_baked_in(
    tmp_path: Path, landscape: Landscape
) -> None:
    network = make("both")
    values = np.round(landscape(40, 40) * 10_000 + 1000).astype("int32")
    values[3, 5, 6] = -9999
    path = write(tmp_path / "i.tif", values[::-1].copy(), named=False, nodata=-9999)
    bands = ["B12", "B11", "B8A", "B08", "B07", "B06", "B05", "B04", "B03", "B02"]
    export_onnx(tmp_path / "n.onnx", network, path, 1000, bands)
    expected, _ = classify(network, read_scene(path, 1000, bands), turns=False)
    told = run(tmp_path / "n.onnx", np.float32(values[None, ::-1] / 255.0))[0].argmax(axis=0)
    assert told[5, 6] == 0 == expected[5, 6]
    assert (told == expected.to_numpy()).mean() > 0.999


def test_deepness_maps_what_classify_does_at_one_look(
    tmp_path: Path, landscape: Landscape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s2kit.maps.deepness.TILE", 160)
    network = make("both", depth=2)
    path = image(tmp_path / "i.tif", landscape, 330, 470)
    export_onnx(tmp_path / "n.onnx", network, path, deepness=True)
    facts = metadata(tmp_path / "n.onnx")
    names = json.loads(facts["class_names"])
    assert names["0"] == "no data"
    assert list(names) == [str(number) for number in range(11)]
    assert facts["tile_size"] == facts["tiles_size"]
    assert int(facts["tile_size"]) < 330
    assert facts["resolution"] == "1000"
    values = np.round(landscape(330, 470) * 10_000 + 1000).astype("uint16")
    values[:, 20:30, 7:19] = 0
    expected, _ = classify(network, read_scene(path), turns=False)
    same = as_deepness(tmp_path / "n.onnx", values) == expected.to_numpy()
    assert same.mean() >= 0.999


def test_deepness_sees_the_edges_of_an_image_smaller_than_a_tile(
    tmp_path: Path, landscape: Landscape
) -> None:
    network = make("both", depth=1)
    values = np.round(landscape(101, 90) * 10_000 + 1000).astype("uint16")
    values[:, -1], values[:, :, -3:] = 0, 0  # the empty row of the authors' patches, and columns
    path = write(tmp_path / "i.tif", values)
    export_onnx(tmp_path / "n.onnx", network, path, 1000, deepness=True)
    expected, _ = classify(network, read_scene(path, 1000), turns=False)
    np.testing.assert_array_equal(as_deepness(tmp_path / "n.onnx", values), expected)


@pytest.mark.parametrize("depth", [1, 3, 4, 5])
def test_tiles_overlap_by_more_than_the_receptive_field(depth: int) -> None:
    network = UNet(width=1, depth=depth, scaling="fixed")
    tiles = tiles_of(network)
    overlap = tiles.side * tiles.overlap / 100
    assert overlap >= 2 * margin_of(network)
    assert overlap % (2 * 2**depth) == 0 == tiles.side % 2**depth


def test_a_file_for_deepness_has_a_size_and_one_of_any_size_has_none(
    tmp_path: Path, landscape: Landscape
) -> None:
    path = image(tmp_path / "i.tif", landscape, 40, 40)
    network = make("fixed", depth=1)
    side = tiles_of(network).side
    for deepness, expected in ((True, [1, 10, side, side]), (False, [1, 10, "height", "width"])):
        export_onnx(tmp_path / "n.onnx", network, path, deepness=deepness)
        session = onnxruntime.InferenceSession(str(tmp_path / "n.onnx"))
        shape = session.get_inputs()[0].shape
        assert shape == expected
    with pytest.raises(S2kitError, match="--for-scene"):
        export_onnx(tmp_path / "n.onnx", network, deepness=True)


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: object) -> object:
        if name == "onnxruntime":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(S2kitError, match=r"onnxruntime is not installed.*s2kit\[export\]"):
        export_onnx(tmp_path / "n.onnx", make("fixed"))
    assert not list(tmp_path.iterdir())


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    arguments = ["export", "--onnx", str(tmp_path / "n.onnx"), "--weights", "simulated"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "any size" in result.output
    result = CliRunner().invoke(cli, [*arguments, "--deepness"])
    assert isinstance(result.exception, S2kitError)
