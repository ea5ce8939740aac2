"""One product, described in the words of three catalogues."""

import datetime as dt
from typing import Any

import pystac
import pytest

from s2kit.catalogue.assets import (
    acquired,
    advertised_offset,
    band_asset,
    baseline,
    epsg,
    footprint,
    thumbnail_href,
    tile,
)
from s2kit.errors import S2kitError

PRODUCT = "S2A_MSIL2A_20230709T100031_N0509_R122_T33UWS_20230709T160000"

EARTH_SEARCH = {
    "id": "S2A_33UWS_20230709_0_L2A",
    "properties": {
        "mgrs:utm_zone": 33,
        "mgrs:latitude_band": "U",
        "mgrs:grid_square": "WS",
        "grid:code": "MGRS-33UWS",
        "proj:epsg": 32633,
        "s2:processing_baseline": "05.09",
    },
    "assets": {"blue": {"raster:bands": [{"scale": 0.0001, "offset": -0.1}]}},
    "thumbnail": {"thumbnail": "image/jpeg"},
}
PLANETARY_COMPUTER = {
    "id": "S2A_MSIL2A_20230709T100031_R122_T33UWS_20230709T160000",
    "properties": {
        "s2:mgrs_tile": "33UWS",
        "proj:code": "EPSG:32633",
        "s2:processing_baseline": "05.09",
    },
    "assets": {"B02": {}},
    "thumbnail": {"preview": "image/tiff; application=geotiff", "rendered_preview": "image/png"},
}
COPERNICUS = {
    "id": PRODUCT,
    "properties": {
        "grid:code": "MGRS-33UWS",
        "proj:code": "EPSG:32633",
        "processing:version": "05.09",
    },
    "assets": {"B02_10m": {"raster:scale": 0.0001, "raster:offset": -0.1}},
    "thumbnail": {"thumbnail": "image/jpeg"},
}


def item_of(description: dict[str, Any]) -> pystac.Item:
    when = dt.datetime(2023, 7, 9, 10, tzinfo=dt.UTC)
    item = pystac.Item(description["id"], None, None, when, description["properties"])
    for key, fields in description["assets"].items():
        item.add_asset(key, pystac.Asset(f"https://x/{key}.tif", extra_fields=fields))
    for key, media_type in description["thumbnail"].items():
        item.add_asset(key, pystac.Asset(f"https://x/{key}", media_type=media_type))
    return item


@pytest.mark.parametrize("description", [EARTH_SEARCH, PLANETARY_COMPUTER, COPERNICUS])
def test_three_catalogues_say_the_same(description: dict[str, Any]) -> None:
    item = item_of(description)
    assert tile(item) == "33UWS"
    assert epsg(item) == 32633
    assert baseline(item) == (5, 9)
    assert band_asset(item, "B02").href.startswith("https://x/")
    assert advertised_offset(band_asset(item, "B02")) in (-0.1, None)
    assert str(thumbnail_href(item)) in ("https://x/thumbnail", "https://x/rendered_preview")


def test_offsets_are_found_in_stac_1_0_and_1_1() -> None:
    assert advertised_offset(band_asset(item_of(EARTH_SEARCH), "B02")) == -0.1
    assert advertised_offset(band_asset(item_of(COPERNICUS), "B02")) == -0.1
    assert advertised_offset(band_asset(item_of(PLANETARY_COMPUTER), "B02")) is None
    nested = pystac.Asset("x", extra_fields={"bands": [{"name": "B02", "raster:offset": -0.1}]})
    assert advertised_offset(nested) == -0.1


def test_a_tile_of_a_low_zone_keeps_its_two_digits() -> None:
    low = {"mgrs:utm_zone": 5, "mgrs:latitude_band": "Q", "mgrs:grid_square": "KB"}
    assert tile(item_of(EARTH_SEARCH | {"properties": low})) == "05QKB"
    assert tile(item_of(EARTH_SEARCH | {"properties": {}})) == "33UWS"  # from its name


def test_an_item_without_date_or_place_is_named() -> None:
    item = item_of(EARTH_SEARCH)
    with pytest.raises(S2kitError, match="has no geometry"):
        footprint(item)
    item.datetime = None
    with pytest.raises(S2kitError, match="has no datetime"):
        acquired(item)
