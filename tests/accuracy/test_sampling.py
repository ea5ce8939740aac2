"""How many points, in which classes, and where."""

import numpy as np
import pytest
from class_maps import a_map, codes_of
from hypothesis import given, settings
from hypothesis import strategies as st

from s2kit.accuracy.sampling import MOST, allocate, draw_points, sample_size
from s2kit.errors import S2kitError
from s2kit.simulator.example import LEFT, TOP


def test_the_sample_size_of_olofsson_2014() -> None:
    """Section 5.1.1 there: 641 points for a standard error of 0.01."""
    pixels = [200_000, 150_000, 3_200_000, 6_450_000]
    assert sample_size(pixels, 0.01, [0.7, 0.6, 0.9, 0.95]) == 641
    assert sample_size(pixels, 0.02, [0.7, 0.6, 0.9, 0.95]) == 161
    assert sample_size([50, 50], 0.01) == 95  # of a hundred pixels nearly all
    assert sample_size(pixels, 1e-6) == MOST


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 10**7), min_size=2, max_size=12).filter(any),
    st.integers(0, 3000),
    st.one_of(st.none(), st.integers(2, 60)),
)
def test_points_are_shared_as_the_areas_with_a_minimum(
    pixels: list[int], points: int, minimum: int | None
) -> None:
    size = np.array(pixels)
    if np.minimum(size, 2 if minimum is None else minimum).sum() > points:
        with pytest.raises(S2kitError, match="out of range"):
            allocate(pixels, points, minimum)
        return
    shares = allocate(pixels, points, minimum)
    assert shares.sum() == min(points, size.sum())
    assert (shares <= size).all()
    assert (shares >= np.minimum(size, 2 if minimum is None else minimum)).all()
    order = np.argsort(size, kind="stable")
    assert (np.diff(shares[order]) >= -1).all()  # who is larger gets no less, but for rounding


@pytest.mark.parametrize(
    ("pixels", "points", "minimum", "message"),
    [
        ([100, 100], 3, None, "3 points are out of range: 2 classes with at least 2"),
        ([100, 100], 50, 40, "at least 40 points each need 80"),
        ([100, 100], 50, 1, "minimum of 1 points is too few"),
        ([100, 10**6], MOST + 1, None, "100000 are the most"),
        ([0, 0], 50, None, "no mapped pixel"),
    ],
)
def test_numbers_out_of_range(
    pixels: list[int], points: int, minimum: int | None, message: str
) -> None:
    with pytest.raises(S2kitError, match=message):
        allocate(pixels, points, minimum)


@pytest.mark.parametrize("error", [0, 0.5, -1, float("nan")])
def test_a_standard_error_out_of_range(error: float) -> None:
    with pytest.raises(S2kitError, match="standard error"):
        sample_size([10, 10], error)
    with pytest.raises(S2kitError, match="expected accuracy"):
        sample_size([10, 10], 0.02, 1.0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 400))
def test_points_lie_in_the_middle_of_pixels_of_their_class(seed: int, count: int) -> None:
    codes = codes_of(seed)
    points = draw_points(a_map(codes), count, seed=seed)
    columns, rows = (points.geometry.x - LEFT) / 10, (TOP - points.geometry.y) / 10
    assert set(columns % 1) == set(rows % 1) == {0.5}
    places = np.column_stack([rows.astype(int), columns.astype(int)])
    assert (codes[tuple(places.T)] == points.stratum).all()
    assert len(np.unique(places, axis=0)) == len(points) == count
    assert points.id.tolist() == list(range(1, count + 1))
    assert points.label.isna().all()
    assert points.attrs["pixels"][8] == (codes == 8).sum()
    again = draw_points(a_map(codes), count, seed=seed)
    assert again.equals(points)


def test_every_pixel_of_a_class_is_as_likely_and_the_order_is_random() -> None:
    codes = np.full((5, 8), 4)
    codes[1:4, 2:7] = 9
    hits, early = np.zeros(codes.shape), 0
    for seed in range(60):
        points = draw_points(a_map(codes), 12, seed=seed)
        columns, rows = (points.geometry.x - LEFT) // 10, (TOP - points.geometry.y) // 10
        hits[rows.astype(int), columns.astype(int)] += 1
        early += int((points.stratum.head(6) == 9).sum())
    for code in (4, 9):
        seen = hits[codes == code]
        expected = seen.sum() / seen.size
        chi2 = ((seen - expected) ** 2 / (expected * (1 - expected / 60))).sum()
        assert chi2 < seen.size + 4 * np.sqrt(2 * seen.size)
    in_class = int((draw_points(a_map(codes), 12).stratum == 9).sum())
    assert early / 60 == pytest.approx(in_class / 2, abs=0.4)


def test_a_class_of_one_pixel_is_seen_as_a_whole() -> None:
    codes = np.full((20, 20), 4)
    codes[3, 7] = 10
    counts = draw_points(a_map(codes), 50).stratum.value_counts().to_dict()
    assert counts == {4: 49, 10: 1}


def test_a_map_without_crs_and_what_is_no_map() -> None:
    with pytest.raises(S2kitError, match="no CRS"):
        draw_points(a_map(np.full((9, 9), 4), crs=None), 20)
    with pytest.raises(S2kitError, match="no class"):
        draw_points(a_map(np.full((9, 9), 77)), 20)
    with pytest.raises(TypeError, match="ndarray"):
        draw_points(np.full((9, 9), 4), 20)  # type: ignore[arg-type]
