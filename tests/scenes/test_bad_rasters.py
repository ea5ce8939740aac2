"""Rasters that must not become a scene, or only without what they declare to be no data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.enums import ColorInterp
from rasterio.transform import Affine, from_origin
from scene_files import numbers, write

from s2kit.errors import S2kitError, S2kitWarning
from s2kit.scenes.codes import read_codes
from s2kit.scenes.raster import read_scene
from s2kit.scenes.scene_file import open_scene

Landscape = Callable[..., np.ndarray]

HOLES = ([3, 3, 40], [5, 6, 20])
"""Rows and columns of three pixels."""


def with_holes(values: np.ndarray, value: float, bands: Any = slice(None)) -> np.ndarray:
    values = values.copy()
    for row, column in zip(*HOLES, strict=True):
        values[bands, row, column] = value
    return values


def holes() -> np.ndarray:
    flags = np.zeros((60, 60), bool)
    flags[HOLES] = True
    return flags


DECLARED = {
    "float reflectance, -9999": ("float32", 1, -9999),
    "float reflectance, 0": ("float32", 1, 0),
    "float reflectance, lowest float": ("float32", 1, float(np.finfo(np.float32).min)),
    "float reflectance, NaN": ("float32", 1, np.nan),
    "float numbers, 0": ("float32", 10_000, 0),
    "float numbers, -9999": ("float64", 10_000, -9999),
    "int16, -9999": ("int16", 10_000, -9999),
    "uint16, 65535": ("uint16", 10_000, 65535),
    "uint16, 0": ("uint16", 10_000, 0),
}


@pytest.mark.parametrize("case", DECLARED)
@pytest.mark.parametrize("bands", [slice(None), 7], ids=["all bands", "one band"])
def test_declared_no_data_is_no_data_in_all_bands(
    tmp_path: Path, landscape: Landscape, case: str, bands: Any
) -> None:
    dtype, scale, value = DECLARED[case]
    dn = landscape() * scale + (1000 if scale > 1 else 0)
    dn = np.round(dn).astype(dtype) if scale > 1 else dn.astype(dtype)
    scene = read_scene(write(tmp_path / "a.tif", with_holes(dn, value, bands), nodata=value))

    np.testing.assert_array_equal(np.isnan(scene), np.broadcast_to(holes(), (10, 60, 60)))
    assert float(scene.min()) > -0.02
    assert float(scene.max()) < 1


def test_an_internal_mask_is_no_data(tmp_path: Path, landscape: Landscape) -> None:
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = write(tmp_path / "a.tif", with_holes(numbers(landscape), 3000))
        with rasterio.open(path, "r+") as raster:
            raster.write_mask(~holes())

    np.testing.assert_array_equal(np.isnan(read_scene(path)[0]), holes())


@pytest.mark.parametrize("named", [True, False])
def test_an_alpha_band_is_no_data(tmp_path: Path, landscape: Landscape, named: bool) -> None:
    opaque = np.where(holes(), 0, 65535)[None].astype(np.uint16)
    path = write(tmp_path / "a.tif", np.concatenate([numbers(landscape), opaque]), named=named)
    with rasterio.open(path, "r+") as raster:
        raster.colorinterp = [ColorInterp.gray, *[ColorInterp.undefined] * 9, ColorInterp.alpha]
        if named:
            raster.set_band_description(11, "mask")
    with pytest.warns(S2kitWarning, match="does not name") if not named else _nothing():
        scene = read_scene(path)

    np.testing.assert_array_equal(np.isnan(scene[0]), holes())


def _nothing() -> Any:
    import contextlib

    return contextlib.nullcontext()


@pytest.mark.parametrize(("dtype", "value"), [("uint8", 255), ("int16", -1), ("float32", -9999.0)])
def test_class_codes_know_declared_no_data_and_masks(
    tmp_path: Path, dtype: str, value: float
) -> None:
    codes = with_holes(np.full((1, 60, 60), 5, dtype), value)
    codes[0, 0, 0] = 8
    path = write(tmp_path / "a.tif", codes, named=False, nodata=value)
    masked = write(tmp_path / "b.tif", np.full((1, 60, 60), 5, np.uint8), named=False)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(masked, "r+") as raster:
        raster.write_mask(~holes())

    np.testing.assert_array_equal(read_codes(path) == 0, holes())
    np.testing.assert_array_equal(read_codes(masked) == 0, holes())


def test_scale_and_offset_that_a_file_declares(tmp_path: Path, landscape: Landscape) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape))
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = [1e-4] * 10, [-0.1] * 10
    assert read_scene(path).attrs["offset"] == 1000
    with rasterio.open(path, "r+") as raster:
        raster.offsets = [0.0] * 10
    with pytest.raises(S2kitError, match=r"the file says 0; pixels say 1000"):
        read_scene(path)
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = [2.75e-5] * 10, [-0.2] * 10
    with pytest.raises(S2kitError, match=r"declares reflectance = number × 2.75e-05"):
        read_scene(path)


BAD_VALUES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "undeclared -9999": (
        lambda r: with_holes(r, -9999),
        r"3 pixels have a reflectance outside -0.5 to 5 .* first at row 4, column 6; .*a_nodata",
    ),
    "infinite": (lambda r: with_holes(r, np.inf, 2), "3 pixels have infinite values .* row 4, col"),
    "undeclared 65535": (
        lambda r: with_holes(np.round(r * 1e4 + 1000).astype(np.uint16), 65535),
        "3 pixels have a reflectance outside -0.5 to 5",
    ),
    "int16 -9999": (
        lambda r: with_holes(np.round(r * 1e4).astype(np.int16), -9999, 1),
        "3 pixels have a reflectance outside -0.5 to 5",
    ),
    "x 100 000": (lambda r: (r * 1e5 + 1).clip(0, 65535).astype(np.uint16), "another scale than"),
    "x 100 000, float": (lambda r: r * 1e5 + 1, "a reflectance of 4"),
    "8-bit picture": (lambda r: (r * 255).clip(0, 255).astype(np.uint8), "8-bit numbers"),
    "8-bit in uint16": (lambda r: (r * 255 + 1).astype(np.uint16), "8-bit or per cent"),
    "per cent": (lambda r: r * 100, "8-bit or per cent"),
    "a constant band": (
        lambda r: np.concatenate([r[:4], np.full_like(r[4:5], 0.2), r[5:]]),
        "band B06 has one value everywhere",
    ),
    "all zero": (lambda r: np.zeros_like(r), "has no pixel with data"),
    "all NaN": (lambda r: np.full_like(r, np.nan), "has no pixel with data"),
    "many pixels too bright": (
        lambda r: np.where(np.arange(60) < 3, 3.0, r).astype(np.float32),
        "180 pixels have a reflectance outside -0.2 to 2",
    ),
    "complex numbers": (lambda r: r.astype(np.complex64), "holds complex64"),
}


@pytest.mark.parametrize("case", BAD_VALUES)
def test_values_that_are_no_reflectance(tmp_path: Path, landscape: Landscape, case: str) -> None:
    spoil, message = BAD_VALUES[case]
    path = write(tmp_path / "a.tif", spoil(landscape()))

    with pytest.raises(S2kitError, match=message):
        read_scene(path)


def test_a_few_glints_pass(tmp_path: Path, landscape: Landscape) -> None:
    scene = read_scene(write(tmp_path / "a.tif", with_holes(landscape(), 2.5)))

    assert float(scene.max()) == 2.5


PLACES: dict[str, tuple[dict[str, Any], str]] = {
    "no CRS": ({"crs": None}, r"has no CRS; if you know it, assign it.*gdal_edit.py -a_srs"),
    "20 m": ({"transform": from_origin(585420, 5652250, 20, 20)}, "20 × 20 m on the ground"),
    "wide": ({"transform": from_origin(585420, 5652250, 12, 10)}, "12 × 10 m on the ground"),
    "ten degrees": ({"crs": 4326, "transform": from_origin(0, 80, 10, 10)}, "lie outside"),
    "a thousandth degree": (
        {"crs": 4326, "transform": from_origin(16, 51, 0.001, 0.001)},
        "70.2 × 111 m on the ground, not 10 m; resample",
    ),
    "Mercator": (
        {"crs": 3857, "transform": from_origin(1806000, 6621294, 10, 10)},
        r"6.3\d? × 6.29 m on the ground",
    ),
    "feet": (
        {"crs": 2263, "transform": from_origin(980000, 200000, 10, 10)},
        "3.05 × 3.05 m on the ground",
    ),
    "south-up": ({"transform": Affine(10, 0, 585420, 0, 10, 5652250)}, "not north-up"),
    "turned": ({"transform": Affine(8.7, 5, 585420, 5, -8.7, 5652250)}, "not north-up"),
    "outside its zone": ({"transform": from_origin(9e9, 9e9, 10, 10)}, "lie outside"),
}


@pytest.mark.parametrize("case", PLACES)
def test_places_and_pixels_that_are_not_10_m(
    tmp_path: Path, landscape: Landscape, case: str
) -> None:
    profile, message = PLACES[case]
    with pytest.raises(S2kitError, match=message):
        read_scene(write(tmp_path / "a.tif", landscape(), **profile))


def test_ten_metres_in_other_units_pass(tmp_path: Path, landscape: Landscape) -> None:
    feet = from_origin(980000, 200000, 32.8083, 32.8083)

    assert read_scene(write(tmp_path / "a.tif", landscape(), crs=2263, transform=feet)).size


def test_a_truncated_file_names_the_block(tmp_path: Path, landscape: Landscape) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape), interleave="band", blockysize=10)
    path.write_bytes(path.read_bytes()[:-400])

    with pytest.raises(S2kitError, match=r"damaged or incomplete in band 10, rows 51 to 60, col"):
        read_scene(path)


@pytest.mark.parametrize("seed", range(5))
def test_a_flipped_bit_in_deflated_data_is_noticed(
    tmp_path: Path, landscape: Landscape, seed: int
) -> None:
    path = write(tmp_path / "a.tif", numbers(landscape), compress="deflate")
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    data[rng.integers(2000, len(data) - 2000)] ^= 1 << int(rng.integers(8))
    path.write_bytes(data)

    with pytest.raises(S2kitError, match="damaged"):
        read_scene(path)


def test_a_block_that_is_corrupt_in_the_middle_of_a_streamed_scene_is_named(
    tmp_path: Path, landscape: Landscape
) -> None:
    values = np.round(landscape(200, 200) * 10_000 + 1000).astype("uint16")
    tiles = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
    path = write(tmp_path / "a.tif", values, **tiles)
    with rasterio.open(path) as file:
        start = int(file.get_tag_item("BLOCK_OFFSET_2_1", "TIFF", bidx=1))
    data = bytearray(path.read_bytes())
    data[start + 200] ^= 0xFF
    path.write_bytes(data)

    where = r"a.tif is damaged: block at row 65, column 129 of band 1"
    with pytest.raises(S2kitError, match=where), open_scene(path):
        pass


def test_a_virtual_raster_over_raw_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(range(100)))
    raw = """<VRTDataset rasterXSize="5" rasterYSize="5"><SRS>EPSG:32633</SRS>
<GeoTransform>585420, 10, 0, 5652250, 0, -10</GeoTransform>
<VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">
<SourceFilename relativetoVRT="1">secret.bin</SourceFilename><ImageOffset>0</ImageOffset>
<PixelOffset>1</PixelOffset><LineOffset>5</LineOffset></VRTRasterBand></VRTDataset>"""
    (tmp_path / "a.vrt").write_text(raw)

    with pytest.raises(S2kitError, match=r"raw bytes|no readable raster"):
        read_codes(tmp_path / "a.vrt")


def test_a_virtual_raster_without_its_source_is_refused(
    tmp_path: Path, landscape: Landscape
) -> None:
    source = write(tmp_path / "a.tif", numbers(landscape))
    rasterio.shutil.copy(source, tmp_path / "a.vrt", driver="VRT")
    assert read_scene(tmp_path / "a.vrt").attrs["offset"] == 1000
    source.unlink()

    with pytest.raises(S2kitError, match=r"damaged or incomplete|no readable raster"):
        read_scene(tmp_path / "a.vrt")
