"""Parcels: regions cut again and again along and across their own direction."""

import numpy as np
from skimage.measure import label

from s2kit.simulator.grid import PIXEL, Array


def mean_direction(regions: Array, angle: Array, weight: Array) -> Array:
    """Return per region (index = label) the weighted mean of directions, radians modulo pi.

    Directions, unlike angles, repeat after half a turn: doubled, they average like angles.
    """
    flat, w, doubled = regions.ravel(), weight.ravel(), 2 * angle.ravel()
    sines, cosines = (np.bincount(flat, f(doubled) * w) for f in (np.sin, np.cos))
    mean: Array = np.arctan2(sines, cosines) / 2
    return mean


def per_label(values: Array, labels: Array) -> Array:
    """Return the mean of ``values`` over each label (index = label; 0 where a label is absent)."""
    flat = labels.ravel()
    mean: Array = np.bincount(flat, values.ravel()) / np.maximum(np.bincount(flat), 1)
    return mean


def edges(labels: Array) -> Array:
    """Return the pixels whose right or lower neighbour has another label (bool)."""
    edge = np.zeros(labels.shape, bool)
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    edge[:-1] |= labels[:-1] != labels[1:]
    return edge


def subdivide(
    regions: Array,
    direction: Array,
    hectares: float,
    elongation: float,
    rng: np.random.Generator,
    bend: Array | None = None,
) -> Array:
    """Cut every region into parcels of about the wanted area and shape.

    Parameters
    ----------
    regions
        Labels, int, 0 = outside.
    direction
        Per label, the direction in radians along which its parcels run.
    hectares, elongation
        Wanted area, and length over width. Each region has its own area, up to a few times as
        large or small, and each cut falls somewhere near the middle.
    bend
        (2, rows, cols) displacement of rows and columns in pixels, which bends the cuts.

    Returns
    -------
    ndarray
        Labels from 1 (int32), each one connected, 0 outside.
    """
    rows, cols = np.indices(regions.shape, np.float32) + (0 if bend is None else bend)
    x, y = cols.ravel(), rows.ravel()
    order = np.argsort(regions, axis=None, kind="stable")
    starts = np.searchsorted(regions.ravel()[order], np.arange(1, regions.max() + 2))
    wanted = hectares * 1e4 / PIXEL**2 * np.exp(rng.normal(0, 0.5, len(starts)))
    stack = []
    for k in range(1, len(starts)):
        i, c, s = order[starts[k - 1] : starts[k]], np.cos(direction[k]), np.sin(direction[k])
        stack.append((i, x[i] * c + y[i] * s, y[i] * c - x[i] * s, wanted[k]))
    pieces, n = np.zeros(regions.size, np.int32), 0
    while stack:
        i, u, v, area = stack.pop()
        if i.size <= area * rng.uniform(0.6, 1.7):
            n += 1
            pieces[i] = n
            continue
        cut = u if np.ptp(u) > elongation * np.ptp(v) else v
        first = cut < cut.min() + np.ptp(cut) * rng.uniform(0.36, 0.64)
        stack += [(i[p], u[p], v[p], area) for p in (first, ~first) if p.any()]
    connected: Array = label(pieces.reshape(regions.shape), connectivity=1).astype(np.int32)
    return connected
