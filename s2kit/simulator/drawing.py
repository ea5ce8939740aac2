"""Benchmark polygons as a person would draw them: well inside things, some of them, by class."""

import geopandas as gpd
import numpy as np
from rasterio.features import shapes
from scipy import ndimage
from shapely import Polygon
from shapely.geometry import shape
from skimage.measure import label

from s2kit.simulator.grid import PIXEL, Array, Ground
from s2kit.simulator.landscape import Landscape
from s2kit.simulator.parcels import edges
from s2kit.simulator.styles import Style

FIELD = 9
INSET = {3: 0.0, 7: 0.0, 8: 5.0, 10: 8.0}
"""Metres that a polygon keeps from the edge of its thing; elsewhere a quarter of a parcel."""

Drawn = list[tuple[int, int, Polygon]]
"""Class, object number, and outline in (column, row) pixels."""


def choose(land: Landscape, style: Style, rng: np.random.Generator) -> Drawn:
    """Choose and outline, once per area, the things that are labelled on every date."""
    cover = land.codes[land.objects]
    things = _things(land, cover)
    inside = ndimage.distance_transform_edt(~edges(things)) * PIXEL
    parcel = np.sqrt(style.field * 1e4 / style.elongation)  # its width in metres
    inset = np.array([INSET.get(code, min(12.0, parcel / 4)) for code in range(11)])
    core = np.where(inside >= inset[cover], things, 0)
    drawn: Drawn = []
    for code, share in style.draws.items():
        budget = share * style.labelled * cover.size
        numbers, sizes = np.unique(np.where(cover == code, core, 0), return_counts=True)
        least = 100 if code in (1, 2) else 12
        fit = (numbers > 0) & (sizes >= least) & (sizes < 0.35 * budget + 100)
        order = rng.permutation(np.flatnonzero(fit))
        order = order[np.cumsum(sizes[order]) - sizes[order] < budget]
        drawn += _outline(np.where(np.isin(core, numbers[order]), core, 0), code, land)
    return drawn


def _things(land: Landscape, cover: Array) -> Array:
    """Return what a person would draw around: whole pits, farmyards, stretches of a river."""
    whole = label(cover, connectivity=1) + land.objects.max()
    things = np.where(np.isin(cover, (3, 10)), whole, land.objects)
    row, col = np.indices(cover.shape) // 60
    stretches = things + (1 + row * 99 + col) * int(whole.max())
    return np.asarray(np.where(cover == 8, stretches, things), np.int32)


def _outline(core: Array, code: int, land: Landscape) -> Drawn:
    drawn = []
    for geometry, _ in shapes(core, core > 0, connectivity=4):
        outline = shape(geometry).simplify(1.2)
        if outline.is_valid and outline.area >= 8:
            col, row = outline.representative_point().coords[0]
            drawn.append((code, int(land.objects[int(row), int(col)]), outline))
    return drawn


def draw_polygons(
    chosen: Drawn, codes: Array, sure: Array, ground: Ground, epsg: int
) -> gpd.GeoDataFrame:
    """Return one date's benchmark: columns "label" (1 to 10) and "geometry".

    Fields are labelled by their state on the date; those that are neither one thing nor the
    other are left out, as a careful person would.

    Parameters
    ----------
    chosen
        What `choose` chose.
    codes, sure
        Per object, as of `acquisition.Acquisition`.
    ground, epsg
        Where the landscape lies.
    """
    seen = [each for each in chosen if each[0] != FIELD or sure[each[1]] > 0.68]
    labels = [int(codes[number]) if code == FIELD else code for code, number, _ in seen]
    outlines = gpd.GeoSeries([outline for _, _, outline in seen], crs=f"EPSG:{epsg}")
    geometry = outlines.affine_transform(ground.transform(PIXEL).to_shapely()).set_precision(0.1)
    return gpd.GeoDataFrame({"label": labels}, geometry=geometry)
