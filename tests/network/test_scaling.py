"""What the network sees of a scene, by every input scaling."""

import numpy as np
import pytest
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.network.scaling import SCALINGS, TYPICAL, channels_of, scale, towards_typical
from s2kit.network.weights import load_network
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.radiometry import normalise, standardise
from s2kit.scenes.statistics import image_statistics


@pytest.fixture
def scene() -> xr.DataArray:
    values = np.random.default_rng(0).uniform(0, 0.5, (10, 24, 30)).astype("float32")
    values[3, 5, 6] = np.nan
    return xr.DataArray(values, {"band": list(BAND_NAMES)}, ("band", "y", "x"), "somewhere")


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_window_is_seen_as_in_the_whole_image(scaling, scene):
    statistics = image_statistics(scene)
    whole, part = scale(scene, scaling, statistics), scale(scene[:, 3:9, 5:11], scaling, statistics)
    assert whole.shape == (channels_of(scaling), 24, 30)
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(part, whole[:, 3:9, 5:11])
    assert np.isnan(whole[:, 5, 6]).any()
    assert np.isfinite(np.delete(whole.reshape(len(whole), -1), 5 * 30 + 6, axis=1)).all()


def test_the_scalings_are_what_they_say(scene):
    statistics = image_statistics(scene)
    spread = standardise(scene, statistics).to_numpy()
    np.testing.assert_array_equal(scale(scene, "fixed", statistics), normalise(scene))
    np.testing.assert_array_equal(scale(scene, "spread", statistics), spread)
    bright = scale(scene, "brightness", statistics)
    np.testing.assert_array_equal(scale(scene, "both", statistics), [*bright, *spread])
    whole = np.isfinite(scene.to_numpy()).all(axis=0)
    assert bright[:, whole].mean() == pytest.approx(0.3, rel=1e-4)


@pytest.mark.parametrize("scaling", ["brightness", "spread", "both"])
def test_a_brighter_day_looks_the_same(scaling, scene):
    bright, dull = (scale(day, scaling, image_statistics(day)) for day in (1.4 * scene, scene))
    np.testing.assert_allclose(bright, dull, atol=1e-4)


def test_shrunk_is_both_by_statistics_drawn_towards_typical_ones(scene):
    own = image_statistics(scene)
    between = towards_typical(own)
    np.testing.assert_array_equal(scale(scene, "shrunk", own), scale(scene, "both", between))
    np.testing.assert_allclose(between.mean, (2 * own.mean + TYPICAL.mean) / 3)
    np.testing.assert_allclose(
        between.deviation**2, (2 * own.deviation**2 + TYPICAL.deviation**2) / 3
    )
    np.testing.assert_allclose(towards_typical(TYPICAL).deviation, TYPICAL.deviation)


def test_an_image_of_one_cover_stays_one_cover_when_shrunk(scene):
    meadow = 0.3 + 0.001 * scene
    both, shrunk = (
        scale(meadow, scaling, image_statistics(meadow))[10:] for scaling in ("both", "shrunk")
    )
    assert np.nanstd(both) == pytest.approx(0.25, abs=0.01)
    assert np.nanstd(shrunk, axis=(1, 2)).max() < 0.01


def test_typical_statistics_are_those_of_the_scenes_behind_strzegom():
    scenes = load_network("strzegom").card["training_statistics"]
    mean = np.mean([scene["mean"] for scene in scenes], axis=0)
    variance = np.mean(np.square([scene["deviation"] for scene in scenes]), axis=0)
    np.testing.assert_allclose(TYPICAL.mean, mean, atol=5e-5)
    np.testing.assert_allclose(TYPICAL.deviation, np.sqrt(variance), atol=5e-5)


def test_mistakes_are_named(scene):
    statistics = image_statistics(scene)
    with pytest.raises(S2kitError, match="choose one of: fixed, brightness, spread, both"):
        scale(scene, "min-max", statistics)
    with pytest.raises(S2kitError, match="are of 10 bands and somewhere has 4; take them"):
        scale(scene[:4], "both", statistics)
    for scaling in ("both", "shrunk"):
        with pytest.raises(S2kitError, match=r"reflectance of somewhere is -0.*check its offset"):
            scale(scene - 0.3, scaling, image_statistics(scene - 0.3))
