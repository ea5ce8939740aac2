"""Probabilities, class map and confidence of scenes of any size."""

import numpy as np
import pytest
import rioxarray  # noqa: F401 - gives arrays their .rio
import torch
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from s2kit.errors import S2kitError
from s2kit.maps.classify import (
    class_map,
    class_probabilities,
    classify,
    confidence,
)
from s2kit.maps.layout import Layout
from s2kit.network.scaling import SCALINGS, scale
from s2kit.network.unet import UNet, receptive_field
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.statistics import ImageStatistics, image_statistics


def small_unet(scaling: str) -> UNet:
    """Make a small U-Net whose batch norms have seen data, so that folding them matters."""
    torch.manual_seed(0)
    network = UNet(width=4, depth=2, scaling=scaling)
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(2, network.channels, 32, 32))
        network.head.weight *= 30  # so that it is sure of something
    return network.eval()


@pytest.fixture(scope="module")
def network() -> UNet:
    return small_unet("both")


def random_scene(height: int, width: int) -> xr.DataArray:
    values = np.random.default_rng(1).uniform(0, 0.5, (10, height, width)).astype(np.float32)
    return xr.DataArray(
        values,
        dims=("band", "y", "x"),
        coords={
            "band": list(BAND_NAMES),
            "y": 5652245.0 - 10 * np.arange(height),
            "x": 585425.0 + 10 * np.arange(width),
        },
        name="somewhere_20230709",
        attrs={"source": "simulated", "attribution": "nobody's"},
    ).rio.write_crs(32633)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_probabilities_are_the_softmax_of_the_network(scaling: str) -> None:
    network, scene = small_unet(scaling), random_scene(37, 45)
    with torch.inference_mode():
        bands = scale(scene, scaling, image_statistics(scene))
        logits = network(torch.from_numpy(bands)[None])[0]
    probabilities = class_probabilities(network, scene, turns=False)
    np.testing.assert_allclose(probabilities.values, logits.softmax(0).numpy(), atol=1e-5)
    assert probabilities.dims == ("class", "y", "x")
    assert probabilities["class"].values.tolist() == list(range(1, 11))
    assert probabilities.dtype == np.float32
    assert probabilities.rio.crs == scene.rio.crs
    assert probabilities.name == scene.name
    assert scene.attrs.items() <= probabilities.attrs.items()


def test_the_class_map_takes_the_likeliest_class_and_its_probability(network: UNet) -> None:
    probabilities = class_probabilities(network, random_scene(20, 30))
    codes, sure = class_map(probabilities), confidence(probabilities)
    assert (codes.dtype, sure.dtype) == (np.uint8, np.float32)
    assert codes.dims == sure.dims == ("y", "x")
    chosen = probabilities.sel({"class": codes.astype(int)}).values
    np.testing.assert_array_equal(chosen, sure.values)
    np.testing.assert_array_equal(sure.values, probabilities.max("class").values)


def test_pixels_without_data_in_any_band_get_no_class(network: UNet) -> None:
    scene = random_scene(24, 24)
    scene[:, -1, :] = np.nan
    scene[3, 5, 6] = np.nan
    probabilities = class_probabilities(network, scene)
    missing = np.zeros((24, 24), dtype=bool)
    missing[-1, :] = missing[5, 6] = True
    np.testing.assert_array_equal(np.isnan(probabilities.values), np.stack([missing] * 10))
    np.testing.assert_array_equal(class_map(probabilities).values == 0, missing)
    np.testing.assert_array_equal(np.isnan(confidence(probabilities).values), missing)


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("size", [(150, 131), (97, 203)])
def test_windows_leave_no_seams(network: UNet, size: tuple[int, int], turns: bool) -> None:
    scene = random_scene(*size)
    whole = class_probabilities(network, scene, window=1024, turns=turns)
    tiled = class_probabilities(network, scene, window=32, turns=turns)
    np.testing.assert_allclose(tiled.values, whole.values, atol=1e-5)


def test_eight_looks_are_the_mean_of_the_turned_scenes_and_know_no_direction(network: UNet) -> None:
    scene = random_scene(32, 32)
    averaged = class_probabilities(network, scene).values
    looks = []
    for quarters in range(4):
        for mirrored in (False, True):
            turned = np.rot90(scene.values, quarters, (1, 2))
            turned = turned[:, :, ::-1] if mirrored else turned
            seen = scene.copy(data=turned.copy())
            probabilities = class_probabilities(network, seen, turns=False).values
            back = probabilities[:, :, ::-1] if mirrored else probabilities
            looks.append(np.rot90(back, -quarters, (1, 2)))
    np.testing.assert_allclose(averaged, np.mean(looks, axis=0), atol=1e-5)
    upside_down = class_probabilities(network, scene.copy(data=scene.values[:, ::-1].copy()))
    np.testing.assert_allclose(upside_down.values[:, ::-1], averaged, atol=1e-5)


