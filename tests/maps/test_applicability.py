"""The applicability layer: the same by windows, none without data, and what is said of it."""

import numpy as np
import pytest
import torch
import xarray as xr

from s2kit import example_polygons, example_scene, rasterise
from s2kit.errors import S2kitError
from s2kit.maps.applicability import applicability, told, unlike_training
from s2kit.network.applicability import REFERENCE, Reference, reference_of
from s2kit.network.patches import to_tensors
from s2kit.network.scaling import scale
from s2kit.network.unet import UNet
from s2kit.scenes.statistics import image_statistics


@pytest.fixture(scope="module")
def scene() -> xr.DataArray:
    return example_scene(96)


@pytest.fixture(scope="module")
def network(scene: xr.DataArray) -> UNet:
    torch.manual_seed(0)
    network = UNet(width=4, depth=1, scaling="fixed")
    with torch.no_grad():  # batch norms that have seen data: else all pixels are nearly alike
        for _ in range(20):
            network(torch.from_numpy(scene.to_numpy())[None])
    network.eval()
    mask = rasterise(example_polygons(96), scene)
    known = reference_of(network, [to_tensors(scene, mask, "fixed")])
    assert known is not None
    network.card[REFERENCE] = known.to_card()
    return network


def test_it_is_the_index_of_the_logits_in_units_of_the_threshold(
    network: UNet, scene: xr.DataArray
) -> None:
    known = Reference.from_card(network.card[REFERENCE], 10)
    bands = scale(scene, "fixed", image_statistics(scene))
    with torch.inference_mode():
        logits = network(torch.from_numpy(bands)[None])[0].numpy()
    found = applicability(network, scene)
    assert found.dims == ("y", "x")
    assert found.rio.crs == scene.rio.crs
    expected = known.dissimilarity(logits) / known.threshold
    assert np.allclose(found, expected, atol=0.02)


def test_it_does_not_depend_on_the_windows(network: UNet, scene: xr.DataArray) -> None:
    whole, cut = (applicability(network, scene, window=side) for side in (96, 20))
    assert np.allclose(whole, cut, atol=0.02)


def test_where_a_band_is_missing_there_is_none(network: UNet, scene: xr.DataArray) -> None:
    holed = scene.copy()
    holed[3, 5, 7:9] = np.nan
    found = applicability(network, holed, image_statistics(scene)).to_numpy()
    assert np.argwhere(np.isnan(found)).tolist() == [[5, 7], [5, 8]]


def test_a_network_without_its_training_cannot_tell(scene: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match=r"carries no pixels of its training.*train it anew"):
        applicability(UNet(width=2, depth=1, scaling="fixed"), scene)


def test_pixels_without_data_count_for_nothing() -> None:
    codes = xr.DataArray(np.array([[0, 5, 5, 9]], "uint8"), dims=("y", "x"))
    unlike = codes.copy(data=np.array([[np.nan, 3.0, 0.2, 1.0]]))
    shares = unlike_training(codes, unlike)
    assert shares == {"all": pytest.approx(1 / 3), "bare soil": pytest.approx(1 / 3)}


@pytest.mark.parametrize("value", [np.nan, 0.5])
def test_nothing_unlike_is_said_in_a_line_too(value: float) -> None:
    codes = xr.DataArray(np.zeros((2, 2), "uint8"), dims=("y", "x"))
    shares = unlike_training(codes, codes.copy(data=np.full((2, 2), value)))
    assert told(shares) == "0 % of the image is unlike all that was learnt"
