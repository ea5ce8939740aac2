"""The figures draw what they are given, and nothing else."""

from collections.abc import Iterator

import geopandas as gpd
import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest
import xarray as xr
from shapely import box

from s2kit.accuracy.confusion import confusion_matrix
from s2kit.accuracy.figures import show_matrix, show_objects
from s2kit.accuracy.intervals import Interval
from s2kit.accuracy.uncertainty_figures import show_areas, show_intervals, show_mean_acc
from s2kit.benchmarks.area import labelled_area
from s2kit.benchmarks.figures import show_labelled_area, show_pixel_rules

X, Y = 500_000, 5_600_060


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    matplotlib.use("Agg")
    yield
    plt.close("all")


@pytest.fixture
def polygons() -> gpd.GeoDataFrame:
    shapes = [box(X, Y - 20, X + 20, Y), box(X + 36, Y - 44, X + 54, Y - 26)]
    return gpd.GeoDataFrame({"label": [4, 9]}, geometry=shapes, crs=32633)


def texts() -> list[str]:
    return [t.get_text() for t in plt.gca().texts]


def test_a_matrix_shows_its_counts_and_no_zeros() -> None:
    show_matrix(confusion_matrix([4, 4, 4, 9], [4, 4, 5, 9]), "small")
    assert sorted(texts()) == ["1", "1", "2"]
    assert plt.gca().get_title() == "small"


def test_wrong_polygons_are_named(grid: xr.DataArray, polygons: gpd.GeoDataFrame) -> None:
    class_map = xr.full_like(grid, 4).assign_attrs(attribution="whose data")
    show_objects(class_map, polygons, "small")
    assert texts() == ["4 for 9", "whose data"]


def test_two_panels_for_the_two_rules(grid: xr.DataArray, polygons: gpd.GeoDataFrame) -> None:
    show_pixel_rules(polygons, grid, polygon=1)
    centre, touched = (axis.images[0].get_array() for axis in plt.gcf().axes)
    assert (centre == 9).sum() < (touched == 9).sum()


def test_one_bar_per_scene(grid: xr.DataArray) -> None:
    show_labelled_area(labelled_area({"spring": xr.full_like(grid, 9), "summer": grid}))
    assert [t.get_text() for t in plt.gca().get_yticklabels()] == ["spring", "summer"]


def test_points_lie_on_the_line_of_their_number_of_classes() -> None:
    matrix = confusion_matrix([1, 2, 2, 3], [1, 2, 3, 3])
    show_mean_acc({"small": matrix})
    labels = [text.get_text() for text in plt.gca().get_legend().get_texts()]
    assert labels == ["small: OA 75.0, mean ACC 83.3"]
    assert texts() == ["K = 2", "K = 3", "K = 4"]


def test_intervals_and_areas_have_a_row_each() -> None:
    show_intervals({"a": Interval(0.9, 0.8, 0.95), "b": Interval(0.5, 0.4, 0.6)})
    assert [t.get_text() for t in plt.gca().get_yticklabels()] == ["a", "b"]
    table = pd.DataFrame(
        {"mapped": [1.0, 2.0], "corrected": [1.5, 1.5], "low": [1.0, 1.0], "high": [2.0, 2.0]},
        index=[4, 9],
    )
    show_areas(table)
    names = [t.get_text() for t in plt.gca().get_yticklabels()]
    assert names == ["4 mature crops", "9 growing crops"]
