"""Class maps of random codes, to draw points from."""

import numpy as np
import pandas as pd
import xarray as xr
from rasterio.crs import CRS
from rasterio.transform import from_origin

from s2kit.accuracy.sampling import draw_points
from s2kit.scenes.raster import on_grid
from s2kit.simulator.example import EPSG, LEFT, TOP


def a_map(codes: np.ndarray, crs: int | None = EPSG) -> xr.DataArray:
    grid = on_grid(codes.astype("uint8"), from_origin(LEFT, TOP, 10, 10), CRS.from_epsg(EPSG))
    return grid.drop_vars("spatial_ref") if crs is None else grid


def codes_of(seed: int, shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    shares = [0.05, 0.3, 0.02, 0.5, 0.13]
    return np.random.default_rng(seed).choice([0, 4, 8, 9, 10], shape, p=shares)


def labelled(codes: np.ndarray, real: np.ndarray, count: int, seed: int = 0):
    """Return a map and points on it, labelled as the truth is."""
    class_map = a_map(codes)
    points = draw_points(class_map, count, seed=seed)
    seen = a_map(real).sel(
        x=xr.DataArray(points.geometry.x.to_numpy()), y=xr.DataArray(points.geometry.y.to_numpy())
    )
    points["label"] = pd.array(seen.to_numpy(), dtype="Int64")
    return class_map, points
