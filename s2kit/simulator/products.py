"""Products laid out as in Earth Search: a cloud-optimised GeoTIFF per band, and a STAC item."""

import datetime
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pystac
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine
from shapely import Polygon
from shapely.geometry import mapping

from s2kit.scenes.bands import BANDS
from s2kit.scenes.manifest import SceneRecord
from s2kit.scenes.writer import check_written
from s2kit.simulator.grid import Array, Ground
from s2kit.simulator.sensor import sun_elevation

ATTRIBUTION = "simulated landscape, not satellite data"
COLLECTION = "sentinel-2-l2a"

KEYS = (
    *("blue", "green", "red", "rededge1", "rededge2", "rededge3"),
    *("nir", "nir08", "swir16", "swir22"),
)
"""Earth Search's asset keys of the ten bands, in the paper's order."""

BASELINES = (
    (datetime.date(2021, 3, 30), "02.14"),
    (datetime.date(2021, 7, 1), "03.00"),
    (datetime.date(2022, 1, 25), "03.01"),
    (datetime.date(2022, 12, 6), "04.00"),
    (datetime.date.max, "05.09"),
)
"""Until which day ESA used which processing baseline (its list of baselines); from 04.00 on the
digital numbers carry an offset of 1000."""


def baseline_of(date: datetime.date) -> str:
    """Return the processing baseline in use on a day."""
    return next(baseline for until, baseline in BASELINES if date < until)


def write_product(
    folder: Path, record: SceneRecord, ground: Ground, bands: list[Array]
) -> pystac.Item:
    """Write bands (reflectance, as of `sensor.observe`) as a product into ``folder``/item.id.

    Digital numbers are reflectance x 10 000 plus the scene's offset; 0, no data, does not occur.
    """
    item = _item(record, ground)
    folder = folder / item.id
    folder.mkdir(parents=True)
    for band, key, image in zip(BANDS, KEYS, bands, strict=True):
        numbers = np.clip(np.round(image * 10_000) + record.offset, 1, 65535).astype(np.uint16)
        asset = _add(item, key, folder / f"{band.name}.tif", numbers, ground, band.resolution)
        asset["eo:bands"] = [{"name": key, "common_name": key}]
        asset["eo:bands"][0]["center_wavelength"] = band.wavelength / 1000
        asset["raster:bands"][0] |= {"scale": 0.0001, "offset": -record.offset / 10_000}
    _add(item, "scl", folder / "SCL.tif", classify_scene(bands), ground, 20)
    return item


def classify_scene(bands: list[Array]) -> Array:
    """Return a scene classification (uint8, 20 m) in Sen2Cor's codes.

    2 dark, 4 plants, 5 no plants, 6 water; told from green, red and near infrared.
    """
    rows, cols = bands[7].shape
    green, red = (b.reshape(rows, 2, cols, 2).mean(axis=(1, 3)) for b in (bands[1], bands[2]))
    nir = bands[7]
    water, plants = (green > nir) & (nir < 0.15), nir - red > 0.35 * (nir + red)
    return np.select([water, nir < 0.06, plants], [6, 2, 4], 5).astype(np.uint8)


def write_raster(
    path: Path, values: Array, transform: Affine, epsg: int, driver: str = "GTiff"
) -> None:
    """Write one band, tiled and compressed, with 0 as no data."""
    tiles: dict[str, Any] = {"tiled": True, "blockxsize": 256, "blockysize": 256}
    if driver == "COG":
        tiles = {"blocksize": 256, "overview_resampling": "nearest"}
    profile = {"count": 1, "dtype": values.dtype, "nodata": 0, "compress": "deflate"}
    profile |= {"height": values.shape[0], "width": values.shape[1], "predictor": 2} | tiles
    crs = f"EPSG:{epsg}"
    with rasterio.open(path, "w", driver, crs=crs, transform=transform, **profile) as file:
        file.write(values, 1)
        file.update_tags(attribution=ATTRIBUTION)
    check_written(path, values)


def _item(record: SceneRecord, ground: Ground) -> pystac.Item:
    to_degrees = Transformer.from_crs(record.epsg, 4326, always_xy=True)
    left, bottom, right, top = astuple(ground)
    corners = to_degrees.transform([left, right, right, left], [bottom, bottom, top, top])
    footprint = Polygon(zip(*corners, strict=True))
    part = record.name.removeprefix(f"{record.area}_{record.date:%Y%m%d}").lstrip("_") or "0"
    return pystac.Item(
        id=f"SIM_{record.tile}_{record.date:%Y%m%d}_{part}_L2A",
        geometry=mapping(footprint),
        bbox=list(footprint.bounds),
        datetime=datetime.datetime.combine(record.date, datetime.time(10), datetime.UTC),
        properties={
            "title": f"{record.name}: {ATTRIBUTION}",
            "attribution": ATTRIBUTION,
            "s2kit:scene": record.name,
            "platform": "simulated",
            "constellation": "sentinel-2",
            "instruments": ["msi"],
            "eo:cloud_cover": 0,
            "proj:epsg": record.epsg,
            "proj:code": f"EPSG:{record.epsg}",
            "grid:code": f"MGRS-{record.tile}",
            "mgrs:utm_zone": int(record.tile[:2]),
            "mgrs:latitude_band": record.tile[2],
            "mgrs:grid_square": record.tile[3:],
            "view:sun_azimuth": 160,
            "view:sun_elevation": round(float(np.degrees(sun_elevation(record.date))), 1),
            "s2:product_type": "S2MSI2A",
            "s2:processing_baseline": baseline_of(record.date),
            "s2:sequence": part,
            "earthsearch:boa_offset_applied": False,
        },
    )


def _add(
    item: pystac.Item, key: str, path: Path, values: Array, ground: Ground, resolution: int
) -> dict[str, Any]:
    """Write an asset's file, add it to the item, and return its fields."""
    transform = ground.transform(resolution)
    write_raster(path, values, transform, item.properties["proj:epsg"], driver="COG")
    band = {"nodata": 0, "data_type": str(values.dtype), "spatial_resolution": resolution}
    fields = {
        "gsd": resolution,
        "proj:shape": list(values.shape),
        "proj:transform": list(transform)[:6],
        "raster:bands": [band],
    }
    kind, roles = pystac.MediaType.COG, ["data", "reflectance"] if key != "scl" else ["data"]
    item.add_asset(key, pystac.Asset(path.name, media_type=kind, roles=roles, extra_fields=fields))
    return fields
