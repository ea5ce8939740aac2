"""Scenes that are read lazily: nothing is computed until it is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pytest
import rasterio
import xarray as xr
from scene_files import numbers, write

from s2kit.errors import S2kitError
from s2kit.scenes.nodata import no_data_in_all_bands
from s2kit.scenes.radiometry import normalise, standardise, to_reflectance
from s2kit.scenes.raster import read_scene
from s2kit.scenes.statistics import image_statistics

Landscape = Callable[..., np.ndarray]


def refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("computed")


def test_reading_scaling_and_masking_compute_nothing(tmp_path: Path, landscape: Landscape) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape))
    whole = read_scene(path)

    with dask.config.set(scheduler=refuse):
        lazy = read_scene(path, chunks=25)
        steps = {
            "read": lazy,
            "normalise": normalise(lazy),
            "standardise": standardise(lazy, image_statistics(whole)),
            "mask": no_data_in_all_bands(lazy),
            "reflectance": to_reflectance(lazy * 10_000, 1000),
        }
        assert all(isinstance(step.data, da.Array) for step in steps.values())
        with pytest.raises(AssertionError, match="computed"):
            lazy.compute()
    assert lazy.attrs == whole.attrs
    np.testing.assert_array_equal(steps["normalise"], normalise(whole))
    np.testing.assert_array_equal(
        steps["standardise"], standardise(whole, image_statistics(whole)).to_numpy()
    )


@pytest.mark.parametrize("chunks", [1000, 40, 33, 7])
def test_what_is_read_lazily_is_what_is_read_at_once(
    tmp_path: Path, landscape: Landscape, chunks: int
) -> None:
    """The edge of a swath, half-filled pixels beside it and a lone zero, across the blocks."""
    dn = numbers(landscape, offset=0)
    dn[:, :, :20] = 0
    dn[[0, 5], :, :24] = 0
    dn[2, 50, 50] = 0
    path = write(tmp_path / "a.tif", dn)
    whole = read_scene(path)

    xr.testing.assert_identical(read_scene(path, chunks=chunks).compute(), whole)
    assert np.isnan(whole[:, :, :24]).all()
    assert float(whole[2, 50, 50]) == 0


def test_an_impossible_value_that_the_sample_missed_is_found_in_its_block(
    tmp_path: Path, landscape: Landscape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s2kit.scenes.raster.SAMPLE", 5)
    dn = numbers(landscape)
    dn[:, 31, 41] = 65535
    scene = read_scene(write(tmp_path / "a.tif", dn), 1000, chunks=30)

    with pytest.raises(S2kitError, match=r"from row 31, column 31 on: 1 pix.* row 2, column 12"):
        scene.compute()


def test_a_scene_carries_its_date_as_time(tmp_path: Path, landscape: Landscape) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape))
    assert "time" not in read_scene(path).coords
    with rasterio.open(path, "r+") as raster:
        raster.update_tags(date="2023-07-09")
    for scene in (read_scene(path), read_scene(path, chunks=30)):
        assert scene.time.to_numpy() == np.datetime64("2023-07-09")
    with rasterio.open(path, "r+") as raster:
        raster.update_tags(date="last summer")
    assert "time" not in read_scene(path).coords
