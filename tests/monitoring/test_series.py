import warnings

import numpy as np
import pytest
import rasterio
import torch
from click.testing import CliRunner
from distributed import LocalCluster
from small_series import write_map

import s2kit
from s2kit.__main__ import cli
from s2kit.maps.cloud_masks import CloudSource
from s2kit.maps.many import Plan
from s2kit.maps.scene_list import Folders
from s2kit.maps.streamed import Settings
from s2kit.monitoring.scene_list import list_scenes
from s2kit.monitoring.series import classify_series
from s2kit.network.unet import UNet
from s2kit.network.weights import save_network
from s2kit.scenes.bands import BAND_NAMES

SETTINGS = Settings("torch", turns=False, memory=2**28)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "w.safetensors"
    save_network(path, UNet(width=2, depth=1, scaling="both").eval(), recipe="none")
    return path


def plan_of(weights, folder):
    return Plan.of(s2kit.load_network(weights), weights, SETTINGS, Folders(folder))


def write_scene(folder, date, seed=0, scl=None):
    path = folder / f"place_{date}.tif"
    scene = s2kit.example_scene(48, seed=seed)
    numbers = (scene * 10_000 + 1000).round().astype("uint16")
    numbers.attrs = {"long_name": BAND_NAMES}
    numbers.rio.to_raster(path)
    if scl is not None:
        write_scl(folder, date, scl)
    return path


def write_scl(folder, date, scl):
    scene = s2kit.example_scene(48)
    layer = scene.isel(band=0, drop=True)[::2, ::2].copy(data=scl.astype("uint8"))
    layer = layer.assign_coords(y=layer.y - 5, x=layer.x + 5)
    layer.attrs = {}
    layer.rio.to_raster(folder / f"place_{date}_scl.tif")


def classify(weights, folder, work):
    said = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", s2kit.S2kitWarning)
        paths = classify_series(list_scenes([folder]), plan_of(weights, work), said.append)
    return paths, "\n".join(said)


def test_a_date_added_later_is_the_only_one_that_is_mapped(tmp_path, weights):
    folder, work = tmp_path / "scenes", tmp_path / "maps"
    folder.mkdir()
    write_scene(folder, "20230501")
    paths, _ = classify(weights, folder, work)
    before = paths[0].stat().st_mtime_ns
    write_scene(folder, "20230401", seed=1)

    paths, said = classify(weights, folder, work)

    assert [path.name for path in paths] == ["20230401.tif", "20230501.tif"]
    assert paths[1].stat().st_mtime_ns == before
    assert "1 of 2 scenes are done already" in said
    assert "1 of 1: 20230401 done" in said


def test_what_was_changed_is_mapped_again(tmp_path, weights):
    folder, work = tmp_path / "scenes", tmp_path / "maps"
    folder.mkdir()
    write_scene(folder, "20230501")
    paths, _ = classify(weights, folder, work)
    for change in (
        lambda: write_scene(folder, "20230501", seed=3),
        lambda: paths[0].write_bytes(paths[0].read_bytes()[:-1] + b"x"),
        lambda: (work / "ledger.csv").unlink(),
        lambda: write_scl(folder, "20230501", np.full((24, 24), 4)),
        lambda: write_scl(folder, "20230501", np.full((24, 24), 5)),
    ):
        change()
        _, said = classify(weights, folder, work)
        assert "1 of 1: 20230501 done" in said
    _, said = classify(weights, folder, work)
    assert said == "1 of 1 scenes are done already"


def test_clouds_of_the_scene_classification_are_gaps(tmp_path, weights):
    folder = tmp_path / "scenes"
    folder.mkdir()
    scl = np.full((24, 24), 4)
    scl[:12] = 9
    write_scene(folder, "20230501", scl=scl)
    paths, said = classify(weights, folder, tmp_path / "maps")
    codes = s2kit.read_class_map(paths[0]).to_numpy()
    assert (codes[:24] == 0).all()
    assert (codes[24:] > 0).all()
    assert "20230501: 50% of it cloud or shadow" in said


def test_lists_name_dates_and_class_maps_are_taken_as_they_are(tmp_path, weights):
    path = write_map(tmp_path / "one.tif", np.full((4, 4), 5), "2023-04-01")
    (tmp_path / "list.csv").write_text("image,date\none.tif,2023-04-02\n")
    (scene,) = list_scenes([tmp_path / "list.csv"])
    assert (str(scene.date), scene.is_map) == ("2023-04-02", True)
    (tagged,) = list_scenes([path])
    assert str(tagged.date) == "2023-04-01"
    said = []
    plan = plan_of(weights, tmp_path / "maps")
    assert classify_series([scene], plan, said.append) == [path]
    assert not (tmp_path / "maps").exists()


