"""Small files of scenes for tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin

from s2kit.scenes.bands import BAND_NAMES

Landscape = Callable[..., np.ndarray]


def write(path: Path, values: np.ndarray, named: bool = True, **profile: Any) -> Path:
    """Write bands as a GeoTIFF of 10 m."""
    settings = {
        "driver": "GTiff", "dtype": values.dtype, "count": len(values),
        "height": values.shape[1], "width": values.shape[2], "crs": "EPSG:32633",
        "transform": from_origin(585420, 5652250, 10, 10),
    }  # fmt: skip
    with rasterio.open(path, "w", **(settings | profile)) as raster:
        if named:
            for index, name in enumerate(BAND_NAMES[: len(values)], 1):
                raster.set_band_description(index, name)
        raster.write(values)
    return path


def numbers(landscape: Landscape, dtype: str = "uint16", offset: int = 1000) -> np.ndarray:
    return np.round(landscape() * 10_000 + offset).astype(dtype)
