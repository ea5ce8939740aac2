"""A small made-up scene with its polygons, for examples and tests: no file, no download."""

import datetime

import geopandas as gpd
import numpy as np
import xarray as xr
from rasterio.crs import CRS
from rasterio.transform import from_origin
from shapely import box

from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.raster import on_grid
from s2kit.simulator.products import ATTRIBUTION
from s2kit.simulator.spectra import spectra_on

CODES = (1, 3, 4, 5, 8, 9)
"""Classes of the blocks, row by row, again and again."""

EPSG, LEFT, TOP, PIXEL = 32633, 500_000, 5_600_000, 10


def example_scene(
    size: int = 96, block: int = 24, date: datetime.date = datetime.date(2023, 7, 9), seed: int = 0
) -> xr.DataArray:
    """Return a simulated scene of square blocks, each of one land cover class.

    Parameters
    ----------
    size, block
        Side of the scene and of a block, in pixels of 10 m.
    date
        Decides how the classes look (`s2kit.simulator.spectra`).
    seed
        Of the noise.

    Returns
    -------
    DataArray
        Reflectance, float32 (10, size, size), dims (band, y, x), EPSG:32633.

    Examples
    --------
    >>> scene = example_scene(size=48)
    >>> scene.dims, scene.shape, str(scene.dtype)
    (('band', 'y', 'x'), (10, 48, 48), 'float32')
    """
    random, spectra = np.random.default_rng(seed), spectra_on(date)
    rows, columns = np.indices((size, size)) // block
    codes = np.array(CODES)[(rows * -(-size // block) + columns) % len(CODES)]
    noise = 1 + 0.05 * random.standard_normal((len(BAND_NAMES), size, size))
    values = spectra.mean[codes].transpose(2, 0, 1) * noise
    transform = from_origin(LEFT, TOP, PIXEL, PIXEL)
    scene = on_grid(values.astype(np.float32), transform, CRS.from_epsg(EPSG), BAND_NAMES)
    return scene.rename(f"example_{date:%Y%m%d}").assign_attrs(
        date=date.isoformat(), area="example", source="simulated", attribution=ATTRIBUTION
    )


def example_polygons(size: int = 96, block: int = 24, inset: int = 3) -> gpd.GeoDataFrame:
    """Return one polygon inside each block of `example_scene`, as a person would draw them.

    Parameters
    ----------
    size, block
        As for `example_scene`.
    inset
        Pixels that a polygon keeps from the edge of its block.

    Returns
    -------
    GeoDataFrame
        Columns ``label`` (class code) and ``geometry``, EPSG:32633.

    Examples
    --------
    >>> example_polygons(size=48).label.tolist()
    [1, 3, 4, 5]
    """
    side = -(-size // block)
    cells = [(row, column) for row in range(side) for column in range(side)]
    labels = [CODES[(row * side + column) % len(CODES)] for row, column in cells]
    corners = [
        (
            LEFT + PIXEL * (column * block + inset),
            TOP - PIXEL * (min((row + 1) * block, size) - inset),
            LEFT + PIXEL * (min((column + 1) * block, size) - inset),
            TOP - PIXEL * (row * block + inset),
        )
        for row, column in cells
    ]
    geometry = [box(*each) for each in corners]
    return gpd.GeoDataFrame({"label": labels}, geometry=geometry, crs=f"EPSG:{EPSG}")
