"""Simulated landscapes of the three areas, as Sentinel-2 Level-2A products in a STAC catalogue.

Read it in this order: `styles` (what makes an area), `terrain`, `ways`, `parcels`, `country`,
`settlements`, `quarries` (the ground, gathered in `landscape`); `calendar`, `spectra`, `sensor`
(a date, gathered in `acquisition`); `drawing` (the benchmark), `products`, `make` (the files).
The spectra were measured on real scenes (`measure`), the places are invented: accuracy reached
here says nothing about the paper.
"""

from s2kit.scenes.simulated.make import (
    SEED,
    landscapes_folder,
    make_landscapes,
    mask_path,
    polygons_path,
    truth_path,
)
from s2kit.scenes.simulated.products import ATTRIBUTION

__all__ = [
    "ATTRIBUTION",
    "SEED",
    "landscapes_folder",
    "make_landscapes",
    "mask_path",
    "polygons_path",
    "truth_path",
]