def test_classify_gives_the_same_maps_without_the_probabilities(network: UNet) -> None:
    scene = random_scene(50, 70)
    scene[:, :2, :] = np.nan
    probabilities = class_probabilities(network, scene)
    codes, sure = classify(network, scene, window=32)
    np.testing.assert_allclose(sure.values, confidence(probabilities).values, atol=1e-5)
    assert (codes.values == class_map(probabilities).values).mean() > 0.999  # ties may differ
    assert (codes.dtype, codes.name) == (np.uint8, scene.name)
    assert codes.attrs == sure.attrs == probabilities.attrs
    assert "statistics" not in scene.attrs
    assert codes.rio.crs == scene.rio.crs


def test_the_network_is_left_as_it_was(network: UNet) -> None:
    network.train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    class_probabilities(network, random_scene(16, 16))
    assert network.training
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    network.eval()


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 40), st.integers(0, 50))
def test_cores_cover_every_pixel_once_and_windows_stay_inside(
    height: int, width: int, core: int, margin: int
) -> None:
    covered = np.zeros((height, width), dtype=int)
    for (rows, columns), (rows_around, columns_around) in Layout(
        height, width, core, core, margin
    ).windows():
        covered[rows, columns] += 1
        assert rows_around.start == max(rows.start - margin, 0)
        assert rows_around.stop == min(rows.stop + margin, height)
        assert columns_around.start == max(columns.start - margin, 0)
        assert columns_around.stop == min(columns.stop + margin, width)
    assert (covered == 1).all()


def test_scenes_the_network_cannot_take_are_refused(network: UNet) -> None:
    scene = random_scene(16, 16)
    with pytest.raises(S2kitError, match="the network wants"):
        class_probabilities(network, scene.isel(band=slice(0, 4)))
    with pytest.raises(S2kitError, match="the network wants"):
        classify(network, scene.isel(band=slice(None, None, -1)))
    with pytest.raises(S2kitError, match="2 × 16 pixels; give at least 3 × 3"):
        classify(network, scene.isel(y=slice(0, 2)))


@pytest.mark.parametrize("turns", [False, True])
def test_pieces_agree_if_they_get_the_statistics_of_the_whole(turns: bool) -> None:
    """Two overlapping pieces, where both hold the whole receptive field of a pixel."""
    image = random_scene(160, 96)
    image[:, :100] *= 0.3  # a dark wood above, bright fields below: pieces have other means
    statistics, network = image_statistics(image), small_unet("both")
    with torch.inference_mode():  # no class is likelier than the others all over the image
        logits = network(torch.from_numpy(scale(image, "both", statistics))[None])[0]
        network.head.bias -= logits.mean(dim=(1, 2))
    # Pieces begin on the grid of the deepest pooling; the field reaches `far` pixels to each side.
    far = receptive_field(network.depth) // 2 + 1
    upper, lower = slice(0, 128), slice(32, 160)
    both_see = slice(32 + far, 128 - far)
    assert both_see.stop - both_see.start >= 10

    def mapped(rows: slice, given: ImageStatistics | None) -> tuple[np.ndarray, np.ndarray]:
        layers = classify(network, image.isel(y=rows), given, turns=turns)
        inside = slice(both_see.start - rows.start, both_see.stop - rows.start)
        codes, sure = (layer.values[inside] for layer in layers)
        return codes, sure

    (codes, sure), (same_codes, same_sure) = (mapped(rows, statistics) for rows in (upper, lower))
    assert len(np.unique(codes)) > 3
    np.testing.assert_array_equal(codes, same_codes)
    np.testing.assert_allclose(sure, same_sure, atol=1e-6)
    own_codes, other_codes = (mapped(rows, None)[0] for rows in (upper, lower))
    assert (own_codes != other_codes).any()


def test_maps_carry_how_they_came_about(network: UNet) -> None:
    scene = random_scene(20, 24)
    statistics = image_statistics(random_scene(30, 31))
    network.card = {"weights": "w.safetensors", "trained_on": [{"scene": "a", "sha256": "0"}]}
    for layer in (*classify(network, scene, statistics), class_probabilities(network, scene)):
        assert layer.attrs["scaling"] == "both"
        assert layer.attrs["looks"] == "8"
        assert layer.attrs["weights"] == "w.safetensors"
        assert layer.attrs["trained_on"] == '[{"scene": "a", "sha256": "0"}]'
        assert layer.attrs["image"] == pixels_sha256(scene)
    codes, _ = classify(network, scene, statistics, turns=False)
    assert ImageStatistics.from_json(codes.attrs["statistics"]) == statistics
    assert codes.attrs["looks"] == "1"
    network.card = {}
    before = classify(network, scene)[0].attrs
    assert "weights" not in before
    assert ImageStatistics.from_json(before["statistics"]) == image_statistics(scene)
    with torch.no_grad():
        network.head.bias += 1
    assert classify(network, scene)[0].attrs["weights_sha256"] != before["weights_sha256"]


def test_statistics_of_other_bands_are_refused(network: UNet) -> None:
    with pytest.raises(S2kitError, match="are of 2 bands and somewhere_20230709 has 10"):
        classify(network, random_scene(16, 16), ImageStatistics([0.1, 0.2], [0.1, 0.1]))
    with pytest.raises(S2kitError, match="has no pixel with data"):
        classify(network, random_scene(16, 16) * np.nan)
