"""A mask, its polygons, and the same mask again."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from s2kit.benchmarks.polygonise import polygonise
from s2kit.benchmarks.rasterise import rasterise
from s2kit.errors import S2kitError


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codes=arrays(np.uint8, (6, 8), elements=st.sampled_from([0, 1, 5, 10])))
def test_polygons_of_a_mask_give_the_mask_again(codes, grid):
    mask = grid.copy(data=codes)
    again = rasterise(polygonise(mask), like=mask)
    assert np.array_equal(again.to_numpy(), codes)


def test_pixels_that_touch_at_a_corner_are_two_polygons(grid):
    codes = np.zeros(grid.shape, "uint8")
    codes[0, 0] = codes[1, 1] = 7
    found = polygonise(grid.copy(data=codes))
    assert found.label.tolist() == [7, 7]
    assert found.area.tolist() == [100.0, 100.0]
    assert found.crs == grid.rio.crs


def test_a_mask_without_crs_is_refused(grid):
    with pytest.raises(S2kitError, match="names no CRS"):
        polygonise(grid.drop_vars("spatial_ref"))
