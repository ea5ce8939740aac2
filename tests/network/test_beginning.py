"""A training that begins with a trained network, and keeps a part of it."""

import dataclasses

import pytest
import torch
from test_training import SHORTEST, TINY, two_fields

from s2kit.errors import S2kitError
from s2kit.network.beginning import Beginning, between
from s2kit.network.patches import Patches
from s2kit.network.training import train
from s2kit.network.unet import UNet

KEEPING = dataclasses.replace(TINY, name="keeping", optimiser="adamw", kept=0.5)
SCENES = {"home": two_fields(1)}, two_fields(2)


@pytest.fixture(scope="module")
def trained():
    return train(TINY, *SCENES, seed=0).network


def begun(network):
    return Beginning(network, {"far": two_fields(3)}, {"far": 0.5})


def test_half_of_the_old_weights_is_kept(trained):
    whole = dataclasses.replace(KEEPING, kept=0.0, epochs=1, steps=5)
    half = dataclasses.replace(whole, kept=0.5)
    new = train(whole, *SCENES, seed=0, beginning=begun(trained)).network.state_dict()
    mean = train(half, *SCENES, seed=0, beginning=begun(trained)).network.state_dict()
    for name, old in trained.state_dict().items():
        if old.is_floating_point():
            torch.testing.assert_close(mean[name], (old + new[name]) / 2, atol=2e-3, rtol=2e-3)


def test_the_last_epoch_counts_where_old_weights_are_kept(trained):
    found = train(KEEPING, *SCENES, seed=0, beginning=begun(trained))
    assert found.best_epoch == KEEPING.epochs == len(found.history)


def test_an_interrupted_run_ends_with_the_same_bits(trained, tmp_path):
    def stop(history):
        if len(history) == 2:
            raise KeyboardInterrupt

    whole = train(KEEPING, *SCENES, seed=5, beginning=begun(trained)).network.state_dict()
    with pytest.raises(KeyboardInterrupt):
        train(KEEPING, *SCENES, 5, tmp_path, stop, beginning=begun(trained))
    resumed = train(KEEPING, *SCENES, 5, tmp_path, beginning=begun(trained)).network.state_dict()
    assert all(torch.equal(resumed[name], tensor) for name, tensor in whole.items())


def test_the_card_tells_of_all_scenes(trained):
    card = train(SHORTEST, *SCENES, beginning=begun(trained)).network.card
    assert card["scenes"] == ["home", "far"]
    assert [each["scene"] for each in card["trained_on"]] == ["home", "far"]
    assert "begun_from" in card


def test_scenes_are_drawn_by_their_chances():
    image, target = torch.zeros(1, 8, 8), torch.zeros(8, 8, dtype=torch.int64)
    labelled = [(image + number, target) for number in range(3)]
    patches = Patches(labelled, 8, 400, 0.0, seed=0, chances=[0.6, 0.4, 0.0])
    images, _ = patches.draw()
    shares = [float((images[:, 0, 0, 0] == number).float().mean()) for number in range(3)]
    assert shares == pytest.approx([0.6, 0.4, 0.0], abs=0.06)


def test_a_mean_of_weights_lies_between_them():
    before, after = {"w": torch.zeros(2), "n": torch.tensor(3)}, {"w": torch.ones(2)}
    after["n"] = torch.tensor(7)
    found = between(before, after, 0.25)
    assert found["w"].tolist() == [0.75, 0.75]
    assert found["n"] == 7


def test_what_does_not_fit_is_refused_in_one_sentence(trained):
    with pytest.raises(S2kitError, match="keeps 50% of the weights that it begins with"):
        train(KEEPING, *SCENES)
    with pytest.raises(S2kitError, match="width 2, and this training 4"):
        train(KEEPING, *SCENES, beginning=begun(UNet(2, 1, scaling="both")))
    with pytest.raises(S2kitError, match="far has a share or a scene, and needs both"):
        Beginning(trained, {}, {"far": 0.5})
    with pytest.raises(S2kitError, match=r"add up to 1\.00"):
        Beginning(trained, {"far": two_fields(3)}, {"far": 1.0})
    with pytest.raises(S2kitError, match="home is a scene of both kinds"):
        train(
            KEEPING, *SCENES, beginning=Beginning(trained, {"home": two_fields(3)}, {"home": 0.5})
        )
