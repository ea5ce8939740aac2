"""Cloud becomes no data, is counted, and leaves what lies under the swath's edge alone."""

import numpy as np
import pystac
import pytest
from sentinel_product import LEFT, SIDE, TOP, Product, reflectance

from s2kit.catalogue.clouds import SCL_CLASSES, cloudy, valid
from s2kit.catalogue.read import ReadOptions, read_items
from s2kit.scenes.bands import TEN_METRE
from s2kit.scenes.grid import Grid

WHOLE = Grid(32633, (LEFT, TOP - SIDE * 10, LEFT + SIDE * 10, TOP), SIDE, SIDE)


def test_every_class_is_ground_cloud_or_nothing() -> None:
    codes = np.array([*SCL_CLASSES, np.nan])
    assert [SCL_CLASSES[int(code)] for code in codes[:-1][cloudy(codes[:-1])]] == [
        "cloud shadow",
        "cloud, medium probability",
        "cloud, high probability",
        "thin cirrus",
    ]
    assert list(codes[valid(codes)]) == [2, 4, 5, 6, 7, 11]


@pytest.fixture
def cloudy_item(product: Product) -> pystac.Item:
    scl = np.full((SIDE // 2, SIDE // 2), 4, "uint8")
    scl[:3, :5] = 9
    scl[3:5, :5] = 3
    scl[10, 10] = 11
    return product.add(scl=scl)


def test_clouds_become_no_data_and_are_counted(cloudy_item: pystac.Item) -> None:
    scene = read_items([cloudy_item], WHOLE, options=ReadOptions(mask_clouds=True))
    assert scene.attrs["cloudy_pixels"] == 25 * 4
    assert np.isnan(scene.values[:, :10, :10]).all()
    assert int(np.isnan(scene.values[0]).sum()) == 25 * 4


def test_clouds_may_stay_but_are_counted(cloudy_item: pystac.Item) -> None:
    scene = read_items([cloudy_item], WHOLE)
    assert scene.attrs["cloudy_pixels"] == 25 * 4
    assert np.isfinite(scene.values).all()


def old_product(product: Product, **holes: tuple[slice, slice]) -> pystac.Item:
    """Add a product of baseline 03.01 with DN 0 in some bands, on their own grids."""
    dn = {b: np.round(v * 10_000).astype("uint16") for b, v in reflectance().items()}
    for band, hole in holes.items():
        dn[band][hole] = 0
    return product.add(baseline="03.01", pixels=dn, offset_in_pixels=0)


def test_a_lone_zero_in_an_old_product_is_black_water(product: Product) -> None:
    item = old_product(product, B12=np.s_[20:22, 20:22], B02=np.s_[60:62, 60:62])
    scene = read_items([item], WHOLE)
    assert np.isfinite(scene.values).all()
    assert (scene.sel(band="B12").values[40:44, 40:44] == 0).all()
    assert (scene.sel(band="B02").values[60:62, 60:62] == 0).all()


def test_at_the_edge_of_the_swath_half_filled_pixels_are_no_data(product: Product) -> None:
    half = np.s_[:, :10]
    holes = dict.fromkeys(("B05", "B06", "B07", "B8A", "B11", "B12"), half)
    holes |= dict.fromkeys(TEN_METRE, np.s_[:, :20])
    holes["B02"] = np.s_[:, :23]  # blue ends three pixels earlier
    scene = read_items([old_product(product, **holes)], WHOLE)
    assert np.isnan(scene.values[:, :, :23]).all()
    assert np.isfinite(scene.values[:, :, 23:]).all()


def test_any_zero_is_no_data_where_the_offset_is_in_the_pixels(product: Product) -> None:
    dn = {b: np.round(v * 10_000 + 1000).astype("uint16") for b, v in reflectance().items()}
    dn["B02"][60:62, 60:62] = 0
    scene = read_items([product.add(pixels=dn)], WHOLE)
    assert int(np.isnan(scene.values).sum()) == 10 * 4
    assert float(scene.min()) > 0
