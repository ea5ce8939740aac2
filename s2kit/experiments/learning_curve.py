"""What an afternoon's polygons are worth in a new place: agreement by their number.

Squares are drawn by a seeded rule from the labels of a place, and labelled as a user would: where
the labels know a group of classes only, with the class of it that the old network finds likeliest
in the square. Agreement is counted outside the squares, by groups.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.accuracy.crosswalk import class_groups, group_positions
from s2kit.accuracy.group_agreement import assess_groups
from s2kit.maps.classify import class_map, class_probabilities
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.network.tuning import tuned_on
from s2kit.network.unet import UNet
from s2kit.scenes.codes import NO_CODE
from s2kit.scenes.nomenclature import NO_DATA, PAPER, with_nomenclature

LEGEND = "terramesh"
"""The legend of the labels of both places, in `s2kit.accuracy.crosswalk`."""

GROUPS = ("crops", "trees", "built")
"""The groups of classes that squares are drawn of, in turn."""

SIDES = (9, 7, 5, 3)
"""Sides of a square in pixels: the largest that fits into one code is drawn."""

Square = tuple[tuple[slice, slice], str]


def draw_squares(
    labels: xr.DataArray, number: int, seed: int, legend: str = LEGEND
) -> list[Square]:
    """Draw squares of one group each, the groups in turn: rows and columns, and the group.

    They do not overlap; there are fewer than asked for where the labels hold no more.
    """
    random, order = np.random.default_rng([seed, number]), list(class_groups())
    found = group_positions(labels.to_numpy(), legend)
    free = np.ones(found.shape, bool)
    of_group = {group: found == order.index(group) for group in GROUPS}
    waiting = {
        group: iter(random.permutation(np.argwhere(here))) for group, here in of_group.items()
    }
    drawn: list[Square] = []
    while waiting and len(drawn) < number:
        for group in list(waiting)[: number - len(drawn)]:
            inside = free & of_group[group]
            square = next(filter(None, (_square(inside, *at) for at in waiting[group])), None)
            if square is None:
                del waiting[group]
                continue
            free[square] = False
            drawn.append((square, group))
    return drawn


def _square(inside: npt.NDArray[np.bool_], row: int, column: int) -> tuple[slice, slice] | None:
    """Return the largest square around a pixel that lies inside; None if not even the smallest."""
    for half in (side // 2 for side in SIDES):
        first = row - half, column - half
        square = slice(first[0], row + half + 1), slice(first[1], column + half + 1)
        whole = inside[square].shape == (2 * half + 1, 2 * half + 1)
        if min(first) >= 0 and whole and inside[square].all():
            return square
    return None


def labelled_as_drawn(probabilities: xr.DataArray, squares: list[Square]) -> xr.DataArray:
    """Return the mask of squares, each of the likeliest class of its group."""
    mask = class_map(probabilities)
    values = np.full(mask.shape, NO_DATA, np.uint8)
    for (rows, columns), group in squares:
        classes = class_groups()[group]
        shares = probabilities.sel({"class": list(classes)})[:, rows, columns].mean(("y", "x"))
        values[rows, columns] = classes[int(shares.to_numpy().argmax())]
    return with_nomenclature(mask.copy(data=values), PAPER)


def group_agreement(
    codes: xr.DataArray, labels: xr.DataArray, without: xr.DataArray, legend: str = LEGEND
) -> dict[str, float]:
    """Return the share (per cent) of each group's pixels, outside a mask, that map to the group."""
    rest = labels.where(without.to_numpy() == NO_DATA, NO_CODE)
    agreement = assess_groups(codes, rest, legend).agreement["agreement"]
    return {g: round(100 * float(agreement[g]), 1) for g in GROUPS if g in agreement.index}


def one_drawing(
    network: UNet,
    scene: xr.DataArray,
    labels: xr.DataArray,
    number: int,
    seed: int,
    home: tuple[xr.DataArray, xr.DataArray] | None = None,
) -> list[dict[str, object]]:
    """Adapt to so many squares of a place: rows for before, adapted, and a random forest.

    Parameters
    ----------
    network
        The network to start from.
    scene, labels
        As `s2kit.sources.places.Places` opens them, legend "terramesh".
    number, seed
        Of the squares; the seed is that of the tuning as well.
    home
        A labelled scene that the network knows, not a test scene; the share of its labelled
        pixels that is mapped right is the column ``home``.
    """
    likely = class_probabilities(network, scene)
    mask = labelled_as_drawn(likely, draw_squares(labels, number, seed))
    tuned = tuned_on(network, scene, mask, seed)
    forest = train_baseline("random forest", {"place": (scene, mask)}, network.scaling, seed)
    maps: Mapping[str, xr.DataArray] = {
        "before": class_map(likely),
        "adapted": class_map(class_probabilities(tuned, scene)),
        "random forest": map_per_pixel(forest, scene),
    }
    rows: list[dict[str, object]] = []
    for what, codes in maps.items():
        shares = group_agreement(codes, labels, mask)
        mean = round(float(np.mean(list(shares.values()))), 1)
        about = {"place": str(scene.name), "polygons": number, "seed": seed, "network": what}
        rows.append(about | shares | {"mean": mean})
    for row, each in zip(rows, (network, tuned), strict=False):
        if home is not None:
            row["home"] = _right(each, *home)
    return rows


def _right(network: UNet, scene: xr.DataArray, mask: xr.DataArray) -> float:
    """Return the share (per cent) of labelled pixels that one look maps right."""
    codes = class_map(class_probabilities(network, scene, turns=False)).to_numpy()
    labelled = mask.to_numpy() != NO_DATA
    return round(100 * float((codes == mask.to_numpy())[labelled].mean()), 1)
