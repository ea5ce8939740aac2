"""Weights files: what goes in comes out, and no damaged or foreign file makes a map."""

import json
import shutil

import numpy as np
import pytest
import torch
import xarray as xr
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from s2kit.errors import S2kitError
from s2kit.network.tensors import tensors_sha256
from s2kit.network.unet import UNet, count_parameters
from s2kit.network.weights import (
    SHIPPED,
    SHIPPED_NAMES,
    load_network,
    load_weights,
    save_network,
    shipped_weights,
)
from s2kit.scenes.digest import pixels_sha256


@pytest.fixture
def path(tmp_path):
    """A file of untrained weights."""
    torch.manual_seed(0)
    path = tmp_path / "tiny.safetensors"
    save_network(path, UNet(width=2, depth=1, scaling="both"), recipe="none")
    return path


def header_of(path):
    with safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()["s2kit"])


def forge(path, tensors=None, **changes):
    """Write the file anew with another header or tensors, and a checksum that is right."""
    tensors = load_file(path) if tensors is None else tensors
    header = header_of(path) | {"sha256": tensors_sha256(tensors)} | changes
    kept = {key: value for key, value in header.items() if value is not None}
    save_file(tensors, path, metadata={"s2kit": json.dumps(kept)})


def test_weights_come_back_with_their_settings(tmp_path):
    path = tmp_path / "deep" / "small.safetensors"
    network = UNet(width=4, depth=2, scaling="fixed").eval()
    save_network(path, network, recipe="short", seed=3, scenes=["strzegom_20210619"])
    loaded, settings = load_weights(path)
    x = torch.rand(1, 10, 20, 20)
    rounded = network.half().float()
    with torch.inference_mode():
        assert torch.allclose(loaded(x), rounded(x), atol=1e-6)
    assert (loaded.scaling, loaded.width, loaded.depth) == ("fixed", 4, 2)
    assert loaded.card == settings | {"weights": "small.safetensors"}
    assert settings["seed"] == 3
    assert settings["scenes"] == ["strzegom_20210619"]
    assert [p.name for p in path.parent.iterdir()] == ["small.safetensors"]


def test_a_network_that_is_saved_again_keeps_its_card(path, tmp_path):
    network = load_network(path)
    save_network(tmp_path / "copy.safetensors", network, note="a copy")
    again = header_of(tmp_path / "copy.safetensors")
    assert again == header_of(path) | {"note": "a copy"}


def test_networks_are_loaded_by_name_or_path(path):
    assert load_network("simulated").card["recipe"] == "short"
    assert load_network(str(path)).card["recipe"] == "none"
    with pytest.raises(
        S2kitError, match=r"no weights at krakow; .*: portable, strzegom, simulated"
    ):
        load_network("krakow")


