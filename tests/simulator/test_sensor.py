"""Light, haze and pixels."""

import datetime

import numpy as np
import pytest

from s2kit.scenes.bands import BAND_NAMES, BANDS
from s2kit.simulator.sensor import observe, sun_elevation, sunlight


def test_the_sun_stands_higher_in_june_than_in_february() -> None:
    june, february = (np.degrees(sun_elevation(datetime.date(2022, m, 15))) for m in (6, 2))

    assert 55 < june < 63
    assert 20 < february < 28


def test_level_ground_is_fully_lit() -> None:
    assert sunlight(np.zeros((20, 20)), 0.8) == pytest.approx(1)


def test_a_tower_shades_the_ground_north_of_it() -> None:
    ground = np.zeros((40, 40))
    ground[20:24, 18:22] = 20.0

    light = sunlight(ground, np.radians(30))

    assert (light[16:19, 17:20] == 0).all()  # the sun stands in the south-south-east
    assert (light[26:, :] == 1).all()


def test_20_metre_bands_are_coarser() -> None:
    ground = np.full((10, 40, 48), 0.3, np.float32)

    bands = observe(ground, np.ones((40, 48)), 0.0, np.random.default_rng(0))

    shapes = {band.resolution: seen.shape for band, seen in zip(BANDS, bands, strict=True)}
    assert shapes == {10: (20, 24), 20: (10, 12)}
    assert all(seen.mean() == pytest.approx(0.3, abs=0.002) for seen in bands)


def test_haze_brightens_dark_ground_most_in_the_blue() -> None:
    ground, light = np.full((10, 80, 80), 0.02, np.float32), np.ones((80, 80))

    clear, hazy = (observe(ground, light, h, np.random.default_rng(0)) for h in (0.0, 0.1))

    rise = {name: float((h - c).mean()) for name, c, h in zip(BAND_NAMES, clear, hazy, strict=True)}
    assert rise["B02"] > rise["B04"] > rise["B08"] > rise["B12"] > 0


def test_fields_that_meet_inside_a_pixel_are_mixed() -> None:
    ground = np.zeros((10, 40, 40), np.float32)
    ground[:, :, 21:] = 0.4  # the border runs through the middle of a 10 m pixel

    nir = observe(ground, np.ones((40, 40)), 0.0, np.random.default_rng(0))[6]

    assert nir[:, 10].mean() == pytest.approx(0.2, abs=0.02)
