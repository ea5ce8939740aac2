"""What a benchmark cannot see, on maps small enough to count."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from s2kit.accuracy.unlabelled import accuracy_by_place, show_unlabelled
from s2kit.errors import S2kitError


def codes(values: np.ndarray, name: str = "somewhere") -> xr.DataArray:
    """Return codes on a 10 m grid."""
    rows, cols = values.shape
    coords = {"y": -10.0 * np.arange(rows), "x": 10.0 * np.arange(cols)}
    return xr.DataArray(values.astype("uint8"), coords, ("y", "x"), name)


@pytest.fixture
def halves() -> tuple[xr.DataArray, xr.DataArray]:
    """Truth: wood on the left, crops on the right; two labelled columns far from the border."""
    truth, mask = np.full((6, 12), 2), np.zeros((6, 12))
    truth[:, 6:] = 9
    mask[:, 1], mask[:, 10] = 2, 9
    return codes(truth), codes(mask)


def test_errors_at_the_edge_are_invisible_to_the_benchmark(halves):
    truth, mask = halves
    mapped = truth.copy()
    mapped[:, 6] = 2  # the wood's edge is mapped one pixel too far
    table = accuracy_by_place(mapped, truth, mask)
    assert table.OA.to_dict() == {
        "labelled": 1.0,
        "unlabelled, inside": 1.0,
        "unlabelled, at an edge": 0.5,
        "everywhere": pytest.approx(11 / 12),
    }
    assert table.share.tolist() == pytest.approx([2 / 12, 8 / 12, 2 / 12, 1])


def test_pixels_without_a_map_do_not_count(halves):
    truth, mask = halves
    mapped = truth.copy()
    mapped[:, :6] = 0
    table = accuracy_by_place(mapped, truth, mask)
    assert table.OA["everywhere"] == 1.0
    assert table.share.tolist() == pytest.approx([1 / 6, 4 / 6, 1 / 6, 1])


def test_a_benchmark_is_no_truth(halves):
    truth, mask = halves
    with pytest.raises(S2kitError, match="pixels without a class, so it is a benchmark"):
        accuracy_by_place(truth, mask, mask)


def test_the_picture_shows_the_same_errors_once_hidden_once_not(halves):
    truth, mask = halves
    mapped = truth.copy()
    mapped[:, 6] = 2
    show_unlabelled(mapped, truth, mask)
    seen, all_of_it = (axis.images[0].get_array() for axis in plt.gcf().axes)
    plt.close()
    assert (seen == 2).sum() == 0
    assert (all_of_it == 2).sum() == 6