def test_missing_damaged_and_foreign_files_are_told_apart(path, tmp_path):
    with pytest.raises(S2kitError, match="no weights at"):
        load_weights(tmp_path / "none.safetensors")
    with pytest.raises(S2kitError, match="no whole safetensors file"):
        load_weights(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(S2kitError, match="no whole safetensors file"):
        load_weights(path)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(S2kitError, match="not written by s2kit"):
        load_weights(path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": "s2kit-unet-2"}, "has the format 's2kit-unet-2'"),
        ({"format": None}, "has the format None"),
        ({"trained_on": None, "depth": None}, "lacks depth, trained_on"),
        ({"sha256": None}, "lacks sha256"),
        ({"scaling": "rule"}, "input scaling 'rule'; known are: fixed"),
        ({"scaling": ["both"]}, "input scaling"),
        ({"formula": "brightness"}, "made for formula 'brightness'"),
        ({"bands": ["B02"]}, "made for bands"),
        ({"nomenclature": []}, "a nomenclature cannot be read"),
        ({"width": "2"}, "width '2'; choose a whole number from 1 to 256"),
        ({"width": 2.0}, "width 2.0"),
        ({"width": True}, "width True"),
        ({"width": 10**9}, "width 1000000000"),
        ({"depth": 40}, "depth 40; choose a whole number from 1 to 6"),
        ({"depth": 0}, "depth 0"),
        ({"depth": 2}, "it names"),
        ({"trained_on": "strzegom"}, "does not say what it was trained on"),
        ({"trained_on": [{"name": "x"}]}, "does not say what it was trained on"),
        ({"training_statistics": {"pixels": 1}}, "training_statistics of .* cannot be read"),
        ({"training_statistics": [7]}, "training_statistics of .* cannot be read"),
        ({"training_statistics": [{"pixels": 9, "mean": [1], "deviation": [1]}]}, "cannot be read"),
        ({"reference": {"logits": [[1]]}}, "its reference"),
        ({"sha256": "0" * 64}, "do not have the checksum"),
    ],
)
def test_a_header_that_cannot_be_is_refused_in_one_line(path, changes, says):
    forge(path, **changes)
    with pytest.raises(S2kitError, match=says) as caught:
        load_weights(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize("text", ["{", "[1]", "null", '"both"', "[" * 100_000])
def test_a_header_that_is_no_json_object_is_refused(path, text):
    save_file(load_file(path), path, metadata={"s2kit": text})
    with pytest.raises(S2kitError, match="is no JSON"):
        load_weights(path)


def test_a_flipped_bit_is_found(path):
    good = path.read_bytes()
    for place in range(len(good) - 2000, len(good), 97):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(S2kitError, match="do not have the checksum of its header"):
            load_weights(path)


KERNEL = "encoder.0.0.weight"


def changed(name, change):
    """Return a function that changes one tensor of many."""
    return lambda tensors: tensors | {name: change(tensors[name])}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (changed(KERNEL, torch.zeros_like), f"nothing but zeros in {KERNEL}"),
        (changed(KERNEL, lambda t: t * torch.nan), f"not finite in {KERNEL}"),
        (changed("head.bias", lambda t: t + torch.inf), "not finite in head.bias"),
        (changed("encoder.0.1.running_var", lambda t: t - 2), "negative variance in encoder"),
        (changed(KERNEL, lambda t: t[:1]), f"another shape or type of {KERNEL}"),
        (changed(KERNEL, torch.Tensor.float), f"another shape or type of {KERNEL}"),
        (lambda t: t | {"tail": torch.ones(1)}, "has a stranger tail"),
        (lambda t: {k: v for k, v in t.items() if k != KERNEL}, f"lacks {KERNEL}"),
        (lambda t: {k: v * 0 for k, v in t.items()}, "nothing but zeros"),
    ],
)
def test_tensors_that_no_network_has_are_refused(path, change, says):
    forge(path, change(load_file(path)))
    with pytest.raises(S2kitError, match=says):
        load_weights(path)


def test_a_broken_network_is_not_saved(tmp_path):
    network = UNet(width=2, depth=1, scaling="fixed")
    torch.nn.init.constant_(network.head.bias, 1e6)  # beyond float16
    with pytest.raises(S2kitError, match="the network holds a number that is not finite"):
        save_network(tmp_path / "w.safetensors", network)
    assert not list(tmp_path.iterdir())


def test_the_checksum_of_pixels_is_of_their_values():
    values = np.random.default_rng(0).random((2, 3, 4)).astype("float32")
    values[0, 0, 0] = np.nan
    scene = xr.DataArray(values, dims=("band", "y", "x"))
    elsewhere = (
        scene.astype("float64").copy(data=np.asfortranarray(values)).assign_coords(x=range(4))
    )
    assert pixels_sha256(scene) == pixels_sha256(elsewhere)
    assert pixels_sha256(scene) != pixels_sha256(scene + 1e-6)
    assert pixels_sha256(scene) != pixels_sha256(scene[:, :, ::-1])
    mask = xr.DataArray(np.arange(6).reshape(2, 3), dims=("y", "x"))
    assert pixels_sha256(mask) == pixels_sha256(mask.astype("uint8"))
    assert pixels_sha256(mask) != pixels_sha256(mask.copy(data=mask.to_numpy().reshape(2, 3)[::-1]))


@pytest.mark.parametrize("source", ["simulated", "authors", "catalogue"])
def test_a_network_comes_with_the_package_for_every_source(source):
    network, settings = load_weights(shipped_weights(source))
    assert count_parameters(network) < 3e6
    assert all(name.startswith("strzegom") for name in settings["scenes"]) == (
        source != "simulated"
    )
    assert [each["scene"] for each in settings["trained_on"]] == settings["scenes"]
    assert [each["scene"] for each in settings["training_statistics"]] == settings["scenes"]
    assert shipped_weights(source).stat().st_size < 6.5e6


def test_the_card_names_every_network(tmp_path):
    card = (SHIPPED / "MODEL_CARD.md").read_text()
    assert {path.stem for path in SHIPPED.glob("*.safetensors")} == set(SHIPPED_NAMES)
    for name in SHIPPED_NAMES:
        assert f"{name}.safetensors" in card
    shutil.copy(SHIPPED / "strzegom.safetensors", tmp_path / "mine.safetensors")
    assert load_network(tmp_path / "mine.safetensors").card["weights"] == "mine.safetensors"
