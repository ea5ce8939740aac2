"""A network that is too sure of itself learns modesty and keeps its map."""

import numpy as np
import pytest
import torch
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.maps.calibrate import calibrate
from s2kit.maps.classify import classify
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES


@pytest.fixture
def scene() -> xr.DataArray:
    values = np.random.default_rng(0).uniform(0, 0.5, (10, 32, 32)).astype("float32")
    return xr.DataArray(values, {"band": list(BAND_NAMES)}, ("band", "y", "x"), "somewhere")


@pytest.fixture
def proud_network(scene: xr.DataArray) -> UNet:
    """A network that never looked at data and is sure all the same."""
    torch.manual_seed(0)
    network = UNet(width=4, depth=1, scaling="fixed").eval()
    labels = classify(network, scene, turns=False)[0]
    calibrate(network, scene, labels)  # on its own answers: it learns that it is never wrong
    return network


def test_confidence_falls_to_what_is_right_and_the_map_stays(proud_network, scene):
    before, sure_before = classify(proud_network, scene, turns=False)
    random = np.random.default_rng(1)
    mask = before.copy()  # half of the labels agree with the map, the others are anything
    wrong = random.random(mask.shape) < 0.5
    mask.values[wrong] = random.integers(1, 11, wrong.sum())
    temperature = calibrate(proud_network, scene, mask)
    after, sure = classify(proud_network, scene, turns=False)
    assert temperature > 1.5
    assert (after == before).mean() > 0.99  # ties may differ
    assert float(sure.mean()) < float(sure_before.mean())


def test_a_calibrated_network_has_temperature_one(proud_network, scene):
    mask = classify(proud_network, scene, turns=False)[0]
    mask.values[::3] = 7
    calibrate(proud_network, scene, mask)
    assert calibrate(proud_network, scene, mask) == pytest.approx(1, abs=0.02)


def test_nothing_labelled_is_named(proud_network, scene):
    with pytest.raises(S2kitError, match="labelled pixels only"):
        calibrate(proud_network, scene, classify(proud_network, scene, turns=False)[0] * 0)
