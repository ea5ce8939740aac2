"""Recipes refuse settings that cannot work, each in one sentence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2kit.errors import S2kitError
from s2kit.network.recipes import RECIPES, Recipe, check_seed, recipe_named, varied


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("learning_rate", math.nan, "learning_rate nan must be a finite number"),
        ("learning_rate", -1, "learning_rate -1 must be more than 0"),
        ("learning_rate", 0, "learning_rate 0 must be more than 0"),
        ("learning_rate", "0.1", "learning_rate '0.1' must be a finite number"),
        ("weight_decay", math.inf, "weight_decay inf must be a finite number"),
        ("weight_decay", -1e-3, "weight_decay -0.001 must be 0 or more"),
        ("averaging", 2, "averaging 2 must be from 0 to below 1"),
        ("averaging", 1.0, "averaging 1.0 must be from 0 to below 1"),
        ("label_smoothing", 7, "label_smoothing 7 must be from 0 to below 1"),
        ("gain_jitter", -1, "gain_jitter -1 must be 0 or more"),
        ("class_balance", 1.5, "class_balance 1.5 must be from 0 to 1"),
        ("depth", 99, "depth 99; choose a whole number from 1 to 6"),
        ("width", 257, "width 257; choose a whole number from 1 to 256"),
        ("width", 8.0, "width 8.0; choose a whole number"),
        ("batch", 0, "batch 0 must be a whole number from 1 on"),
        ("epochs", 2.5, "epochs 2.5 must be a whole number from 1 on"),
        ("crop", 100, "multiple of 2\\^depth = 16"),
        ("turns", "no", "turns 'no' must be True or False"),
        ("scaling", "rule", "no input scaling 'rule'"),
        ("optimiser", "sgd", "no optimiser 'sgd'"),
    ],
)
def test_settings_that_cannot_work_are_named(setting, value, says):
    with pytest.raises(S2kitError, match=says):
        Recipe("mine", **{setting: value})


@given(st.floats(), st.floats(), st.floats())
def test_a_recipe_takes_what_is_in_range_and_nothing_else(rate, averaging, smoothing):
    settings = {"learning_rate": rate, "averaging": averaging, "label_smoothing": smoothing}
    if 0 < rate < math.inf and 0 <= averaging < 1 and 0 <= smoothing < 1:
        assert Recipe("any", **settings).averaging == averaging
    else:
        with pytest.raises(S2kitError, match=r"recipe 'any': .* must be [^\n]*$"):
            Recipe("any", **settings)


@pytest.mark.parametrize("seed", [-1, 2**63, 10**30, 1.0, "1", True])
def test_seeds_are_whole_numbers_that_pytorch_takes(seed):
    with pytest.raises(S2kitError, match=r"must be a whole number from 0 to 2\^63 - 1"):
        check_seed(seed)
    check_seed(2**63 - 1)


def test_a_varied_recipe_is_checked_and_named():
    assert varied(RECIPES["short"], ["scaling=fixed"]).name == "short-scaling-fixed"
    for setting, says in {
        "averaging=nan": "averaging nan must be a finite number",
        "averaging=often": "averaging is a number",
        "depth=9": "depth 9; choose",
        "rule=both": "no setting 'rule'; a recipe has: width, depth, scaling",
    }.items():
        with pytest.raises(S2kitError, match=says):
            varied(RECIPES["short"], [setting])
    with pytest.raises(S2kitError, match="choose one of: short"):
        recipe_named("shrot")
