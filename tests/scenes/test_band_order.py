"""Bands without names: the order that is assumed, held against the spectra."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_files import numbers, write

from s2kit.errors import S2kitError, S2kitWarning
from s2kit.scenes.band_order import band_order_problem
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.raster import read_scene
from s2kit.scenes.top_of_atmosphere import is_top_of_atmosphere
from s2kit.settings import authors_source

Landscape = Callable[..., np.ndarray]


def test_ten_bands_without_names_are_assumed_and_said(tmp_path: Path, landscape: Landscape) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape), named=False)

    with pytest.warns(S2kitWarning, match=r"a.tif does not name its bands; they are taken for B02"):
        assumed = read_scene(path)
    named = read_scene(path, bands=list(BAND_NAMES))
    np.testing.assert_array_equal(assumed, named)


def test_names_put_shuffled_bands_in_order(tmp_path: Path, landscape: Landscape) -> None:
    order = np.random.default_rng(3).permutation(10)
    names = [BAND_NAMES[i].replace("B0", "b") for i in order]
    path = write(tmp_path / "a.tif", numbers(landscape)[order], named=False)

    np.testing.assert_allclose(read_scene(path, bands=names), landscape(), atol=1e-4)
    with pytest.raises(S2kitError, match=r"its bands are not B02.*name them .* --bands B02,B03"):
        read_scene(path)


@pytest.mark.parametrize(
    ("count", "names", "message"),
    [
        (9, None, "has 9 bands without names"),
        (9, BAND_NAMES, "has 9 bands named B02, .* it needs all of B02"),
        (10, (*BAND_NAMES[:9], "B11"), "each once"),
        (10, (*BAND_NAMES[:9], "red"), "it needs all of"),
    ],
)
def test_names_that_do_not_fit(
    tmp_path: Path, landscape: Landscape, count: int, names: list[str] | None, message: str
) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape)[:count], named=False)

    with pytest.raises(S2kitError, match=message):
        read_scene(path, bands=names)


def test_names_that_contradict_the_file(tmp_path: Path, landscape: Landscape) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape))

    with pytest.raises(S2kitError, match=r"names its bands B02, .*, not B12"):
        read_scene(path, bands=BAND_NAMES[::-1])


@given(st.permutations(range(10)))
def test_shuffled_fields_are_refused(order: list[int]) -> None:
    """Bands of 20 m come in pairs of columns: any order that mixes them with the others shows."""
    scene = LAND[order]
    if scene_order_is_right(order):
        assert band_order_problem(scene) is None
    elif set(order[3:6] + order[7:]) != {3, 4, 5, 7, 8, 9}:
        assert band_order_problem(scene) is not None


def scene_order_is_right(order: list[int]) -> bool:
    return order == list(range(10))


@pytest.fixture(autouse=True)
def _land(landscape: Landscape) -> None:
    global LAND
    LAND = landscape()


LAND = np.empty((10, 0, 0), np.float32)


def test_snow_water_and_nothing_are_not_refused() -> None:
    rng = np.random.default_rng(0)
    snow = np.array([0.30, 0.26, 0.25, 0.27, 0.31, 0.32, 0.34, 0.33, 0.035, 0.037])
    water = np.array([0.02, 0.019, 0.012, 0.011, 0.010, 0.010, 0.009, 0.009, 0.005, 0.004])
    for spectrum in (snow, water):
        picture = spectrum[:, None, None] * rng.normal(1, 0.05, (1, 30, 30))
        assert band_order_problem(picture.astype(np.float32)) is None
    assert band_order_problem(np.full((10, 9, 9), np.nan, np.float32)) is None


def test_at_the_top_of_the_atmosphere_blue_is_too_bright(
    tmp_path: Path, landscape: Landscape
) -> None:
    air = np.array([0.08, 0.055, 0.03, 0.025, 0.02, 0.015, 0.012, 0.01, 0, 0], np.float32)
    hazy = landscape() + air[:, None, None]

    assert not is_top_of_atmosphere(landscape())
    assert band_order_problem(hazy) is None
    with pytest.warns(S2kitWarning, match="top of the atmosphere"):
        read_scene(write(tmp_path / "a.tif", hazy))


def test_the_archives_scenes_pass_and_shuffled_ones_do_not(mirror: Path) -> None:
    rng = np.random.default_rng(0)
    refused = []
    for name in authors_source().available(area="strzegom"):
        scene = authors_source().open(name).to_numpy()
        assert band_order_problem(scene) is None
        assert not is_top_of_atmosphere(scene)
        refused += [band_order_problem(scene[rng.permutation(10)]) is not None for _ in range(10)]
    assert np.mean(refused) >= 0.98


def test_swaps_that_pass_are_few(mirror: Path) -> None:
    scene = authors_source().open("strzegom_20230709").to_numpy()
    passed = []
    for one, other in itertools.combinations(range(10), 2):
        order = list(range(10))
        order[one], order[other] = other, one
        if band_order_problem(scene[order]) is None:
            passed.append(BAND_NAMES[one] + BAND_NAMES[other])
    assert len(passed) <= 3, passed
