import numpy as np
import pytest
from small_series import class_map, write_map

import s2kit
from s2kit.monitoring.stack import date_in_name, day_of, warn_of_empty_dates

FIELD = np.full((4, 6), 5)


def test_dates_are_sorted_with_a_word():
    maps = [class_map(FIELD, "2023-05-01"), class_map(FIELD + 4, "2023-04-01")]
    with pytest.warns(s2kit.S2kitWarning, match=r"sorted"):
        stack = s2kit.stack_maps(maps)
    assert stack[:, 0, 0].values.tolist() == [9, 5]


def test_probabilities_are_stacked_by_class():
    scene = s2kit.example_scene(16)
    maps = [
        s2kit.class_probabilities(s2kit.UNet(width=2, depth=1, scaling="both"), scene, turns=False)
        for _ in range(2)
    ]
    stack = s2kit.stack_maps(maps, ["2023-04-01", "2023-05-01"])
    assert stack.dims == ("time", "class", "y", "x")
    assert stack.shape == (2, 10, 16, 16)


@pytest.mark.parametrize(
    ("maps", "says"),
    [
        ([], "no map to stack"),
        ([class_map(FIELD, "2023-05-01")] * 2, "2023-05-01 stands twice"),
        (
            [class_map(FIELD, "2023-05-01"), class_map(FIELD, "2023-06-01", epsg=32634)],
            "EPSG:32634.*EPSG:32633.*warp",
        ),
        (
            [class_map(FIELD, "2023-05-01"), class_map(FIELD[:3], "2023-06-01")],
            "3 × 6 pixels.*4 × 6",
        ),
        (
            [class_map(FIELD, "2023-05-01"), class_map(FIELD, "2023-06-01", left=500_005)],
            "beside those",
        ),
        ([class_map(FIELD, "2023-05-01").rename("meadow")] * 2, "meadow has no date"),
    ],
)
def test_what_is_no_series_is_refused(maps, says):
    with pytest.raises(s2kit.S2kitError, match=says):
        s2kit.stack_maps(maps)


def test_one_date_is_allowed_and_says_what_is_lost():
    with pytest.warns(s2kit.S2kitWarning, match=r"one date only"):
        assert s2kit.stack_maps([class_map(FIELD, "2023-05-01")]).sizes["time"] == 1


def test_a_date_all_cloud_is_a_gap():
    stack = s2kit.stack_maps([class_map(FIELD, "2023-05-01"), class_map(FIELD * 0, "2023-06-01")])
    with pytest.warns(s2kit.S2kitWarning, match=r"2023-06-01: all cloud"):
        assert warn_of_empty_dates(stack) == ["2023-06-01"]


def test_days_are_those_of_utc():
    with pytest.warns(s2kit.S2kitWarning, match=r"2023-07-10 in UTC"):
        assert str(day_of("2023-07-09T23:30-05:00", "a.tif")) == "2023-07-10"
    with pytest.raises(s2kit.S2kitError, match=r"a.tif: 'soon' is no date"):
        day_of("soon", "a.tif")
    assert date_in_name("S2A_20231399_x") is None


def test_files_are_read_when_they_are_asked_for(tmp_path):
    paths = [
        write_map(tmp_path / f"map_{date.replace('-', '')}.tif", FIELD, date)
        for date in ("2023-04-01", "2023-05-01")
    ]
    stack = s2kit.open_stack(paths)
    assert stack.chunks is not None
    assert (stack.to_numpy() == 5).all()


def test_an_image_is_no_class_map(tmp_path):
    path = tmp_path / "image_20230401.tif"
    s2kit.example_scene(16).rio.to_raster(path)
    with pytest.raises(s2kit.S2kitError, match=r"no class map"):
        s2kit.open_stack([path])
