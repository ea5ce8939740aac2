"""Calibration: probabilities whose truth is known because it was drawn from them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2kit.accuracy.calibration import (
    calibration_error,
    fit_temperature,
    reject_curve,
    reliability,
)
from s2kit.accuracy.calibration_figures import show_reject_curve, show_reliability
from s2kit.errors import S2kitError


def drawn(sharpness: float, n: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    """Return logits that are too sharp by a factor, and codes drawn from the honest ones."""
    random = np.random.default_rng(0)
    honest = random.normal(0, 1.5, (n, 10))
    codes = (honest + random.gumbel(size=honest.shape)).argmax(axis=1) + 1  # a draw from softmax
    return honest * sharpness, codes


def surest(logits: np.ndarray) -> np.ndarray:
    """Return the probability of the likeliest class."""
    likely = np.exp(logits - logits.max(axis=1, keepdims=True))
    return likely.max(axis=1) / likely.sum(axis=1)


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_the_sharpness(sharpness):
    logits, codes = drawn(sharpness)
    assert fit_temperature(logits, codes) == pytest.approx(sharpness, rel=0.03)


def test_dividing_by_the_temperature_calibrates():
    logits, codes = drawn(3.0)
    right = logits.argmax(axis=1) + 1 == codes
    before = calibration_error(reliability(surest(logits), right))
    after = calibration_error(reliability(surest(logits / fit_temperature(logits, codes)), right))
    assert before > 0.2
    assert after < 0.015


def test_reliability_by_hand():
    table = reliability(np.array([0.55, 0.55, 0.95, 1.0]), np.array([True, False, True, True]))
    assert table.pixels.tolist() == [2, 2]
    assert table.confidence.tolist() == pytest.approx([0.55, 0.975])
    assert table.accuracy.tolist() == [0.5, 1.0]
    assert calibration_error(table) == pytest.approx((0.05 + 0.025) / 2)


def test_the_reject_curve_starts_at_the_overall_accuracy_and_drops_the_least_sure_first():
    confidence = np.array([0.9, 0.2, 0.8, 0.6])
    right = np.array([True, False, True, False])
    curve = reject_curve(confidence, right, points=4)
    assert curve.mapped.tolist() == [1.0, 0.75, 0.25, 0.25]
    assert curve.OA.tolist() == pytest.approx([0.5, 2 / 3, 1.0, 1.0])


@given(st.lists(st.tuples(st.floats(0.1, 1), st.booleans()), min_size=1, max_size=50))
def test_bins_lose_no_pixel(pixels):
    confidence, right = (np.array(column) for column in zip(*pixels, strict=True))
    table = reliability(confidence, right)
    assert table.pixels.sum() == len(pixels)
    assert (table.accuracy * table.pixels).sum() == pytest.approx(right.sum())
    assert 0 <= calibration_error(table) <= 1


def test_labels_that_are_no_class_are_refused():
    logits, codes = drawn(1.0, 10)
    for wrong in (codes * 0, codes + 10, codes[:0]):
        with pytest.raises(S2kitError, match="labelled pixel"):
            fit_temperature(logits, wrong)


def test_the_figures_draw_what_the_tables_say():
    logits, codes = drawn(2.0, 500)
    right = logits.argmax(axis=1) + 1 == codes
    show_reliability({"as trained": reliability(surest(logits), right)})
    assert "as trained: expected error" in plt.gca().get_legend().get_texts()[0].get_text()
    show_reject_curve(reject_curve(surest(logits), right))
    assert plt.gca().lines[0].get_ydata()[0] == pytest.approx(100 * right.mean())
    plt.close("all")
