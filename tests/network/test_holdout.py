"""Labels of one image, parted by a block and a buffer."""

import warnings

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from s2kit.errors import S2kitError
from s2kit.network.holdout import hold_out_blocks
from s2kit.network.unet import receptive_field

pytestmark = pytest.mark.filterwarnings("ignore:.*(label is left|the buffer has)")


def labelled(codes: np.ndarray) -> tuple[xr.DataArray, xr.DataArray]:
    scene = xr.DataArray(np.full((10, *codes.shape), 0.2, "float32"), dims=("band", "y", "x"))
    return scene, xr.DataArray(codes.astype("uint8"), dims=("y", "x"), name="place")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(12, 60), st.integers(12, 60), st.floats(0.1, 0.5), st.integers(0, 4),
    st.integers(0, 1000), st.floats(0.05, 1),
)  # fmt: skip
def test_labels_are_parted_by_the_buffer(height, width, share, buffer, seed, density):
    random = np.random.default_rng(seed)
    codes = random.integers(1, 11, (height, width)) * (random.random((height, width)) < density)
    scene, mask = labelled(codes)
    scene[:, :2] = np.nan
    try:
        training, validation = hold_out_blocks(scene, mask, share, buffer, seed)
    except S2kitError:
        assert np.count_nonzero(codes[2:]) < 20  # only where next to nothing is labelled
        return
    for part in (training, validation):
        seen = part.to_numpy() != 0
        assert seen.any()
        assert not seen[:2].any()  # no label where the scene has no data
        np.testing.assert_array_equal(part.to_numpy()[seen], codes[seen])
    here, there = (np.argwhere(part.to_numpy()) for part in (training, validation))
    apart = np.abs(here[:, None] - there[None]).max(axis=2).min()
    assert apart > buffer


def test_by_default_no_training_pixel_sees_a_validation_label():
    codes = np.random.default_rng(0).integers(1, 4, (120, 150))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a shallow network's field fits into the image
        training, validation = hold_out_blocks(*labelled(codes), depth=1)
    field = receptive_field(1)
    assert training.attrs["buffer"] == validation.attrs["buffer"] == field // 2
    rows, columns = np.nonzero(validation.to_numpy())
    around = slice(max(rows.min() - field // 2, 0), rows.max() + field // 2 + 1)
    beside = slice(max(columns.min() - field // 2, 0), columns.max() + field // 2 + 1)
    assert (training[around, beside] == 0).all()


def test_no_class_is_taken_from_the_training_if_that_can_be_helped():
    codes = np.full((60, 60), 5)
    codes[:12, :12] = 8  # the only lake, in a corner
    training, validation = hold_out_blocks(*labelled(codes), buffer=3)
    assert {5, 8} <= set(np.unique(training))
    assert (validation != 0).any()


def test_as_many_classes_as_can_be_are_validated():
    codes = np.full((60, 60), 5)
    codes[:, 45:] = 9
    codes[:, :15] = 7
    training, validation = hold_out_blocks(*labelled(codes), buffer=3)
    assert {5, 7, 9} <= set(np.unique(training))
    assert {5, 7, 9} <= set(np.unique(validation))


def test_the_same_seed_holds_back_the_same_block():
    place = labelled(np.full((50, 50), 3))
    first, second = (hold_out_blocks(*place, seed=4)[1] for _ in "ab")
    assert first.equals(second)


def test_what_the_score_does_not_say_is_said():
    codes = np.full((60, 60), 5)
    codes[45:47, 45:47] = 8  # a pond that no block can share out
    with pytest.warns(UserWarning, match="place: no validation label is left of class 8"):
        hold_out_blocks(*labelled(codes), buffer=3)
    with pytest.warns(UserWarning, match="the buffer has 15 pixels, half the receptive field 146"):
        hold_out_blocks(*labelled(np.full((60, 60), 5)))


def test_a_single_label_cannot_be_shared_out():
    codes = np.zeros((40, 40))
    codes[20, 20] = 3
    with pytest.raises(S2kitError, match="place: no block of 25% of its 40 × 40 pixels leaves"):
        hold_out_blocks(*labelled(codes))
    with pytest.raises(S2kitError, match="leaves labels on both sides of a buffer of 200"):
        hold_out_blocks(*labelled(np.ones((40, 40))), buffer=200)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"share": 0}, "share 0 to hold back"),
        ({"share": float("nan")}, "share nan to hold back"),
        ({"buffer": -1}, "buffer -1 must be"),
        ({"buffer": 2.5}, "buffer 2.5 must be"),
    ],
)
def test_mistakes_are_named(given, says):
    scene, mask = labelled(np.ones((20, 20)))
    with pytest.raises(S2kitError, match=says):
        hold_out_blocks(scene, mask, **given)
    with pytest.raises(S2kitError, match="own grid"):
        hold_out_blocks(scene, mask[:10])
