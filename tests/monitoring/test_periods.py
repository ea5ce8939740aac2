import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from s2kit.monitoring.periods import observed_periods, sequence_of

CALENDARS = st.lists(st.sampled_from([4, 5, 9]), min_size=40, max_size=40)


def spread(runs):
    """Make days of runs: each state lasts eight days, longer than two dates are apart."""
    return np.repeat(runs[:10], 8)


@given(runs=CALENDARS, dates=st.sets(st.integers(0, 79), min_size=2, max_size=20))
@settings(max_examples=60, deadline=None)
def test_bounds_hold_the_truth_where_no_period_is_missed(runs, dates):
    truth = spread(runs)
    days = sorted({0, 79, *range(0, 80, 4), *dates})
    found = observed_periods(truth[days][:, None], days, (0, 80))
    bare = int((truth == 5).sum())
    assert found["low"][0] <= bare <= found["high"][0]


def test_clouds_widen_the_bounds():
    codes = np.array([[9, 9], [5, 0], [5, 5], [9, 9]])
    found = observed_periods(codes, [0, 10, 20, 30])
    assert found["low"].tolist() == [10, 0]
    assert found["high"].tolist() == [30, 30]
    assert found["first"].tolist() == [10, 20]
    assert found["observed"].tolist() == [4, 3]


def test_an_open_end_reaches_to_the_end_of_the_season():
    found = observed_periods(np.array([[5], [5]]), [10, 20], (0, 50))
    assert (found["low"][0], found["high"][0]) == (10, 50)


def test_two_crops_and_two_bare_periods_are_counted():
    codes = np.array([9, 4, 5, 0, 9, 5, 5])[:, None]
    found = observed_periods(codes, [0, 10, 20, 30, 40, 50, 60])
    assert (found["periods"][0], found["cycles"][0]) == (2, 2)


def test_what_was_never_seen_is_never_bare():
    found = observed_periods(np.zeros((3, 1), int), [0, 10, 20])
    assert (found["first"][0], found["high"][0], found["observed"][0]) == (-1, 0, 0)


def test_sequences_leave_gaps_out():
    assert sequence_of(np.array([0, 9, 9, 0, 5])) == "9-5"
    assert sequence_of(np.array([0, 0])) == ""
