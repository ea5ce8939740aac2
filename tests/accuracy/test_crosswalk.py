"""The crosswalk to other legends, and agreement by groups of classes."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import xarray as xr
from click.testing import CliRunner
from rasterio.transform import from_origin
from shapely import box

from s2kit.__main__ import cli
from s2kit.accuracy.crosswalk import class_groups, group_positions, legends, read_crosswalk
from s2kit.accuracy.group_agreement import assess_groups
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER

X, Y = 500_000, 5_600_640


def write(path: Path, codes: np.ndarray, no_data: int | None = 0) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=codes.shape[0], width=codes.shape[1], count=1,
        dtype=str(codes.dtype), crs="EPSG:32633", transform=from_origin(X, Y, 10, 10),
        nodata=no_data,
    ) as file:  # fmt: skip
        file.write(codes, 1)
    return path


def raster(codes: np.ndarray) -> xr.DataArray:
    height, width = codes.shape
    coords = {"y": Y - 5.0 - 10 * np.arange(height), "x": X + 5.0 + 10 * np.arange(width)}
    return xr.DataArray(codes, coords, ("y", "x")).rio.write_crs(32633)


def test_groups_hold_each_of_the_ten_classes_once() -> None:
    assert sorted(sum(class_groups().values(), ())) == list(PAPER.codes)
    assert [code.label for code in read_crosswalk()["paper"].values()] == list(PAPER.names)


def test_every_row_has_a_source_and_a_group_of_ours_or_a_loss() -> None:
    for legend in legends():
        for code in read_crosswalk()[legend].values():
            assert code.source
            assert code.group in class_groups() if code.group else code.lost


def test_legends_are_whole() -> None:
    sizes = {name: len({c.code for c in codes.values()}) for name, codes in
             read_crosswalk().items()}  # fmt: skip
    assert sizes["corine"] == 44
    assert (sizes["bigearthnet"], sizes["eurosat"], sizes["worldcover"]) == (19, 10, 11)
    assert (sizes["dynamic_world"], sizes["esri"], sizes["s2glc"]) == (9, 9, 13)


def test_zero_is_water_where_a_legend_has_it() -> None:
    water = list(class_groups()).index("water")
    assert group_positions(np.array([0]), "dynamic_world").tolist() == [water]
    assert group_positions(np.array([0]), "corine").tolist() == [-1]


def test_agreement_is_counted_by_groups_with_intervals_from_blocks() -> None:
    rng = np.random.default_rng(0)
    mapped = np.where(rng.random((64, 160)) < 0.8, rng.choice([4, 5, 9], (64, 160)), 1)
    reference = np.full((64, 160), 211)
    mapped[:3, :3], reference[:3, :3] = 6, 231
    reference[10:20] = 221
    result = assess_groups(raster(mapped), raster(reference), "corine")
    crops = result.agreement.loc["crops"]
    assert crops.low < crops.agreement < crops.high
    assert abs(crops.agreement - 0.8) < 0.02
    assert crops.blocks == 10
    grass = result.agreement.loc["grass"]
    assert (grass.agreement, grass.blocks) == (1, 1)
    assert np.isnan(grass.low)
    assert result.left_out == {"Vineyards": 1600}
    assert result.matrix.to_numpy().sum() == 64 * 160 - 1600
    again = assess_groups(raster(mapped), raster(reference), "corine")
    assert again.agreement.equals(result.agreement)


def test_the_command_compares_a_raster_and_polygons(tmp_path: Path) -> None:
    codes = np.full((64, 64), 9, np.uint8)
    codes[:, 32:] = 6
    class_map = write(tmp_path / "map.tif", codes)
    wanted = np.where(codes == 9, 211, 231).astype(np.uint16)
    wanted[:8] = 221
    reference = write(tmp_path / "clc.tif", wanted)
    result = CliRunner().invoke(
        cli, ["assess", str(class_map), str(reference), "--legend", "corine"]
    )
    assert result.exit_code == 0, result.output
    assert "crops        1792       2     100.0   -" in result.output
    assert "left out, no such group: Vineyards (512)" in result.output
    shapes = [box(X, Y - 640, X + 320, Y), box(X + 320, Y - 640, X + 640, Y)]
    fields = gpd.GeoDataFrame({"code": [7228, 7201]}, geometry=shapes, crs=32633)
    fields.to_crs(4326).to_file(tmp_path / "osm.gpkg")
    result = CliRunner().invoke(
        cli, ["assess", str(class_map), str(tmp_path / "osm.gpkg"), "--legend", "osm"]
    )
    assert result.exit_code == 0, result.output
    assert "trees        2048       2       0.0" in result.output


def test_what_cannot_be_compared_is_told(tmp_path: Path) -> None:
    class_map = raster(np.full((8, 8), 9))
    with pytest.raises(S2kitError, match="no legend 'clc'; choose one of: paper, corine"):
        assess_groups(class_map, class_map, "clc")
    with pytest.raises(S2kitError, match="holds 9, no codes of the legend iacs"):
        assess_groups(class_map, class_map, "iacs")
    with pytest.raises(S2kitError, match="no label of the legend corine that can be compared"):
        assess_groups(class_map, raster(np.full((8, 8), 221)), "corine")
    with pytest.raises(S2kitError, match="different grids"):
        assess_groups(class_map, raster(np.full((8, 9), 211)), "corine")
