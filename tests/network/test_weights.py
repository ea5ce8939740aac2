import pytest
import torch
from safetensors.torch import save_file

from s2kit.errors import S2kitError
from s2kit.network.unet import UNet, count_parameters
from s2kit.network.weights import SHIPPED, load_weights, save_weights, shipped_weights


def test_weights_come_back_with_their_settings(tmp_path):
    path = tmp_path / "deep" / "small.safetensors"
    network = UNet(width=4, depth=2).eval()
    save_weights(path, network, recipe="short", seed=3, scenes=["strzegom_20210619"])
    loaded, settings = load_weights(path)
    x = torch.rand(1, 10, 20, 20)
    rounded = network.half().float()
    with torch.inference_mode():
        assert torch.allclose(loaded(x), rounded(x), atol=1e-6)
    assert settings["width"] == 4
    assert settings["seed"] == 3
    assert settings["scenes"] == ["strzegom_20210619"]
    assert [p.name for p in path.parent.iterdir()] == ["small.safetensors"]


def test_missing_damaged_and_foreign_files_are_told_apart(tmp_path):
    with pytest.raises(S2kitError, match="no weights at"):
        load_weights(tmp_path / "none.safetensors")
    path = tmp_path / "w.safetensors"
    save_weights(path, UNet(width=2, depth=1))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(S2kitError, match="no whole safetensors file"):
        load_weights(path)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(S2kitError, match="not written by s2kit"):
        load_weights(path)


@pytest.mark.parametrize("source", ["simulated", "authors", "catalogue"])
def test_a_network_comes_with_the_package_for_every_source(source):
    network, settings = load_weights(shipped_weights(source))
    assert count_parameters(network) < 3e6
    assert all(name.startswith("strzegom") for name in settings["scenes"]) == (
        source != "simulated"
    )
    assert shipped_weights(source).stat().st_size < 6.5e6


def test_the_card_names_every_network():
    card = (SHIPPED / "MODEL_CARD.md").read_text()
    for path in SHIPPED.glob("*.safetensors"):
        assert path.name in card
