"""Clouds that ukis-csmask finds; skipped where that package is not installed."""

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from small_scenes import small

from s2kit.catalogue import csmask
from s2kit.catalogue.csmask import clear_of_clouds
from s2kit.catalogue.read import read_items
from s2kit.catalogue.search import items_for
from s2kit.catalogue.stac import open_catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.grid import grid_of
from s2kit.scenes.scene_file import open_scene
from s2kit.simulator.make import make_landscapes
from s2kit.sources.places import Places

SIDE = 200
MISSING = "needs ukis-csmask: python -m pip install -e '.[clouds]'"


def write(path: Path, reflectance: xr.DataArray) -> Path:
    numbers = (reflectance * 10_000 + 1000).round().fillna(0).astype("uint16")
    numbers.attrs = {"long_name": BAND_NAMES}
    numbers.rio.write_nodata(0).rio.to_raster(path)
    return path


def test_a_cloud_that_is_painted_into_a_scene_is_found(tmp_path: Path) -> None:
    pytest.importorskip("ukis_csmask", reason=MISSING)
    record = small("strzegom_20230709", SIDE, SIDE)
    made = make_landscapes(tmp_path / "made", records=[record])
    catalogue, grid = open_catalogue(str(made)), grid_of(record)
    scene = read_items(items_for(catalogue, grid, record.date), grid)
    y, x = np.mgrid[:SIDE, :SIDE]
    cloud = np.clip(1.6 - np.hypot(y - 80, x - 120) / 40, 0, 1)
    clouded = scene.copy(data=(scene * (1 - cloud) + 0.55 * cloud).to_numpy())
    with open_scene(write(tmp_path / "clouded.tif", clouded)) as opened:
        hidden = ~clear_of_clouds(opened)
    assert hidden.shape == (SIDE, SIDE)
    assert hidden[cloud > 0.5].mean() > 0.95
    assert hidden[np.hypot(y - 80, x - 120) > 64 + 10 * csmask.BUFFER].mean() < 0.05
    with open_scene(write(tmp_path / "clear.tif", scene)) as opened:
        assert clear_of_clouds(opened).all()


def test_real_clouds_are_told_from_a_clear_sky(tmp_path: Path, elsewhere: Path) -> None:
    pytest.importorskip("ukis_csmask", reason=MISSING)
    places = Places(elsewhere)
    for day, cloudy in (("0711", 0), ("0731", 1), ("0820", 1), ("0830", 0), ("0909", 0)):
        scene = places.open(f"slovenia_2015{day}_l1c")
        with open_scene(write(tmp_path / f"{day}.tif", scene), 1000) as opened:
            assert (~clear_of_clouds(opened)).mean() == cloudy, day


def test_without_the_package_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ukis_csmask.mask", None)
    with pytest.raises(S2kitError, match=r"needs the package ukis-csmask .*install it with"):
        csmask.csmask_package()


def test_pixels_are_averaged_to_30_m_and_the_edge_is_kept(tmp_path: Path) -> None:
    values = np.full((10, 7, 8), 0.2, np.float32)
    values[:, :3, :3] = np.arange(9).reshape(3, 3) / 100
    values[:, 6, 6:] = np.nan
    path = tmp_path / "scene.tif"
    scene = xr.DataArray(
        values,
        {"y": 5_600_000 - 10.0 * np.arange(7), "x": 500_000 + 10.0 * np.arange(8)},
        ("band", "y", "x"),
    ).rio.write_crs(32633)
    with open_scene(write(path, scene), offset=1000) as opened:
        image = csmask._at_30_m(opened)
    assert image.shape == (3, 3, 6)
    assert image[0, 0] == pytest.approx(0.04, abs=1e-6)
    assert np.isnan(image[2, 2]).all()
