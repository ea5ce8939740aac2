"""The squares of the learning curve: pure, apart, of the groups in turn, the same for a seed."""

import numpy as np
import xarray as xr

import s2kit
from s2kit.experiments.learning_curve import (
    draw_squares,
    group_agreement,
    labelled_as_drawn,
)

CODES = {"crops": 4, "trees": 2, "built": 5}  # in the legend terramesh


def labels_of_a_place():
    codes = np.full((60, 60), 4, np.int32)
    codes[:20], codes[40:, :20] = 2, 5
    return xr.DataArray(codes, dims=("y", "x"))


def test_squares_are_pure_apart_and_of_the_groups_in_turn():
    labels = labels_of_a_place()
    squares = draw_squares(labels, 10, seed=0)
    times = np.zeros(labels.shape, int)
    for square, group in squares:
        times[square] += 1
        assert (labels.to_numpy()[square] == CODES[group]).all()
        assert labels.to_numpy()[square].shape in {(side, side) for side in (3, 5, 7, 9)}
    assert times.max() == 1
    assert [group for _, group in squares] == [*(["crops", "trees", "built"] * 3), "crops"]
    assert squares == draw_squares(labels, 10, seed=0) != draw_squares(labels, 10, seed=1)


def test_a_place_without_houses_gives_what_it_has():
    labels = labels_of_a_place()
    groups = {group for _, group in draw_squares(labels.where(labels != 5, 9), 6, seed=0)}
    assert groups == {"crops", "trees"}


def test_a_square_gets_its_groups_likeliest_class_and_does_not_count():
    labels = labels_of_a_place()
    shares = np.full((10, 60, 60), 0.01, np.float32)
    shares[[1, 4, 6]] = 0.2  # classes 2, 5 and 7
    shares = xr.DataArray(shares.copy(), {"class": list(s2kit.PAPER.codes)}, ("class", "y", "x"))
    squares = draw_squares(labels, 9, seed=0)
    mask = labelled_as_drawn(shares, squares)
    found = {group: set(mask.to_numpy()[square].ravel()) for square, group in squares}
    assert found == {"crops": {5}, "trees": {2}, "built": {7}}
    codes = xr.where(mask == 0, 5, 0).astype("uint8")
    agreement = group_agreement(codes, labels, mask)
    assert agreement == {"crops": 100.0, "trees": 0.0, "built": 0.0}
