"""A product as it was downloaded, and a STAC item on disk, as one scene on the 10 m grid."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from safe_product import NAME
from scene_files import write
from sentinel_product import SIDE, Product

from s2kit.__main__ import cli
from s2kit.catalogue.one_grid import files_of, open_any
from s2kit.catalogue.read import read_items
from s2kit.catalogue.safe import read_product
from s2kit.catalogue.save import save_items
from s2kit.catalogue.warp import tile_grid
from s2kit.errors import S2kitError
from s2kit.network.unet import UNet
from s2kit.network.weights import save_network
from s2kit.scenes.statistics import image_statistics

EVERYTHING = slice(0, SIDE), slice(0, SIDE)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_product_is_read_in_place_and_holds_the_pixels_that_fetching_gives(
    kind: str, safe: Path, zipped: Path
) -> None:
    item = read_product(safe)
    fetched = read_items([item], tile_grid(item))
    with open_any(safe if kind == "folder" else zipped) as scene:
        np.testing.assert_array_equal(scene.read(*EVERYTHING), fetched)
        assert scene.statistics == image_statistics(fetched)
        assert scene.grid.name == fetched.name == "33UWS_20230709"
        assert scene.grid.attrs["date"] == "2023-07-09"
        assert scene.grid.attrs["offset"] == 1000
        assert scene.grid.rio.crs == fetched.rio.crs
        assert scene.grid.rio.transform() == fetched.rio.transform()
        for rows, columns in ((slice(1, 4), slice(7, 30)), (slice(31, 96), slice(50, 51))):
            np.testing.assert_array_equal(scene.read(rows, columns), fetched[:, rows, columns])


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_product_that_is_replaced_while_it_is_read_is_an_error(
    kind: str, safe: Path, zipped: Path
) -> None:
    path = safe if kind == "folder" else zipped
    touched = next(safe.rglob("*_B11_20m.jp2")) if kind == "folder" else zipped
    with open_any(path) as scene:
        whole = touched.read_bytes()
        touched.unlink()
        touched.write_bytes(whole)
        with pytest.raises(S2kitError, match=re.escape(f"{path} was changed or replaced")):
            scene.read(*EVERYTHING)


def test_an_item_on_disk_is_read_in_place(product: Product) -> None:
    item = product.add()
    product.save()
    (path,) = product.folder.glob("catalogue/**/S2A_*.json")
    with open_any(path) as scene:
        np.testing.assert_array_equal(scene.read(*EVERYTHING), read_items([item], tile_grid(item)))
    assert {file.name for file in files_of(path)} >= {path.name, "B02.tif", "B12.tif"}


def test_an_item_on_a_server_must_be_fetched(product: Product) -> None:
    item = product.add()
    item.assets["red"].href = "https://example.org/B04.tif"
    path = product.folder / "item.json"
    path.write_text(json.dumps(item.to_dict()))
    with (
        pytest.raises(S2kitError, match=r"lie on a server; fetch them first with .* scene fetch"),
        open_any(path),
    ):
        pass


def test_claims_against_each_other_or_the_pixels_are_told(safe: Path) -> None:
    file = safe / "MTD_MSIL2A.xml"
    file.write_text(file.read_text().replace(">-1000<", ">0<"))
    with (
        pytest.raises(S2kitError, match=f"offset of {NAME}: baseline 05.09 says 1000; flags"),
        open_any(safe),
    ):
        pass
    with open_any(safe, offset=1000) as scene:
        assert scene.grid.attrs["offset"] == 1000
    with pytest.raises(S2kitError, match="pixels say 1000"), open_any(safe, offset=0):
        pass


def test_what_is_no_product_is_named_by_its_own_name(tmp_path: Path, safe: Path) -> None:
    (tmp_path / "text.json").write_text("{}")
    for path, says in {
        tmp_path: "is a folder without MTD_MSIL2A.xml",
        tmp_path / "text.json": "is no readable STAC item",
        tmp_path / "none.zip": "none.zip is no readable Level-2A product",
    }.items():
        with pytest.raises(S2kitError, match=says), open_any(path):
            pass
    with pytest.raises(S2kitError, match="leave --bands"), open_any(safe, bands=["B02"]):
        pass


def test_a_damaged_band_is_named_with_the_product(safe: Path) -> None:
    path = next(safe.rglob("*_B04_10m.jp2"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(S2kitError) as raised, open_any(safe) as scene:
        scene.read(*EVERYTHING)
    assert str(safe) in str(raised.value)
    assert "vsimem" not in str(raised.value)


def test_a_virtual_raster_of_someone_else_is_the_image_that_it_shows(
    tmp_path: Path, landscape: Callable[..., np.ndarray]
) -> None:
    values = np.round(landscape(60, 50) * 10_000 + 1000).astype("uint16")
    image = write(tmp_path / "image.tif", values)
    with rasterio.open(image) as file:
        bands = "".join(
            f'<VRTRasterBand dataType="UInt16" band="{n}"><Description>{name}</Description>'
            f'<SimpleSource><SourceFilename relativeToVRT="1">image.tif</SourceFilename>'
            f"<SourceBand>{n}</SourceBand></SimpleSource></VRTRasterBand>"
            for n, name in enumerate(file.descriptions, 1)
        )
        text = (
            f'<VRTDataset rasterXSize="50" rasterYSize="60"><SRS>{file.crs}</SRS><GeoTransform>'
            f"{', '.join(map(str, file.transform.to_gdal()))}</GeoTransform>{bands}</VRTDataset>"
        )
    (tmp_path / "mosaic.vrt").write_text(text)
    with open_any(image) as one, open_any(tmp_path / "mosaic.vrt") as other:
        where = slice(0, 60), slice(0, 50)
        np.testing.assert_array_equal(one.read(*where), other.read(*where))


def test_a_damaged_block_behind_a_virtual_raster_is_named(product: Product) -> None:
    product.add()
    product.save()
    (path,) = product.folder.glob("catalogue/**/S2A_*.json")
    (band,) = product.folder.glob("S2A_*/B06.tif")
    whole = bytearray(band.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    band.write_bytes(whole)
    with (
        pytest.raises(S2kitError, match=r"B06.tif is damaged: block at row 1, column 1 of band 1"),
        open_any(path),
    ):
        pass


def test_a_product_is_classified_in_place_as_when_it_was_fetched(
    safe: Path, zipped: Path, tmp_path: Path
) -> None:
    item = read_product(safe)
    save_items([item], tile_grid(item), tmp_path / "fetched.tif")
    save_network(tmp_path / "w.safetensors", UNet(width=2, depth=1, scaling="both"))
    found = []
    for image in (safe, zipped, tmp_path / "fetched.tif"):
        out = tmp_path / "maps" / f"{image.stem}.tif"
        arguments = ["--weights", tmp_path / "w.safetensors", "--out", out]
        result = CliRunner().invoke(cli, ["classify", *map(str, [image, *arguments])])
        assert result.exit_code == 0, result.output
        with rasterio.open(out) as file:
            found.append((file.read(1).tobytes(), file.tags()["S2KIT_IMAGE"], file.tags()["date"]))
    assert found[0] == found[1] == found[2]
