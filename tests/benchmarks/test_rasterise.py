"""Polygons to masks and to pixels."""

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box, points

from s2kit.benchmarks.rasterise import pixels_of_polygons, rasterise
from s2kit.errors import S2kitError

X, Y = 500_000, 5_600_060


def layer(*items: tuple[int, object], crs: int | None = 32633) -> gpd.GeoDataFrame:
    labels, geometries = zip(*items, strict=True)
    return gpd.GeoDataFrame({"label": labels}, geometry=list(geometries), crs=crs)


def block(left: float, top: float, right: float, bottom: float) -> Polygon:
    """Return a rectangle in pixels from the upper left corner of the grid."""
    return box(X + 10 * left, Y - 10 * bottom, X + 10 * right, Y - 10 * top)


def test_a_pixel_belongs_to_the_polygon_that_holds_its_centre(grid: xr.DataArray) -> None:
    mask = rasterise(layer((5, block(1.4, 0.6, 3.6, 2.6))), grid)
    expected = np.zeros((6, 8), "uint8")
    expected[1:3, 1:4] = 5
    np.testing.assert_array_equal(mask, expected)
    assert mask.dtype == "uint8"
    assert mask.rio.crs == grid.rio.crs
    assert mask.rio.transform() == grid.rio.transform()


def test_all_touched_takes_the_mixed_border_pixels_too(grid: xr.DataArray) -> None:
    polygons = layer((5, block(1.6, 0.6, 3.4, 2.4)))
    centre, touched = rasterise(polygons, grid), rasterise(polygons, grid, all_touched=True)
    assert int((centre > 0).sum()) == 1
    assert int((touched > 0).sum()) == 9


def test_the_later_polygon_wins_where_two_overlap(grid: xr.DataArray) -> None:
    mask = rasterise(layer((1, block(0, 0, 4, 4)), (9, block(2, 2, 6, 6))), grid)
    assert mask[3, 3] == 9
    assert mask[1, 1] == 1


def test_a_scene_of_bands_gives_a_flat_mask(grid: xr.DataArray) -> None:
    scene = grid.expand_dims(band=["B02", "B03"])
    assert rasterise(layer((1, block(0, 0, 2, 2))), scene).dims == ("y", "x")


def test_another_crs_is_an_error(grid: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match=r"EPSG:32634.*EPSG:32633.*to_crs"):
        rasterise(layer((1, block(0, 0, 2, 2)), crs=32634), grid)
    with pytest.raises(S2kitError, match="CRS is none"):
        rasterise(layer((1, block(0, 0, 2, 2)), crs=None), grid)


def test_an_unknown_class_is_an_error(grid: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match="polygon 1 has class 11"):
        rasterise(layer((11, block(0, 0, 2, 2))), grid)


def test_no_polygons_give_an_empty_mask(grid: xr.DataArray) -> None:
    none = gpd.GeoDataFrame({"label": []}, geometry=[], crs=32633)
    assert int(rasterise(none, grid).sum()) == 0


def test_pixels_are_found_per_polygon_overlaps_and_all(grid: xr.DataArray) -> None:
    polygons = layer((1, block(0, 0, 2, 1)), (9, block(1, 0, 3, 1)), (4, block(50, 50, 51, 51)))
    owner, pixel = pixels_of_polygons(polygons, grid)
    assert owner.tolist() == [0, 0, 1, 1]
    assert pixel.tolist() == [0, 1, 1, 2]


coordinate = st.floats(-2, 10, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(centre=st.tuples(coordinate, coordinate), radius=st.floats(0.3, 5))
def test_the_pixels_are_those_whose_centres_lie_inside(
    centre: tuple[float, float], radius: float
) -> None:
    grid = xr.DataArray(np.zeros((6, 8), "uint8"), dims=("y", "x"))
    grid = grid.assign_coords(y=Y - 5.0 - 10 * np.arange(6), x=X + 5.0 + 10 * np.arange(8))
    grid = grid.rio.write_crs(32633)
    disc = Point(X + 10 * centre[0], Y - 10 * centre[1]).buffer(10 * radius)
    _, pixel = pixels_of_polygons(layer((1, disc)), grid)
    x, y = np.meshgrid(grid.x, grid.y)
    inside = disc.contains(points(x.ravel(), y.ravel()))
    # Centres on the very edge may fall either way.
    clear = np.array([disc.boundary.distance(p) > 1e-6 for p in points(x.ravel(), y.ravel())])
    found = np.zeros(grid.size, bool)
    found[pixel] = True
    np.testing.assert_array_equal(found[clear], inside[clear])
    burnt = rasterise(layer((1, disc)), grid).to_numpy().ravel() == 1
    np.testing.assert_array_equal(burnt[clear], found[clear])
