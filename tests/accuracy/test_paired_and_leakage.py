"""Two maps on one reference, what training labels give away, and the slider."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from s2kit.accuracy.leakage import label_memory, seen_and_unseen
from s2kit.accuracy.paired import mcnemar
from s2kit.errors import S2kitError
from s2kit.widgets.mean_acc import mean_acc_slider


def test_only_samples_that_one_map_has_right_count() -> None:
    reference = [1] * 20
    first = [1] * 10 + [1] * 8 + [2] * 2
    second = [1] * 10 + [2] * 8 + [1] * 2
    test = mcnemar(first, second, reference)
    assert (test.only_first, test.only_second) == (8, 2)
    # Two-sided exact binomial: 2 · (1 + 10 + 45) / 2¹⁰.
    assert test.p_value == pytest.approx(0.109375)


def test_equal_maps_and_missing_data_are_no_evidence() -> None:
    assert mcnemar([1, 2], [1, 2], [1, 1]).p_value == 1
    assert mcnemar([1, 0, 1], [0, 1, 2], [1, 1, 0]).only_first == 0
    with pytest.raises(S2kitError, match="same samples"):
        mcnemar([1, 2], [1], [1, 2])


def mask_of(grid: xr.DataArray, row: list[int]) -> xr.DataArray:
    mask = xr.zeros_like(grid)
    mask[0] = row
    return mask


def test_memory_is_the_commonest_label(grid: xr.DataArray) -> None:
    masks = [
        mask_of(grid, [4, 4, 0, 0, 9, 9, 1, 0]),
        mask_of(grid, [4, 9, 0, 5, 9, 4, 0, 0]),
        mask_of(grid, [9, 0, 0, 0, 4, 0, 0, 0]),
    ]
    memory = label_memory(masks)
    assert memory[0].to_numpy().tolist() == [4, 4, 0, 5, 9, 4, 1, 0]
    assert memory.dtype == "uint8"
    assert memory.rio.crs == grid.rio.crs


def test_memory_wants_masks_on_one_grid(grid: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match="no training mask"):
        label_memory([])
    with pytest.raises(S2kitError, match="different grids"):
        label_memory([grid, grid[:, 1:]])


def test_accuracy_splits_by_what_training_had_seen(grid: xr.DataArray) -> None:
    reference = mask_of(grid, [4, 4, 4, 4, 9, 9, 0, 0])
    class_map = mask_of(grid, [4, 4, 4, 9, 9, 4, 9, 9])
    memory = mask_of(grid, [4, 4, 9, 9, 0, 0, 0, 0])
    expected = pd.DataFrame({"pixels": [4, 2, 6], "OA": [0.75, 0.5, 4 / 6]})
    found = seen_and_unseen(class_map, reference, memory)
    np.testing.assert_allclose(found, expected)
    assert found.index.tolist() == ["seen", "unseen", "all"]


def test_the_slider_says_what_an_accuracy_entails() -> None:
    box = mean_acc_slider(oa=0.9, classes=10)
    share, count, text = box.children
    assert text.value == "10.0 of 100 samples are wrong; mean ACC is <b>98.0 %</b>"
    share.value = 50
    count.value = 4
    assert text.value == "50.0 of 100 samples are wrong; mean ACC is <b>75.0 %</b>"
