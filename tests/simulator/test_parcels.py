"""Parcels fill their regions, stay inside them, and have about the wanted size and shape."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import label, regionprops

from s2kit.simulator.parcels import edges, mean_direction, subdivide


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(3, 60),
    cols=st.integers(3, 60),
    hectares=st.floats(0.05, 2),
    elongation=st.floats(1, 12),
)
def test_parcels_part_each_region_without_rest(
    seed: int, rows: int, cols: int, hectares: float, elongation: float
) -> None:
    rng = np.random.default_rng(seed)
    regions = label(rng.random((rows, cols)) > 0.2, connectivity=1).astype(np.int32)
    direction = rng.uniform(0, np.pi, regions.max() + 1)

    parcels = subdivide(regions, direction, hectares, elongation, rng)

    assert ((parcels > 0) == (regions > 0)).all()
    for parcel in np.unique(parcels[parcels > 0]):
        inside = parcels == parcel
        assert len(np.unique(regions[inside])) == 1
        assert label(inside, connectivity=1).max() == 1


def test_ribbons_are_narrow_and_parallel() -> None:
    square = np.ones((160, 160), np.int32)
    direction = np.array([0.0, np.pi / 6])  # index 1 is the region's

    ribbons = subdivide(square, direction, 0.4, 10, np.random.default_rng(0))

    inner = [p for p in regionprops(ribbons) if p.bbox[0] > 0 and p.bbox[2] < 160]
    hectares = np.array([p.area * 25 / 1e4 for p in inner])
    ratios = np.array([p.axis_major_length / p.axis_minor_length for p in inner])
    slopes = np.array([p.orientation for p in inner if p.axis_major_length > 40])
    assert np.median(hectares) < 0.5
    assert np.median(ratios) > 4
    # regionprops counts from the row axis, counter-clockwise: -60 degrees is 30 from the columns
    assert np.median(np.abs(np.abs(slopes) - np.pi / 3)) < 0.1


def test_directions_average_modulo_half_a_turn() -> None:
    angle = np.radians([[10.0, 170.0]])  # 20 degrees apart, not 160

    mean = mean_direction(np.ones((1, 2), int), angle, np.ones((1, 2)))

    assert abs(np.sin(mean[1])) < 1e-6


def test_an_edge_is_marked_once() -> None:
    assert edges(np.array([[1, 1, 2], [1, 1, 2]])).tolist() == [[False, True, False]] * 2
