"""A small scene with its map, for the figures."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr

from s2kit.scenes.bands import BAND_NAMES


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Draw without a screen, and leave no figure open."""
    mpl.use("agg")
    yield
    plt.close("all")


@pytest.fixture
def scene() -> xr.DataArray:
    """Make 30 × 40 pixels of vegetation with a dark corner and one pixel without data."""
    values = np.full((10, 30, 40), 0.05, dtype=np.float32)
    values[6:8] = 0.4
    values[:, :5, :5] = 0.0
    values[:, -1, -1] = np.nan
    scene = xr.DataArray(
        values,
        dims=("band", "y", "x"),
        coords={
            "band": list(BAND_NAMES),
            "y": 5652245.0 - 10 * np.arange(30),
            "x": 585425.0 + 10 * np.arange(40),
        },
        name="strzegom_20230709",
        attrs={
            "date": "2023-07-09",
            "area": "strzegom",
            "source": "authors",
            "attribution": "contains modified Copernicus Sentinel data 2023",
        },
    )
    return scene.rio.write_crs(32633)


@pytest.fixture
def class_map(scene: xr.DataArray) -> xr.DataArray:
    """Make a map of the scene: water in the corner, crops elsewhere, no data where it has none."""
    layer = scene.isel(band=0, drop=True)
    codes = np.where(layer.values == 0, 8, 9) * np.isfinite(layer.values)
    return layer.copy(data=codes.astype(np.uint8))
