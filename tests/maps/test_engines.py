"""The engines that map a scene, against the network itself."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from s2kit.errors import S2kitError
from s2kit.maps.engines import ENGINES, engine, fold_batch_norms
from s2kit.maps.tiled import Tile
from s2kit.network.unet import UNet


@pytest.fixture
def network() -> UNet:
    """Make a small U-Net whose batch norms have seen data, so that folding them matters."""
    torch.manual_seed(0)
    network = UNet(width=4, depth=2, scaling="fixed")
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(2, network.channels, 32, 32))
    return network.eval()


def test_folding_leaves_no_batch_norm_and_the_same_logits(network: UNet) -> None:
    folded = fold_batch_norms(network)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    x = torch.rand(1, network.channels, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(folded(x), network(x), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    ("size", "core"),
    [
        ((32, 32), (slice(0, 32), slice(0, 32))),
        ((64, 80), (slice(16, 40), slice(0, 80))),
        ((4, 200), (slice(0, 4), slice(100, 104))),
    ],
)
def test_every_engine_gives_the_logits_of_the_network(
    name: str, size: tuple[int, int], core: Tile, network: UNet
) -> None:
    if name == "openvino":
        pytest.importorskip("openvino", reason="openvino is not installed")
    x = torch.rand(1, network.channels, *size)
    with torch.inference_mode():
        expected = network(x)[:, :, *core]
    run = engine(name, network)
    torch.testing.assert_close(run(x, core), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(run(x.flip(-1).flip(-1), core), expected, atol=1e-4, rtol=1e-4)


def test_openvino_tells_nobody(network: UNet) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    code = (
        "from s2kit.maps.engines import engine; from s2kit.network.unet import UNet\n"
        "engine('openvino', UNet(width=2, depth=1, scaling='fixed'))\n"
        "from openvino.tools.ovc import telemetry_utils\n"
        "print(telemetry_utils.tm.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "openvino.tools.ovc.telemetry_stub"


def test_an_engine_that_is_not_there_is_named(
    network: UNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(S2kitError, match="no engine 'abacus'; choose one of: torch, openvino"):
        engine("abacus", network)
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(S2kitError, match="pip install openvino"):
        engine("openvino", network)
