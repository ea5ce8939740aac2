"""Roads join all places in one network, and the ground knows where it lies beside them."""

import networkx as nx
import numpy as np
import pytest
from scipy import ndimage

from s2kit.simulator.roads import (
    Route,
    beside,
    build_roads,
    cheapest_route,
    draw,
    road_graph,
)

SHAPE = (200, 240)
CONNECTED = np.ones((3, 3), int)


@pytest.mark.parametrize("seed", range(4))
def test_roads_are_one_network_that_reaches_every_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    villages = rng.uniform(20, 180, (6, 2))
    exits = np.array([[0.0, 60.0], [199.0, 100.0], [90.0, 0.0], [120.0, 239.0]])
    places = np.vstack([villages, exits])

    roads = build_roads(np.ones(SHAPE), places, len(exits), main_width=12)

    networks, n = ndimage.label(draw(roads, SHAPE), CONNECTED)
    assert n == 1
    metres = ndimage.distance_transform_edt(networks == 0) * 5
    rows, cols = places.astype(int).T
    assert metres[rows, cols].max() <= 30  # a place so near a road needs none of its own


def test_the_main_road_leads_from_edge_to_edge() -> None:
    places = np.array([[50.0, 50.0], [60.0, 150.0], [0.0, 20.0], [100.0, 239.0], [150.0, 0.0]])

    graph = road_graph(places, exits=3)

    main = nx.subgraph_view(graph, filter_edge=lambda a, b: graph.edges[a, b]["main"])
    ends = [node for node in main if main.degree(node) == 1]
    assert nx.is_connected(graph)
    assert len(ends) == 2
    assert all(node >= 2 for node in ends)


def test_a_way_goes_round_what_is_dear_and_ends_where_it_should() -> None:
    cost = np.ones(SHAPE)
    cost[:150, 100:140] = 50.0
    start, end = np.array([20.0, 20.0]), np.array([20.0, 220.0])

    points = cheapest_route(cost, start, end, smooth=40)

    assert points[0] == pytest.approx(start)
    assert points[-1] == pytest.approx(end)
    crossing = points[(points[:, 1] > 105) & (points[:, 1] < 135)]
    assert crossing[:, 0].min() > 140


def test_places_beside_a_straight_road() -> None:
    road = Route(np.column_stack([np.full(41, 10.0), np.arange(41.0)]), 8.0)

    place = beside([road], (21, 41))

    assert place.distance[0, 20] == 50  # ten pixels of 5 m
    assert place.along[3, 30] - place.along[3, 10] == pytest.approx(100)
    assert place.side[5, 20] == -place.side[15, 20]
    assert abs(np.sin(place.angle[15, 20])) < 1e-6
