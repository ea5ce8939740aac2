"""Items to a scene on the exact grid."""

import datetime as dt

import numpy as np
import pystac
import pytest
from rasterio.transform import from_origin
from rasterio.warp import transform_bounds
from sentinel_product import LEFT, SIDE, TOP, Product, reflectance

from s2kit.catalogue.read import ReadOptions, read_items
from s2kit.catalogue.search import items_for
from s2kit.catalogue.stac import open_catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES, TEN_METRE, TWENTY_METRE
from s2kit.scenes.grid import Grid


def expected_dn(band: str, grid: Grid) -> np.ndarray:
    """Return what nearest must give, from the array the product was written from."""
    full = np.round(reflectance()[band] * 10_000)
    full = np.kron(full, np.ones((2, 2))) if band in TWENTY_METRE else full
    row, column = int((TOP - grid.bounds[3]) // 10), int((grid.bounds[0] - LEFT) // 10)
    return full[row : row + grid.height, column : column + grid.width]


def test_the_scene_lies_on_the_grid_to_the_pixel(item: pystac.Item, grid: Grid) -> None:
    scene = read_items([item], grid, area="strzegom")
    assert scene.dims == ("band", "y", "x")
    assert scene.shape == (10, 41, 41)
    assert scene.dtype == np.float32
    assert tuple(scene.band.values) == BAND_NAMES
    assert scene.rio.crs.to_epsg() == 32633
    assert scene.rio.bounds() == grid.bounds
    assert scene.name == "strzegom_20230709"
    assert scene.attrs["attribution"] == "contains modified Copernicus Sentinel data 2023"


@pytest.mark.parametrize("band", BAND_NAMES)
def test_every_pixel_is_the_product_s_own(item: pystac.Item, grid: Grid, band: str) -> None:
    scene = read_items([item], grid)
    np.testing.assert_array_equal(
        np.round(scene.sel(band=band).values * 10_000), expected_dn(band, grid)
    )


@pytest.mark.parametrize("resampling", ["bilinear", "cubic"])
def test_smooth_resampling_leaves_the_10_m_bands_alone(
    item: pystac.Item, grid: Grid, resampling: str
) -> None:
    nearest, smooth = (
        read_items([item], grid, options=ReadOptions(resampling=r)) for r in ("nearest", resampling)
    )  # type: ignore[arg-type]
    np.testing.assert_array_equal(
        nearest.sel(band=list(TEN_METRE)), smooth.sel(band=list(TEN_METRE))
    )
    assert not np.array_equal(nearest.sel(band="B11"), smooth.sel(band="B11"))


def test_bilinear_weighs_the_four_nearest_20_m_centres(product: Product) -> None:
    dn = {b: np.round(v * 10_000 + 1000).astype("uint16") for b, v in reflectance().items()}
    ramp = np.arange(SIDE // 2, dtype="uint16") * 100 + 2000
    dn["B11"] = np.tile(ramp, (SIDE // 2, 1))
    item = product.add(pixels=dn)
    grid = Grid(32633, (LEFT + 200, TOP - 400, LEFT + 400, TOP - 200), 20, 20)
    row = read_items([item], grid, options=ReadOptions("bilinear")).sel(band="B11").values[5]
    # 10 m centres lie a quarter of a 20 m pixel either side of its centre.
    want = np.sort(np.concatenate([ramp[10:20] - 25.0, ramp[10:20] + 25.0])) - 1000
    np.testing.assert_allclose(row * 10_000, want, atol=0.01)


def test_nodata_zero_is_nan_and_not_a_reflectance_below_zero(product: Product, grid: Grid) -> None:
    dn = {b: np.round(v * 10_000 + 1000).astype("uint16") for b, v in reflectance().items()}
    dn["B02"][20:25, 20:25] = 0
    scene = read_items([product.add(pixels=dn)], grid)
    assert int(np.isnan(scene.sel(band="B02")).sum()) == 25
    assert float(scene.min()) > 0


def test_outside_the_product_is_nan(item: pystac.Item) -> None:
    beyond = Grid(32633, (LEFT - 100, TOP - 300, LEFT + 200, TOP), 30, 30)
    scene = read_items([item], beyond)
    assert np.isnan(scene.values[:, :, :10]).all()
    assert np.isfinite(scene.values[:, :, 10:]).all()


def test_the_next_item_fills_what_the_first_leaves(product: Product) -> None:
    west = product.add("S2A_33UWS_20230709_0_L2A")
    east = product.add(
        "S2A_33UXS_20230709_0_L2A",
        properties={"grid:code": "MGRS-33UXS"},
        profile={"transform": from_origin(LEFT + SIDE * 10, TOP, 10, 10)},
    )
    across = Grid(32633, (LEFT + 860, TOP - 200, LEFT + 1060, TOP), 20, 20)
    scene = read_items([west, east], across)
    assert np.isfinite(scene.values).all()
    assert list(scene.attrs["item_offsets"]) == [west.id, east.id]
    full = np.round(reflectance()["B02"] * 10_000)
    got = np.round(scene.sel(band="B02").values * 10_000)
    np.testing.assert_array_equal(got[:, :10], full[:20, -10:])
    np.testing.assert_array_equal(got[:, 10:], full[:20, :10])


def test_a_product_in_the_neighbouring_utm_zone_is_warped(product: Product) -> None:
    item = product.add()
    left, bottom, right, top = transform_bounds(
        32633, 32634, LEFT + 300, TOP - 700, LEFT + 700, TOP - 300
    )
    x, y = round((left + right) / 20) * 10, round((bottom + top) / 20) * 10
    scene = read_items([item], Grid(32634, (x - 100, y - 100, x + 100, y + 100), 20, 20))
    assert np.isfinite(scene.values).all()
    dark = float((scene.sel(band="B02") < 0.07).mean())
    assert 0.2 < dark < 0.8  # both forest and fields have arrived


def test_a_missing_band_is_named(product: Product, grid: Grid) -> None:
    item = product.add(leave_out=("B11",))
    with pytest.raises(S2kitError, match=r"S2A_33UWS_20230709_0_L2A has no band B11 .*swir16"):
        read_items([item], grid)


def test_a_wrong_crs_is_named(product: Product, grid: Grid) -> None:
    item = product.add(properties={"proj:epsg": 32634})
    with pytest.raises(S2kitError, match=r"B02 .* in EPSG:32633, .* declares EPSG:32634"):
        read_items([item], grid)


def test_a_grid_must_be_made_of_10_m_pixels() -> None:
    with pytest.raises(S2kitError, match="401 × 401 pixels of 10 m are 4010 m × 4010 m"):
        Grid(32633, (585420, 5648240, 589440, 5652250), 401, 401)


def test_a_catalogue_on_disk_is_searched(product: Product, grid: Grid) -> None:
    product.add("S2A_33UWS_20230709_0_L2A", baseline="05.09")
    product.add("S2A_33UWS_20230709_1_L2A", baseline="05.10")
    product.add("S2A_33UWS_20230530_0_L2A", when="2023-05-30T10:00:00Z")
    catalogue = open_catalogue(product.save())
    (item,) = items_for(catalogue, grid, dt.date(2023, 7, 9))
    assert item.id == "S2A_33UWS_20230709_1_L2A"  # the newest baseline of the two
    assert np.isfinite(read_items([item], grid).values).all()
    with pytest.raises(S2kitError, match="no item of 2023-07-10"):
        items_for(catalogue, grid, dt.date(2023, 7, 10))
