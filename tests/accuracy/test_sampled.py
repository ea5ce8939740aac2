"""What labelled random points say of a map, and how often their intervals hold the truth."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from class_maps import a_map, codes_of, labelled
from hypothesis import given, settings
from hypothesis import strategies as st

from s2kit.accuracy.intervals import independent_interval
from s2kit.accuracy.sampled import assess_points, estimates, score_interval
from s2kit.accuracy.sampling import allocate, draw_points
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER

CODES = pd.Index(PAPER.codes, name="class")
THOUSANDS = np.array([60, 40, 30, 250, 150, 60, 10, 8, 380, 3])
REPEATS, POINTS = 1000, 300


def truth(accuracy: float, seed: int = 5) -> np.ndarray:
    """Return pixels by mapped class and true class; most errors go to a few classes."""
    random = np.random.default_rng(seed)
    rows = [
        np.rint(1000 * size * np.insert(random.dirichlet([0.6] * 9) * (1 - accuracy), at, accuracy))
        for at, size in enumerate(THOUSANDS)
    ]
    return np.array(rows, dtype=np.int64)


def test_the_intervals_hold_the_truth_in_93_of_100_of_1000_samples() -> None:
    known = truth(0.85)
    pixels = pd.Series(known.sum(axis=1), index=CODES)
    shares, random = allocate(pixels, POINTS), np.random.default_rng(0)
    right = known.diagonal()
    true = {"UA": right / known.sum(axis=1), "PA": right / known.sum(axis=0)}
    true["area"] = known.sum(axis=0).astype(float)
    hits: dict[str, np.ndarray] = {name: np.zeros(len(CODES)) for name in true}
    overall = 0
    for _ in range(REPEATS):
        rows = [
            random.multivariate_hypergeometric(row, share, method="marginals")
            for row, share in zip(known, shares, strict=True)
        ]
        best, table, _ = estimates(pd.DataFrame(rows, CODES, CODES), pixels * 1.0, pixels)
        overall += best.low <= known.trace() / known.sum() <= best.high
        for name, value in true.items():
            low, high = (table[f"{name} {end}"].to_numpy() for end in ("low", "high"))
            hits[name] += ~((value < low) | (value > high))
    rates = {name: seen / REPEATS for name, seen in hits.items()}
    assert overall / REPEATS >= 0.93
    assert {name: rate.mean() >= 0.93 for name, rate in rates.items()} == dict.fromkeys(rates, True)
    assert min(rate.min() for rate in rates.values()) >= 0.88  # a class of 0.3 % of the map


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 0.6))
def test_estimates_are_shares_in_their_intervals(seed: int, wrong: float) -> None:
    codes = codes_of(seed, (30, 40))
    random = np.random.default_rng(seed)
    real = np.where(random.random(codes.shape) < wrong, random.permutation(codes), codes)
    real[real == 0] = 5
    result = assess_points(*labelled(codes, real, 120, seed))
    table = result.classes
    for name, top in (("UA", 1), ("PA", 1), ("area", table.mapped_area.sum())):
        best, low, high = (table[column] for column in (name, f"{name} low", f"{name} high"))
        seen = best.notna()
        assert (low[seen] >= 0).all()
        assert (low[seen] <= best[seen] + 1e-9).all()
        assert (best[seen] <= high[seen] + 1e-9).all()
        assert (high[seen] <= top * (1 + 1e-9)).all()
    assert table.area.sum() == pytest.approx(table.mapped_area.sum())
    assert table.mapped_area.sum() == pytest.approx((codes > 0).sum() * 0.01, rel=2e-3)
    assert result.overall.low <= result.overall.estimate <= result.overall.high
    # what every pixel was looked at for is certain
    whole = assess_points(*labelled(codes, real, 10**4))
    mapped = codes > 0
    assert whole.overall.width == 0
    assert whole.overall.estimate == pytest.approx((codes == real)[mapped].mean())
    assert whole.classes.area.to_numpy() == pytest.approx(
        np.bincount(real[mapped], minlength=11)[1:] * 0.01, rel=2e-3
    )


def test_a_perfect_sample_leaves_doubt_and_few_points_more() -> None:
    codes = codes_of(3)
    result = assess_points(*labelled(codes, codes, 100))
    assert result.overall.estimate == pytest.approx(1)
    assert 0.9 < result.overall.low < 0.99
    assert result.classes.loc[9, "UA low"] > result.classes.loc[8, "UA low"] > 0.5


def test_classes_of_one_and_of_no_labelled_point() -> None:
    codes = codes_of(4)
    class_map, points = labelled(codes, codes, 100)
    eights = points.index[points.stratum == 8]
    points.loc[eights[1:], "label"] = pd.NA
    one = assess_points(class_map, points)
    assert one.unsampled == ()
    assert one.classes.loc[8, "points"] == 1
    assert one.classes.loc[8, "UA low"] < 0.25
    assert np.isfinite([one.overall.low, one.overall.high]).all()
    points.loc[eights, "label"] = pd.NA
    none = assess_points(class_map, points)
    assert none.unsampled == (8,)
    assert none.unsampled_share == pytest.approx((codes == 8).sum() / (codes > 0).sum())
    assert none.classes.loc[8, ["UA", "UA low", "PA"]].isna().all()
    assert none.labelled == 100 - len(eights)


def test_points_come_back_from_degrees() -> None:
    codes = codes_of(5)
    class_map, points = labelled(codes, codes, 60)
    assert assess_points(class_map, points.to_crs(4326)).overall.estimate == pytest.approx(1)


def spoilt(points, **changes):
    """Return the points with other values in the first row."""
    table = points.copy()
    for name, value in changes.items():
        table[name] = [value, *table[name].iloc[1:]]
    return table


def test_points_that_do_not_fit_are_refused() -> None:
    codes = codes_of(6)
    class_map, points = labelled(codes, codes, 60)
    other = codes.copy()
    row, column = np.argwhere(codes == 9)[-1]
    other[row, column] = 4 if codes[row, column] == 9 else 9
    bad = [
        (class_map, points.assign(label=pd.NA), "no point has a label yet"),
        (class_map, spoilt(points, label=11), "point 1 has the label 11.*1 to 10"),
        (class_map, spoilt(points, label=0), "point 1 has the label 0"),
        (class_map, spoilt(points, id=2), "point 2 is there twice"),
        (class_map, points.translate(xoff=1e5).to_frame("geometry").join(
            points.drop(columns="geometry")), "point 1 lies outside of the map"),
        (a_map(codes[::-1]), points, "was drawn from class . and lies where this map has"),
        (a_map(codes, crs=None), points, "class map has no CRS"),
        (class_map, points.set_crs(None, allow_override=True), "points have no CRS"),
        (class_map, points.drop(columns="stratum"), "no column stratum"),
    ]  # fmt: skip
    for given_map, given_points, message in bad:
        with pytest.raises(S2kitError, match=message):
            assess_points(given_map, given_points)
    row, column = next(
        place for place in np.argwhere(codes == 9).tolist()
        if not ((points.geometry.x == class_map.x.values[place[1]])
                & (points.geometry.y == class_map.y.values[place[0]])).any()
    )  # fmt: skip
    other = codes.copy()
    other[row, column] = 4
    with pytest.raises(S2kitError, match="another map: class 4 had"):
        assess_points(a_map(other), points)


def test_pixels_of_unlike_size_are_refused() -> None:
    codes = np.full((900, 30), 4)
    codes[:, 10:] = 9
    degrees = xr.DataArray(
        codes.astype("uint8"), dims=("y", "x"),
        coords={"y": 60 - 0.001 * np.arange(900), "x": 20 + 0.001 * np.arange(30)},
    ).rio.write_crs(4326)  # fmt: skip
    points = draw_points(degrees, 20)
    points["label"] = points.stratum
    with pytest.raises(S2kitError, match="m² of ground; warp"):
        assess_points(degrees, points)
    one_row = assess_points(degrees[:20], points_of(degrees[:20]))
    assert one_row.classes.mapped_area.sum() == pytest.approx(20 * 30 * 0.622, rel=0.01)


def points_of(class_map):
    points = draw_points(class_map, 20)
    points["label"] = points.stratum
    return points


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_score_interval_is_wilsons(pair: tuple[int, int]) -> None:
    right, total = pair
    low, high = score_interval(right / total, total)
    wilson = independent_interval(right, total)
    assert (low, high) == pytest.approx((wilson.low, wilson.high), abs=1e-4)
