"""What a network keeps of its training, and how unlike it a pixel is."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from s2kit.errors import S2kitError
from s2kit.network import applicability
from s2kit.network.applicability import Reference, reference_of
from s2kit.network.patches import IGNORE
from s2kit.network.unet import UNet


@pytest.fixture(scope="module")
def network() -> UNet:
    torch.manual_seed(0)
    network = UNet(width=4, depth=1, scaling="fixed")
    with torch.no_grad():  # batch norms that have seen data: else all pixels are nearly alike
        for _ in range(20):
            network(torch.rand(2, 10, 24, 24))
    return network.eval()


def labelled(seed: int, side: int = 24) -> tuple[torch.Tensor, torch.Tensor]:
    """Make a scene of noise whose left half is class 1, right half class 9, right edge nothing."""
    random = torch.Generator().manual_seed(seed)
    target = torch.zeros((side, side), dtype=torch.int64)
    target[:, side // 2 :] = 8
    target[:, -2:] = IGNORE
    return torch.rand((10, side, side), generator=random), target


@given(st.integers(2, 20), st.integers(1, 40), st.integers(0, 99))
def test_the_index_is_the_distance_to_the_nearest_pixel(known: int, pixels: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 5, (known, 3)).astype(np.float32)
    seen = random.normal(0, 5, (3, pixels)).astype(np.float32)
    spread = logits.std(axis=0)
    expected = cdist(seen.T / spread, logits / spread).min(axis=1) / 2
    found = Reference(logits, 2.0, 0.1).dissimilarity(seen)
    assert np.allclose(found, expected, rtol=1e-2, atol=5e-3 * (1 + expected.max()))


def test_what_was_learnt_is_no_distance_away_and_no_data_stay_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applicability, "AT_ONCE", 9)
    logits = np.array([[0, 0, 1], [5, 2, 1], [9, 9, 1]], np.float32)
    seen = np.full((3, 2, 4), np.nan, np.float32)
    seen[:, 0, :3] = logits.T
    found = Reference(logits, 1.0, 0.1).dissimilarity(seen)
    assert found.shape == (2, 4)
    assert found[0, :3] == pytest.approx([0, 0, 0], abs=1e-3)
    assert np.isnan(found[1]).all()


def test_some_pixels_of_every_class_and_scene_are_kept(
    network: UNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applicability, "PER_CLASS", 7)
    scenes = [labelled(seed) for seed in range(3)]
    found = reference_of(network, scenes)
    assert found is not None
    assert found.logits.shape == (3 * 2 * 7, 10)
    again = reference_of(network, scenes)
    assert again is not None
    assert (again.logits == found.logits).all()


def test_most_of_another_scene_like_the_training_is_inside(network: UNet) -> None:
    found = reference_of(network, [labelled(seed) for seed in range(3)])
    assert found is not None
    image, _ = labelled(9)
    with torch.inference_mode():
        like, bright = (network(each[None])[0].numpy() for each in (image, 20 * image))
    assert (found.dissimilarity(like) <= found.threshold).mean() > 0.8
    assert (found.dissimilarity(bright) > found.threshold).mean() > 0.9


def test_a_large_scene_is_looked_at_around_its_labels(
    network: UNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applicability, "LARGEST", 16)
    image, target = labelled(0, side=64)
    target[:40] = IGNORE
    seen: list[tuple[int, ...]] = []
    handle = network.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape))
    found = reference_of(network, [(image, target)])
    handle.remove()
    assert seen == [(1, 10, 16, 16)]
    assert found is not None


def test_of_one_pixel_or_of_pixels_all_alike_there_is_no_reference(network: UNet) -> None:
    image, target = labelled(0)
    one = torch.full_like(target, IGNORE)
    one[3, 3] = 4
    assert reference_of(network, [(image, one)]) is None
    sees_nothing = UNet(width=2, depth=1, scaling="fixed").eval()
    torch.nn.init.zeros_(sees_nothing.head.weight)
    assert reference_of(sees_nothing, [(image, target)] * 2) is None


def test_it_comes_back_from_a_card(network: UNet) -> None:
    found = reference_of(network, [labelled(0), labelled(1)])
    assert found is not None
    again = Reference.from_card(found.to_card(), 10)
    assert np.allclose(again.logits, found.logits, atol=0.0051)
    assert (again.mean_distance, again.threshold) == (found.mean_distance, found.threshold)


GOOD = {"logits": [[0.0, 1.0], [2.0, 3.0]], "mean_distance": 1.0, "threshold": 0.1}


@pytest.mark.parametrize(
    "changed",
    [
        None,
        [],
        {},
        GOOD | {"logits": [[0.0], [1.0]]},
        GOOD | {"logits": [[0.0, 1.0]]},
        GOOD | {"logits": [[0.0, 1.0], [2.0]]},
        GOOD | {"logits": [[0.0, float("nan")], [1.0, 2.0]]},
        GOOD | {"logits": "many"},
        GOOD | {"threshold": 0},
        GOOD | {"threshold": -1.0},
        GOOD | {"threshold": float("inf")},
        GOOD | {"mean_distance": "far"},
    ],
)
def test_a_card_that_cannot_be_is_refused(changed: object) -> None:
    assert Reference.from_card(GOOD, 2).threshold == 0.1
    with pytest.raises(S2kitError, match="its reference"):
        Reference.from_card(changed, 2)
