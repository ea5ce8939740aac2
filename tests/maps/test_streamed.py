"""A map that is made window by window, from a file, is the map that is made in memory."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize
from scene_files import write

from s2kit.errors import S2kitError
from s2kit.maps.applicability import applicability
from s2kit.maps.classify import classify
from s2kit.maps.layers import APPLICABILITY, CONFIDENCE
from s2kit.maps.layout import bytes_per_pixel, fewest_pixels, layout_by_memory
from s2kit.maps.streamed import EIGHT_LOOKS, Mapped, Outputs, Settings, classify_file
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network
from s2kit.scenes.raster import read_scene
from s2kit.scenes.scene_file import open_scene

Landscape = Callable[..., np.ndarray]


@pytest.fixture
def threads() -> Iterator[Callable[[int], None]]:
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def image(path: Path, landscape: Landscape, height: int, width: int, holes: float = 0) -> Path:
    values = np.round(landscape(height, width) * 10_000 + 1000).astype("uint16")
    random = np.random.default_rng(0)
    values[:, random.random((height, width)) < holes] = 0
    return write(path, values)


def mapped(
    network: UNet, path: Path, outputs: Outputs, pixels: int = 10**7, turns: bool | None = False
) -> Mapped:
    memory = pixels * bytes_per_pixel(network, turns is not False)
    with open_scene(path, 1000) as scene:
        return classify_file(network, scene, outputs, Settings("torch", turns, memory))


def band(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(2, 300), st.integers(2, 300), st.integers(24_000, 90_000), st.booleans(),
    st.sampled_from([0, 0.1]), st.sampled_from([1, 2]),
)  # fmt: skip
def test_windows_and_threads_change_no_bit(
    tmp_path: Path, landscape: Landscape, network: UNet, threads: Callable[[int], None],
    height: int, width: int, pixels: int, turns: bool, holes: float, count: int,
) -> None:  # fmt: skip
    path = image(tmp_path / "a.tif", landscape, height, width, holes)
    threads(1)
    try:
        scene = read_scene(path, 1000)
        memory = pixels * bytes_per_pixel(network, turns)
        layout_by_memory(network, height, width, memory, turns)
    except S2kitError:
        assume(False)
    codes, sure = classify(network, scene, turns=turns)
    threads(count)
    outputs = Outputs(tmp_path / "map.tif", tmp_path / "sure.tif")
    mapped(network, path, outputs, pixels, turns)
    np.testing.assert_array_equal(band(outputs.map), codes)
    np.testing.assert_array_equal(band(tmp_path / "sure.tif"), CONFIDENCE.counts(sure))


@pytest.mark.parametrize("shape", [(211, 307), (40, 1401), (1401, 40), (224, 224)])
def test_the_files_are_the_same_to_the_byte(
    tmp_path: Path, landscape: Landscape, network: UNet, shape: tuple[int, int]
) -> None:
    """One window, and many of each shape; a prime number of rows, thin strips, holes."""
    path = image(tmp_path / "a.tif", landscape, *shape, holes=0.02)
    found = []
    for pixels in (10**6, 40_000, 26_000):
        here = tmp_path / str(pixels)
        here.mkdir()
        layout = layout_by_memory(network, *shape, pixels * bytes_per_pixel(network, False), False)
        assert (layout.count == 1) == (pixels == 10**6)
        outputs = Outputs(here / "map.tif", here / "sure.tif")
        mapped(network, path, outputs, pixels)
        found.append({each.name: each.read_bytes() for each in here.iterdir()})
    assert found[0] == found[1] == found[2]
    assert sorted(found[0]) == ["map.qml", "map.tif", "map.tif.aux.xml", "sure.qml", "sure.tif"]


def test_a_map_is_cloud_optimised_and_its_overviews_hold_codes(
    tmp_path: Path, landscape: Landscape, network: UNet
) -> None:
    path = image(tmp_path / "a.tif", landscape, 1100, 600)
    outputs = Outputs(tmp_path / "map.tif", tmp_path / "sure.tif")
    mapped(network, path, outputs)
    for each in (outputs.map, tmp_path / "sure.tif"):
        with rasterio.open(each) as file:
            assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert file.overviews(1) == [2, 4, 8]
            assert file.block_shapes == [(256, 256)]
            starts = [
                int(file.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1, ovr=level))
                for level in (2, 1, 0)
            ]
            starts.append(int(file.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1)))
            assert starts == sorted(starts)
    with rasterio.open(outputs.map, overview_level=1) as file:
        assert set(np.unique(file.read(1))) <= set(np.unique(band(outputs.map)))
        assert file.colormap(1)[8][:3] == (0, 99, 194)


def test_the_applicability_of_windows_is_that_of_the_scene(
    tmp_path: Path, landscape: Landscape
) -> None:
    network = load_network("simulated")
    path = image(tmp_path / "a.tif", landscape, 150, 140, holes=0.01)
    outputs = Outputs(tmp_path / "map.tif", applicability=tmp_path / "unlike.tif")
    found = mapped(network, path, outputs)
    counts = APPLICABILITY.counts(applicability(network, read_scene(path, 1000)))
    np.testing.assert_array_equal(band(tmp_path / "unlike.tif"), counts)
    seen = counts.to_numpy() != APPLICABILITY.no_data
    assert found.unlike is not None
    share = (counts.to_numpy()[seen] > 100).mean()
    assert found.unlike["all"] == pytest.approx(share, abs=0.01)


def test_areas_and_polygons_tell_of_the_map(
    tmp_path: Path, landscape: Landscape, network: UNet
) -> None:
    path = image(tmp_path / "a.tif", landscape, 90, 80, holes=0.01)
    outputs = Outputs(
        tmp_path / "map.tif", areas=tmp_path / "a.csv", polygons=tmp_path / "p.gpkg", min_area=0
    )
    mapped(network, path, outputs)
    codes = band(outputs.map)
    with (tmp_path / "a.csv").open() as file:
        areas = {int(row["code"]): float(row["hectares"]) for row in csv.DictReader(file)}
    assert areas == {
        code: pytest.approx((codes == code).sum() / 100) for code in (*range(1, 11), 0)
    }
    polygons = gpd.read_file(tmp_path / "p.gpkg")
    with rasterio.open(outputs.map) as file:
        again = rasterize(
            zip(polygons.geometry, polygons.label, strict=True), codes.shape,
            transform=file.transform,
        )  # fmt: skip
    np.testing.assert_array_equal(again, codes)
    assert polygons.hectares.sum() == pytest.approx((codes > 0).sum() / 100)

    large = Outputs(outputs.map, polygons=tmp_path / "large.gpkg", min_area=0.2)
    mapped(network, path, large)
    kept = gpd.read_file(tmp_path / "large.gpkg")
    assert 0 < len(kept) < len(polygons)
    assert kept.hectares.sum() == pytest.approx(polygons.hectares.sum())


def test_eight_looks_are_taken_up_to_a_size() -> None:
    by_size = Settings("torch", None, 10**9)
    assert by_size.looks_turned(EIGHT_LOOKS)
    assert not by_size.looks_turned(EIGHT_LOOKS + 1)
    assert Settings("torch", True, 10**9).looks_turned(10**9)


@pytest.mark.parametrize("turns", [False, True])
def test_a_tile_wastes_little_and_fits(turns: bool) -> None:
    network = load_network("strzegom")
    memory = 750 * 10**6
    layout = layout_by_memory(network, 10_980, 10_980, memory, turns)
    assert 0.9 * memory < layout.memory(network, turns, "torch") <= memory
    assert layout.smallest > fewest_pixels(network)
    assert layout.computed < (2.4 if turns else 1.6) * 10_980**2


def test_too_little_memory_for_the_smallest_window_is_said_before_the_work(
    tmp_path: Path, landscape: Landscape, network: UNet
) -> None:
    path = image(tmp_path / "a.tif", landscape, 300, 300)
    with pytest.raises(S2kitError, match=r"not enough memory for one window of \d+ pixels"):
        mapped(network, path, Outputs(tmp_path / "map.tif"), 5000)
    assert [each.name for each in tmp_path.iterdir()] == ["a.tif"]


def test_a_disk_without_room_is_said_before_the_work(
    tmp_path: Path, landscape: Landscape, network: UNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = image(tmp_path / "a.tif", landscape, 300, 300)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1000}))
    with pytest.raises(S2kitError, match=r"map.tif takes up to \d+ MB .* free the disk"):
        mapped(network, path, Outputs(tmp_path / "map.tif"))
    assert [each.name for each in tmp_path.iterdir()] == ["a.tif"]


def test_a_map_tells_what_it_was_made_with(
    tmp_path: Path, landscape: Landscape, network: UNet
) -> None:
    path = image(tmp_path / "a.tif", landscape, 100, 90)
    mapped(network, path, Outputs(tmp_path / "map.tif"), turns=None)
    expected = classify(network, read_scene(path, 1000))[0].attrs
    with rasterio.open(tmp_path / "map.tif") as file:
        tags = file.tags()
    for name in ("statistics", "scaling", "looks", "weights_sha256", "image", "trained_on"):
        assert tags[f"S2KIT_{name.upper()}"] == expected[name]
    assert json.loads(tags["S2KIT_STATISTICS"])["mean"]
