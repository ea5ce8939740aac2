import numpy as np
import pytest
from scipy.linalg import expm

import s2kit
from s2kit.monitoring.markov import (
    SequenceModel,
    confusion_shares,
    forward_backward,
    mean_bare_days,
    viterbi,
)
from s2kit.monitoring.rates import default_model, read_matrix, read_rates
from s2kit.monitoring.sampling import sample_bare_days

JUNE = int(np.datetime64("2023-06-01").astype(int))


@pytest.fixture(scope="module")
def model():
    return default_model()


def test_a_transition_over_two_months_is_the_product_of_both(model):
    none = (JUNE, JUNE)
    both = model.moments(JUNE + 10, JUNE + 50, none)[0]
    first = expm(model.generators[5] * 20) @ expm(model.generators[6] * 20)
    np.testing.assert_allclose(both, first, atol=1e-12)
    np.testing.assert_allclose(both.sum(axis=1), 1, atol=1e-12)


def test_gaps_may_be_unequal(model):
    short, long = (model.moments(JUNE, JUNE + days, (JUNE, JUNE))[0] for days in (5, 60))
    growing = model.states.index(9)
    assert short[growing, growing] > 0.9 > long[growing, growing]


def test_exact_and_drawn_bare_days_agree(model):
    days = JUNE + np.array([0, 20, 75, 120])
    codes = np.array([[9, 5, 9], [4, 5, 0], [5, 0, 5], [9, 9, 9]])
    season = (JUNE, JUNE + 121)
    mean, deviation = mean_bare_days(model, days, codes, season)
    drawn = sample_bare_days(model, days, model.likelihood(codes), season, draws=1500)
    np.testing.assert_allclose(mean, drawn.mean, atol=1.5)
    assert (deviation > 0).all()
    assert ((drawn.low < mean) & (mean < drawn.high)).all()


def test_flicker_goes_and_true_change_stays(model):
    days = JUNE + 10 * np.arange(7)
    forest = [2, 2, 8, 2, 2, 2, 2]
    field = [9, 9, 9, 5, 5, 5, 5]
    states = viterbi(model, days, model.likelihood(np.array([forest, field]).T)).T
    assert states[0].tolist() == [2] * 7
    assert states[1].tolist() == field


def test_a_gap_is_bridged_by_its_neighbours(model):
    days = JUNE + 10 * np.arange(3)
    seen = forward_backward(model, days, model.likelihood(np.array([[10], [0], [10]])))
    np.testing.assert_allclose(seen.sum(axis=2), 1, rtol=1e-6)
    assert seen[1, 0, 9] > 0.95


def test_a_second_date_tells_a_quarry_from_bare_soil(model):
    winter = int(np.datetime64("2023-02-01").astype(int))
    days = winter + np.array([0, 130])
    codes = np.array([[5], [10]])
    seen = forward_backward(model, days, model.likelihood(codes))
    alone = forward_backward(model, days[:1], model.likelihood(codes[:1]))
    assert seen[0, 0, 9] > 5 * alone[0, 0, 9]


def test_a_confusion_matrix_is_turned_and_never_holds_a_zero():
    counts = np.zeros((10, 10))
    counts[9, 4] = 30  # mapped as quarry, truly bare
    counts[4, 4] = 70
    shares = confusion_shares(counts, s2kit.PAPER)
    assert 0.25 < shares[4, 9] < 0.3
    assert shares.min() > 0
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_parcels_weigh_pixels_as_one_observation(model):
    shares = np.zeros((1, 2, 10))
    shares[0, 0, 4] = 1
    shares[0, 1] = np.nan
    found = model.likelihood_of_shares(shares)
    np.testing.assert_allclose(found[0, 0], model.likelihood(np.array([[5]]))[0, 0], rtol=1e-6)
    np.testing.assert_allclose(found[0, 1], 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from,to,1\n", "lacks the column 2"),
        ("5,5", "row 2: a rate is"),
        ("5,77", "'77' is no class"),
        ("5,9;1", "no number"),
    ],
)
def test_tables_of_rates_are_checked(tmp_path, text, says):
    path = tmp_path / "rates.csv"
    head = "from,to," + ",".join(map(str, range(1, 13)))
    row, _, bad = text.partition(";")
    full = text if text.startswith("from") else f"{head}\n{row}{',0' * 11},{'x' if bad else '1'}\n"
    path.write_text(full)
    with pytest.raises(s2kit.S2kitError, match=says):
        read_rates(path)


def test_a_matrix_of_a_file_is_checked(tmp_path):
    path = tmp_path / "matrix.csv"
    head = "map," + ",".join(map(str, range(1, 11)))
    rows = [f"{code}" + ",1" * 10 for code in range(1, 11)]
    path.write_text("\n".join([head, *rows]))
    assert read_matrix(path).sum() == 100
    path.write_text("\n".join([head, *rows[1:]]))
    with pytest.raises(s2kit.S2kitError, match=r"rows must be the classes 1 to 10"):
        read_matrix(path)


def test_shapes_that_do_not_fit_are_refused(model):
    with pytest.raises(s2kit.S2kitError, match=r"rates of shape"):
        SequenceModel(s2kit.PAPER, model.states, model.rates[:6], model.confusion)
    with pytest.raises(s2kit.S2kitError, match=r"adding up to 1"):
        SequenceModel(s2kit.PAPER, model.states, model.rates, 2 * model.confusion)
    with pytest.raises(s2kit.S2kitError, match=r"draws at level"):
        sample_bare_days(model, np.array([1]), np.ones((1, 1, 14)), (0, 9), draws=1)
