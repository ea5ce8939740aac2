import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from s2kit.errors import S2kitError
from s2kit.network.patches import IGNORE, Patches, class_weights, to_tensors


def labelled_scene(seed=0, size=40):
    """An image whose first band repeats its target, so that both can be compared."""
    target = torch.randint(IGNORE, 10, (size, size), generator=torch.Generator().manual_seed(seed))
    return target.float()[None].repeat(10, 1, 1), target


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_image_and_target_are_turned_and_cropped_together(seed):
    image, target = Patches([labelled_scene()], 16, 4, gain_jitter=0, seed=seed).draw()
    assert image.shape == (4, 10, 16, 16)
    assert torch.equal(image[:, 0].long(), target)


def test_every_crop_holds_a_label_even_where_labels_are_rare():
    image, target = labelled_scene(size=64)
    target[:] = IGNORE
    target[60, 3] = 7
    _, drawn = Patches([(image, target)], 16, 50, gain_jitter=0, seed=1).draw()
    assert ((drawn == 7).sum(dim=(1, 2)) == 1).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_zoomed_crops_show_more_or_less_ground_with_its_labels(seed):
    rows = torch.arange(60.0)[:, None].repeat(1, 60)
    target = torch.where(rows < 30, 0, 5)
    patches = Patches([(rows[None].repeat(10, 1, 1), target)], 16, 4, 0, seed, turns=False, zoom=1)
    images, targets = patches.draw()
    assert images.shape == (4, 10, 16, 16)
    widths = images[:, 0].amax((1, 2)) - images[:, 0].amin((1, 2)) + 1
    assert ((widths >= 7) & (widths <= 33)).all()
    # a crop's rows are evenly spaced, and its labels change where the ground's do
    inner = images[:, 0, 2:-2].diff(dim=1)
    assert torch.allclose(inner, inner[:, :1, :1].expand_as(inner), atol=1e-3)
    assert ((targets == 5) == (images[:, 0] > 29.5)).float().mean() > 0.9


def test_zoomed_crops_are_no_wider_than_the_scene():
    drawn, _ = Patches([labelled_scene(size=20)], 16, 20, 0, seed=0, zoom=1).draw()
    assert drawn.shape == (20, 10, 16, 16)


def test_the_same_seed_draws_the_same_patches():
    first, second = (Patches([labelled_scene()], 16, 2, 0.1, seed=3).draw()[0] for _ in "ab")
    assert torch.equal(first, second)


def test_gains_differ_by_band_but_not_within():
    image, target = labelled_scene()
    drawn, _ = Patches([(torch.ones_like(image), target)], 16, 1, 0.1, seed=0).draw()
    per_band = drawn[0].flatten(1)
    assert (per_band.std(dim=1) == 0).all()
    assert per_band[:, 0].std() > 0.01


def test_a_scene_smaller_than_the_crop_is_refused():
    with pytest.raises(S2kitError, match="smaller than the crop of 64"):
        Patches([labelled_scene()], 64, 1, 0, 0)


def test_pixels_without_data_are_never_trained_on():
    scene = xr.DataArray(np.full((10, 2, 2), 0.3, "float32"), dims=("band", "y", "x"), name="s")
    scene[:, 1, 1] = np.nan
    mask = xr.DataArray(np.array([[1, 0], [10, 5]], "uint8"), dims=("y", "x"))
    image, target = to_tensors(scene, mask, "fixed")
    assert target.tolist() == [[0, IGNORE], [9, IGNORE]]
    assert image[:, 1, 1].tolist() == [0.0] * 10
    with pytest.raises(S2kitError, match="s: the scene has"):
        to_tensors(scene, mask[:1], "fixed")


def test_rare_classes_weigh_more_and_absent_ones_nothing():
    target = torch.tensor([0, 0, 0, 1, IGNORE])
    assert class_weights([target], power=0)[:3].tolist() == [1, 1, 0]
    rare = class_weights([target], power=1)
    assert rare[1] == pytest.approx(3 * rare[0])
    frequency = torch.tensor([0.75, 0.25])
    assert (rare[:2] * frequency).sum() == pytest.approx(1)
