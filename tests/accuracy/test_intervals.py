"""Intervals by resampling polygons, and Olofsson's area-adjusted estimates."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from shapely import box

from s2kit.accuracy.area_adjusted import adjusted_areas, area_adjusted
from s2kit.accuracy.confusion import as_matrix, object_matrix, pixel_matrix
from s2kit.accuracy.intervals import (
    bootstrap,
    independent_interval,
    oa_interval,
    overall_accuracies,
    polygon_matrices,
)
from s2kit.accuracy.metrics import cohen_kappa, mean_acc, mean_metrics, overall_accuracy
from s2kit.benchmarks.rasterise import rasterise
from s2kit.errors import S2kitError

X, Y = 500_000, 5_600_060


@pytest.fixture
def columns(grid: xr.DataArray) -> gpd.GeoDataFrame:
    """Eight polygons, one per column of the grid, all of class 4."""
    shapes = [box(X + 10 * i, Y - 60, X + 10 * i + 10, Y) for i in range(8)]
    return gpd.GeoDataFrame({"label": [4] * 8}, geometry=shapes, crs=32633)


@pytest.fixture
def half_right(grid: xr.DataArray) -> xr.DataArray:
    """A map that has every second column wrong, from top to bottom."""
    class_map = xr.full_like(grid, 4)
    class_map[:, ::2] = 9
    return class_map


def test_the_polygons_matrices_add_up(half_right: xr.DataArray, columns: gpd.GeoDataFrame) -> None:
    by_pixel = polygon_matrices(half_right, columns).sum(axis=0)
    np.testing.assert_array_equal(
        by_pixel, pixel_matrix(half_right, rasterise(columns, half_right))
    )
    by_object = polygon_matrices(half_right, columns, "object").sum(axis=0)
    np.testing.assert_array_equal(by_object, object_matrix(half_right, columns))


def test_pixels_of_one_polygon_count_as_one_witness(
    half_right: xr.DataArray, columns: gpd.GeoDataFrame
) -> None:
    """Eight polygons, half of them right: 48 pixels are no surer than 8 votes."""
    pixels = oa_interval(half_right, columns)
    assert pixels == oa_interval(half_right, columns, "object")
    assert pixels.estimate == 0.5
    assert pixels.width > 2 * independent_interval(24, 48).width


def test_a_perfect_map_leaves_no_doubt_in_the_draws(
    grid: xr.DataArray, columns: gpd.GeoDataFrame
) -> None:
    interval = oa_interval(xr.full_like(grid, 4), columns)
    assert (interval.estimate, interval.low, interval.high) == (1, 1, 1)


def test_the_same_seed_draws_the_same(half_right: xr.DataArray, columns: gpd.GeoDataFrame) -> None:
    matrices = polygon_matrices(half_right, columns)
    first, again, other = (bootstrap(matrices, 50, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert (first.sum(axis=(1, 2)) == 48).all()
    assert overall_accuracies(first).shape == (50,)


def test_nothing_to_resample_is_an_error() -> None:
    with pytest.raises(S2kitError, match="no polygons"):
        bootstrap(np.zeros((0, 10, 10), np.int64))


def test_wilson_is_the_textbook_value() -> None:
    interval = independent_interval(8, 10)
    assert interval.low == pytest.approx(0.4902, abs=1e-4)
    assert interval.high == pytest.approx(0.9433, abs=1e-4)


def test_the_example_of_olofsson_2014() -> None:
    """Section 5 and Table 8 there: deforestation, forest gain, stable forest, stable other."""
    counts = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
    codes = (1, 2, 3, 4)
    hectares = pd.Series([200_000, 150_000, 3_200_000, 6_450_000], index=codes) * 0.09
    result = area_adjusted(as_matrix(counts, codes), hectares)
    assert round(result.overall.estimate, 2) == 0.95
    assert round(result.overall.width / 2, 2) == 0.02
    assert result.classes["UA"].round(2).tolist() == [0.88, 0.73, 0.93, 0.96]
    assert result.classes["UA ±"].round(2).tolist() == [0.07, 0.10, 0.04, 0.02]
    assert result.classes["PA"].round(2).tolist() == [0.75, 0.85, 0.93, 0.96]
    assert round(result.classes.loc[1, "PA ±"], 2) == 0.21
    assert round(result.classes.loc[1, "area"]) == 21_158
    assert round(result.classes.loc[1, "area ±"]) == 6158
    assert result.unsampled == 0


def test_a_map_class_without_samples_is_left_out_and_said_so() -> None:
    matrix = as_matrix([[10, 0], [0, 0]], (1, 2))
    result = area_adjusted(matrix, pd.Series([30.0, 10.0], index=(1, 2)))
    assert result.unsampled == 0.25
    assert result.overall.estimate == 1
    assert np.isnan(result.classes.loc[2, "UA"])
    with pytest.raises(S2kitError, match="no mapped class"):
        area_adjusted(as_matrix([[0, 0], [0, 0]], (1, 2)), pd.Series([30.0, 10.0], index=(1, 2)))


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays(np.int64, (4, 4), elements=st.integers(1, 30)),
    hnp.arrays(np.float64, 4, elements=st.floats(1, 1000)),
)
def test_areas_are_redistributed_not_made(counts: np.ndarray, area: np.ndarray) -> None:
    codes = (1, 2, 3, 4)
    result = area_adjusted(as_matrix(counts, codes), pd.Series(area, index=codes))
    assert result.classes.area.sum() == pytest.approx(area.sum())
    np.testing.assert_allclose(adjusted_areas(counts, area), result.classes.area)


@settings(max_examples=100, deadline=None)
@given(hnp.arrays(np.int64, (5, 5), elements=st.integers(1, 99)))
def test_mean_acc_follows_from_overall_accuracy(counts: np.ndarray) -> None:
    matrix = as_matrix(counts, (1, 2, 3, 4, 5))
    entailed = mean_acc(overall_accuracy(matrix), 5)
    assert pytest.approx(entailed) == mean_metrics(matrix).ACC


@settings(max_examples=50, deadline=None)
@given(hnp.arrays(np.int64, (4, 4), elements=st.integers(0, 30)))
def test_kappa_is_scikit_learns(counts: np.ndarray) -> None:
    from sklearn.metrics import cohen_kappa_score

    matrix = as_matrix(counts, (1, 2, 3, 4))
    rows, columns = np.nonzero(counts)
    weights = counts[rows, columns]
    if not len(rows) or np.isnan(cohen_kappa(matrix)):
        return
    theirs = cohen_kappa_score(rows, columns, sample_weight=weights, labels=[0, 1, 2, 3])
    assert cohen_kappa(matrix) == pytest.approx(theirs)
