"""What a STAC item says of a Sentinel-2 L2A product, whichever catalogue wrote it.

Each catalogue has its own words for the same thing: Earth Search (``red``, ``proj:epsg``,
``s2:processing_baseline``), Planetary Computer (``B04``, ``s2:processing_baseline``),
Copernicus Data Space (``B04_10m``, ``processing:version``, ``proj:code``).
"""

import datetime as dt
import math
import re
from typing import Any

import numpy as np
import pystac
import shapely
from shapely.geometry import box, shape

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BANDS

EARTH_SEARCH_KEYS = {
    "B02": "blue",
    "B03": "green",
    "B04": "red",
    "B05": "rededge1",
    "B06": "rededge2",
    "B07": "rededge3",
    "B08": "nir",
    "B8A": "nir08",
    "B11": "swir16",
    "B12": "swir22",
    "SCL": "scl",
}
"""Asset keys of Earth Search v1 by band name."""

RESOLUTION = {band.name: band.resolution for band in BANDS} | {"SCL": 20}
"""Native pixel side in metres of the ten bands and of the scene classification."""


def band_asset(item: pystac.Item, band: str) -> pystac.Asset:
    """Return the asset of a band ("B02" … "B12", "SCL") of an item.

    Raises
    ------
    S2kitError
        If the item has the band under none of the catalogues' names.
    """
    names = _names(band)
    for name in names:
        if name in item.assets:
            return item.assets[name]
    raise S2kitError(
        f"item {item.id} has no band {band} (looked for the assets {', '.join(names)}; "
        f"it has {', '.join(sorted(item.assets)) or 'none'}); choose another item or catalogue"
    )


def _names(band: str) -> tuple[str, str, str]:
    return EARTH_SEARCH_KEYS[band], band, f"{band}_{RESOLUTION[band]}m"


def band_href(item: pystac.Item, band: str) -> str:
    """Return where the band's raster lies: a local path or a URL, made absolute."""
    asset = band_asset(item, band)
    return asset.get_absolute_href() or asset.href


def baseline(item: pystac.Item) -> tuple[int, int] | None:
    """Return the processing baseline, e.g. (5, 9) for 05.09, or None where the item has none."""
    for key in ("s2:processing_baseline", "processing:version"):
        found = re.fullmatch(r"(\d+)\.(\d+)", str(item.properties.get(key, "")).strip())
        if found:
            return int(found[1]), int(found[2])
    # The product's own name carries it too: S2A_MSIL2A_…_N0509_R079_T33UWS_…
    name = str(item.properties.get("s2:product_uri", item.id))
    found = re.search(r"_N(\d{2})(\d{2})_", name)
    return (int(found[1]), int(found[2])) if found else None


def epsg(item: pystac.Item) -> int | None:
    """Return the EPSG code that the item declares, or None."""
    code = item.properties.get("proj:epsg") or item.properties.get("proj:code")
    found = re.fullmatch(r"(?:EPSG:)?(\d+)", str(code or ""))
    return int(found[1]) if found else None


def tile(item: pystac.Item) -> str:
    """Return the MGRS tile, e.g. "33UWS", or "" where the item does not say."""
    properties = item.properties
    if "mgrs:utm_zone" in properties:
        zone, band = int(properties["mgrs:utm_zone"]), properties["mgrs:latitude_band"]
        return f"{zone:02d}{band}{properties['mgrs:grid_square']}"
    code = str(properties.get("grid:code") or properties.get("s2:mgrs_tile") or "")
    found = re.search(r"(\d{1,2}[A-Z]{3})$", code) or re.search(r"_T?(\d{2}[A-Z]{3})_", item.id)
    return found[1].zfill(5) if found else ""


def acquired(item: pystac.Item) -> dt.datetime:
    """Return the moment of the overpass (UTC); S2kitError where the item has none."""
    moment = item.datetime or item.common_metadata.start_datetime
    if moment is None:
        raise S2kitError(f"item {item.id} has no datetime; choose another item or catalogue")
    return moment


def cloud_cover(item: pystac.Item) -> float | None:
    """Return the cloud cover of the whole tile in per cent, or None."""
    value = item.properties.get("eo:cloud_cover")
    return None if value is None else _finite(value)


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r} where a number is needed")
    return number


def advertised_offset(asset: pystac.Asset) -> float | None:
    """Return the offset that the catalogue says must be added after scaling, e.g. -0.1."""
    fields: dict[str, Any] = asset.extra_fields
    bands = fields.get("raster:bands") or fields.get("bands") or [{}]
    for place in (bands[0], fields):
        for key in ("offset", "raster:offset"):
            if place.get(key) is not None:
                return _finite(place[key]) + 0.0  # no minus before a zero
    return None


def declared_grid(
    item: pystac.Item, band: str
) -> tuple[tuple[int, int] | None, tuple[float, ...] | None]:
    """Return the shape (rows, columns) and the transform that are declared for a band, or None.

    The projection extension puts them on the asset; on the item they would belong to all assets,
    which do not share one resolution here, so only the asset's count.
    """
    fields = band_asset(item, band).extra_fields
    shape, transform = fields.get("proj:shape"), fields.get("proj:transform")
    return (
        (int(shape[0]), int(shape[1])) if shape else None,
        tuple(float(value) for value in transform[:6]) if transform else None,
    )


def check_item(item: pystac.Item) -> None:
    """Read everything that may be asked of an item, so that nothing fails half-way.

    Raises
    ------
    S2kitError
        If something is not of the kind that the STAC specification gives it.
    """
    try:
        if not isinstance(item.id, str):
            raise TypeError(f"its id is {item.id!r}")
        _ = acquired(item), baseline(item), epsg(item), tile(item), generated(item)
        _ = cloud_cover(item), thumbnail_href(item)
        corners = shapely.get_coordinates(footprint(item))
        if not (corners.size and np.isfinite(corners).all()):
            raise ValueError("its geometry is empty or has no end")
        for band in RESOLUTION:
            asset = next((item.assets[n] for n in _names(band) if n in item.assets), None)
            if asset is not None:
                _ = band_href(item, band), advertised_offset(asset), declared_grid(item, band)
    except S2kitError:
        raise
    except Exception as error:  # whatever an odd value leads to: numbers, dates, geometries
        raise S2kitError(
            f"item {item.id!r:.100} of the catalogue has an odd property ({error}); choose another "
            "item or catalogue"
        ) from error


def footprint(item: pystac.Item) -> shapely.Geometry:
    """Return the outline of an item's data in degrees; S2kitError where it has none."""
    if item.geometry is not None:
        return shapely.make_valid(shape(item.geometry))
    if item.bbox is not None:
        return box(*item.bbox)
    raise S2kitError(f"item {item.id} has no geometry; choose another item or catalogue")


def thumbnail_href(item: pystac.Item) -> str | None:
    """Return where the item's small picture lies (PNG or JPEG), or None."""
    for key in ("thumbnail", "rendered_preview", "preview"):
        asset = item.assets.get(key)
        if asset is not None and "tiff" not in str(asset.media_type):
            return asset.get_absolute_href() or asset.href
    return None


def generated(item: pystac.Item) -> str:
    """Return when the product was made, as the catalogue writes it, or ""."""
    names = ("s2:generation_time", "processing:datetime", "created")
    return next((str(item.properties[name]) for name in names if item.properties.get(name)), "")
