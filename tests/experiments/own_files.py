"""Images and labels as a user has them: small GeoTIFFs of two crops, and polygons over them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.transform import from_origin
from shapely import box

from s2kit.scenes.bands import BAND_NAMES

LEFT, TOP = 600_000, 5_600_000


def write_image(path: Path, seed: int = 0, size: int = 64, left: int = LEFT, **changes) -> Path:
    """Write digital numbers of growing crops on the left half and bare soil on the right."""
    random = np.random.default_rng(seed)
    spectrum = np.array([300, 500, 400, 900, 2000, 2400, 2600, 2700, 1700, 900], float)
    soil = np.array([700, 900, 1200, 1400, 1600, 1800, 2000, 2200, 2900, 2500], float)
    values = np.repeat(soil, size * size).reshape(10, size, size)
    values[:, :, : size // 2] = spectrum[:, None, None]
    values *= random.normal(1, 0.05, values.shape)
    values[:, :2, :2] = 30  # a pond, so that the darkest pixels show that there is no offset
    options = {
        "driver": "GTiff", "count": 10, "dtype": "uint16", "height": size, "width": size,
        "crs": "EPSG:32633", "transform": from_origin(left, TOP, 10, 10),
    }  # fmt: skip
    with rasterio.open(path, "w", **options | changes) as file:
        file.write(values.astype("uint16"))
        file.descriptions = BAND_NAMES
    return path


def write_fields(path: Path, size: int = 64, left: int = LEFT, labels=(9, 5), crs=32633) -> Path:
    """Write rows of fields: the first class on the left half, the second on the right."""
    half, fields, codes = 10 * size // 2, [], []
    for top in range(0, 10 * size, 80):
        for start, code in ((0, labels[0]), (half, labels[1])):
            west, north = left + start + 20, TOP - top
            fields.append(box(west, north - 60, west + half - 40, north))
            codes.append(code)
    table = gpd.GeoDataFrame({"label": codes}, geometry=fields, crs=32633)
    table.to_crs(crs).to_file(path)
    return path


def write_mask(path: Path, values: np.ndarray, **changes) -> Path:
    """Write class codes as a mask on the grid of `write_image`."""
    options = {
        "driver": "GTiff", "count": 1, "dtype": "uint8", "height": values.shape[0],
        "width": values.shape[1], "crs": "EPSG:32633", "transform": from_origin(LEFT, TOP, 10, 10),
    }  # fmt: skip
    with rasterio.open(path, "w", **options | changes) as file:
        file.write(values.astype("uint8"), 1)
    return path
