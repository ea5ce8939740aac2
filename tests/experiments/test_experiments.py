"""Which scenes and labels an experiment lets the network see."""

import numpy as np
import pytest
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.experiments.experiment import Experiment, evenly_spaced, in_block, in_state, open_scenes


def test_every_training_scene_and_never_a_test_scene(source):
    scenes = open_scenes(source, Experiment())
    assert list(scenes.training) == source.available(split="train")
    assert list(scenes.validation) == source.available(split="validation")
    assert scenes.held_out == {}


def test_a_date_held_out_is_not_trained_on(source):
    scenes = open_scenes(source, Experiment(hold_date="tiny_20230201"))
    assert list(scenes.held_out) == ["tiny_20230201"]
    assert "tiny_20230201" not in scenes.training
    assert len(scenes.training) == 4


def test_a_block_held_out_loses_its_labels_on_every_date(source):
    scenes = open_scenes(source, Experiment(hold_block=1))
    for _, mask in [*scenes.training.values(), *scenes.validation.values()]:
        assert (mask[:16, 16:] == 0).all()
        assert (mask != 0).sum() == 3 * 16 * 16


def test_the_four_blocks_are_the_whole_scene(source):
    (_, mask), *_ = open_scenes(source, Experiment()).training.values()
    assert (sum(in_block(mask, k).astype(int) for k in range(4)) == 1).all()


def test_fewer_dates_are_spread_over_the_year(source):
    assert evenly_spaced(["jan", "feb", "mar", "apr", "may"], 3) == ["jan", "mar", "may"]
    assert evenly_spaced(["jan", "feb", "mar"], 1) == ["jan"]
    assert len(open_scenes(source, Experiment(dates=2)).training) == 2


def test_states_of_a_scene(source):
    scene = source.open("tiny_20230401")
    assert in_state(scene, "delivered", 1000).equals(scene)
    forgotten = in_state(scene, "offset-forgotten", 1000)
    np.testing.assert_allclose(forgotten, scene + 0.1, rtol=1e-6)
    assert in_state(scene, "offset-forgotten", 0).equals(scene)
    aligned = in_state(scene, "aligned", 1000)
    assert (aligned.sel(band="B08")[:-1] == scene.sel(band="B08")[:-1]).all()
    assert (aligned.sel(band="B8A")[:-1].to_numpy() == scene.sel(band="B8A")[1:].to_numpy()).all()
    stretched = in_state(scene, "per-date", 1000)
    np.testing.assert_allclose(stretched.min(("y", "x")), 0, atol=1e-6)
    np.testing.assert_allclose(stretched.max(("y", "x")), 0.6, atol=1e-6)


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        (Experiment(hold_date="tiny_20230701"), "no training scene 'tiny_20230701' to leave out"),
        (Experiment(dates=9), "9 training scenes asked for; choose 1 to 5"),
        (Experiment(state="raw"), "choose one of: aligned, delivered"),
        (Experiment(hold_block=4), "has the blocks 0 to 3"),
    ],
)
def test_mistakes_are_named(source, experiment, message):
    with pytest.raises(S2kitError, match=message):
        open_scenes(source, experiment)


def test_a_buffer_takes_labels_around_the_block_as_well():
    mask = xr.DataArray(np.ones((7, 9), "uint8"), dims=("y", "x"))
    wide = in_block(mask, 0, buffer=2).to_numpy()
    assert wide[:6, :7].all()
    assert wide.sum() == 6 * 7
    with pytest.raises(S2kitError, match="a whole number of pixels"):
        in_block(mask, 0, buffer=-1)
