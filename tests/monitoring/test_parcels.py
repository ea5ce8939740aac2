import geopandas as gpd
import numpy as np
import pytest
from shapely import box
from small_series import class_map, field_series

import s2kit
from s2kit.monitoring.parcels import class_shares

DATES = ["2023-04-01", "2023-05-01", "2023-06-01"]
LEFT, TOP = 500_000, 5_600_000


def square(row, column, side=60):
    return box(LEFT + column, TOP - row - side, LEFT + column + side, TOP - row)


def write(path, geometry, crs=32633):
    gpd.GeoDataFrame({"name": range(len(geometry))}, geometry=geometry, crs=crs).to_file(path)
    return path


@pytest.fixture
def stack():
    return field_series([5, 9, 9], DATES)


def test_parcels_of_another_crs_are_brought_over(tmp_path, stack):
    degrees = gpd.GeoSeries([square(0, 0)], crs=32633).to_crs(4326)
    path = write(tmp_path / "fields.gpkg", degrees, 4326)
    with pytest.warns(s2kit.S2kitWarning, match=r"is in EPSG:4326; the parcels were brought"):
        parcels = s2kit.read_parcels(path, stack)
    assert parcels.crs.to_epsg() == 32633
    assert parcels.area[0] == pytest.approx(3600, rel=1e-3)


def test_parcels_outside_and_overlapping_are_counted(tmp_path, stack):
    path = write(
        tmp_path / "fields.gpkg", [square(0, 0), square(0, 30), square(90, 0), square(900, 0)]
    )
    with pytest.warns(s2kit.S2kitWarning) as noted:
        parcels = s2kit.read_parcels(path, stack)
    said = " ".join(str(each.message) for each in noted)
    assert "1 parcels lie outside" in said
    assert "1 parcels lie partly outside" in said
    assert "1 pairs of parcels overlap" in said
    assert parcels.parcel.tolist() == [1, 2, 3]


def test_parcels_of_another_place_are_refused(tmp_path, stack):
    path = write(tmp_path / "fields.gpkg", [square(9000, 9000)])
    with pytest.raises(s2kit.S2kitError, match=r"no parcel lies within the maps"):
        s2kit.read_parcels(path, stack)


def test_border_pixels_are_left_out_and_counted(stack):
    parcels = gpd.GeoDataFrame({"parcel": [1, 2]}, geometry=[square(0, 0), square(0, 60, 15)],
                               crs=32633)  # fmt: skip
    with pytest.warns(s2kit.S2kitWarning, match=r"1 parcels are too narrow"):
        table, shares = class_shares(stack, parcels)
    assert (table.pixels[0], table.border_pixels[0]) == (16, 20)
    assert shares.shape == (3, 1, 10)
    assert shares[0, 0, 4] == 1


def test_a_parcel_half_under_clouds_is_not_seen():
    codes = np.full((12, 12), 5)
    codes[:, :8] = 0
    stack = s2kit.stack_maps([class_map(codes, DATES[0]), class_map(codes * 0 + 5, DATES[1])])
    parcels = gpd.GeoDataFrame({"parcel": [1]}, geometry=[square(0, 0, 120)], crs=32633)
    _, shares = class_shares(stack, parcels)
    assert np.isnan(shares[0]).all()
    assert shares[1, 0, 4] == 1


def test_segments_follow_the_fields():
    size = 40
    west, east = np.full((size, size), 5), np.full((size, size), 9)
    east[:, : size // 2] = 5
    stack = s2kit.stack_maps(
        [class_map(each, day) for each, day in zip((west, east, east), DATES, strict=True)]
    )
    assert len(s2kit.segment_parcels(stack)) == 2
    with pytest.raises(s2kit.S2kitError, match=r"no field was found"):
        s2kit.segment_parcels(stack * 0 + 1)


def test_the_table_of_a_field_that_was_bare_in_spring(stack):
    parcels = gpd.GeoDataFrame({"parcel": [7]}, geometry=[square(0, 0, 100)], crs=32633)
    row = s2kit.parcel_bare_days(stack, parcels, season=("2023-04-01", "2023-06-02")).iloc[0]
    assert (row.parcel, row.sequence, row.first_bare) == (7, "5-9", "2023-04-01")
    assert (row.bare_low, row.bare_high) == (0, 30)
    assert 0 <= row.bare_days_5 < row.bare_days < row.bare_days_95 < 45
    assert 0 < row.erosive_share < 0.2
