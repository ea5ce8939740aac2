"""Reading and writing scenes and class codes, and the place of the 20 m bands."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine, from_origin

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES, TEN_METRE, TWENTY_METRE
from s2kit.scenes.codes import read_codes
from s2kit.scenes.raster import read_scene
from s2kit.settings import authors_source

UTM33 = CRS.from_epsg(32633)
ORIGIN = from_origin(585420, 5652250, 10, 10)


def write(
    path: Path,
    values: npt.NDArray[np.generic],
    names: tuple[str, ...] = (),
    transform: Affine = ORIGIN,
    crs: CRS | None = UTM33,
    nodata: float | None = None,
) -> Path:
    """Write a small raster."""
    count, height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", dtype=values.dtype, count=count, height=height, width=width,
        crs=crs, transform=transform, nodata=nodata,
    ) as raster:  # fmt: skip
        raster.write(values)
        if names:
            raster.descriptions = names
    return path


def numbers(height: int = 6, width: int = 8) -> npt.NDArray[np.uint16]:
    """Digital numbers 1100, 1200 ... 2000, one for each band."""
    levels = np.arange(1100, 2001, 100, dtype=np.uint16)
    values = np.broadcast_to(levels[:, None, None], (10, height, width)).copy()
    values[:, -1, -1] += 1  # no band is constant
    return values


def test_a_scene_has_reflectance_names_and_grid(tmp_path: Path) -> None:
    scene = read_scene(write(tmp_path / "patch.tif", numbers(), BAND_NAMES), 1000)

    assert (scene.name, scene.dims, scene.dtype) == ("patch", ("band", "y", "x"), np.float32)
    assert tuple(scene.band.to_numpy()) == BAND_NAMES
    assert scene[:, 0, 0].to_numpy() == pytest.approx(np.arange(0.01, 0.101, 0.01))
    assert (float(scene.x[0]), float(scene.y[0])) == (585425, 5652245)
    assert (scene.rio.crs, scene.rio.transform()) == (UTM33, ORIGIN)
    assert scene[:, 2:, 3:].rio.transform() == from_origin(585450, 5652230, 10, 10)


def test_bands_are_found_by_name_not_by_place(tmp_path: Path) -> None:
    names = tuple(name.replace("B0", "B") for name in reversed(BAND_NAMES))
    reversed_file = write(tmp_path / "a.tif", numbers()[::-1], names)

    assert read_scene(reversed_file, 1000)[:, 0, 0].to_numpy() == pytest.approx(
        np.arange(0.01, 0.101, 0.01)
    )


def test_a_missing_band_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", numbers()[:9], BAND_NAMES[:9])

    with pytest.raises(S2kitError, match=r"9 bands named B02, .*; it needs all of B02.*B12"):
        read_scene(path, 1000)


def test_no_data_is_where_all_bands_of_a_resolution_are_empty(tmp_path: Path) -> None:
    dn = numbers()
    dn[[name in TEN_METRE for name in BAND_NAMES], -1] = 0
    dn[[name in TWENTY_METRE for name in BAND_NAMES], :2] = 0

    scene = read_scene(write(tmp_path / "a.tif", dn, BAND_NAMES), 1000)

    assert scene.isnull().all("band").any("x").to_numpy().tolist() == [1, 1, 0, 0, 0, 1]
    assert scene[:, 2:-1].notnull().all()


def test_a_lone_zero_is_a_dark_pixel(tmp_path: Path) -> None:
    dn = numbers()
    dn[4, 3, 3] = 0

    scene = read_scene(write(tmp_path / "a.tif", dn, BAND_NAMES), 1000)

    assert float(scene[4, 3, 3]) == 0
    assert scene.notnull().all()


def test_numbers_and_reflectance_are_told_apart(tmp_path: Path) -> None:
    integers = write(tmp_path / "dn.tif", numbers(20, 20), BAND_NAMES)
    floats = write(tmp_path / "r.tif", numbers().astype(np.float32) / 1e4, BAND_NAMES)

    assert read_scene(integers).attrs["offset"] == 1000
    assert "offset" not in read_scene(floats).attrs
    with pytest.raises(S2kitError, match="leave offset 0 out"):
        read_scene(floats, 0)


def test_a_file_without_crs_or_not_north_up_is_an_error(tmp_path: Path) -> None:
    turned = Affine(8.7, 5.0, 585420, 5.0, -8.7, 5652250)

    with pytest.raises(S2kitError, match="has no CRS"):
        read_scene(write(tmp_path / "a.tif", numbers(), BAND_NAMES, crs=None), 1000)
    with pytest.raises(S2kitError, match="is not north-up"):
        read_scene(write(tmp_path / "b.tif", numbers(), BAND_NAMES, transform=turned), 1000)


def test_a_file_that_is_no_raster_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text("hello")

    with pytest.raises(S2kitError, match=r"a.tif is no readable raster"):
        read_scene(tmp_path / "a.tif", 0)


def test_codes_are_whole_numbers_with_0_for_no_data(tmp_path: Path) -> None:
    values = np.array([[[1, 10, 255], [0, np.nan, 5]]], np.float32)

    codes = read_codes(write(tmp_path / "mask.tif", values, nodata=255))

    assert codes.dtype == np.uint8
    assert codes.to_numpy().tolist() == [[1, 10, 0], [0, 0, 5]]
    assert codes.rio.crs == UTM33


@pytest.mark.parametrize("code", [11, -1, 2.5])
def test_codes_of_another_numbering_are_an_error(tmp_path: Path, code: float) -> None:
    values = np.array([[[1, code]]], np.float32)

    with pytest.raises(S2kitError, match=f"mask.tif holds {code}, no class codes; number"):
        read_codes(write(tmp_path / "mask.tif", values))


def test_codes_fill_one_band(tmp_path: Path) -> None:
    with pytest.raises(S2kitError, match="has 2 bands"):
        read_codes(write(tmp_path / "mask.tif", np.ones((2, 3, 3), np.uint8)))


def test_the_archives_patches_have_their_borders_marked(mirror: Path) -> None:
    """The 10 m bands lack the last row and first column, the 20 m bands two rows and the last."""
    authors = authors_source()
    for name in authors.available(area="strzegom"):
        known = authors.open(name).notnull().all("band").to_numpy()
        assert known[2:400, 1:400].all()
        assert known.sum() == 398 * 399


def test_the_archives_masks_hold_the_papers_classes(mirror: Path) -> None:
    mask = authors_source().open_mask("strzegom_20230709")

    assert np.unique(mask).tolist() == [0, 1, 2, 3, 4, 5, 7, 8, 9, 10]
    assert int((mask != 0).sum()) == 401 * 401 - 122602