def test_an_scl_band_in_the_image_is_found(tmp_path):
    path = write_scene(tmp_path, "20230501")
    with rasterio.open(path) as file:
        values, profile = file.read(), file.profile
    with rasterio.open(path, "w", **{**profile, "count": 11}) as file:
        file.write(np.concatenate([values, values[:1] * 0 + 4]))
        file.descriptions = [*BAND_NAMES, "SCL"]
    (scene,) = list_scenes([path])
    assert (scene.clouds, scene.is_map) == (CloudSource(path, 11), False)
    assert scene.with_clouds_found() == scene
    (bare,) = list_scenes([write_scene(tmp_path, "20230601")])
    assert (bare.clouds, bare.with_clouds_found().clouds) == (None, CloudSource())


def test_a_date_that_cannot_be_read_stops_no_other(tmp_path, weights):
    folder, work = tmp_path / "scenes", tmp_path / "maps"
    folder.mkdir()
    broken = write_scene(folder, "20230401")
    whole = broken.read_bytes()
    write_scene(folder, "20230501", seed=1)
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(s2kit.S2kitError, match=r"1 of 2 scenes could not be mapped \(20230401: "):
        classify(weights, folder, work)
    assert (work / "20230501.tif").exists()
    broken.write_bytes(whole)
    paths, said = classify(weights, folder, work)
    assert "1 of 2 scenes are done already" in said
    assert [path.name for path in paths] == ["20230401.tif", "20230501.tif"]


def test_where_clouds_cannot_be_told_no_map_is_left_with_them(tmp_path, weights):
    folder, work = tmp_path / "scenes", tmp_path / "maps"
    folder.mkdir()
    write_scene(folder, "20230501", scl=np.full((24, 24), 9))
    (folder / "place_20230501_scl.tif").write_bytes(b"no raster")
    with pytest.raises(s2kit.S2kitError, match=r"place_20230501_scl.tif is no readable raster"):
        classify(weights, folder, work)
    assert not list(work.glob("*.tif"))


WORKER = """
import os, signal
from s2kit.maps import many

def die_once(path, clear, hide=many.hide_clouds):
    try:
        os.close(os.open({mark!r}, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return hide(path, clear)
    os.kill(os.getpid(), signal.SIGKILL)

many.hide_clouds = die_once
"""
"""Loaded by each worker: one is killed with a map made and its clouds still in it."""


def test_on_a_cluster_a_worker_that_is_killed_leaves_no_clouds_in_a_map(tmp_path, weights):
    folder = tmp_path / "scenes"
    folder.mkdir()
    scl = np.full((24, 24), 4)
    scl[:12] = 9
    for month in (4, 5, 6):
        write_scene(folder, f"2023{month:02d}01", seed=month, scl=scl)
    options = ["--weights", str(weights), "--no-turns"]
    alone = monitor(folder, tmp_path / "alone", *options)
    assert alone.exit_code == 0, alone.output
    mark = tmp_path / "killed"
    (tmp_path / "worker.py").write_text(WORKER.format(mark=str(mark)))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0",
        preload=[str(tmp_path / "worker.py")],
    ) as cluster:  # fmt: skip
        address = cluster.scheduler_address
        done = monitor(folder, tmp_path / "many", *options, "--cluster", address)
    assert done.exit_code == 0, done.output
    assert mark.exists()
    for name in ("maps/20230401.tif", "maps/20230501.tif", "maps/20230601.tif", "bare_days.tif"):
        assert (tmp_path / "many" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
    both = monitor(folder, tmp_path / "x", *options, "--cluster", address, "--workers", "2")
    assert both.exit_code == 2


def test_clouds_are_looked_for_where_no_classification_tells(tmp_path, weights):
    pytest.importorskip("ukis_csmask", reason="needs python -m pip install -e '.[clouds]'")
    folder = tmp_path / "scenes"
    folder.mkdir()
    write_scene(folder, "20230501", scl=np.full((24, 24), 4))
    write_scene(folder, "20230601")
    options = ["--weights", str(weights), "--no-turns"]
    done = monitor(folder, tmp_path / "year", *options, "--find-clouds")
    assert done.exit_code == 0, done.output
    assert "20230601: 0% of it cloud or shadow" in done.output
    again = monitor(folder, tmp_path / "year", *options)
    assert "1 of 2 scenes are done already" in again.output  # clouds come from another source now


def monitor(folder, out, *options):
    return CliRunner().invoke(cli, ["monitor", str(folder), "--out", str(out), *options])
