"""Simulated landscapes of the three areas, as Sentinel-2 Level-2A products in a STAC catalogue.

Read it in this order: `styles` (what makes an area), `terrain`, `roads`, `parcels`,
`countryside`, `settlements`, `quarries` (the ground, gathered in `landscape`); `crop_calendar`,
`spectra`, `sensor` (a date, gathered in `acquisition`); `drawing` (the benchmark), `products`,
`make` (the files). The spectra were measured on real scenes (`s2kit.experiments.spectra`), the
places are invented: accuracy reached here says nothing about the paper.
"""

from s2kit.simulator.make import (
    SEED,
    make_landscapes,
    mask_path,
    polygons_path,
    truth_path,
)
from s2kit.simulator.products import ATTRIBUTION

__all__ = [
    "ATTRIBUTION",
    "SEED",
    "make_landscapes",
    "mask_path",
    "polygons_path",
    "truth_path",
]
