"""Sentinel-2 scenes from STAC catalogues: search, then read items onto an exact grid."""

from s2kit.scenes.catalogue.grid import Grid, grid_around, grid_of
from s2kit.scenes.catalogue.save import save_items
from s2kit.scenes.catalogue.scene import Reading, read_items
from s2kit.scenes.catalogue.search import find_scenes, items_for
from s2kit.scenes.catalogue.sources import open_source

__all__ = [
    "Grid",
    "Reading",
    "find_scenes",
    "grid_around",
    "grid_of",
    "items_for",
    "open_source",
    "read_items",
    "save_items",
]
