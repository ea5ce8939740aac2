import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from s2kit.network.unet import (
    ConvBlock,
    UNet,
    count_parameters,
    level_shapes,
    pad_to_multiple,
    receptive_field,
)


def test_a_block_is_the_papers_three_times_conv_norm_relu():
    kinds = [type(layer) for layer in ConvBlock(10, 16)]
    assert kinds == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU] * 3
    for conv in (layer for layer in ConvBlock(10, 16) if isinstance(layer, nn.Conv2d)):
        assert conv.kernel_size == (3, 3)
        assert conv.stride == (1, 1)
        assert conv.padding == "same"
        assert conv.bias is None


def test_levels_double_their_channels_and_halve_their_size():
    assert level_shapes(UNet(width=8, depth=2, scaling="fixed"), (32, 48)) == [
        ("down 0", 8, 32, 48),
        ("down 1", 16, 16, 24),
        ("down 2", 32, 8, 12),
        ("up 1", 16, 16, 24),
        ("up 0", 8, 32, 48),
        ("logits", 10, 32, 48),
    ]


def test_width_16_has_about_three_million_parameters():
    assert count_parameters(UNet(scaling="fixed")) == 2_926_714


@settings(max_examples=20, deadline=None)
@given(st.integers(9, 70), st.integers(9, 70))
def test_any_size_comes_back_as_it_went_in(height, width):
    network = UNet(width=2, scaling="fixed").eval()
    with torch.inference_mode():
        assert network(torch.rand(1, 10, height, width)).shape == (1, 10, height, width)


def test_padding_mirrors_the_lower_right_edge():
    x = torch.arange(12.0).reshape(1, 1, 3, 4)
    assert pad_to_multiple(x, 4)[0, 0, :, 0].tolist() == [0, 4, 8, 4]
    with pytest.raises(ValueError, match="1 × 4 pixels is too small"):
        pad_to_multiple(x[..., :1, :], 4)


def test_a_wrong_number_of_bands_is_named():
    with pytest.raises(ValueError, match=r"expected \(N, 10, H, W\), got \(1, 3, 32, 32\)"):
        UNet(width=2, scaling="fixed")(torch.zeros(1, 3, 32, 32))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_receptive_field_is_what_gradients_reach(depth):
    network = UNet(width=2, depth=depth, scaling="fixed").double().eval()
    # All-positive weights keep every ReLU open, so no path from input to output is lost.
    for parameter in network.parameters():
        nn.init.constant_(parameter, 0.1)
    size, widest = 256, 0
    for centre in range(128, 128 + 2**depth):
        x = torch.ones(1, 10, size, 16, dtype=torch.double, requires_grad=True)
        network(x)[0, :, centre, 8].sum().backward()
        rows = x.grad.abs().sum(dim=(0, 1, 3)).nonzero()
        widest = max(widest, int(rows.max() - rows.min()) + 1)
    assert widest <= receptive_field(depth) <= widest + 2**depth
