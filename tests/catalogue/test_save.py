"""Scenes of any size, written strip by strip; areas that cross a tile's edge or a UTM zone."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import from_origin
from rasterio.warp import transform_bounds
from sentinel_product import LEFT, SIDE, TOP, Product
from shapely.geometry import box

from s2kit.catalogue import save
from s2kit.catalogue.read import read_items
from s2kit.catalogue.save import save_items
from s2kit.catalogue.search import area_bounds, items_for, neighbours_of
from s2kit.catalogue.stac import open_catalogue
from s2kit.catalogue.warp import tile_grid
from s2kit.errors import S2kitError
from s2kit.scenes.grid import Grid, grid_around
from s2kit.scenes.raster import read_scene


def test_strips_make_the_same_file_as_one_piece(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = product.add()
    grid = tile_grid(item)
    whole = save_items([item], grid, tmp_path / "whole.tif")
    monkeypatch.setattr(save, "ROWS", 17)
    strips = save_items([item], grid, tmp_path / "strips.tif")
    assert strips.sha256 == whole.sha256
    scene = read_scene(tmp_path / "strips.tif")
    np.testing.assert_array_equal(scene, read_items([item], grid))
    assert scene.shape == (10, SIDE, SIDE)


@given(height=st.integers(1, 200), rows=st.integers(1, 64))
def test_strips_cover_a_grid_without_gap_or_overlap(height: int, rows: int) -> None:
    grid = Grid(32633, (0, 0, 70, height * 10), 7, height)
    strips = list(grid.strips(rows))
    assert sum(strip.height for strip in strips) == height
    tops = [strip.bounds[3] for strip in strips]
    assert tops == [grid.bounds[3], *(strip.bounds[1] for strip in strips[:-1])]
    assert strips[-1].bounds[1] == 0


@given(
    left=st.floats(300_000, 700_000),
    bottom=st.floats(5_000_000, 6_000_000),
    width=st.floats(1, 5_000),
    height=st.floats(1, 5_000),
)
def test_a_grid_around_bounds_is_the_smallest_on_tens(
    left: float, bottom: float, width: float, height: float
) -> None:
    grid = grid_around((left, bottom, left + width, bottom + height), 32633, 32633)
    west, south, east, north = grid.bounds
    assert all(edge % 10 == 0 for edge in grid.bounds)
    assert west <= left < west + 10
    assert south <= bottom < south + 10
    assert east - 10 < left + width <= east
    assert north - 10 < bottom + height <= north


def test_bounds_that_enclose_nothing_are_named() -> None:
    with pytest.raises(S2kitError, match="enclose nothing; give left, bottom, right, top"):
        grid_around((16.3, 51.0, 16.2, 50.9), 4326, 32633)


def test_an_area_across_a_tile_edge_is_filled_from_both(product: Product) -> None:
    west = product.add("S2A_33UWS_20230709_0_L2A")
    east = product.add(
        "S2A_33UXS_20230709_0_L2A",
        properties={"grid:code": "MGRS-33UXS"},
        profile={"transform": from_origin(LEFT + SIDE * 10, TOP, 10, 10)},
    )
    product.add(  # the next overpass must not help out
        "S2B_33UXS_20230709_0_L2A",
        when="2023-07-09T23:00:00Z",
        properties={"grid:code": "MGRS-33UXS", "platform": "sentinel-2b"},
        profile={"transform": from_origin(LEFT + SIDE * 10, TOP, 10, 10)},
    )
    across = Grid(32633, (LEFT + 860, TOP - 200, LEFT + 1060, TOP), 20, 20)
    source = open_catalogue(product.save())
    items = neighbours_of(source, source.item(west.id), across)
    assert [item.id for item in items] == [west.id, east.id]
    scene = read_items(items, across)
    assert np.isfinite(scene.values).all()


def test_a_tile_of_the_grid_s_own_zone_comes_before_one_of_the_next(product: Product) -> None:
    own = product.add("S2A_33UWS_20230709_0_L2A")
    bounds = (LEFT, TOP - SIDE * 10, LEFT + SIDE * 10, TOP)
    left, _, _, top = transform_bounds(32633, 32634, *bounds)
    corner = from_origin(round(left / 20) * 20, round(top / 20) * 20, 10, 10)
    product.add(
        "S2A_34UDA_20230709_0_L2A",
        properties={"grid:code": "MGRS-34UDA"},
        profile={"crs": "EPSG:32634", "transform": corner},
    )
    grid = Grid(32633, (LEFT + 300, TOP - 600, LEFT + 600, TOP - 300), 30, 30)
    source = open_catalogue(product.save())
    first, second = items_for(source, grid, dt.date(2023, 7, 9))
    assert (first.id, second.id) == (own.id, "S2A_34UDA_20230709_0_L2A")
    (other,) = [item for item in (first, second) if "34UDA" in item.id]
    warped = read_items([other], grid)
    assert np.isfinite(warped.values).all()


def test_a_tile_that_came_in_two_pieces_keeps_both(product: Product) -> None:
    half = SIDE * 5
    west = product.add("S2A_33UWS_20230709_0_L2A")
    corner = from_origin(LEFT + SIDE * 10, TOP, 10, 10)
    east = product.add("S2A_33UWS_20230709_1_L2A", profile={"transform": corner})
    across = Grid(32633, (LEFT + half, TOP - 200, LEFT + 3 * half, TOP), SIDE, 20)
    source = open_catalogue(product.save())
    assert {i.id for i in items_for(source, across, dt.date(2023, 7, 9))} == {west.id, east.id}
    scene = read_items(neighbours_of(source, source.item(west.id), across), across)
    assert np.isfinite(scene.values).all()


def test_items_off_the_grid_are_an_error_and_no_file(product: Product, tmp_path: Path) -> None:
    item = product.add()
    far = Grid(32633, (LEFT + 50_000, TOP - 200, LEFT + 50_200, TOP), 20, 20)
    with pytest.raises(S2kitError, match="no pixel with data on the grid"):
        save_items([item], far, tmp_path / "far.tif")
    assert not list(tmp_path.glob("*.tif"))
    with pytest.raises(S2kitError, match="no item: no pixel with data"):
        save_items([], far, tmp_path / "far.tif")


def test_an_area_is_a_name_of_the_paper_or_a_file(tmp_path: Path) -> None:
    assert area_bounds("strzegom") == ((585420, 5648240, 589430, 5652250), 32633)
    fields = gpd.GeoDataFrame(geometry=[box(16.2, 51.0, 16.3, 51.1)], crs=4326)
    fields.to_file(tmp_path / "fields.gpkg")
    bounds, code = area_bounds(tmp_path / "fields.gpkg")
    assert bounds == pytest.approx((16.2, 51.0, 16.3, 51.1))
    assert code == 4326
    with pytest.raises(S2kitError, match="there is no area or file Atlantis; name strzegom"):
        area_bounds("Atlantis")
    (tmp_path / "text.gpkg").write_text("nothing")
    with pytest.raises(S2kitError, match="is no readable file of polygons"):
        area_bounds(tmp_path / "text.gpkg")
