"""Products on disk: .SAFE folders and their zips."""

import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safe_product import NAME
from sentinel_product import LEFT, TOP, Product

from s2kit.catalogue.read import read_items
from s2kit.catalogue.safe import read_product
from s2kit.catalogue.search import find_scenes
from s2kit.catalogue.stac import open_catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.grid import Grid


def test_a_product_is_described_by_its_own_metadata(safe: Path) -> None:
    item = read_product(safe)
    assert item.id == NAME
    assert item.properties["s2:processing_baseline"] == "05.09"
    assert item.properties["eo:cloud_cover"] == 3.25
    assert item.properties["proj:epsg"] == 32633


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_product_gives_the_pixels_that_a_catalogue_gives(
    kind: str, safe: Path, zipped: Path, product: Product, grid: Grid
) -> None:
    source = open_catalogue(safe if kind == "folder" else zipped)
    (item,) = source.search()
    scene = read_items([item], grid)
    np.testing.assert_array_equal(scene, read_items([product.add()], grid))
    assert scene.attrs["item_offsets"] == {NAME: 1000}
    assert "advertised offset -0.1" in scene.attrs["witnesses"][NAME]


def test_a_product_is_searched_like_any_source(safe: Path) -> None:
    square = (LEFT + 100, TOP - 500, LEFT + 500, TOP - 100)
    table = find_scenes(open_catalogue(safe), square, "2023-07-09", epsg=32633)
    assert list(table.index) == [NAME]
    assert find_scenes(open_catalogue(safe), square, "2023-07-10", epsg=32633).empty


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        ("MSIL2A", "MSIL1C", "no Level-2A product; download the L2A product"),
        (r'"3">-1000', '"3">-900', r"offsets \[-1000.0, -900.0\]; s2kit reads 10000 and one"),
        (">10000<", ">20000<", "quantification 20000"),
        (">10000<", ">ten<", "gives 'ten' as BOA_QUANTIFICATION_VALUE, which is no number"),
        (">3.25<", ">few<", "gives 'few' as Cloud_Coverage_Assessment, which is no number"),
        (">3.25<", ">nan<", "gives 'nan' as Cloud_Coverage_Assessment"),
        ("2023-07-09T10:00:31.024Z", "yesterday", "as PRODUCT_START_TIME, which is no moment"),
        ("<IMAGE_FILE>GRANULE", "<IMAGE_FILE>../GRANULE", "does not lie inside the product"),
        ("<IMAGE_FILE>GRANULE", "<IMAGE_FILE>/etc", "does not lie inside the product"),
        ("<n1:Level", '<!DOCTYPE b [<!ENTITY a "aaa">]><n1:Level', "metadata define entities"),
        (r"<PROCESSING_BASELINE>.*?</PROCESSING_BASELINE>", "", "has no PROCESSING_BASELINE"),
        (r"<IMAGE_FILE>[^<]*_B02_10m</IMAGE_FILE>", "", "lacks a readable band B02"),
        ("</n1:Level-2A_User_Product>", "", "is no readable Level-2A product"),
    ],
)
def test_odd_metadata_are_named(safe: Path, pattern: str, replacement: str, message: str) -> None:
    file = safe / "MTD_MSIL2A.xml"
    file.write_text(re.sub(pattern, replacement, file.read_text()))
    with pytest.raises(S2kitError, match=message):
        read_product(safe)


def test_metadata_against_the_pixels_are_a_contradiction(safe: Path, grid: Grid) -> None:
    file = safe / "MTD_MSIL2A.xml"
    file.write_text(re.sub(r"<BOA_ADD_OFFSET band.*?</BOA_ADD_OFFSET>", "", file.read_text()))
    with pytest.raises(S2kitError, match=r"baseline 05.09 says 1000; flags .* say 0; pixels say 1"):
        read_items([read_product(safe)], grid)


def test_a_missing_band_file_is_named(safe: Path, grid: Grid) -> None:
    next(safe.rglob("*_B11_20m.jp2")).unlink()
    with pytest.raises(S2kitError, match="cannot read band B11"):
        read_items([read_product(safe)], grid)


def test_what_is_no_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(S2kitError, match="nowhere is no catalogue; name one of earth-s"):
        open_catalogue(tmp_path / "nowhere")
    with pytest.raises(S2kitError, match="is no STAC catalogue"):
        open_catalogue(tmp_path).search()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK")
    with pytest.raises(S2kitError, match="is no readable zip"):
        open_catalogue(broken).search()
    empty = tmp_path / "empty.zip"
    zipfile.ZipFile(empty, "w").close()
    with pytest.raises(S2kitError, match=r"holds 0 files MTD_MSIL2A\.xml"):
        open_catalogue(empty).search()


def test_a_truncated_zip_is_an_error(zipped: Path) -> None:
    cut = zipped.with_name("cut.zip")
    shutil.copy(zipped, cut)
    cut.write_bytes(cut.read_bytes()[:-5000])
    with pytest.raises(S2kitError, match="is no readable zip"):
        open_catalogue(cut).search()
