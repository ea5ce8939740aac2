"""Confusion matrices by pixels and by objects."""

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box
from sklearn.metrics import confusion_matrix as sklearn_matrix

from s2kit.accuracy.confusion import (
    confusion_matrix,
    majority_classes,
    object_matrix,
    pixel_matrix,
)
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER, LandCoverClass, Nomenclature, with_nomenclature

X, Y = 500_000, 5_600_060


def block(left: float, top: float, right: float, bottom: float) -> Polygon:
    return box(X + 10 * left, Y - 10 * bottom, X + 10 * right, Y - 10 * top)


def layer(labels: list[int], geometries: list[Polygon]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"label": labels}, geometry=geometries, crs=32633)


def test_rows_are_the_map_and_columns_the_reference() -> None:
    matrix = confusion_matrix([4, 4, 9], [4, 5, 9])
    assert matrix.index.name == "map"
    assert matrix.columns.name == "reference"
    assert matrix.loc[4, 5] == 1
    assert matrix.loc[5, 4] == 0
    assert matrix.to_numpy().sum() == 3


def test_no_data_on_either_side_is_left_out() -> None:
    assert confusion_matrix([0, 4, 4], [4, 0, 4]).to_numpy().sum() == 1


def test_the_nomenclature_sets_order_and_size() -> None:
    classes = (LandCoverClass(200, "b", "b", "#222222", "#222222"),
               LandCoverClass(9, "a", "a", "#111111", "#111111"))  # fmt: skip
    matrix = confusion_matrix([200, 9], [200, 200], Nomenclature("two", classes))
    assert matrix.to_numpy().tolist() == [[0, 1], [0, 1]]
    assert matrix.index.tolist() == [9, 200]


def test_the_classes_of_two_rasters_must_be_the_same(grid: xr.DataArray) -> None:
    forest = LandCoverClass(1, "forest", "forest", "#111111", "#111111")
    other = Nomenclature("two", (forest, PAPER[2]))
    ours = xr.full_like(grid, 2)
    for compare in (confusion_matrix, pixel_matrix):
        with pytest.raises(S2kitError, match="the paper and of two differ, for instance in 1"):
            compare(ours, with_nomenclature(ours, other))


def test_unknown_codes_and_shapes_are_errors() -> None:
    with pytest.raises(S2kitError, match="map holds 11"):
        confusion_matrix([11], [1])
    with pytest.raises(S2kitError, match="reference holds 255"):
        confusion_matrix([1], [255])
    with pytest.raises(S2kitError, match="one grid"):
        confusion_matrix([1, 2], [1])


codes = st.sampled_from(PAPER.codes)


@given(st.lists(st.tuples(codes, codes), max_size=60))
def test_it_is_scikit_learns_matrix_transposed(pairs: list[tuple[int, int]]) -> None:
    mapped, reference = [m for m, _ in pairs], [r for _, r in pairs]
    ours = confusion_matrix(np.array(mapped, "uint8"), np.array(reference, "uint8"))
    theirs = sklearn_matrix(reference or [1], mapped or [1], labels=list(PAPER.codes)).T
    if not pairs:
        theirs = np.zeros_like(theirs)
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(confusion_matrix(reference, mapped), ours.T)


def test_pixel_matrix_wants_one_grid(grid: xr.DataArray) -> None:
    ones = xr.ones_like(grid)
    assert pixel_matrix(ones, ones).loc[1, 1] == 48
    with pytest.raises(S2kitError, match=r"EPSG:32633.*EPSG:32634"):
        pixel_matrix(ones, ones.rio.write_crs(32634))
    with pytest.raises(S2kitError, match="different grids: 8 × 6 pixels of 10"):
        pixel_matrix(ones, ones[:, 1:])
    shifted = ones.assign_coords(x=ones.x + 5)
    with pytest.raises(S2kitError, match=r"from \(500005\.0"):
        pixel_matrix(ones, shifted)


def test_the_majority_of_pixel_centres_decides(grid: xr.DataArray) -> None:
    class_map = grid.copy()
    class_map[0, :] = [4, 4, 5, 0, 0, 0, 9, 9]
    class_map[2, :] = [9, 5, 0, 0, 0, 0, 0, 0]
    polygons = layer(
        [4, 4, 1, 9],
        [
            block(0, 0, 3, 1),  # 4 4 5
            block(0, 2, 2, 3),  # 9 5: a tie goes to the smaller code
            block(3, 0, 6, 1),  # no data only
            block(20, 20, 22, 22),  # outside the map
        ],
    )
    assert majority_classes(class_map, polygons).tolist() == [4, 5, 0, 0]
    matrix = object_matrix(class_map, polygons)
    assert matrix.to_numpy().sum() == 2
    assert matrix.loc[4, 4] == 1
    assert matrix.loc[5, 4] == 1


def test_overlapping_polygons_each_see_all_their_pixels(grid: xr.DataArray) -> None:
    class_map = xr.full_like(grid, 2)
    polygons = layer([2, 3], [block(0, 0, 4, 4), block(0, 0, 4, 4)])
    assert majority_classes(class_map, polygons).tolist() == [2, 2]


@given(st.lists(st.integers(0, 10), min_size=48, max_size=48))
def test_one_polygon_over_all_pixels_gets_the_mode(values: list[int]) -> None:
    class_map = xr.DataArray(np.reshape(values, (6, 8)).astype("uint8"), dims=("y", "x"))
    class_map = class_map.assign_coords(
        y=Y - 5.0 - 10 * np.arange(6), x=X + 5.0 + 10 * np.arange(8)
    ).rio.write_crs(32633)
    mapped = [v for v in values if v]
    mode = min(set(mapped), key=lambda v: (-mapped.count(v), v)) if mapped else 0
    assert majority_classes(class_map, layer([1], [block(0, 0, 8, 6)])).tolist() == [mode]
