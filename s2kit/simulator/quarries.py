"""Open pits: broken outlines, benches stepping down, a lake in the deepest corner."""

import numpy as np
from rasterio.features import rasterize
from scipy import ndimage
from shapely import MultiPoint, Polygon, affinity, unary_union

from s2kit.simulator.canvas import Canvas
from s2kit.simulator.grid import PIXEL, Array, Shape
from s2kit.simulator.terrain import noise

BENCH = 12.0
"""Height of a bench in metres."""


def dig(places: Array, shape: Shape, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the pits' labels (int, 0 = none), and how many benches deep every pixel lies."""
    radii = rng.uniform(150, 420, len(places)) / PIXEL
    outlines = [_outline(c, r, rng) for c, r in zip(places, radii, strict=True)]
    drawn = [(pit, k) for k, pit in enumerate(outlines, start=1)]
    pits = rasterize(drawn, shape, dtype=np.int32) if drawn else np.zeros(shape, np.int32)
    ragged = [i + 4 * noise(shape, 70, rng) for i in np.indices(shape, np.float32)]
    pits = ndimage.map_coordinates(pits, ragged, order=0, mode="nearest")
    from_wall = ndimage.distance_transform_edt(pits > 0) * PIXEL + 16 * noise(shape, 90, rng)
    width = rng.uniform(20, 50, len(places) + 1)[pits]
    deepest = rng.integers(1, 6, len(places) + 1)[pits]
    return pits, np.where(pits > 0, np.clip(from_wall // width, 0, deepest), 0).astype(int)


def _outline(centre: Array, radius: float, rng: np.random.Generator) -> Polygon:
    """Return an outline (column, row): blocks of rock taken one beside the other."""
    hulls = []
    for _ in range(rng.integers(3, 6)):
        points = rng.uniform(-0.62, 0.62, (9, 2)) + rng.uniform(-0.65, 0.65, 2)
        hulls.append(MultiPoint(points * radius).convex_hull.buffer(3))
    pit = affinity.scale(unary_union(hulls), *rng.uniform(0.8, 1.25, 2))
    return affinity.translate(pit, centre[1], centre[0])


def lay_quarries(canvas: Canvas, pits: Array, depth: Array, rng: np.random.Generator) -> None:
    """Paint overgrown spoil round the pits, the pits bench by bench, and lakes at the bottom."""
    shape = canvas.objects.shape
    rim = ndimage.binary_dilation(pits > 0, iterations=6) & (pits == 0)
    canvas.lay((rim & (noise(shape, 60, rng, 2) > -0.3)).astype(int), 2)
    heaps, n = ndimage.label(noise(shape, 90, rng, 2) > 0.3)
    canvas.lay(np.where(pits > 0, 1 + (pits * 8 + depth) * (n + 1) + heaps, 0), 10)
    lakes, low = np.zeros_like(pits), noise(shape, 130, rng, 2) > -0.1
    for k in range(1, pits.max() + 1):
        bottom = (pits == k) & (depth == depth[pits == k].max(initial=0)) & low
        parts, n = ndimage.label(bottom)
        size = np.bincount(parts.ravel())[1:]
        if n and rng.random() < 0.8 and size.max() > 60:  # 0.15 ha
            lakes[parts == np.argmax(size) + 1] = k
    canvas.lay(ndimage.grey_opening(lakes, 3), 8)
