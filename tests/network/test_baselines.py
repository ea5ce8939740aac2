"""Per-pixel classifiers on two spectra that anything should tell apart."""

import numpy as np
import pytest
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.network.baselines import BASELINES, map_per_pixel, train_baseline
from s2kit.scenes.bands import BAND_NAMES


@pytest.fixture
def labelled() -> tuple[xr.DataArray, xr.DataArray]:
    """A noisy scene of 40 x 40 pixels: dark (class 8) above, bright (class 5) below; no data right.

    Every other column is labelled.
    """
    bands = np.random.default_rng(0).normal(0, 0.01, (10, 40, 40)) + 0.05
    bands[:, 20:] += 0.2
    bands[:, :, -1] = np.nan
    mask = np.full((40, 40), 8)
    mask[20:] = 5
    mask[:, ::2] = 0
    grid = {"y": -10.0 * np.arange(40), "x": 10.0 * np.arange(40)}
    return (
        xr.DataArray(
            bands.astype("float32"), grid | {"band": list(BAND_NAMES)}, ("band", "y", "x")
        ),
        xr.DataArray(mask.astype("uint8"), grid, ("y", "x")),
    )


@pytest.mark.parametrize("kind", BASELINES)
def test_pixels_are_told_apart_and_no_data_stays_no_data(kind, labelled):
    scene, _ = labelled
    mapped = map_per_pixel(train_baseline(kind, {"one": labelled}, "brightness"), scene)
    assert (mapped[:20, :-1] == 8).all()
    assert (mapped[20:, :-1] == 5).all()
    assert (mapped[:, -1] == 0).all()
    assert mapped.dtype == np.uint8
    assert mapped.dims == ("y", "x")


def test_the_same_seed_gives_the_same_map(labelled):
    scene, mask = labelled
    noisy = scene + np.random.default_rng(1).normal(0, 0.2, scene.shape)
    first, second = (
        map_per_pixel(train_baseline("random forest", {"one": (noisy, mask)}, "both", 3, 50), noisy)
        for _ in range(2)
    )
    assert first.equals(second)


def test_mistakes_are_named(labelled):
    scene, mask = labelled
    with pytest.raises(S2kitError, match="choose one of: random forest, gradient boosting"):
        train_baseline("oracle", {"one": labelled}, "both")
    with pytest.raises(S2kitError, match="choose one of: fixed, brightness"):
        train_baseline("random forest", {"one": labelled}, "rule")
    with pytest.raises(S2kitError, match="the seed -1 must be a whole number from 0 to 2\\^32"):
        train_baseline("random forest", {"one": labelled}, "both", seed=-1)
    with pytest.raises(S2kitError, match="no training pixel is labelled"):
        train_baseline("random forest", {"one": (scene, mask * 0)}, "both")
