"""The open country: fields in furlongs, meadows, hedges and forest, ponds along the stream."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.measure import label

from s2kit.simulator.canvas import Canvas
from s2kit.simulator.grid import PIXEL, Array, Shape
from s2kit.simulator.parcels import edges, mean_direction, per_label, subdivide
from s2kit.simulator.roads import Beside, Route
from s2kit.simulator.styles import Style
from s2kit.simulator.terrain import noise


@dataclass(frozen=True)
class Site:
    """What decides who uses the ground (rasters)."""

    wild: Array  # how little it is worth to a farmer
    to_stream: Array  # metres
    place: Beside  # beside the roads


def lay_fields(
    canvas: Canvas, blocks: Array, site: Site, style: Style, rng: np.random.Generator
) -> Array:
    """Paint the blocks with furlongs of parallel parcels; return the direction of tillage."""
    shape, place = blocks.shape, site.place
    bend = np.stack([noise(shape, 900, rng, 2) for _ in range(2)]) * style.bends / PIXEL
    across, near = place.angle + np.pi / 2, np.exp(-place.distance / 200)
    along = mean_direction(blocks, across, near)
    fields = subdivide(blocks, along, 8 * style.furlong, 1.5, rng, bend)
    along = mean_direction(fields, across, near)
    furlongs = subdivide(fields, along, style.furlong, 1.8, rng, bend)
    along = mean_direction(furlongs, along[fields], np.ones(shape))
    along += np.pi / 2 * (rng.random(along.size) < 0.15)
    parcels = subdivide(furlongs, along, style.field, style.elongation, rng, bend)
    canvas.lay(parcels, 9)
    distance = per_label(site.to_stream, parcels)
    grass = distance < style.meadow * rng.uniform(0.6, 1.5, distance.size)
    grass |= rng.random(distance.size) < style.grass
    bank = (site.to_stream < style.meadow / 3) & (blocks > 0)
    canvas.lay(np.where(grass[parcels] | bank, parcels, 0), 6)
    verge = edges(furlongs) & (blocks > 0)
    canvas.lay(np.where(verge, furlongs, 0), 6)
    hedge = (noise(shape, 200, rng, 2) > 1.1) & ndimage.binary_dilation(verge)
    canvas.lay(np.where(hedge, furlongs, 0), 2)
    wild = per_label(site.wild, parcels)[parcels]
    lay_forest(
        canvas,
        (parcels > 0) & (wild > np.quantile(wild[parcels > 0], 1 - style.forest)),
        style,
        rng,
    )
    return along[furlongs].astype(np.float32)


def lay_forest(canvas: Canvas, forest: Array, style: Style, rng: np.random.Generator) -> None:
    """Paint the forest (bool) stand by stand, coniferous or mixed."""
    shape = forest.shape
    woods = label(forest, connectivity=1).astype(np.int32)
    bend = np.stack([8 * noise(shape, 170, rng) for _ in range(2)])
    stands = subdivide(woods, np.full(woods.max() + 1, 0.5), 5.0, 1.6, rng, bend)
    dry = per_label(noise(shape, 500, rng, 2), stands)
    dry += 0.5 * rng.standard_normal(dry.size)
    conifers = (dry > np.quantile(dry[stands[forest]], 1 - style.conifers))[stands]
    canvas.lay(np.where(conifers, 0, stands), 2)
    canvas.lay(np.where(conifers, stands, 0), 1)


def lay_water(
    canvas: Canvas, water: Array, stream: Route, site: Site, style: Style, rng: np.random.Generator
) -> None:
    """Paint the stream's water (bool), trees on its banks, and ponds of about half a hectare."""
    shape = water.shape
    trees = (site.to_stream < 14) & (noise(shape, 90, rng, 2) > 0.1)
    canvas.lay(trees.astype(int), 2)
    canvas.lay(water.astype(int), 8)
    dams = stream.points[rng.integers(0, len(stream.points), style.ponds)]
    ponds = distance_to(dams, shape) < 40 + 12 * noise(shape, 60, rng, 2)
    canvas.lay(label(ponds), 8)


def distance_to(places: Array, shape: Shape) -> Array:
    """Return every pixel's distance in metres to the nearest of the places (row, column)."""
    rows, cols = np.ogrid[: shape[0], : shape[1]]
    distances = [np.hypot(rows - r, cols - c) * PIXEL for r, c in places]
    return np.asarray(np.min([np.full(shape, np.inf), *distances], axis=0))
