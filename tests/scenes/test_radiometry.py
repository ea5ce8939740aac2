"""From digital numbers to reflectance and to the network's input."""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from s2kit.scenes.radiometry import (
    BRIGHTEST,
    normalise,
    normalise_min_max,
    standardise,
    to_reflectance,
)
from s2kit.scenes.statistics import image_statistics
from s2kit.settings import authors_source


def scene_of(values: object) -> xr.DataArray:
    """One band, one row of reflectance."""
    array = np.asarray(values, np.float32).reshape(1, 1, -1)
    return xr.DataArray(array, dims=("band", "y", "x"), attrs={"area": "here"}, name="scene")


def test_the_offset_is_taken_off_and_negative_reflectance_survives() -> None:
    dn = xr.DataArray(np.array([1000, 4000, 900], np.uint16))

    reflectance = to_reflectance(dn, 1000)

    assert reflectance.dtype == np.float32
    assert reflectance.to_numpy() == pytest.approx([0.0, 0.3, -0.01])


@given(st.integers(0, 65535), st.sampled_from([0, 1000]))
def test_reflectance_gives_the_digital_number_back(dn: int, offset: int) -> None:
    reflectance = to_reflectance(xr.DataArray(np.array([dn], np.uint16)), offset)

    assert round(float(reflectance[0]) * 10_000) + offset == dn


def test_the_fixed_rule_maps_0_to_06_onto_0_to_1() -> None:
    scaled = normalise(scene_of([-0.01, 0.0, 0.3, 0.6, 1.2, np.nan]))

    assert scaled.to_numpy().ravel() == pytest.approx([0, 0, 0.5, 1, 1, np.nan], nan_ok=True)
    assert (scaled.dtype, scaled.name, scaled.attrs) == (np.float32, "scene", {"area": "here"})


@given(st.lists(st.floats(0, 1.5, width=32), min_size=2, max_size=20))
def test_the_fixed_rule_treats_each_pixel_alone(values: list[float]) -> None:
    together = normalise(scene_of(values)).to_numpy().ravel()

    assert together == pytest.approx([float(normalise(scene_of([v])).item()) for v in values])


@given(st.lists(st.integers(-500, 15000).map(lambda dn: dn / 10_000), min_size=1, max_size=20))
def test_min_max_fills_the_range_whatever_the_scene(values: list[float]) -> None:
    scaled = normalise_min_max(scene_of([*values, np.nan])).to_numpy().ravel()

    assert np.isnan(scaled[-1])
    assert scaled[:-1].min() == 0
    assert scaled[:-1].max() == (1 if max(values) > min(values) else 0)


def bands_of(values: np.ndarray) -> xr.DataArray:
    """Return a scene (band, y, x) of two bands."""
    return xr.DataArray(values.astype(np.float32), dims=("band", "y", "x"), name="scene")


def test_a_standardised_scene_has_mean_a_half_and_a_quarter_of_spread() -> None:
    values = np.random.default_rng(0).gamma(2, 0.1, (2, 30, 40))
    values[1, 0, 0] = np.nan  # leaves the pixel out of both bands
    scene = bands_of(values)
    scaled = standardise(scene, image_statistics(scene))
    seen = scaled.to_numpy()[:, np.isfinite(values).all(axis=0)]
    assert seen.mean(axis=1) == pytest.approx([0.5, 0.5], abs=1e-5)
    assert seen.std(axis=1) == pytest.approx([0.25, 0.25], abs=1e-5)
    assert np.isnan(scaled[1, 0, 0])
    assert np.isfinite(scaled[0, 0, 0])


@given(st.floats(0.2, 3), st.floats(-0.1, 0.3))
def test_haze_and_brightness_of_a_whole_image_fall_out(gain: float, haze: float) -> None:
    scene = bands_of(np.random.default_rng(1).uniform(0, 0.5, (2, 8, 8)))
    hazy = gain * scene + haze
    np.testing.assert_allclose(
        standardise(hazy, image_statistics(hazy)),
        standardise(scene, image_statistics(scene)),
        atol=1e-4,
    )


def test_a_band_of_one_value_becomes_a_half() -> None:
    flat = bands_of(np.full((2, 3, 3), 0.2))
    np.testing.assert_allclose(standardise(flat, image_statistics(flat)), 0.5)


@pytest.mark.parametrize("rule", [normalise, normalise_min_max])
def test_scenes_of_the_archive_become_0_to_1(
    mirror: object, rule: Callable[[xr.DataArray], xr.DataArray]
) -> None:
    scaled = rule(authors_source().open("strzegom_20230209"))

    assert (float(scaled.min()), float(scaled.max())) == (0, 1)


def test_hardly_anything_in_the_archive_is_brighter_than_the_fixed_rule_allows(
    mirror: object,
) -> None:
    authors = authors_source()
    names = authors.available(area="strzegom")
    shares = [float((authors.open(name) > BRIGHTEST).mean()) for name in names]

    assert len(shares) == 8
    assert 0.001 < max(shares) < 0.003
