"""Faults as the authors' files have them, put into one simulated scene: the chapters find them."""

import geopandas as gpd
import numpy as np
import xarray as xr
from shapely import Polygon

from s2kit.scenes.bands import TWENTY_METRE

FAULTY = "strzegom_20230709"
"""The test scene, which chapters 1 and 2 look at. No network is trained on it."""

FIELDS = {5: 9, 9: 5}
"""Class of a field in the polygons, and in the mask that was made before somebody changed it."""


def twenty_metre_bands_moved(scene: xr.DataArray) -> xr.DataArray:
    """Move the 20 m bands south by 10 m, as where a patch was cut through their pixels.

    >>> from s2kit.scenes.registration import best_shift, measure_shift
    >>> from s2kit.simulator.example import example_scene
    >>> best_shift(measure_shift(twenty_metre_bands_moved(example_scene())))
    (1, 0)
    """
    moved = scene.copy()
    coarse = [name in TWENTY_METRE for name in scene.band.to_numpy()]
    above = np.maximum(np.arange(scene.sizes["y"]) - 1, 0)
    moved[coarse] = scene[coarse].to_numpy()[:, above]
    return moved


def outline_crossed(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the polygons, two corners of one of them in the wrong order: it crosses itself.

    Of the valid ones that this makes invalid it is the one with the fewest corners.
    """
    spoilt = polygons.copy()
    for index in polygons.geometry.count_coordinates().sort_values(kind="stable").index:
        corners = list(polygons.geometry[index].exterior.coords)[:-1]
        crossed = Polygon([corners[1], corners[0], *corners[2:]])
        if not crossed.is_valid:
            spoilt.loc[index, "geometry"] = crossed
            return spoilt
    return spoilt


def class_of_a_field_before(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the polygons as they were when the mask was made: one field had another class.

    It is the field of median area among those of `FIELDS`.
    """
    before = polygons.copy()
    fields = polygons[polygons.label.isin(FIELDS)]
    if len(fields):
        index = fields.area.sort_values(kind="stable").index[len(fields) // 2]
        before.loc[index, "label"] = FIELDS[int(polygons.label[index])]
    return before
