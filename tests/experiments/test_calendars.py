import numpy as np
import pytest

from s2kit.experiments.calendars import (
    CHECK_SEED,
    RATE_SEED,
    STATES,
    calendar_codes,
    calendar_states,
    check_once,
    counted_rates,
)
from s2kit.monitoring.rates import SELDOM, read_rates


def test_states_are_those_of_the_calendar():
    codes = calendar_codes(2031, 20, CHECK_SEED)
    states = calendar_states(range(2031, 2032), 20, CHECK_SEED)
    classes = np.array([int(state[0]) for state in STATES])
    assert (classes[states] == codes).all()
    assert RATE_SEED != CHECK_SEED


def test_the_table_of_rates_is_what_is_counted():
    counted = counted_rates(fields=40)
    states, rates = read_rates()
    places = {name: k for k, name in enumerate(("4a", "4b", "5a", "5b", "5c"), states.index(4))}
    ripe, stubble = places["4a"], places["5a"]
    for month in (7, 8):
        known = max(counted.loc[("4a", "5a"), month], SELDOM)
        assert rates[month - 1, ripe, stubble] == pytest.approx(known, rel=0.3)


def test_more_looks_mean_less_error_and_intervals_hold():
    often, seldom = (check_once(days, 0.3, fields=60, draws=40, seed=1) for days in (10, 30))
    assert often["mean_error"] < seldom["mean_error"]
    assert often["mean_error"] < often["raw_error"]
    assert 0.75 < often["coverage"] < 0.98
    assert often["width"] < seldom["width"]
