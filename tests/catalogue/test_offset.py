"""Baseline, flags and pixels: every combination, and the ones catalogues have got wrong."""

import datetime as dt
from itertools import product as combinations

import numpy as np
import pystac
import pytest
from sentinel_product import Product, reflectance

from s2kit.catalogue.assets import baseline
from s2kit.catalogue.offset import decide_offset, pixel_witness
from s2kit.catalogue.read import read_items
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES, TWENTY_METRE
from s2kit.scenes.grid import Grid


def digital_numbers(offset: int, brighter: float = 0.0) -> np.ndarray:
    """(10, 96, 96) digital numbers of the small landscape."""
    bands = {
        band: np.kron(values, np.ones((2, 2))) if band in TWENTY_METRE else values
        for band, values in reflectance().items()
    }
    return np.stack([(bands[b] + brighter) * 10_000 + offset for b in BAND_NAMES])


PIXELS = {
    0: digital_numbers(0),
    1000: digital_numbers(1000),
    None: digital_numbers(0, brighter=0.5),  # snow: no dark pixel in sight
}


def make_item(version: str | None, applied: bool | None, advertised: float | None) -> pystac.Item:
    properties = {} if version is None else {"s2:processing_baseline": version}
    if applied is not None:
        properties["earthsearch:boa_offset_applied"] = applied  # type: ignore[assignment]
    item = pystac.Item("ITEM", None, None, dt.datetime(2021, 6, 19), properties)
    extra = {} if advertised is None else {"raster:bands": [{"offset": advertised}]}
    item.add_asset("blue", pystac.Asset("B02.tif", extra_fields=extra))
    return item


def expected(version: str | None, applied: bool | None, advertised: float | None, seen: int | None):
    """Say the rule a second time, as sets; None = must be refused."""
    product = None if version is None else (1000 if version >= "04.00" else 0)
    if applied:
        said = {0}
    elif applied is False:
        said = {product}
    else:
        said = {product} | (set() if advertised is None else {round(-advertised * 10_000)})
    said.discard(None)
    if len(said) != 1 or (seen is not None and seen not in said):
        return None
    return said.pop()


@pytest.mark.parametrize(
    ("version", "applied", "advertised", "seen"),
    list(
        combinations(
            [None, "03.01", "04.00", "05.09"], [None, True, False], [None, 0.0, -0.1], PIXELS
        )
    ),
)
def test_every_combination(version, applied, advertised, seen) -> None:
    item = make_item(version, applied, advertised)
    want = expected(version, applied, advertised, seen)
    if want is None:
        with pytest.raises(S2kitError, match=r"ITEM: baseline .*; flags .*; pixels .*--offset"):
            decide_offset(item, PIXELS[seen])
    else:
        assert decide_offset(item, PIXELS[seen])[0] == want


@pytest.mark.parametrize("override", [0, 1000])
@pytest.mark.parametrize("seen", PIXELS)
def test_an_override_is_obeyed_and_recorded(override: int, seen: int | None) -> None:
    offset, heard = decide_offset(make_item("05.09", None, None), PIXELS[seen], override)
    assert offset == override
    assert heard.startswith(f"{override} by override; baseline 05.09 says 1000")


def test_flag_true_but_the_pixels_are_not_corrected() -> None:
    with pytest.raises(S2kitError, match=r"boa_offset_applied True.* say 0; pixels say 1000"):
        decide_offset(make_item("05.09", True, -0.1), PIXELS[1000])


def test_flag_false_but_the_pixels_are_corrected() -> None:
    """Earth Search's S2B_33UXP_20250302_0_L2A and its like (earth-search, issue 71)."""
    with pytest.raises(S2kitError, match=r"boa_offset_applied False.* say 1000; pixels say 0"):
        decide_offset(make_item("05.11", False, -0.1), PIXELS[0])


def test_offset_still_advertised_though_applied_is_known_and_no_contradiction() -> None:
    assert decide_offset(make_item("05.09", True, -0.1), PIXELS[0])[0] == 0


def test_a_reprocessed_2021_scene_carries_the_offset() -> None:
    item = make_item("05.00", False, None)
    assert item.datetime is not None
    assert item.datetime.year == 2021
    assert decide_offset(item, PIXELS[1000])[0] == 1000


def test_catalogues_that_never_take_the_offset_off() -> None:
    collection_1 = make_item("05.00", None, -0.1)
    planetary_computer = make_item("04.00", None, None)
    assert decide_offset(collection_1, PIXELS[1000])[0] == 1000
    assert decide_offset(planetary_computer, PIXELS[1000])[0] == 1000


def test_nodata_below_the_offset_is_no_witness() -> None:
    dn = PIXELS[1000].copy()
    dn[:, :40] = np.nan
    assert pixel_witness(dn)[0] == 1000
    assert pixel_witness(np.full_like(dn, np.nan))[0] is None


@pytest.mark.parametrize(
    ("item_id", "properties", "want"),
    [
        ("S2A_33UWS_20230709_0_L2A", {"s2:processing_baseline": "05.09"}, (5, 9)),
        ("x", {"processing:version": "05.10"}, (5, 10)),
        ("S2A_MSIL2A_20210725T093041_N0301_R136_T34UEA_20210725T121008", {}, (3, 1)),
        ("x", {}, None),
    ],
)
def test_the_baseline_is_found_in_each_catalogue(item_id, properties, want) -> None:
    item = pystac.Item(item_id, None, None, dt.datetime(2021, 7, 25), properties)
    assert baseline(item) == want


def test_the_same_ground_gives_the_same_reflectance_either_way(
    product: Product, grid: Grid
) -> None:
    left_in = product.add("LEFT_IN", baseline="05.09", offset_in_pixels=1000)
    taken_off = product.add(
        "TAKEN_OFF",
        baseline="05.09",
        offset_in_pixels=0,
        advertised=-0.1,
        properties={"earthsearch:boa_offset_applied": True},
    )
    old = product.add("OLD", baseline="03.01", offset_in_pixels=0)
    scenes = [read_items([item], grid) for item in (left_in, taken_off, old)]
    assert [list(s.attrs["item_offsets"].values()) for s in scenes] == [[1000], [0], [0]]
    for scene in scenes[1:]:
        np.testing.assert_allclose(scene, scenes[0], atol=1e-6)
