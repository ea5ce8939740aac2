"""``S2KIT_DATA=simulated``: every scene of the manifest, made on the spot.

The landscapes are made once, as products in a STAC catalogue on disk, and read through the very
code that reads the online catalogues.
"""

import dataclasses
import functools
from pathlib import Path

import geopandas as gpd
import numpy as np
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.catalogue.grid import grid_of
from s2kit.scenes.catalogue.scene import read_items
from s2kit.scenes.catalogue.search import items_for
from s2kit.scenes.catalogue.sources import open_source
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.scenes.radiometry import QUANTIFICATION
from s2kit.scenes.raster import read_codes
from s2kit.scenes.settings import home
from s2kit.scenes.simulated.make import make_landscapes, mask_path, polygons_path

PARTS = ("image", "mask", "polygons")
"""What each simulated scene has. Nobody else has mapped it, so there is no class map."""


def records() -> dict[str, SceneRecord]:
    """Return the scenes of the manifest by name: same areas, dates and grids as the real ones."""
    return _records()


@functools.cache
def _records() -> dict[str, SceneRecord]:
    return {
        name: dataclasses.replace(record, class_map=None)
        for name, record in read_manifest().items()
    }


def parts(name: str) -> tuple[str, ...]:
    """Return which files the scene has."""
    return PARTS


def lacking(name: str) -> dict[str, str]:
    """Return nothing: what can be simulated can be had."""
    return {}


def look_again() -> None:
    """Make the landscapes if they are not there, or were made by another simulator."""
    _made.cache_clear()
    landscapes()


def open_scene(name: str) -> xr.DataArray:
    """Return reflectance (band, y, x), read from the local catalogue."""
    record = records()[name]
    grid = grid_of(record)
    items = items_for(open_source(landscapes()), grid, record.date, record.tile)
    return read_items(items, grid, record.area, source="simulated").rename(name)


def open_numbers(name: str) -> xr.DataArray:
    """Return digital numbers (band, y, x), uint16, with the offset that the record lists."""
    scene = open_scene(name)
    numbers = (scene * QUANTIFICATION).round() + records()[name].offset
    return numbers.fillna(0).astype(np.uint16).assign_attrs(scene.attrs).rename(name)


def open_mask(name: str) -> xr.DataArray:
    """Return the rasterised benchmark, uint8 (y, x)."""
    return read_codes(mask_path(name, landscapes())).rename(name)


def open_polygons(name: str) -> gpd.GeoDataFrame:
    """Return the benchmark's polygons, column "label"."""
    return gpd.read_file(polygons_path(name, landscapes()))[["label", "geometry"]]


def open_class_map(name: str) -> xr.DataArray:
    """Raise S2kitError: only the authors' archive holds class maps."""
    raise S2kitError(
        f"nobody has published a class map of the simulated {name}; "
        "the authors' own maps come with S2KIT_DATA=authors"
    )


def landscapes() -> Path:
    """Return the folder of the landscapes' STAC catalogue; they are made if they are not there."""
    return _made(home() / "simulated" / "landscapes")


@functools.cache
def _made(folder: Path) -> Path:
    make_landscapes(folder)
    return folder
