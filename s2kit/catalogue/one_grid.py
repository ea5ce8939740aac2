"""A Sentinel-2 product or a STAC item as one virtual raster of ten bands on the 10 m grid.

Nothing is copied: a window that is read touches that window of the ten files, and each pixel of
20 m becomes four of 10 m. So a tile is classified as it was downloaded, in little memory.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, tostring

import pystac
import rasterio

from s2kit.catalogue.assets import band_href, check_item
from s2kit.catalogue.offset import claims_of
from s2kit.catalogue.read import describe
from s2kit.catalogue.safe import is_product, read_product
from s2kit.catalogue.signing import Signer
from s2kit.catalogue.warp import is_remote, open_band
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES, BANDS
from s2kit.scenes.offset import in_doubt
from s2kit.scenes.radiometry import QUANTIFICATION
from s2kit.scenes.scene_file import SceneFile, open_scene

CACHE = 320 * 2**20
"""Bytes in which GDAL keeps decoded blocks: JPEG 2000 comes in tiles of 1024, and a strip over the
full width touches two rows of them, in ten bands."""


@contextmanager
def open_any(
    path: Path | str,
    offset: int | Literal["auto"] = "auto",
    bands: Sequence[str] | None = None,
    threads: int = 1,
) -> Iterator[SceneFile]:
    """Open a scene to be read window by window, whatever holds it.

    Parameters
    ----------
    path
        A raster, as for `s2kit.scenes.scene_file.open_scene`; a Level-2A product (.SAFE folder or
        zip); or the file of a STAC item (.json) whose rasters lie on a disk.
    offset, bands, threads
        As for `open_scene`. By default metadata and pixels of a product decide the offset.

    Raises
    ------
    S2kitError
        As `open_scene`, and if it is no Level-2A product, or an item that must be fetched first.
    """
    path = Path(path)
    item = _item(path)
    if item is None:
        with open_scene(path, offset, bands, threads=threads) as scene:
            yield scene
        return
    if bands is not None:
        raise S2kitError(f"{path} names its bands itself; leave --bands or bands= out")
    text = _virtual_raster(item, _declared(item) if offset == "auto" else None)
    name = re.sub(r"\W", "_", describe(item)["name"])
    with rasterio.MemoryFile(text, filename=f"{name}.vrt") as file:
        try:
            with open_scene(file.name, offset, called=path, cache=CACHE, threads=threads) as scene:
                yield scene
        except S2kitError as error:  # of the virtual raster: the user knows another name
            raise S2kitError(str(error).replace(file.name, str(path))) from error


def files_of(path: Path) -> list[Path]:
    """Return the files that may not be overwritten while a scene is read: of an item its rasters.

    Raises
    ------
    S2kitError
        If it is no readable item.
    """
    item = _item(path) if path.suffix.lower() == ".json" else None
    return [path] if item is None else [path, *(Path(band_href(item, b)) for b in BAND_NAMES)]


def _item(path: Path) -> pystac.Item | None:
    """Return the item that a product or a file stands for; None for a raster."""
    if path.suffix.lower() != ".json":
        if is_product(path):
            return read_product(path)
        if path.is_dir():
            raise S2kitError(f"{path} is a folder without MTD_MSIL2A.xml; name a .SAFE folder")
        return None
    try:
        item = pystac.Item.from_file(str(path))
    except Exception as error:  # pystac raises whatever it stumbles over
        raise S2kitError(f"{path} is no readable STAC item ({error}); check the path") from error
    check_item(item)
    for band in BAND_NAMES:
        if is_remote(band_href(item, band)):
            raise S2kitError(
                f"{path}: the rasters of {item.id} lie on a server; fetch them first with "
                f"python -m s2kit scene fetch {item.id} --whole-tile --out FILE.tif"
            )
    return item


def _declared(item: pystac.Item) -> int | None:
    """Return the offset that baseline and flags of an item agree on; None where both are silent."""
    claims, heard = claims_of(item)
    if item.properties.get("earthsearch:boa_offset_applied") is True:
        return 0
    said = {claim for claim in claims.values() if claim is not None}
    if len(said) > 1:
        raise in_doubt(item.id, heard)
    return said.pop() if said else None


def _virtual_raster(item: pystac.Item, offset: int | None) -> bytes:
    """Return the text of a VRT with the ten bands on the grid of B02."""
    with open_band(item, "B02", Signer()) as raster:
        height, width, corner = raster.height, raster.width, raster.transform
        root = Element("VRTDataset", rasterXSize=str(width), rasterYSize=str(height))
        SubElement(root, "SRS").text = raster.crs.to_wkt()
        SubElement(root, "GeoTransform").text = ", ".join(map(repr, corner.to_gdal()))
    tags = SubElement(root, "Metadata")
    for key, value in describe(item).items():
        if key != "name":
            SubElement(tags, "MDI", key=key).text = value
    for number, band in enumerate(BANDS, start=1):
        with open_band(item, band.name, Signer()) as raster:
            ratio = band.resolution // 10
            if (raster.width * ratio, raster.height * ratio) != (width, height) or (
                (raster.transform.c, raster.transform.f) != (corner.c, corner.f)
            ):
                raise S2kitError(
                    f"band {band.name} of {item.id} does not cover the pixels of B02; read it with "
                    "python -m s2kit scene fetch, which warps it"
                )
        node = SubElement(root, "VRTRasterBand", dataType="UInt16", band=str(number))
        SubElement(node, "Description").text = band.name
        SubElement(node, "NoDataValue").text = "0"
        if offset is not None:
            SubElement(node, "Offset").text = repr(-offset / QUANTIFICATION)
            SubElement(node, "Scale").text = repr(1 / QUANTIFICATION)
        source = SubElement(node, "SimpleSource")
        SubElement(source, "SourceFilename", relativeToVRT="0").text = band_href(item, band.name)
        SubElement(source, "SourceBand").text = "1"
        for tag, factor in (("SrcRect", ratio), ("DstRect", 1)):
            across, down = str(width // factor), str(height // factor)
            SubElement(source, tag, xOff="0", yOff="0", xSize=across, ySize=down)
    return tostring(root)
