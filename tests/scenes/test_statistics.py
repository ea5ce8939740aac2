"""Image statistics as a value: measured, written as text, read back to the last bit."""

import json
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from s2kit.errors import S2kitError
from s2kit.scenes.statistics import BandSums, ImageStatistics, image_statistics

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(NUMBERS, NUMBERS.map(abs)), min_size=1, max_size=12))
def test_text_gives_the_very_same_numbers_back(bands: list[tuple[float, float]]) -> None:
    statistics = ImageStatistics(*zip(*bands, strict=True))
    again = ImageStatistics.from_json(statistics.to_json())
    assert again == statistics
    assert again.mean.tobytes() == statistics.mean.tobytes()


def test_only_pixels_that_are_valid_in_all_bands_count() -> None:
    values = np.random.default_rng(0).uniform(0, 0.5, (3, 8, 9)).astype("float32")
    values[0, 0, 0] = np.nan
    statistics = image_statistics(xr.DataArray(values, dims=("band", "y", "x")))
    seen = values[:, np.isfinite(values[0])].astype("float64")
    np.testing.assert_allclose(statistics.mean, [band.mean() for band in seen], rtol=1e-12)
    np.testing.assert_allclose(statistics.deviation, [band.std() for band in seen], rtol=1e-12)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.data())
def test_pieces_in_any_order_give_the_same_bits(
    height: int, width: int, seed: int, data: st.DataObject
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0.2, 0.1, (3, height, width)).astype("float32")
    values[:, random.random((height, width)) < 0.2] = np.nan
    values[:, 0, 0] = 0.0051
    cuts = data.draw(st.lists(st.integers(0, height), max_size=4))
    edges = [0, *sorted(cuts), height]
    pieces = [values[:, top:bottom] for top, bottom in pairwise(edges)]
    sums = BandSums(3)
    for piece in data.draw(st.permutations(pieces)):
        sums.add(piece)
    whole = image_statistics(xr.DataArray(values, dims=("band", "y", "x")))
    assert sums.statistics("it") == whole


def test_a_constant_band_has_no_deviation() -> None:
    flat = xr.DataArray(np.full((2, 70, 30), 0.0051, "float32"), dims=("band", "y", "x"))
    assert image_statistics(flat).deviation.tolist() == [0, 0]


def test_a_scene_without_data_has_none() -> None:
    empty = xr.DataArray(np.full((2, 3, 3), np.nan), dims=("band", "y", "x"), name="night")
    with pytest.raises(S2kitError, match="night has no pixel with data"):
        image_statistics(empty)


@pytest.mark.parametrize(
    ("mean", "deviation", "says"),
    [
        ([0.1, 0.2], [0.1], "one number per band"),
        ([], [], "one number per band"),
        ([np.nan], [0.1], "not finite"),
        ([0.1], [np.inf], "not finite"),
        ([0.1], [-0.1], "negative deviation"),
    ],
)
def test_numbers_that_no_image_has_are_refused(mean: object, deviation: object, says: str) -> None:
    with pytest.raises(S2kitError, match=says):
        ImageStatistics(mean, deviation)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[1, 2]", '{"mean": [0.1]}', '{"mean": 1, "deviation": 1}', "[" * 100_000,
        json.dumps({"mean": ["0.1"], "deviation": [0.1]}),
        json.dumps({"mean": [10**400], "deviation": [0.1]}),
        json.dumps({"mean": [[0.1]], "deviation": [[0.1]]}),
    ],
)  # fmt: skip
def test_text_that_holds_no_statistics_is_refused(text: str) -> None:
    with pytest.raises(S2kitError, match="are no image statistics"):
        ImageStatistics.from_json(text)
    with pytest.raises(S2kitError, match="not finite"):
        ImageStatistics.from_json('{"mean": [NaN], "deviation": [0.1]}')
