"""Small series for the tests of monitoring."""

import numpy as np
from rasterio.crs import CRS
from rasterio.transform import from_origin

import s2kit
from s2kit.scenes.raster import on_grid


def class_map(codes, date, left=500_000.0, epsg=32633):
    """Return a class map (y, x) of a date."""
    grid = on_grid(
        np.asarray(codes, "uint8"), from_origin(left, 5_600_000, 10, 10), CRS.from_epsg(epsg)
    )
    return grid.rename(f"map_{date.replace('-', '')}")


def field_series(sequence, dates, size=12):
    """Return a stack in which every pixel has one sequence of codes."""
    maps = [
        class_map(np.full((size, size), code), date)
        for code, date in zip(sequence, dates, strict=True)
    ]
    return s2kit.stack_maps(maps)


def write_map(path, codes, date):
    """Write a class map to a file."""
    s2kit.write_class_map(path, class_map(codes, date).assign_attrs(date=date))
    return path
