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
    error_table,
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


def test_more_looks_mean_less_error():
    often, seldom = (check_once(days, 0.3, fields=60, draws=40, seed=1) for days in (10, 30))
    assert often["mean_error"] < seldom["mean_error"]
    assert often["mean_error"] < often["raw_error"]
    assert often["width"] < seldom["width"]


def test_the_interval_holds_as_often_as_it_says_however_few_draws():
    table = error_table((10,), (0.3,), range(2030, 2034), fields=40, draws=20)
    assert 0.87 < table.coverage.item() < 0.96
