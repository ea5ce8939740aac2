"""The network computed tile by tile gives the logits of the whole, to the last bit."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from s2kit.maps import tiled
from s2kit.maps.engines import as_three_by_three, fold_batch_norms
from s2kit.maps.tiled import NATIVE, forward, tiles
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network


@pytest.fixture(scope="module")
def network() -> UNet:
    network = fold_batch_norms(load_network("simulated"))
    network.head = as_three_by_three(network.head)
    return network


@given(st.integers(8, 25), st.integers(8, 25), st.sampled_from([2**18, 2**19, 2**20]))
@settings(max_examples=12, deadline=None)
def test_tiles_of_any_size_give_the_same_bits(
    network: UNet, height: int, width: int, numbers: int
) -> None:
    x = torch.rand(1, network.channels, 16 * height, 16 * width)
    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():
        patch.setattr(tiled, "NUMBERS", 2**40)
        whole = forward(network, [x])
        patch.setattr(tiled, "NUMBERS", numbers)
        assert torch.equal(forward(network, [x]), whole)
    assert whole.shape == (1, 10, 16 * height, 16 * width)


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_core_gets_the_bits_of_the_whole(network: UNet, data: st.DataObject) -> None:
    """Also a core of one step, in a strip of one step."""
    height, width = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 60))
    assume(256 * height * width > 2 * 16 * NATIVE // network.width)
    rows, columns = (
        sorted(data.draw(st.lists(st.integers(0, most), min_size=2, max_size=2, unique=True)))
        for most in (height, width)
    )
    core = slice(16 * rows[0], 16 * rows[1]), slice(16 * columns[0], 16 * columns[1])
    x = torch.rand(1, network.channels, 16 * height, 16 * width)
    with torch.inference_mode():
        assert torch.equal(forward(network, [x], core), forward(network, [x])[:, :, *core])


def test_they_are_those_of_the_network(network: UNet) -> None:
    x = torch.rand(1, network.channels, 400, 400)
    with torch.inference_mode():
        torch.testing.assert_close(forward(network, [x]), network(x), atol=1e-5, rtol=1e-5)


@given(st.integers(1, 400), st.integers(1, 400), st.integers(64, 50_000))
@settings(deadline=None)
def test_tiles_cover_each_pixel_once_and_begin_at_even_ones(
    height: int, width: int, pixels: int
) -> None:
    seen = torch.zeros(height, width)
    for rows, columns in tiles(height, width, pixels):
        seen[rows, columns] += 1
        assert rows.start % 2 == columns.start % 2 == 0
        assert (rows.stop - rows.start) * (columns.stop - columns.start) <= 2 * pixels + 8
    assert (seen == 1).all()
