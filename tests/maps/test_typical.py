"""Cut-outs and images unlike the training's are warned of; whole images are not."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from s2kit.errors import S2kitWarning
from s2kit.maps.classify import class_probabilities, classify
from s2kit.maps.typical import statistics_for
from s2kit.network.training_record import training_statistics
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network
from s2kit.scenes.statistics import image_statistics
from s2kit.settings import authors_source
from s2kit.simulator.example import example_scene


def told(network: UNet, scene: xr.DataArray, of: xr.DataArray | None = None) -> str:
    """Return the warning, "" if there is none."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", S2kitWarning)
        statistics_for(network, scene, None if of is None else image_statistics(of))
    assert len(caught) <= 1
    return str(caught[0].message) if caught else ""


@pytest.fixture
def whole() -> xr.DataArray:
    return example_scene()


@pytest.fixture
def network(whole: xr.DataArray) -> UNet:
    network = UNet(width=2, depth=1, scaling="both")
    network.card = {"training_statistics": training_statistics({"whole": (whole, whole)})}
    return network.eval()


def test_the_image_it_was_trained_on_is_not_warned_of(network: UNet, whole: xr.DataArray) -> None:
    assert told(network, whole) == ""
    assert told(network, whole[:, :-3]) == ""
    (record,) = network.card["training_statistics"]
    assert record["pixels"] == 96 * 96
    assert record["mean"] == pytest.approx(image_statistics(whole).mean, abs=1e-6)


def test_a_piece_is_warned_of_unless_it_brings_the_statistics(
    network: UNet, whole: xr.DataArray
) -> None:
    piece = whole[:, :64, :64]
    said = told(network, piece)
    assert said.startswith(f"{whole.name} has 4096 pixels with data, the smallest image of the")
    assert "(--statistics FROM, statistics=)" in said
    assert told(network, piece, of=whole) == ""


def test_a_large_image_of_one_class_is_warned_of(network: UNet, whole: xr.DataArray) -> None:
    block = whole[:, :20, :20].to_numpy()
    wood = whole.copy(data=np.tile(block, (1, 5, 5))[:, :96, :96])
    said = told(network, wood)
    assert said.startswith(f"the statistics of {whole.name} are untypical: the deviation of B")
    assert told(network, whole, of=wood).startswith("the statistics given for")


def test_pixels_without_data_do_not_count(network: UNet, whole: xr.DataArray) -> None:
    assert "has 4608 pixels" in told(network, whole.where(whole.x < whole.x[48]))


def test_nothing_is_said_where_nothing_is_known_or_used(whole: xr.DataArray) -> None:
    piece = whole[:, :32, :32]
    assert told(UNet(width=2, depth=1, scaling="both"), piece) == ""
    fixed = UNet(width=2, depth=1, scaling="fixed")
    fixed.card = {"training_statistics": training_statistics({"whole": (whole, whole)})}
    assert told(fixed, piece) == ""


@pytest.mark.parametrize("door", [classify, class_probabilities])
def test_both_doors_warn(door: object, network: UNet, whole: xr.DataArray) -> None:
    with pytest.warns(S2kitWarning, match="has 1024 pixels"):
        door(network, whole[:, :32, :32], turns=False)  # type: ignore[operator]


def test_authors_scenes_pass_whole_and_not_in_pieces(mirror: Path) -> None:
    """The scenes that decided the thresholds: six to train on and one to validate on."""
    network, source, random = load_network("strzegom"), authors_source(), np.random.default_rng(0)
    for name in ("strzegom_20210619", "strzegom_20230209", "strzegom_20230530"):
        scene = source.open(name)
        assert told(network, scene) == ""
        for side in (64, 128, 360):
            row, column = random.integers(0, 401 - side, 2)
            piece = scene[:, row : row + side, column : column + side]
            assert told(network, piece) != ""
            assert told(network, piece, of=scene) == ""
