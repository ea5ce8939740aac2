"""A scene read window by window is the scene read at once, and is refused where that is."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scene_files import numbers, write

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.raster import read_scene
from s2kit.scenes.scene_file import open_scene
from s2kit.scenes.statistics import image_statistics

Landscape = Callable[..., np.ndarray]


def outcome(read: Callable[[], Any]) -> tuple[Any, list[str], str | None]:
    """Return what a reader returns, warns of, and refuses."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value, error = read(), None
        except S2kitError as problem:
            value, error = None, str(problem)
    return value, sorted(str(each.message) for each in caught), error


def at_once(path: Path) -> tuple[Any, ...]:
    scene = read_scene(path)
    return scene, image_statistics(scene), int(np.isfinite(scene[0]).sum()), pixels_sha256(scene)


def streamed(path: Path) -> tuple[Any, ...]:
    with open_scene(path) as scene:
        height, width = scene.shape
        parts = [
            [
                scene.read(slice(top, min(top + 23, height)), slice(left, min(left + 17, width)))
                for left in range(0, width, 17)
            ]
            for top in range(0, height, 23)
        ]
        rows = [np.concatenate(row, axis=2) for row in parts]
        whole = scene.grid.expand_dims(band=list(BAND_NAMES)).copy(data=np.concatenate(rows, 1))
        return whole, scene.statistics, scene.pixels, scene.sha256()


def spoil(values: np.ndarray, how: str) -> np.ndarray:
    """Spoil digital numbers (10, 61, 47) in one of the ways that are refused, warned of or read."""
    if how == "an edge of a swath":
        values[:, :, :20] = 0
        values[[0, 5], :, :24] = 0
        values[2, 50, 40] = 0
    elif how == "a constant band":
        values[4] = 3000
    elif how == "impossible":
        values[3, 55, 40] = 65535
    elif how == "unlikely":
        values[3, 40:55, 40] = 24000
    elif how == "one number":
        values[:, 20:40, 20:40] = 2500
    elif how == "no data":
        values[:] = 0
    elif how == "data in a corner":
        values[:, :, :46] = 0
    elif how == "in doubt":
        values += 3000
    elif how == "another scale":
        values *= 6
    elif how == "reversed":
        values = values[::-1].copy()
    return values


@pytest.mark.parametrize("strip", [1, 40_000, 2**26])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("offset", [0, 1000])
@pytest.mark.parametrize(
    "how",
    [
        "good", "an edge of a swath", "a constant band", "impossible", "unlikely", "one number",
        "no data", "data in a corner", "in doubt", "another scale", "reversed",
    ],
)  # fmt: skip
def test_a_streamed_scene_is_the_same_or_refused_with_the_same_words(
    tmp_path: Path, landscape: Landscape, monkeypatch: pytest.MonkeyPatch,
    how: str, offset: int, named: bool, strip: int,
) -> None:  # fmt: skip
    monkeypatch.setattr("s2kit.scenes.survey.STRIP", strip)
    values = np.round(landscape(61, 47) * 10_000 + offset).clip(1, 65535).astype("uint16")
    path = write(tmp_path / "a.tif", spoil(values, how), named)
    whole, windows = outcome(lambda: at_once(path)), outcome(lambda: streamed(path))
    assert windows[1:] == whole[1:]
    if whole[0] is not None:
        xr.testing.assert_identical(windows[0][0], whole[0][0])
        assert windows[0][1:] == whole[0][1:]


def test_the_grid_of_a_scene_takes_no_memory(tmp_path: Path, landscape: Landscape) -> None:
    path = write(tmp_path / "a.tif", np.round(landscape(60, 40) * 10_000).astype("uint16"))
    with open_scene(path) as scene:
        assert scene.grid.to_numpy().strides == (0, 0)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(3, 70), st.integers(3, 70), st.integers(1, 30_000), st.booleans(),
    st.floats(0, 0.3), st.integers(0, 100),
)  # fmt: skip
def test_shapes_strips_and_holes_change_no_bit(
    tmp_path: Path, landscape: Landscape, monkeypatch: pytest.MonkeyPatch,
    height: int, width: int, strip: int, reflectance: bool, holes: float, seed: int,
) -> None:  # fmt: skip
    monkeypatch.setattr("s2kit.scenes.survey.STRIP", strip)
    values = landscape(height, width, seed)
    random = np.random.default_rng(seed)
    empty, lone = (random.random((height, width)) < share for share in (holes, 0.01))
    if reflectance:
        values[:, empty] = np.nan
    else:
        values = np.round(values * 10_000).clip(1).astype("uint16")
        values[:, empty] = 0
        values[3, lone] = 0
    path = write(tmp_path / "a.tif", values)
    whole, windows = outcome(lambda: at_once(path)), outcome(lambda: streamed(path))
    assert windows[1:] == whole[1:]
    if whole[0] is not None:
        xr.testing.assert_identical(windows[0][0], whole[0][0])
        assert windows[0][1:] == whole[0][1:]


def test_a_file_that_is_replaced_while_it_is_read_is_an_error(
    tmp_path: Path, landscape: Landscape
) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape))
    other = write(tmp_path / "b.tif", numbers(landscape))
    with open_scene(path) as scene:
        scene.read(slice(0, 9), slice(0, 9))
        other.replace(path)
        for read in (scene.sha256, lambda: scene.read(slice(0, 9), slice(0, 9))):
            with pytest.raises(
                S2kitError, match=r"a.tif was changed or replaced while it was read"
            ):
                read()


def test_a_block_that_is_not_what_was_stored_is_named(tmp_path: Path, landscape: Landscape) -> None:
    values = np.round(landscape(256, 64) * 10_000 + 1000).astype("uint16")
    tiles = {"compress": "deflate", "tiled": True, "blockxsize": 64, "blockysize": 64}
    path = write(tmp_path / "a.tif", values, **tiles)
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 2, len(data) // 2 + 40):
        data[place] ^= 0xFF
    path.write_bytes(bytes(data))
    damaged = pytest.raises(S2kitError, match=r"a.tif is damaged: block at row \d+, column 1 of")
    with damaged, open_scene(path):
        pass


@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_bands_that_are_decoded_once_have_the_same_checksum(
    tmp_path: Path, landscape: Landscape, monkeypatch: pytest.MonkeyPatch, interleave: str
) -> None:
    values = numbers(lambda: landscape(90, 70))
    values[:, 20:25, 30:40] = 0
    path = write(tmp_path / "a.tif", values, interleave=interleave, compress="deflate")
    monkeypatch.setattr("s2kit.scenes.band_digest.CACHE", 0)
    monkeypatch.setattr("s2kit.scenes.survey.STRIP", 4 * 70 * 16)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with open_scene(path, 1000, cache=2**20) as scene:
        assert scene.scratch == (2 * values.size if interleave == "pixel" else 0)
        assert scene.sha256(scratch) == scene.sha256() == pixels_sha256(read_scene(path, 1000))
    assert not list(scratch.iterdir())
