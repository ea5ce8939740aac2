"""Roads: the cheapest ways between villages and out of the area, grown into one network."""

from dataclasses import dataclass

import networkx as nx
import numpy as np
from rasterio.features import rasterize
from scipy import ndimage
from scipy.spatial import Delaunay, cKDTree
from shapely import LineString
from skimage.graph import route_through_array

from s2kit.simulator.grid import PIXEL, Array, Shape

COARSE = 4
"""Ways are sought on every fourth pixel (20 m)."""


@dataclass(frozen=True)
class Route:
    """A road or watercourse: points (row, column) one pixel apart, and its width in metres."""

    points: Array
    width: float


def cheapest_route(cost: Array, start: Array, end: Array, smooth: float) -> Array:
    """Return the points of the cheapest way over ``cost``, rounded over ``smooth`` metres."""
    return _round(_search(cost, start, end), smooth)


def _search(cost: Array, start: Array, end: Array) -> Array:
    coarse = cost[::COARSE, ::COARSE]
    last = np.array(coarse.shape) - 1
    first_cell, last_cell = (np.minimum(p / COARSE, last).astype(int) for p in (start, end))
    path, _ = route_through_array(coarse, first_cell, last_cell)  # by steps, diagonals longer
    return np.vstack([start, np.array(path[1:-1]).reshape(-1, 2) * COARSE, end])


def _round(points: Array, smooth: float) -> Array:
    """Straighten the staircase that a search on a grid leaves, then round its corners."""
    line = LineString(points).simplify(smooth / PIXEL / 2)
    share = np.linspace(0, 1, max(int(line.length), 2))
    even = np.array([p.coords[0] for p in line.interpolate(share, normalized=True)])
    rounded = ndimage.gaussian_filter1d(even, smooth / PIXEL, axis=0, mode="nearest")
    to_end = np.minimum(share, 1 - share)[:, None] * line.length
    fade = np.minimum(1, to_end * PIXEL / (2 * smooth))
    kept: Array = fade * rounded + (1 - fade) * even  # the ends stay where they were
    return kept


def draw(ways: list[Route], shape: Shape, extra: float = 0.0) -> Array:
    """Return a mask (bool) of the ways, ``extra`` metres wider on both sides."""
    lines = [LineString(way.points[:, ::-1] + 0.5) for way in ways]
    widths = [(way.width / 2 + extra) / PIXEL for way in ways]
    strips = [line.buffer(width) for line, width in zip(lines, widths, strict=True)]
    mask: Array = rasterize(strips, shape, dtype=np.uint8).astype(bool)
    return mask


def road_graph(places: Array, exits: int) -> nx.Graph:
    """Join places (n, 2) by a shortest tree, and by links where its detour is long.

    The last ``exits`` places lie on the edge of the area; the edges between the two of them that
    are farthest apart carry ``main=True``.
    """
    near = nx.Graph()
    for corners in Delaunay(places).simplices:
        for i, j in ((0, 1), (1, 2), (2, 0)):
            a, b = int(corners[i]), int(corners[j])
            near.add_edge(a, b, weight=float(np.hypot(*(places[a] - places[b]))), main=False)
    graph, inner = nx.minimum_spanning_tree(near), len(places) - exits
    for a, b, data in sorted(near.edges(data=True), key=lambda edge: edge[2]["weight"]):
        detour = nx.shortest_path_length(graph, a, b, "weight")
        if min(a, b) < inner and detour > 1.8 * data["weight"]:
            graph.add_edge(a, b, **data)
    pairs = [(a, b) for a in range(inner, len(places)) for b in range(inner, a)]
    far = max(pairs, key=lambda pair: nx.shortest_path_length(graph, *pair, "weight"))
    for a, b in nx.utils.pairwise(nx.shortest_path(graph, *far, "weight")):
        graph.edges[a, b]["main"] = True
    return graph


def build_roads(cost: Array, places: Array, exits: int, main_width: float) -> list[Route]:
    """Lay the road network over the ground, the main road first.

    A way that exists is cheap to follow, so later ways join it, and are built only where they
    leave it.
    """
    cost = cost.copy()
    roads: list[Route] = []
    edges = road_graph(places, exits).edges(data=True)
    for a, b, data in sorted(edges, key=lambda edge: (not edge[2]["main"], edge[2]["weight"])):
        for part in _unbuilt(_search(cost, places[a], places[b]), roads):
            roads.append(Route(_round(part, 70), main_width if data["main"] else 8.0))
            cost[draw(roads[-1:], cost.shape, extra=8)] *= 0.35
    return roads


def _unbuilt(path: Array, roads: list[Route]) -> list[Array]:
    """Return the stretches of a path that no road covers, their ends on the roads."""
    if not roads:
        return [path]
    built = np.vstack([road.points for road in roads])
    distance, nearest = cKDTree(built).query(path)
    runs, n = ndimage.label(distance > 30 / PIXEL)
    stretches = [np.flatnonzero(runs == run) for run in range(1, n + 1)]
    return [
        np.vstack(
            [
                *([built[nearest[i[0]]]] if i[0] > 0 else []),
                path[i],
                *([built[nearest[i[-1]]]] if i[-1] < len(path) - 1 else []),
            ]
        )
        for i in stretches
        if len(i) > 2
    ]


@dataclass(frozen=True)
class Beside:
    """Where every pixel lies beside its nearest way (rasters)."""

    distance: Array  # metres from the middle of the way
    along: Array  # metres along all ways, one after the other
    angle: Array  # direction of the way in radians, from the column axis to the row axis
    side: Array  # -1 or 1


def beside(ways: list[Route], shape: Shape) -> Beside:
    """Measure every pixel's place beside the nearest of the ways."""
    along, angle = np.full(shape, np.nan, np.float32), np.zeros(shape, np.float32)
    start = 0.0
    for way in ways:
        steps = np.hypot(*np.diff(way.points, axis=0, prepend=way.points[:1]).T) * PIXEL
        tangent = ndimage.gaussian_filter1d(np.gradient(way.points, axis=0), 6, axis=0)
        rows, cols = np.round(way.points).astype(int).clip(0, np.array(shape) - 1).T
        along[rows, cols] = start + np.cumsum(steps)
        angle[rows, cols] = np.arctan2(*tangent.T)
        start += steps.sum() + 100
    distance, (r, c) = ndimage.distance_transform_edt(np.isnan(along), return_indices=True)
    down, right = np.indices(shape, np.float32) - np.stack([r, c])
    side = np.where(right * np.sin(angle[r, c]) > down * np.cos(angle[r, c]), 1, -1)
    return Beside((distance * PIXEL).astype(np.float32), along[r, c], angle[r, c], side)
