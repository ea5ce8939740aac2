import geopandas as gpd
import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import from_origin
from shapely import box
from small_series import class_map, field_series

import s2kit
from s2kit.monitoring.slope import read_slope, steepness

LEFT, TOP = 500_000, 5_600_000


def write(path, elevation, cell=10, crs=32633, left=LEFT, top=TOP, **profile):
    shape = {"height": elevation.shape[-2], "width": elevation.shape[-1]}
    with rasterio.open(
        path, "w", driver="GTiff", count=1 if elevation.ndim == 2 else len(elevation), **shape,
        dtype="float32", crs=crs, transform=from_origin(left, top, cell, cell), **profile,
    ) as file:  # fmt: skip
        file.write(elevation.astype("float32"), None if elevation.ndim == 3 else 1)
    return path


@given(east=st.floats(-0.5, 0.5), south=st.floats(-0.5, 0.5))
def test_a_plane_has_its_own_slope_everywhere(tmp_path_factory, east, south):
    y, x = np.mgrid[:12, :12] * 10.0
    path = write(tmp_path_factory.mktemp("dem") / "dem.tif", 300 + east * x + south * y)
    slope = read_slope(path, class_map(np.zeros((12, 12)), "2023-04-01"))
    assert np.isnan(slope.to_numpy()).sum() == 44  # the edge
    assert slope.to_numpy()[1:-1, 1:-1] == pytest.approx(100 * np.hypot(east, south), abs=0.01)


def test_coarse_models_and_holes(tmp_path):
    elevation = 300 + np.tile(3.0 * np.arange(10), (10, 1))  # 0.1 of a rise per metre eastwards
    elevation[4, 4] = -9999
    path = write(tmp_path / "dem.tif", elevation, 30, left=LEFT - 60, top=TOP + 60, nodata=-9999)
    slope = read_slope(path, class_map(np.zeros((12, 12)), "2023-04-01")).to_numpy()
    known = np.isfinite(slope)
    assert slope[known] == pytest.approx(10, abs=0.1)
    assert not known[6:9, 6:9].any()


def test_what_is_no_elevation_of_the_place_is_refused(tmp_path):
    like = class_map(np.zeros((12, 12)), "2023-04-01")
    flat = np.full((12, 12), 300.0)
    far = write(tmp_path / "far.tif", flat, left=LEFT + 90_000)
    with pytest.raises(s2kit.S2kitError, match=r"far.tif covers nothing of the maps"):
        read_slope(far, like)
    with pytest.raises(s2kit.S2kitError, match=r"two.tif has 2 bands"):
        read_slope(write(tmp_path / "two.tif", np.stack([flat, flat])), like)
    flat[3, 3] = -32768
    with pytest.raises(s2kit.S2kitError, match=r"from -32768 to 300, which are no elevations"):
        read_slope(write(tmp_path / "hole.tif", flat), like)


def test_the_factor_has_its_printed_corner():
    assert steepness([8.9999, 9]) == pytest.approx([1.0, 1.0], abs=0.01)
    assert np.isnan(steepness(np.nan))


def test_of_two_parcels_bare_alike_the_steep_one_is_exposed_more(tmp_path):
    stack = field_series([5, 9, 9], ["2023-04-01", "2023-05-01", "2023-06-01"])
    y, x = np.mgrid[:12, :12] * 10.0
    path = write(tmp_path / "dem.tif", np.where(x < 60, 300 + 0.2 * y, 300))
    halves = [box(LEFT + left, TOP - 120, LEFT + left + 50, TOP) for left in (0, 70)]
    parcels = gpd.GeoDataFrame({"parcel": [1, 2]}, geometry=halves, crs=32633)
    slope = read_slope(path, stack.isel(time=0, drop=True))
    table = s2kit.parcel_bare_days(stack, parcels, slope=slope)
    assert table.slope.tolist() == [20, 0]
    assert table.steepness.tolist() == [2.79, 0.03]
    assert table.exposure[0] > 10 * table.exposure[1]
    assert "slope" not in s2kit.parcel_bare_days(stack, parcels)
