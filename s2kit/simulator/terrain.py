"""Relief: smooth hills, and the watercourse that follows the low ground."""

import numpy as np
from scipy import sparse

from s2kit.simulator.grid import PIXEL, Array, Shape
from s2kit.simulator.roads import Route, cheapest_route
from s2kit.simulator.styles import Style


def noise(shape: Shape, scale: float, rng: np.random.Generator, octaves: int = 3) -> Array:
    """Return a smooth random field (float32, mean 0, sd 1) with features of ``scale`` metres.

    Random numbers on a coarse grid, joined by cubic B-splines; each octave halves the scale and
    the height of the one before, as hills upon hills do.
    """
    field = np.zeros(shape, np.float32)
    for octave in range(octaves):
        step = max(scale / PIXEL / 2**octave, 1.0)
        coarse = rng.standard_normal([int(n / step) + 5 for n in shape], np.float32)
        down, across = (_spline(n, step, m) for n, m in zip(shape, coarse.shape, strict=True))
        field += (across @ (down @ coarse).T).T / 2**octave
    scaled: Array = (field - field.mean()) / field.std()
    return scaled


def _spline(n: int, step: float, knots: int) -> sparse.csr_array:
    """Return the (n, knots) matrix of cubic B-spline weights, four in each row."""
    whole, f = np.divmod(np.arange(n, dtype=np.float32) / np.float32(step), 1)
    weights = np.stack([(1 - f) ** 3, 3 * f**3 - 6 * f**2 + 4, 3 * (f + f**2 - f**3) + 1, f**3])
    columns = whole.astype(np.int32)[:, None] + np.arange(4, dtype=np.int32)
    rows = np.arange(0, 4 * n + 1, 4)
    return sparse.csr_array((weights.T.ravel() / 6, columns.ravel(), rows), (n, knots))


def hills(shape: Shape, style: Style, rng: np.random.Generator) -> Array:
    """Return the elevation in metres (float32)."""
    rows, cols = (np.linspace(-1, 1, n, dtype=np.float32) for n in shape)
    centre = np.exp(-3 * (rows[:, None] ** 2 + cols[None, :] ** 2))
    elevation: Array = style.relief * (noise(shape, 1300, rng) + style.massif * centre)
    return elevation


def watercourse(elevation: Array, style: Style, rng: np.random.Generator) -> Route:
    """Lay a stream from one edge of the area to the opposite one, along the low ground."""
    last = np.array(elevation.shape) - 1
    z = elevation / style.relief + 0.6 * noise((last[0] + 1, last[1] + 1), 250, rng)
    ends = np.column_stack([rng.uniform(0.15, 0.85, 2), [0, 1]])
    if rng.random() < 0.5:
        ends = ends[:, ::-1]
    start, end = ends * last
    return Route(cheapest_route(np.exp(1.6 * z), start, end, smooth=40), style.river)
