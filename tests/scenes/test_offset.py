"""The offset in digital numbers: claims held against the pixels."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2kit.errors import S2kitError
from s2kit.scenes.offset import check_offset, decide_offset, pixel_witness
from s2kit.scenes.raster import read_scene
from s2kit.settings import authors_source

Landscape = Callable[..., np.ndarray]


def numbers(landscape: Landscape, offset: int, brighter: float = 0.0) -> np.ndarray:
    """Return digital numbers with an offset, the last row without data."""
    dn = np.round((landscape() + brighter) * 10_000 + offset).astype(np.uint16)
    dn[:, -1] = 0  # no data is no witness
    return dn


@pytest.mark.parametrize("offset", [0, 1000])
def test_the_pixels_show_the_offset(landscape: Landscape, offset: int) -> None:
    dn = numbers(landscape, offset)

    assert decide_offset(dn, {}, "scene.tif")[0] == offset
    assert decide_offset(dn, {"the baseline": offset}, "scene.tif")[0] == offset
    with pytest.raises(S2kitError, match=r"of scene.tif: the claim says \d+; pixels"):
        check_offset(dn, 1000 - offset, "scene.tif")


def test_without_dark_pixels_a_claim_is_believed_and_nothing_is_guessed(
    landscape: Landscape,
) -> None:
    snow = numbers(landscape, 0, brighter=0.5)

    assert pixel_witness(snow)[0] is None
    assert decide_offset(snow, {"the baseline": 1000}, "a")[0] == 1000
    with pytest.raises(S2kitError, match=r"0 \(before 04.00\) or 1000 with --offset"):
        decide_offset(snow, {}, "scene.tif")


def test_claims_that_contradict_each_other_are_an_error(landscape: Landscape) -> None:
    snow = numbers(landscape, 0, brighter=0.5)

    with pytest.raises(S2kitError, match="the file says 0; you says 1000"):
        decide_offset(snow, {"the file": 0, "you": 1000}, "scene.tif")


def test_one_band_below_the_offset_speaks_against_it(landscape: Landscape) -> None:
    """Snow is bright in the visible bands, but dark in the short-wave infrared."""
    snow = numbers(landscape, 0, brighter=0.5)
    snow[8:] = 300

    assert pixel_witness(snow)[0] == 0


@given(st.integers(0, 99))
def test_a_handful_of_pixels_is_no_witness(count: int) -> None:
    dn = np.zeros((10, 10, 10), np.uint16)
    dn.reshape(10, -1)[:, :count] = 1200

    assert pixel_witness(dn)[0] is None


def test_every_scene_of_the_archive_bears_its_offset_out(mirror: object) -> None:
    authors = authors_source()
    for name in authors.available(area="strzegom"):
        image, offset = authors.path(name, "image"), authors.record(name).offset
        assert read_scene(image).attrs["offset"] == offset
        with pytest.raises(S2kitError, match="cannot tell the radiometric offset"):
            read_scene(image, 1000 - offset)
