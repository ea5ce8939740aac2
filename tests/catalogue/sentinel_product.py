"""A small Sentinel-2 product on disk, as Earth Search describes it, to bend into every shape."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pystac
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rasterio.warp import transform_bounds
from shapely.geometry import box, mapping

from s2kit.catalogue.assets import EARTH_SEARCH_KEYS
from s2kit.scenes.bands import BANDS

LEFT, TOP = 585400, 5652260  # a multiple of 20, as all Sentinel-2 grids start; near Strzegom
SIDE = 96  # pixels of 10 m


def reflectance(seed: int = 7) -> dict[str, NDArray[np.float64]]:
    """Return a seeded landscape: dark forest and bright fields, by band, on the band's own grid."""
    rng = np.random.default_rng(seed)
    forest = rng.random((SIDE // 2, SIDE // 2)) < 0.5
    bands = {}
    for number, band in enumerate(BANDS):
        coarse = np.where(forest, 0.02 + 0.002 * number, 0.12 + 0.02 * number)
        coarse = coarse + rng.normal(0, 0.003, forest.shape).clip(-0.01, 0.01)
        bands[band.name] = coarse if band.resolution == 20 else np.kron(coarse, np.ones((2, 2)))
        if band.resolution == 10:
            bands[band.name] += rng.normal(0, 0.002, (SIDE, SIDE)).clip(-0.005, 0.005)
    return bands


def write_raster(path: Path, pixels: NDArray[Any], resolution: int, **profile: Any) -> Path:
    """Write one band as a cloud-optimised GeoTIFF whose corner is (LEFT, TOP)."""
    settings: dict[str, Any] = {
        "driver": "COG",
        "compress": "deflate",
        "blocksize": 128,
        "crs": "EPSG:32633",
        "transform": from_origin(LEFT, TOP, resolution, resolution),
        "nodata": 0,
        "dtype": pixels.dtype,
        "count": 1,
        "height": pixels.shape[0],
        "width": pixels.shape[1],
    }
    with rasterio.open(path, "w", **(settings | profile)) as raster:
        raster.write(pixels, 1)
    return path


class Product:
    """Writes items of a local catalogue; the arguments of `add` bend one of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = pystac.Catalog("local", "a small catalogue")

    def add(
        self,
        name: str = "S2A_33UWS_20230709_0_L2A",
        when: str = "2023-07-09T10:00:00Z",
        baseline: str | None = "05.09",
        offset_in_pixels: int = 1000,
        pixels: dict[str, NDArray[Any]] | None = None,
        properties: dict[str, Any] | None = None,
        leave_out: tuple[str, ...] = (),
        advertised: float | None = None,
        scl: NDArray[np.uint8] | None = None,
        profile: dict[str, Any] | None = None,
    ) -> pystac.Item:
        """Write the rasters of one product and its item."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        profile = profile or {}
        epsg = int(str(profile.get("crs", "EPSG:32633")).split(":")[1])
        corner = profile.get("transform", from_origin(LEFT, TOP, 10, 10))
        bounds = (corner.c, corner.f - SIDE * 10, corner.c + SIDE * 10, corner.f)
        bbox = transform_bounds(epsg, 4326, *bounds)
        item = pystac.Item(
            name,
            mapping(box(*bbox)),
            list(bbox),
            dt.datetime.fromisoformat(when),
            {
                "platform": "sentinel-2a",
                "grid:code": "MGRS-33UWS",
                "proj:epsg": epsg,
                "eo:cloud_cover": 3.5,
                "earthsearch:boa_offset_applied": False,
            }
            | ({} if baseline is None else {"s2:processing_baseline": baseline})
            | (properties or {}),
        )
        dn = pixels or {
            band: np.round(values * 10_000 + offset_in_pixels).astype("uint16")
            for band, values in reflectance().items()
        }
        rasters = [(band.name, band.resolution, dn[band.name]) for band in BANDS]
        if scl is None:
            scl = np.full((SIDE // 2, SIDE // 2), 4, dtype="uint8")
        for band, resolution, values in [*rasters, ("SCL", 20, scl)]:
            if band in leave_out:
                continue
            place = dict(profile)
            if "transform" in place:
                place["transform"] = from_origin(corner.c, corner.f, resolution, resolution)
            path = write_raster(folder / f"{band}.tif", values, resolution, **place)
            fields = {"raster:bands": [{"scale": 0.0001, "offset": advertised}]}
            item.add_asset(
                EARTH_SEARCH_KEYS[band],
                pystac.Asset(
                    str(path),
                    media_type=pystac.MediaType.COG,
                    extra_fields=fields if advertised is not None else {},
                ),
            )
        item.set_self_href(str(folder / f"{name}.json"))
        self.catalogue.add_item(item)
        return item

    def save(self) -> Path:
        """Write the catalogue with relative links; return its catalog.json."""
        self.catalogue.normalize_and_save(
            str(self.folder / "catalogue"), pystac.CatalogType.SELF_CONTAINED
        )
        return self.folder / "catalogue" / "catalog.json"
