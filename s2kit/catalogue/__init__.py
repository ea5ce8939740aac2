"""Sentinel-2 scenes from STAC catalogues: search, then read items onto an exact grid."""

from s2kit.catalogue.read import ReadOptions, read_items
from s2kit.catalogue.save import save_items
from s2kit.catalogue.search import find_scenes, items_for
from s2kit.catalogue.stac import open_catalogue
from s2kit.scenes.grid import Grid, grid_around, grid_of

__all__ = [
    "Grid",
    "ReadOptions",
    "find_scenes",
    "grid_around",
    "grid_of",
    "items_for",
    "open_catalogue",
    "read_items",
    "save_items",
]
