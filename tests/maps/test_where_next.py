"""Where to draw next: what is proposed, in which order, and what never is."""

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import s2kit
from s2kit.maps.where_next import where_next
from s2kit.scenes.nomenclature import NO_DATA, PAPER

CODES = (1, 5, 8, 10)


def on_grid(values: np.ndarray) -> xr.DataArray:
    rows, columns = values.shape
    pixels = {"y": 5_600_000 - 5 - 10 * np.arange(rows), "x": 500_005 + 10 * np.arange(columns)}
    raster: xr.DataArray = xr.DataArray(values, pixels, ("y", "x")).rio.write_crs(32633)
    return raster


def places_of(table: gpd.GeoDataFrame) -> list[tuple[slice, slice]]:
    """Return rows and columns of each place."""
    found = []
    for west, south, east, north in table.bounds.to_numpy():
        rows = slice(round((5_600_000 - north) / 10), round((5_600_000 - south) / 10))
        found.append((rows, slice(round((west - 500_000) / 10), round((east - 500_000) / 10))))
    return found


@pytest.fixture
def halves() -> tuple[xr.DataArray, xr.DataArray]:
    """96 × 96 pixels, the left half quarries, hardly sure, the right half water, sure."""
    codes = on_grid(np.where(np.arange(96) < 48, 10, 8) * np.ones((96, 1), "uint8"))
    return codes.astype("uint8"), on_grid(np.where(codes == 10, 0.4, 0.95))


