"""Villages along the roads, and the town with its streets and kinds of blocks."""

import numpy as np
from scipy import ndimage
from skimage.measure import label

from s2kit.simulator.canvas import Canvas
from s2kit.simulator.grid import PIXEL, Array
from s2kit.simulator.parcels import edges, mean_direction, per_label, subdivide
from s2kit.simulator.roads import Beside
from s2kit.simulator.styles import Style
from s2kit.simulator.terrain import noise

FRONT = 26.0
"""Metres of road front that a village house has."""


def lay_village(canvas: Canvas, zone: Array, place: Beside, rng: np.random.Generator) -> None:
    """Set houses, yards and barns along the roads of the ``zone``, gardens and trees around."""
    lots = (place.along // FRONT).astype(int) * 2 + (place.side > 0)
    chance, setback, size = rng.random((3, lots.max() + 1), np.float32)[:, lots]
    gardens = np.where(zone, lots // 8 + 1, 0)
    canvas.lay(gardens, 6)
    trees = (noise(zone.shape, 28, rng, 1) > 0.9) & (place.distance > 18)
    canvas.lay(np.where(trees, gardens, 0), 2)
    across = place.along % FRONT - FRONT / 2
    front = place.distance - 17 - 10 * setback
    house = (np.abs(across) < 5.5 + 3 * size) & (np.abs(front) < 5.5)
    barn = (np.abs(across + 4) < 4 + 7 * size) & (np.abs(front - 27) < 5)
    yard = (np.abs(across + 2) < 8) & (front > 0) & (front < 24)
    built = (house & (chance > 0.12)) | ((barn | yard) & (chance > 0.4))
    canvas.lay(label(built & zone, connectivity=1), 3)


def town_quarters(
    blocks: Array, far: Array, style: Style, place: Beside, rng: np.random.Generator
) -> Array:
    """Return labels of the quarters that form the town: where ``far`` (metres) is least."""
    if not style.town:
        return np.zeros_like(blocks)
    angle = mean_direction(blocks, place.angle, np.exp(-place.distance / 300))
    quarters = subdivide(blocks, angle, 18, 1.8, rng)
    mean = per_label(far + 250 * noise(blocks.shape, 600, rng), quarters)[quarters]
    return np.where((mean < np.quantile(mean, style.town)) & (blocks > 0), quarters, 0)


def lay_town(canvas: Canvas, quarters: Array, place: Beside, rng: np.random.Generator) -> None:
    """Cut the town's quarters (labels) into blocks by streets, and fill the blocks by kind."""
    shape, inside = quarters.shape, quarters > 0
    angle = mean_direction(quarters, place.angle, np.exp(-place.distance / 120))
    blocks = subdivide(quarters, angle, 1.7, 1.7, rng)
    streets = edges(blocks) & inside
    streets |= ndimage.shift(streets, (1, 0)) & inside
    blocks[streets] = 0
    kind = _kinds(blocks, inside, rng)[blocks]
    built = _plan(blocks, kind, angle[quarters], rng)
    paved = rng.random(blocks.max() + 1)[blocks] < np.array([0.05, 0.35, 0.75, 0.65, 0.0])[kind]
    trees = noise(shape, 40, rng, 2) > np.array([0.8, 0.9, 1.6, 1.2, 0.1])[kind]
    canvas.lay(blocks, 6)
    canvas.lay(np.where(paved, blocks, 0), 3)
    canvas.lay(np.where(trees, blocks, 0), 2)
    canvas.lay(label(built, connectivity=1), 3)
    canvas.lay(np.where(streets, quarters, 0), 7)


def _kinds(blocks: Array, inside: Array, rng: np.random.Generator) -> Array:
    """Return per block: 0 houses, 1 slabs of flats, 2 halls, 3 tenements, 4 park."""
    density = ndimage.uniform_filter(inside.astype(np.float32), 160)
    density += 0.3 * noise(inside.shape, 700, rng, 2)
    rank = per_label(density, blocks) + 0.15 * rng.standard_normal(blocks.max() + 1)
    order = np.argsort(np.argsort(rank)) / rank.size  # 0 at the rim .. 1 in the centre
    return np.where(rng.random(rank.size) < 0.12, 4, np.digitize(order, [0.36, 0.58, 0.72]))


def _plan(blocks: Array, kind: Array, theta: Array, rng: np.random.Generator) -> Array:
    """Return the buildings (bool): a pattern for each kind of block, along its streets."""
    down, right = np.indices(blocks.shape, np.float32) * PIXEL
    u = right * np.cos(theta) + down * np.sin(theta)
    v = down * np.cos(theta) - right * np.sin(theta)
    edge = ndimage.distance_transform_edt(blocks > 0) * PIXEL
    there = rng.random(997)[((u // 24) * 31 + (v // 30) * 57).astype(int) % 997] > 0.2
    houses = (u % 24 < 12) & (v % 30 < 11) & (edge > 8) & (edge < 48) & there
    slabs = (u % 100 < 78) & (v % 48 < 14) & (edge > 12)
    halls = (u % 110 < 85) & (v % 75 < 50) & (edge > 10)
    tenements = ((edge > 5) & (edge < 19)) | ((u % 37 < 12) & (v % 41 < 22))
    plans = [houses, slabs, halls, tenements]
    return np.select([(kind == k) & (blocks > 0) for k in range(4)], plans, False)
