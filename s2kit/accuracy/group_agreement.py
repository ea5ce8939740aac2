"""Agreement of a class map with labels of another legend, by groups of classes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from s2kit.accuracy.confusion import require_same_grid
from s2kit.accuracy.crosswalk import OURS, class_groups, group_positions, legend_of
from s2kit.accuracy.intervals import bootstrap, percentile_interval
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.codes import NO_CODE
from s2kit.scenes.nomenclature import NO_DATA, PAPER, nomenclature_of, require_same_classes

BLOCK = 32
"""Side of the blocks in pixels (320 m): wider than most fields, so that two blocks seldom share one
mistake, and small enough that a piece of 224 pixels has 49."""

FEWEST = 5
"""Blocks with a group below which no interval is given: their draws say next to nothing."""


@dataclass(frozen=True)
class GroupAssessment:
    """What a comparison by groups yields.

    Attributes
    ----------
    matrix
        Confusion of groups, pixels, map in rows.
    agreement
        One row per group that the reference has: ``pixels`` of the reference, ``blocks`` that hold
        some, ``agreement`` (share of them that the map puts into the group: producer's accuracy,
        recall) and its 95 % interval ``low``, ``high`` from resampling blocks, NaN below `FEWEST`.
    left_out
        Pixels of each label that cannot be compared.
    unmapped
        Comparable pixels without map data.
    """

    matrix: pd.DataFrame
    agreement: pd.DataFrame
    left_out: dict[str, int]
    unmapped: int


def assess_groups(
    class_map: xr.DataArray,
    labels: xr.DataArray,
    legend: str,
    block: int = BLOCK,
    repeats: int = 2000,
    seed: int = 0,
) -> GroupAssessment:
    """Compare a class map with labels of another legend by groups of classes.

    Parameters
    ----------
    class_map
        Codes of the paper's classes, dims (y, x), 0 = no data.
    labels
        Codes of the legend, dims (y, x), on the same grid, `NO_CODE` = not labelled.
    legend
        One of `s2kit.accuracy.crosswalk.legends`.
    block
        Side of the resampled blocks in pixels (cluster bootstrap, Efron & Tibshirani 1993).
    repeats, seed
        Draws of blocks, and their seed.

    Raises
    ------
    S2kitError
        If map or labels hold other codes, their grids differ, or nothing can be compared.

    Examples
    --------
    >>> import rioxarray
    >>> grid = {"y": [15.0, 5.0], "x": [5.0, 15.0]}
    >>> def raster(codes):
    ...     values = xr.DataArray(np.array(codes), grid, ("y", "x"))
    ...     return values.rio.write_crs(32633)
    >>> result = assess_groups(raster([[4, 9], [6, 2]]), raster([[211, 211], [231, 231]]), "corine")
    >>> result.agreement["agreement"].to_dict()
    {'crops': 1.0, 'grass': 0.5}
    """
    require_raster(class_map, "the class map", ("y", "x"))
    require_raster(labels, "the labels", ("y", "x"))
    if type(block) is not int or block < 1:
        raise S2kitError(f"block {block!r:.30} must be a whole number of pixels, 1 or more")
    require_same_classes(nomenclature_of(class_map), PAPER)
    require_same_grid(class_map, labels)
    codes = labels.to_numpy()
    reference = group_positions(codes, legend)
    mapped = group_positions(class_map.to_numpy(), OURS, "the map")
    both = (reference >= 0) & (mapped >= 0)
    if not both.any():
        raise S2kitError(
            f"no label of the legend {legend} that can be compared lies where the map has data; "
            "check place and legend"
        )
    cubes = _block_matrices(mapped, reference, both, block)
    groups = pd.Index(class_groups(), name="map")
    return GroupAssessment(
        matrix=pd.DataFrame(cubes.sum(axis=0), groups, groups.rename("reference")),
        agreement=_agreement(cubes, repeats, seed),
        left_out=_left_out(codes, reference, legend),
        unmapped=int(((reference >= 0) & (class_map.to_numpy() == NO_DATA)).sum()),
    )


def _block_matrices(
    mapped: npt.NDArray[np.int64],
    reference: npt.NDArray[np.int64],
    both: npt.NDArray[np.bool_],
    block: int,
) -> npt.NDArray[np.int64]:
    """Return the confusion of groups in each block that holds comparable pixels."""
    rows, columns = np.nonzero(both)
    across = -(-both.shape[1] // block)
    _, owner = np.unique(rows // block * across + columns // block, return_inverse=True)
    size = len(class_groups())
    cubes = np.zeros((owner.max() + 1, size, size), np.int64)
    np.add.at(cubes, (owner, mapped[both], reference[both]), 1)
    return cubes


def _agreement(cubes: npt.NDArray[np.int64], repeats: int, seed: int) -> pd.DataFrame:
    draws = _recalls(bootstrap(cubes, repeats, seed))
    estimates = _recalls(cubes.sum(axis=0))
    rows = {}
    for position, group in enumerate(class_groups()):
        pixels = cubes[:, :, position].sum(axis=1)
        if not pixels.any():
            continue
        blocks = int((pixels > 0).sum())
        low = high = float("nan")
        if blocks >= FEWEST:
            interval = percentile_interval(float(estimates[position]), draws[:, position])
            low, high = interval.low, interval.high
        rows[group] = (int(pixels.sum()), blocks, float(estimates[position]), low, high)
    columns = ["pixels", "blocks", "agreement", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _recalls(matrices: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the share of each reference group that is mapped as it, (…, K, K) → (…, K)."""
    right = np.diagonal(matrices, axis1=-2, axis2=-1).astype(np.float64)
    total = matrices.sum(axis=-2)
    shares: npt.NDArray[np.float64] = np.full(right.shape, np.nan)
    np.divide(right, total, out=shares, where=total > 0)
    return shares


def _left_out(
    codes: npt.NDArray[np.integer], reference: npt.NDArray[np.int64], legend: str
) -> dict[str, int]:
    known = legend_of(legend)
    values, counts = np.unique(codes[(reference < 0) & (codes != NO_CODE)], return_counts=True)
    return {
        known[int(value)].label: int(count)
        for value, count in zip(values, counts, strict=True)
        if int(value) in known
    }