@st.composite
def maps(draw: st.DrawFn) -> dict[str, xr.DataArray]:
    """Maps of fields of 8 pixels, of any size, with holes, labels and odd layers."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    fields = random.choice(CODES, (9, 9)).repeat(8, 0).repeat(8, 1)[: shape[0], : shape[1]]
    sure = random.random((9, 9)).repeat(8, 0).repeat(8, 1)[: shape[0], : shape[1]]
    mask = np.zeros(shape, "uint8")
    for row, column in random.integers(0, 70, (draw(st.integers(0, 5)), 2)):
        fields[row : row + 4, column : column + 5] = NO_DATA
        mask[column : column + 6, row : row + 3] = 5
    codes = on_grid(fields.astype("uint8"))
    unlike = on_grid(np.where(codes == NO_DATA, np.nan, random.exponential(0.8, shape)))
    confidence = on_grid(np.where(codes == NO_DATA, np.nan, sure))
    return {"class_map": codes, "confidence": confidence, "unlike": unlike, "mask": on_grid(mask)}


@settings(max_examples=60, deadline=None)
@given(given_maps=maps(), count=st.integers(1, 30), side=st.sampled_from([2, 6, 12]))
def test_places_are_inside_free_and_apart(
    given_maps: dict[str, xr.DataArray], count: int, side: int
) -> None:
    table = where_next(**given_maps, count=count, side=side)
    assert len(table) <= count
    taken = np.zeros(given_maps["class_map"].shape, int)
    for (rows, columns), row in zip(places_of(table), table.itertuples(), strict=True):
        codes = given_maps["class_map"].to_numpy()[rows, columns]
        assert codes.shape == (side, side)
        assert (codes != NO_DATA).all()
        assert not given_maps["mask"].to_numpy()[rows, columns].any()
        taken[rows, columns] += 1
        counts = np.bincount(codes.ravel())
        assert counts[row.code] == counts.max()
        sure = given_maps["confidence"].to_numpy()[rows, columns].mean()
        outside = (given_maps["unlike"].to_numpy()[rows, columns] > 1).mean()
        assert (row.confidence, row.outside) == (pytest.approx(sure), pytest.approx(outside))
        assert row.why.startswith(f"mapped as {PAPER[row.code].name}, ")
    assert taken.max(initial=0) <= 1
    # No class is proposed once more before all others that still have room.
    codes = table.code.tolist()
    for at, code in enumerate(codes):
        assert codes[:at].count(code) <= min(codes[:at].count(each) for each in codes[at:])
    again = where_next(**given_maps, count=count, side=side)
    assert table.equals(again)


@settings(max_examples=30, deadline=None)
@given(given_maps=maps(), count=st.integers(1, 12))
def test_asking_again_goes_on_where_it_stopped(
    given_maps: dict[str, xr.DataArray], count: int
) -> None:
    whole = where_next(**given_maps, count=2 * count)
    first = where_next(**given_maps, count=count)
    rest = where_next(**given_maps, proposed=first, count=count)
    assert [*first.why, *rest.why] == whole.why.tolist()
    assert [*first.geometry, *rest.geometry] == whole.geometry.tolist()


def test_every_class_has_its_turn(halves: tuple[xr.DataArray, xr.DataArray]) -> None:
    table = where_next(*halves, count=8)
    assert table.code.tolist() == [10, 8, 10, 8, 10, 8, 10, 8]
    assert table.why[0] == "mapped as quarry areas, 40 % sure"
    assert table.why[1].endswith("95 % sure; so that every class is looked at")
    # Not eight neighbours: in both halves they reach from top to bottom.
    for code in (8, 10):
        rows = [rows.start for rows, _ in places_of(table[table.code == code])]
        assert max(rows) - min(rows) > 60


def test_doubt_decides_within_a_class(halves: tuple[xr.DataArray, xr.DataArray]) -> None:
    codes, sure = halves
    sure[30:42, 6:18] = 0.2
    assert places_of(where_next(codes, sure, count=1)) == [(slice(30, 42), slice(6, 18))]
    unlike = on_grid(np.zeros(codes.shape))
    unlike[60:72, 24:36] = 1.01
    table = where_next(codes, sure, unlike, count=2)
    assert places_of(table)[0] == (slice(60, 72), slice(24, 36))
    assert table.why[0].endswith("unlike all that was learnt")


def test_far_from_what_is_drawn(halves: tuple[xr.DataArray, xr.DataArray]) -> None:
    codes, sure = halves
    drawn = gpd.GeoDataFrame(
        {"label": [10]}, geometry=[box(500_000, 5_599_700, 500_480, 5_600_000)], crs=32633
    )
    (rows, columns), *_ = places_of(where_next(codes, sure, mask=s2kit.rasterise(drawn, codes)))
    assert (rows.stop, columns.start) == (96, 0)  # a quarry, as far south as there are any


def test_a_place_is_a_field_and_no_edge_unless_there_is_nothing_else(
    halves: tuple[xr.DataArray, xr.DataArray],
) -> None:
    codes, sure = halves
    sure[:, 46:50] = 0.1  # mixed pixels are always doubtful
    codes[:, 20:23] = 7
    table = where_next(codes, sure, count=9)
    for rows, columns in places_of(table):
        assert np.bincount(codes.to_numpy()[rows, columns].ravel()).max() >= 0.75 * 144
    strips = on_grid(np.tile(np.array([7, 7, 7, 5, 5], "uint8"), (48, 10)))
    assert len(where_next(strips, strips * 0.1)) > 0


def test_the_table_goes_into_a_file(halves, tmp_path) -> None:
    where_next(*halves).to_file(tmp_path / "next.gpkg")
    read = gpd.read_file(tmp_path / "next.gpkg")
    assert (read.crs, read.why[0]) == (32633, "mapped as quarry areas, 40 % sure")


def test_where_nothing_is_mapped_nothing_is_proposed(
    halves: tuple[xr.DataArray, xr.DataArray],
) -> None:
    codes, sure = halves
    for nothing in (where_next(codes * 0, sure), where_next(codes[:8], sure[:8])):
        assert len(nothing) == 0
        assert nothing.crs == 32633
    assert len(where_next(codes, sure * np.nan)) == 0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"confidence": 2.0}, "the confidence runs from 0.8 to 1.9; give the probability"),
        ({"class_map": 7}, "the class map holds 70"),
        ({"side": 5}, "side 5 must be an even number"),
        ({"count": 0}, "count 0 must be a whole number, 1 or more"),
    ],
)
def test_what_cannot_be_ranked(
    halves: tuple[xr.DataArray, xr.DataArray], changed: dict[str, float], says: str
) -> None:
    arguments = dict(zip(("class_map", "confidence"), halves, strict=True))
    for name, value in changed.items():
        arguments[name] = arguments[name] * value if name in arguments else value
    with pytest.raises(s2kit.S2kitError, match=says):
        where_next(**arguments)


def test_layers_of_other_kinds_and_grids(halves: tuple[xr.DataArray, xr.DataArray]) -> None:
    codes, sure = halves
    with pytest.raises(TypeError, match=r"the confidence is of the type ndarray"):
        where_next(codes, sure.to_numpy())
    with pytest.raises(s2kit.S2kitError, match="different grids"):
        where_next(codes, sure[:50])
    for strange in (where_next(codes, sure, side=20), where_next(codes, sure).drop(columns="code")):
        with pytest.raises(s2kit.S2kitError, match="proposed holds no places of 12 × 12 pixels"):
            where_next(codes, sure, proposed=strange)
    with pytest.raises(TypeError, match="what where_next returned"):
        where_next(codes, sure, proposed=[1])
