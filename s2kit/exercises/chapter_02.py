"""Exercises of chapter 2: benchmarks."""

from typing import Any

import geopandas as gpd
import numpy as np
import xarray as xr
from shapely import box

from s2kit.benchmarks.rasterise import rasterise
from s2kit.exercises.exercise import PER_CENT, Exercise


def _mask() -> tuple[xr.DataArray]:
    return (xr.DataArray(np.array([[0, 5, 5], [9, 4, 0], [5, 6, 9]], "uint8"), dims=("y", "x")),)


def _field() -> tuple[gpd.GeoDataFrame, xr.DataArray]:
    grid = xr.DataArray(
        np.zeros((8, 8), "uint8"),
        dims=("y", "x"),
        coords={"y": 75.0 - 10 * np.arange(8), "x": 5.0 + 10 * np.arange(8)},
    ).rio.write_crs(32633)
    polygons = gpd.GeoDataFrame({"label": [4]}, geometry=[box(8, 8, 47, 52)], crs=32633)
    return polygons, grid


def _masks(polygons: gpd.GeoDataFrame, scene: xr.DataArray) -> tuple[Any, Any]:
    return rasterise(polygons, like=scene), rasterise(polygons, like=scene, all_touched=True)


def _border(polygons: gpd.GeoDataFrame, scene: xr.DataArray) -> int:
    centre, touched = _masks(polygons, scene)
    return int(((touched != 0) & (centre == 0)).sum())


EXERCISES = {
    "2.1": Exercise(
        solve=lambda mask: float((mask == 5).sum() / (mask != 0).sum()),
        hint="Divide the pixels of class 5 by the labelled ones (mask != 0).",
        mistakes=(
            (
                lambda mask: float((mask == 5).mean()),
                "You divided by all pixels. Background is no label: divide by (mask != 0).sum().",
            ),
            (lambda mask: 100 * float((mask == 5).sum() / (mask != 0).sum()), PER_CENT),
            (lambda mask: int((mask == 5).sum()), "That is a number of pixels, not a share."),
            (
                lambda mask: float((mask == 6).sum() / (mask != 0).sum()),
                "One off: class 6 is grassland, bare soil is 5.",
            ),
        ),
        example=_mask,
    ),
    "2.2": Exercise(
        solve=_border,
        hint="Rasterise twice, and count where the pixel centre gives 0 and all touched does not.",
        mistakes=(
            (
                lambda polygons, scene: int((_masks(polygons, scene)[1] != 0).sum()),
                "That is all that all touched labels. Leave out what the centre labels as well.",
            ),
            (
                lambda polygons, scene: int((_masks(polygons, scene)[0] != 0).sum()),
                "That is what the pixel centre labels. Asked is what only all touched labels.",
            ),
            (
                lambda polygons, scene: -_border(polygons, scene),
                "The sign is turned round: all touched labels more than the pixel centre.",
            ),
            (
                lambda polygons, scene: int((_masks(polygons, scene)[1] == 0).sum()),
                "That is the background. Count where all touched has a label and the centre none.",
            ),
        ),
        example=_field,
    ),
}
