"""A Sentinel-2 product on disk (.SAFE folder, or zip of one) as a STAC item.

File names and elements: Sentinel-2 Products Specification Document, Level-2A User Product
(MTD_MSIL2A.xml).
"""

import datetime as dt
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pystac
import rasterio
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds
from shapely.geometry import box, mapping

from s2kit.catalogue.assets import RESOLUTION
from s2kit.errors import S2kitError
from s2kit.scenes.archives import check_archive
from s2kit.scenes.files import no_stray_traceback

METADATA = "MTD_MSIL2A.xml"


def is_product(path: Path) -> bool:
    """Tell whether a path is a .SAFE folder or a zip."""
    return path.suffix.lower() == ".zip" or (path / METADATA).is_file() or path.suffix == ".SAFE"


def read_product(path: Path) -> pystac.Item:
    """Describe a Level-2A product on disk as an item, with the offset of its own metadata.

    Raises
    ------
    S2kitError
        If it is no readable Level-2A product.
    """
    root, metadata = _metadata(path)
    name = _text(metadata, "PRODUCT_URI", path).removesuffix(".SAFE")
    found = re.fullmatch(r"(S2[A-Z])_MSIL2A_\d{8}T\d{6}_N\d{4}_R\d{3}_T(\w{5})_\d{8}T\d{6}", name)
    if not found:
        raise S2kitError(f"{path} holds {name}, no Level-2A product; download the L2A product")
    files = _files(metadata, path)
    bands = {
        f"{band}_{resolution}m": f"{root}/{file}.jp2"
        for band, resolution in RESOLUTION.items()
        for file in files
        if file.endswith(f"_{band}_{resolution}m")
    }
    blue = bands.get("B02_10m", f"{root}/no B02")
    try:
        with no_stray_traceback(), rasterio.open(blue) as raster:
            epsg = raster.crs.to_epsg()
            bbox = transform_bounds(raster.crs, 4326, *raster.bounds)
    except (RasterioError, AttributeError, ValueError) as error:
        raise S2kitError(f"{path} lacks a readable band B02 ({error}); download it anew") from error
    item = pystac.Item(
        name,
        mapping(box(*bbox)),
        list(bbox),
        _moment(metadata, path),
        {
            "platform": f"sentinel-{found[1][1:].lower()}",
            "grid:code": f"MGRS-{found[2]}",
            "proj:epsg": epsg,
            "eo:cloud_cover": _number(metadata, "Cloud_Coverage_Assessment", path),
            "s2:processing_baseline": _text(metadata, "PROCESSING_BASELINE", path),
            "s2:generation_time": _text(metadata, "GENERATION_TIME", path),
        },
    )
    offset = _offset(metadata, path)
    for key, href in bands.items():
        fields = {"raster:bands": [{"scale": 0.0001, "offset": offset / 10_000}]}
        item.add_asset(key, pystac.Asset(href, extra_fields=fields))
    return item


def _metadata(path: Path) -> tuple[str, ElementTree.Element]:
    """Return where the product's files lie, for GDAL, and its parsed metadata."""
    check_archive(path)
    try:
        if path.suffix.lower() != ".zip":
            return str(path), _parse((path / METADATA).read_bytes())
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(f".SAFE/{METADATA}")]
            if len(names) != 1:
                raise S2kitError(
                    f"{path} holds {len(names)} files {METADATA}, one is needed; "
                    "name the zip of one Level-2A product"
                )
            text = archive.read(names[0])
            return f"/vsizip/{path}/{names[0].removesuffix('/' + METADATA)}", _parse(text)
    except S2kitError:
        raise
    except Exception as error:  # zipfile, zlib and expat each raise their own
        raise S2kitError(
            f"{path} is no readable Level-2A product ({error}); download it anew"
        ) from error


def _parse(text: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in text:  # entities may grow without limit; no product has any
        raise ValueError("its metadata define entities")
    return ElementTree.fromstring(text)


def _files(metadata: ElementTree.Element, path: Path) -> set[str]:
    """Return the names of the images, which lie inside the product."""
    files = {(e.text or "").strip() for e in metadata.iter("IMAGE_FILE")}
    for file in sorted(files):
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", file, re.ASCII) or ".." in file.split("/"):
            raise S2kitError(
                f"{METADATA} of {path} names the image {file!r:.100}, which does not lie inside "
                "the product; download it anew"
            )
    return files


def _text(metadata: ElementTree.Element, tag: str, path: Path) -> str:
    element = next(metadata.iter(tag), None)
    if element is None or not (element.text or "").strip():
        raise S2kitError(f"{METADATA} of {path} has no {tag}; download the product anew")
    return str(element.text).strip()


def _moment(metadata: ElementTree.Element, path: Path) -> dt.datetime:
    text = _text(metadata, "PRODUCT_START_TIME", path)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise _odd("PRODUCT_START_TIME", text, "moment", path) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _number(metadata: ElementTree.Element, tag: str, path: Path) -> float:
    text = _text(metadata, tag, path)
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,20})?", text):
        raise _odd(tag, text, "number", path)
    return float(text)


def _odd(tag: str, text: str, wanted: str, path: Path) -> S2kitError:
    return S2kitError(
        f"{METADATA} of {path} gives {text!r:.60} as {tag}, which is no {wanted}; download the "
        "product anew"
    )


def _offset(metadata: ElementTree.Element, path: Path) -> float:
    """Return BOA_ADD_OFFSET in DN, 0 where the list is absent (baselines before 04.00)."""
    quantification = _number(metadata, "BOA_QUANTIFICATION_VALUE", path)
    offsets = {_number(e, e.tag, path) for e in metadata.iter("BOA_ADD_OFFSET")} or {0.0}
    if quantification != 10_000 or len(offsets) != 1:
        raise S2kitError(
            f"{METADATA} of {path} has the quantification {quantification:g} and offsets "
            f"{sorted(offsets)}; s2kit reads 10000 and one offset for all bands"
        )
    return offsets.pop()
