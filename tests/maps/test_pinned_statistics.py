"""Pieces and neighbours that share their statistics are one map where they overlap."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from click.testing import CliRunner
from rasterio.crs import CRS
from rasterio.transform import from_origin
from rasterio.warp import Resampling, reproject, transform
from scene_files import write

from s2kit.__main__ import cli
from s2kit.maps.classify import classify
from s2kit.network.unet import UNet, receptive_field
from s2kit.network.weights import load_network, save_network
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.raster import on_grid
from s2kit.scenes.statistics import ImageStatistics
from s2kit.simulator.example import example_scene

ZONES = [CRS.from_epsg(32633), CRS.from_epsg(32634)]


def test_pieces_agree_to_the_byte_where_both_have_their_whole_receptive_field(
    tmp_path: Path, landscape: Callable[..., np.ndarray], network: UNet
) -> None:
    values = np.round(landscape(200, 400) * 10_000 + 1000).astype("uint16")
    left, right = slice(0, 260), slice(140, 400)
    save_network(tmp_path / "w.safetensors", network, recipe="none")
    write(tmp_path / "whole.tif", values)
    for name, columns in (("left", left), ("right", right)):
        corner = from_origin(585420 + 10 * columns.start, 5652250, 10, 10)
        write(tmp_path / f"{name}.tif", values[:, :, columns], transform=corner)

    def mapped(name: str, *more: str) -> tuple[np.ndarray, np.ndarray]:
        files = [str(tmp_path / f"{name}{of}.tif") for of in ("", "_map", "_sure")]
        result = CliRunner().invoke(
            cli, ["classify", files[0], "--weights", str(tmp_path / "w.safetensors"), "--out",
                  files[1], "--confidence", files[2], "--no-turns", *more],
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        return tuple(rasterio.open(file).read(1) for file in files[1:])  # type: ignore[return-value]

    mapped("whole")
    shared = ["--statistics", str(tmp_path / "whole_map.tif")]
    reach = receptive_field(network.depth) // 2 + 1
    seen = slice(right.start + reach, left.stop - reach)
    assert seen.stop - seen.start > 20
    first, second = mapped("left", *shared), mapped("right", *shared)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(
            one[:, seen], other[:, seen.start - right.start : seen.stop - right.start]
        )
    assert len(np.unique(first[0])) > 2


@pytest.fixture(scope="module")
def neighbours() -> tuple[xr.DataArray, xr.DataArray]:
    """Simulated tiles of one overpass in two UTM zones: one ground, each on a grid of its own."""
    ground = example_scene(384, block=16).to_numpy()
    (x,), (y,) = transform("EPSG:4326", ZONES[0], [18.0], [51.0])
    west = from_origin(round(x, -1) - 1920, round(y, -1) + 1920, 10, 10)
    (x,), (y,) = transform(ZONES[0], ZONES[1], [west.c + 2500], [west.f - 1920])
    east = from_origin(round(x, -1) - 1200, round(y, -1) + 1700, 10, 10)
    seen = np.full((10, 340, 240), np.nan, np.float32)
    reproject(
        ground, seen, src_transform=west, src_crs=ZONES[0], dst_transform=east, dst_crs=ZONES[1],
        resampling=Resampling.nearest, src_nodata=np.nan, dst_nodata=np.nan,
    )  # fmt: skip
    return (
        on_grid(ground[:, :, :300], west, ZONES[0], BAND_NAMES).rename("west"),
        on_grid(seen, east, ZONES[1], BAND_NAMES).rename("east"),
    )


@pytest.mark.filterwarnings("ignore::s2kit.S2kitWarning")  # of small scenes
def test_tiles_of_one_overpass_in_two_zones_agree_with_shared_statistics(
    neighbours: tuple[xr.DataArray, xr.DataArray],
) -> None:
    west, east = neighbours
    network = load_network("simulated")
    first, _ = classify(network, west, turns=False)
    statistics = ImageStatistics.from_json(first.attrs["statistics"])
    second, _ = classify(network, east, statistics, turns=False)
    warped = np.zeros(first.shape, np.uint8)
    reproject(
        second.to_numpy(), warped, src_transform=east.rio.transform(), src_crs=ZONES[1],
        dst_transform=west.rio.transform(), dst_crs=ZONES[0], resampling=Resampling.nearest,
        src_nodata=0, dst_nodata=0,
    )  # fmt: skip
    both = (warped > 0) & (first.to_numpy() > 0)
    assert both.sum() > 40_000
    assert (warped == first.to_numpy())[both].mean() >= 0.99
