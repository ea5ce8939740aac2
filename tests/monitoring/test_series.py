import json
import warnings

import numpy as np
import pytest
import rasterio
import torch
from small_series import write_map

import s2kit
from s2kit.maps.streamed import Settings
from s2kit.monitoring.scene_list import list_scenes
from s2kit.monitoring.series import classify_series
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES

SETTINGS = Settings("torch", turns=False, memory=2**28)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return UNet(width=2, depth=1, scaling="both").eval()


def write_scene(folder, date, seed=0, scl=None):
    path = folder / f"place_{date}.tif"
    scene = s2kit.example_scene(48, seed=seed)
    numbers = (scene * 10_000 + 1000).round().astype("uint16")
    numbers.attrs = {"long_name": BAND_NAMES}
    numbers.rio.to_raster(path)
    if scl is not None:
        layer = scene.isel(band=0, drop=True)[::2, ::2].copy(data=scl.astype("uint8"))
        layer = layer.assign_coords(y=layer.y - 5, x=layer.x + 5)
        layer.attrs = {}
        layer.rio.to_raster(folder / f"place_{date}_scl.tif")
    return path


def classify(network, folder, work):
    said = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", s2kit.S2kitWarning)
        paths = classify_series(network, list_scenes([folder]), work, SETTINGS, said.append)
    return paths, said


def test_a_date_added_later_is_the_only_one_that_is_mapped(tmp_path, network):
    folder, work = tmp_path / "scenes", tmp_path / "maps"
    folder.mkdir()
    write_scene(folder, "20230501")
    paths, _ = classify(network, folder, work)
    before = paths[0].stat().st_mtime_ns
    write_scene(folder, "20230401", seed=1)

    paths, said = classify(network, folder, work)

    assert [path.name for path in paths] == ["20230401.tif", "20230501.tif"]
    assert paths[1].stat().st_mtime_ns == before
    assert "mapped before, kept" in said[1]
    assert said[0].endswith("mapped")


def test_what_was_changed_is_mapped_again(tmp_path, network):
    folder, work = tmp_path / "scenes", tmp_path / "maps"
    folder.mkdir()
    write_scene(folder, "20230501")
    paths, _ = classify(network, folder, work)
    for change in (
        lambda: write_scene(folder, "20230501", seed=3),
        lambda: paths[0].write_bytes(paths[0].read_bytes()[:-1] + b"x"),
        lambda: paths[0].with_suffix(".json").write_text("{"),
        lambda: write_scene(folder, "20230501", seed=3, scl=np.full((24, 24), 4)),
    ):
        change()
        _, said = classify(network, folder, work)
        assert "kept" not in said[0]
    _, said = classify(network, folder, work)
    assert "kept" in said[0]
    assert set(json.loads(paths[0].with_suffix(".json").read_text())) == {
        "image", "scl", "weights", "settings", "map",
    }  # fmt: skip


def test_clouds_of_the_scene_classification_are_gaps(tmp_path, network):
    folder = tmp_path / "scenes"
    folder.mkdir()
    scl = np.full((24, 24), 4)
    scl[:12] = 9
    write_scene(folder, "20230501", scl=scl)
    paths, said = classify(network, folder, tmp_path / "maps")
    codes = s2kit.read_class_map(paths[0]).to_numpy()
    assert (codes[:24] == 0).all()
    assert (codes[24:] > 0).all()
    assert "50% of it cloud" in said[0]


def test_lists_name_dates_and_class_maps_are_taken_as_they_are(tmp_path, network):
    path = write_map(tmp_path / "one.tif", np.full((4, 4), 5), "2023-04-01")
    (tmp_path / "list.csv").write_text("image,date\none.tif,2023-04-02\n")
    (scene,) = list_scenes([tmp_path / "list.csv"])
    assert (str(scene.date), scene.is_map) == ("2023-04-02", True)
    (tagged,) = list_scenes([path])
    assert str(tagged.date) == "2023-04-01"
    said = []
    assert classify_series(network, [scene], tmp_path / "maps", SETTINGS, said.append) == [path]
    assert "taken as it is" in said[0]


def test_an_scl_band_in_the_image_is_found(tmp_path):
    path = write_scene(tmp_path, "20230501")
    with rasterio.open(path) as file:
        values, profile = file.read(), file.profile
    with rasterio.open(path, "w", **{**profile, "count": 11}) as file:
        file.write(np.concatenate([values, values[:1] * 0 + 4]))
        file.descriptions = [*BAND_NAMES, "SCL"]
    (scene,) = list_scenes([path])
    assert (scene.scl, scene.scl_band, scene.is_map) == (path, 11, False)
