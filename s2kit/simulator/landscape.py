"""One area's ground: relief, water, pits, roads, fields, forest and settlements."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial.distance import cdist
from skimage.measure import label

from s2kit.simulator.canvas import Canvas
from s2kit.simulator.countryside import Site, distance_to, lay_fields, lay_water
from s2kit.simulator.grid import PIXEL, Array, Shape
from s2kit.simulator.quarries import BENCH, dig, lay_quarries
from s2kit.simulator.roads import Route, beside, build_roads, draw
from s2kit.simulator.settlements import lay_town, lay_village, town_quarters
from s2kit.simulator.styles import Style
from s2kit.simulator.terrain import hills, noise, watercourse


@dataclass(frozen=True)
class Landscape:
    """What stays from date to date, on the 5 m grid.

    ``objects`` (int32) numbers the things on the ground, ``codes`` gives each one's class (9
    stands for fields: the calendar decides), ``height`` is the surface in metres with trees,
    houses and pits, ``tillage`` the direction of the rows in radians.
    """

    objects: Array
    codes: Array
    height: Array
    tillage: Array


def make_landscape(style: Style, shape: Shape, rng: np.random.Generator) -> Landscape:
    """Grow one area's ground, in about the order in which real ones grew."""
    ground = hills(shape, style, rng)
    stream = watercourse(ground, style, rng)
    to_stream = ndimage.distance_transform_edt(~draw([stream], shape, extra=3)) * PIXEL
    wild = ground / ground.std() + style.patchy * noise(shape, style.patch, rng)
    wild -= 2 * np.exp(-to_stream / 150)
    wood = wild - np.quantile(wild, 1 - style.forest)
    pits, depth = dig(scatter(style.quarries, -np.abs(wood), 700, rng), shape, rng)
    at_pits = ndimage.binary_dilation(pits > 0, iterations=6)
    worth = -0.7 * wild - 3 * np.exp(-to_stream / 90) - 30 * at_pits
    villages = scatter(style.villages, worth, 1300, rng)
    cost = np.exp(0.35 * noise(shape, 500, rng) + 0.5 * (wood > 0))
    cost *= np.where(at_pits, 60, 1) * np.where(to_stream < style.river, 12, 1)
    roads = lay_roads(cost, villages, style, rng)
    site = Site(wild, to_stream, beside(roads, shape))

    canvas = Canvas(np.zeros(shape, np.int32))
    road, water = draw(roads, shape), draw([stream], shape)
    blocks = label(~(road | water), connectivity=1).astype(np.int32)
    to_village = distance_to(villages, shape)
    far = to_village - 900 * (to_stream < style.meadow)
    quarters = town_quarters(blocks, far, style, site.place, rng)
    tillage = lay_fields(canvas, np.where(quarters > 0, 0, blocks), site, style, rng)
    reach = style.radius * (1 + 0.35 * noise(shape, 350, rng))
    beside_road = (site.place.distance < style.depth) & (to_stream > 25) & (quarters == 0)
    lay_village(canvas, beside_road & (to_village < reach), site.place, rng)
    lay_water(canvas, water, stream, site, style, rng)
    if style.town:
        lay_town(canvas, quarters, site.place, rng)
    canvas.lay(np.where(road, 1 + (site.place.along // 150).astype(int), 0), 7)
    lay_quarries(canvas, pits, depth, rng)
    codes = np.array(canvas.codes, np.uint8)
    height = ground + heights(codes[canvas.objects], depth, rng)
    return Landscape(canvas.objects, codes, height, tillage)


def scatter(n: int, worth: Array, apart: float, rng: np.random.Generator) -> Array:
    """Choose n places (row, column): each the worthiest of a few, away from those before."""
    chosen = np.empty((0, 2))
    for _ in range(n):
        tries = rng.uniform(0.06, 0.94, (60, 2)) * worth.shape
        score = worth[tuple(tries.astype(int).T)].astype(float)
        if len(chosen):
            score -= 4 * np.exp(-((cdist(tries, chosen).min(axis=1) * PIXEL / apart) ** 2))
        chosen = np.vstack([chosen, tries[np.argmax(score)]])
    return chosen


def lay_roads(cost: Array, villages: Array, style: Style, rng: np.random.Generator) -> list[Route]:
    """Join the villages, their lanes and the edges of the area by roads."""
    last = np.array(cost.shape) - 1
    lanes = rng.normal(0, style.radius / 2 / PIXEL, (len(villages), style.lanes, 2))
    lanes = (lanes + villages[:, None]).reshape(-1, 2).clip(last * 0.02, last * 0.98)
    turn = (np.arange(style.exits) + rng.uniform(0.1, 0.9, style.exits)) / style.exits * 2 * np.pi
    out = np.column_stack([np.sin(turn), np.cos(turn)])
    out = (out / np.abs(out).max(axis=1, keepdims=True) + 1) / 2 * last
    return build_roads(cost, np.vstack([villages, lanes, out]), style.exits, style.road)


def heights(cover: Array, depth: Array, rng: np.random.Generator) -> Array:
    """Return what stands on the ground or is dug into it, in metres (float32)."""
    crowns = 17 + 2.5 * noise(cover.shape, 14, rng, 2) + 3 * noise(cover.shape, 150, rng, 2)
    trees = ndimage.gaussian_filter(np.isin(cover, (1, 2)) * crowns, 0.8)
    pit = np.isin(cover, (8, 10)) * depth * BENCH
    return np.asarray(trees + 8 * (cover == 3) - pit, np.float32)
