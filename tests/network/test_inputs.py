"""What the network sees of a scene, by every rule."""

import numpy as np
import pytest
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.network.inputs import RULES, channels_of, input_of
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.radiometry import normalise, standardise


@pytest.fixture
def scene() -> xr.DataArray:
    values = np.random.default_rng(0).uniform(0, 0.5, (10, 24, 30)).astype("float32")
    values[3, 5, 6] = np.nan
    return xr.DataArray(values, {"band": list(BAND_NAMES)}, ("band", "y", "x"), "somewhere")


@pytest.mark.parametrize("rule", RULES)
def test_a_window_is_seen_as_in_the_whole_image(rule, scene):
    see = input_of(rule, scene)
    whole, part = see(scene), see(scene[:, 3:9, 5:11])
    assert whole.shape == (channels_of(rule), 24, 30)
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(part, whole[:, 3:9, 5:11])
    assert np.isnan(whole[:, 5, 6]).any()
    assert np.isfinite(np.delete(whole.reshape(len(whole), -1), 5 * 30 + 6, axis=1)).all()


def test_the_rules_are_what_they_say(scene):
    np.testing.assert_array_equal(input_of("fixed", scene)(scene), normalise(scene))
    np.testing.assert_array_equal(input_of("spread", scene)(scene), standardise(scene))
    bright = input_of("brightness", scene)(scene)
    both = input_of("both", scene)(scene)
    np.testing.assert_array_equal(both, [*bright, *standardise(scene).to_numpy()])
    whole = np.isfinite(scene.to_numpy()).all(axis=0)
    assert bright[:, whole].mean() == pytest.approx(0.3, rel=1e-4)


@pytest.mark.parametrize("rule", ["brightness", "spread", "both"])
def test_a_brighter_day_looks_the_same(rule, scene):
    np.testing.assert_allclose(
        input_of(rule, 1.4 * scene)(1.4 * scene), input_of(rule, scene)(scene), atol=1e-4
    )


def test_mistakes_are_named(scene):
    with pytest.raises(S2kitError, match="choose one of: fixed, brightness, spread, both"):
        input_of("min-max", scene)
    with pytest.raises(S2kitError, match="somewhere has no pixel with data"):
        input_of("both", scene * np.nan)
