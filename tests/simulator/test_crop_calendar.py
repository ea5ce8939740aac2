"""The crop calendar: what covers a field when."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2kit.simulator.crop_calendar import CROPS, field_states, mown, sowing

FIELDS = 600
SHARES = (1.0,) * len(CROPS)
SEED = [7]
GREEN, DRY, BARE = range(3)


def cover(day: str, crop: str) -> np.ndarray:
    """Mean cover of the fields that bear a crop in a date's year."""
    date = datetime.date.fromisoformat(day)
    bears = sowing(date.year, SHARES, FIELDS, SEED)["crop"]
    wanted = [c.name for c in CROPS].index(crop)
    return field_states(date, SHARES, FIELDS, SEED)[bears == wanted].mean(axis=0)


@given(day=st.dates(datetime.date(2020, 1, 1), datetime.date(2024, 12, 31)))
def test_green_dry_and_bare_make_up_each_field(day: datetime.date) -> None:
    states = field_states(day, SHARES, FIELDS, SEED)

    assert states.min() >= -1e-12
    assert states.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    ("day", "crop", "most"),
    [
        ("2022-03-01", "winter wheat", GREEN),
        ("2022-05-30", "winter wheat", GREEN),
        ("2022-07-20", "winter wheat", DRY),
        ("2022-08-07", "winter wheat", BARE),
        ("2022-06-29", "winter barley", DRY),
        ("2022-07-14", "winter barley", BARE),
        ("2022-04-01", "spring barley", BARE),
        ("2022-06-10", "spring barley", GREEN),
        ("2022-05-05", "maize", BARE),
        ("2022-08-10", "maize", GREEN),
        ("2022-10-04", "maize", DRY),
        ("2022-09-20", "beet", GREEN),
    ],
)
def test_each_crop_has_its_year(day: str, crop: str, most: int) -> None:
    assert cover(day, crop).argmax() == most


def test_stubble_greys_before_the_autumn_sowing() -> None:
    assert cover("2022-09-12", "winter wheat")[DRY] > 0.5


def test_fields_keep_their_crop_within_a_year_and_change_it_after() -> None:
    crops = [sowing(year, SHARES, FIELDS, SEED)["crop"] for year in (2021, 2021, 2022)]

    assert (crops[0] == crops[1]).all()
    assert (crops[0] != crops[2]).mean() > 0.5


def test_rape_and_barley_do_not_follow_maize_or_beet() -> None:
    before, after = (sowing(year, SHARES, FIELDS, SEED)["crop"] for year in (2021, 2022))

    assert not np.isin(after[np.isin(before, (4, 5))], (1, 2)).any()


def test_meadows_look_dry_after_the_cut_and_recover() -> None:
    dry = {day: mown(datetime.date(2022, *day), 300, SEED).mean() for day in [(4, 1), (6, 12)]}

    assert dry[(4, 1)] == 0
    assert dry[(6, 12)] > 0.1
