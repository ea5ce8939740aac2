"""A stratified random sample of a class map: how many points, in which classes, and where.

Polygons drawn where one is sure are no sample: nothing follows from them for the rest of the map.
Points drawn at random within each mapped class do for it (Olofsson, Foody, Herold, Stehman,
Woodcock and Wulder 2014, Remote Sensing of Environment 148, 42-57,
doi 10.1016/j.rse.2014.02.015, section 5.1: sample size, Eq. 13; allocation: as the areas, with a
minimum for rare classes). What follows from them says `s2kit.accuracy.sampled`.
"""

import math
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.nomenclature import nomenclature_of

FEWEST = 2
"""Points of a class; the spread among fewer is unknown."""

USUAL_MINIMUM = 50
"""Points of a rare class (section 5.1.2 of the paper: 50 to 100)."""

MOST = 100_000
"""Points in all; nobody labels more."""


def sample_size(
    pixels: Sequence[int] | pd.Series, standard_error: float, user_accuracy: float = 0.8
) -> int:
    """Compute the sample size for a target standard error of overall accuracy (Eq. 13).

    Parameters
    ----------
    pixels
        Pixels of each mapped class.
    standard_error
        Wanted standard error of overall accuracy, 0 to 1; the 95 % interval is 1.96 times as
        far to either side.
    user_accuracy
        User's accuracy that one expects, 0 to 1: of all classes, or one for each.

    Returns
    -------
    int
        Number of points, at most `MOST`.

    Raises
    ------
    S2kitError
        If an argument lies outside of its range.

    Examples
    --------
    The example of the paper, section 5.1.1 there:

    >>> sample_size([200_000, 150_000, 3_200_000, 6_450_000], 0.01, [0.7, 0.6, 0.9, 0.95])
    641
    """
    if not 0 < standard_error < 0.5:
        raise S2kitError(
            f"the standard error {standard_error:g} is out of range; give a share between 0 and "
            "0.5, for instance 0.02"
        )
    expected = np.asarray(user_accuracy, dtype=np.float64)
    if ((expected <= 0) | (expected >= 1)).any():
        raise S2kitError("the expected accuracy must lie between 0 and 1; give for instance 0.8")
    count = np.asarray(pixels, dtype=np.float64)
    total = count.sum()
    if total <= 0:
        raise S2kitError("the map has no mapped pixel to draw points from; give another map")
    weight, variance = count / total, expected * (1 - expected)
    top = float((weight * np.sqrt(variance)).sum()) ** 2
    size = top / (standard_error**2 + float((weight * variance).sum()) / total)
    return min(MOST, math.ceil(float(size) - 1e-9))


def allocate(
    pixels: Sequence[int] | pd.Series, points: int, minimum: int | None = None
) -> NDArray[np.int64]:
    """Share points among classes as their areas, with a minimum for each rare one.

    Parameters
    ----------
    pixels
        Pixels of each mapped class; classes of none get no point.
    points
        Points in all.
    minimum
        Points of a rare class; default: 50, or half of an equal share if that is less. A class
        of fewer pixels gets all of them.

    Returns
    -------
    numpy.ndarray
        int64, points of each class; their sum is ``points``, or all pixels if those are fewer.

    Raises
    ------
    S2kitError
        If the points do not suffice for the minimum, or there are no pixels.

    Examples
    --------
    >>> allocate([1_000, 300_000, 700_000, 0], points=300).tolist()
    [50, 75, 175, 0]
    """
    size = np.asarray(pixels, dtype=np.int64)
    mapped = int((size > 0).sum())
    if not mapped:
        raise S2kitError("the map has no mapped pixel to draw points from; give another map")
    least = max(FEWEST, min(USUAL_MINIMUM, points // (2 * mapped))) if minimum is None else minimum
    if least < FEWEST:
        raise S2kitError(
            f"a minimum of {least} points is too few for a spread; give {FEWEST} or more"
        )
    floor = np.minimum(size, least)
    if not floor.sum() <= points <= MOST:
        raise S2kitError(
            f"{points} points are out of range: {mapped} classes with at least {least} points each "
            f"need {floor.sum()}, and {MOST} are the most; change the number or the minimum"
        )
    return _as_areas(size, floor, min(points, int(size.sum())))


def _as_areas(size: NDArray[np.int64], floor: NDArray[np.int64], points: int) -> NDArray[np.int64]:
    """Give every class its floor or its share by area; what floors take is taken from the rest."""
    given, free = floor.copy(), size > 0
    while True:
        left = points - int(given[~free].sum())
        share = np.where(free, left * size / max(1, int(size[free].sum())), 0)
        low = free & (share < floor)
        if not low.any():
            break
        free &= ~low
    whole = np.where(free, np.floor(share).astype(np.int64), given)
    # Largest remainders; none is larger than what its class has left, since a share never is.
    rest = points - int(whole.sum())
    order = np.argsort(-np.where(free, share - np.floor(share), -1.0), kind="stable")
    whole[order[:rest]] += 1
    return whole


def draw_points(
    class_map: xr.DataArray, points: int = 300, *, minimum: int | None = None, seed: int = 0
) -> gpd.GeoDataFrame:
    """Draw a stratified random sample of pixels, the mapped classes as strata.

    Within a class every pixel is as likely, and none is drawn twice. The points come in random
    order, whatever their class: who labels only the first hundred still has a sample.

    Parameters
    ----------
    class_map
        Codes, dims (y, x), 0 = no data, with CRS.
    points
        Points in all; `sample_size` computes how many a standard error needs.
    minimum
        Points of a rare class, as for `allocate`.
    seed
        Of the random numbers.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``id`` (1 to ``points``), ``stratum`` (the mapped class), ``label`` (Int64, empty:
        the class that is seen there) and ``geometry`` (the pixel's centre), in the map's CRS;
        ``attrs["pixels"]``: class → pixels of the map.

    Raises
    ------
    S2kitError
        If the map has no CRS or no mapped pixel, other codes than its classes, or the numbers of
        points are out of range.

    Examples
    --------
    >>> import rioxarray
    >>> codes = np.repeat([[4] * 30, [8] * 10 + [9] * 20], 20, axis=0).astype("uint8")
    >>> class_map = xr.DataArray(
    ...     codes, coords={"y": 395.0 - 10 * np.arange(40), "x": 5.0 + 10 * np.arange(30)},
    ...     dims=("y", "x"),
    ... ).rio.write_crs(32633)
    >>> drawn = draw_points(class_map, 60, seed=1)
    >>> drawn.stratum.value_counts().sort_index().to_dict(), int(drawn.label.notna().sum())
    ({4: 30, 8: 10, 9: 20}, 0)
    """
    pixels = mapped_pixels(class_map)
    if class_map.rio.crs is None:
        raise S2kitError(
            "the class map has no CRS: points on it lie nowhere; assign it with .rio.write_crs(…)"
        )
    shares = allocate(pixels, points, minimum)
    random = np.random.default_rng(seed)
    values = class_map.to_numpy()
    places = np.concatenate(
        [
            _places_of(values == code, np.sort(random.choice(int(size), int(share), replace=False)))
            for code, size, share in zip(pixels.index, pixels, shares, strict=True)
        ]
    )
    strata = np.repeat(pixels.index.to_numpy(), shares)
    order = random.permutation(len(strata))
    rows, columns = places[order].T
    x, y = class_map.rio.transform(recalc=True) @ (columns + 0.5, rows + 0.5)
    table = gpd.GeoDataFrame(
        {
            "id": np.arange(1, len(order) + 1),
            "stratum": strata[order].astype(np.int64),
            "label": pd.array([pd.NA] * len(order), dtype="Int64"),
        },
        geometry=gpd.points_from_xy(x, y),
        crs=class_map.rio.crs,
    )
    table.attrs["pixels"] = dict(zip(pixels.index.tolist(), pixels.tolist(), strict=True))
    return table


def _places_of(here: NDArray[np.bool_], ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (row, column) of the true pixels of these ranks, counted row by row, ascending."""
    ends = np.cumsum(here.sum(axis=1))  # a list of all pixels of a tile would take a gigabyte
    rows = np.searchsorted(ends, ranks, side="right")
    first = np.concatenate([[0], ends])[rows]
    columns = [np.flatnonzero(here[r])[k] for r, k in zip(rows, ranks - first, strict=True)]
    return np.column_stack([rows, np.asarray(columns, dtype=np.int64)]).reshape(-1, 2)


def pixels_of_points(
    points: gpd.GeoDataFrame, grid: xr.DataArray
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return row and column of the pixel that holds each point, and whether it lies on the grid.

    Parameters
    ----------
    points
        Points in any CRS.
    grid
        Scene or map, dims (…, y, x), with CRS. Rows and columns of points outside are 0.
    """
    place = points.geometry.to_crs(grid.rio.crs)
    columns, rows = ~grid.rio.transform(recalc=True) @ (place.x.to_numpy(), place.y.to_numpy())
    with np.errstate(invalid="ignore"):
        inside = (columns >= 0) & (rows >= 0)
        inside &= (columns < grid.sizes["x"]) & (rows < grid.sizes["y"])
    row, column = (np.where(inside, each, 0).astype(np.int64) for each in (rows, columns))
    return row, column, inside


def mapped_pixels(class_map: xr.DataArray) -> pd.Series:
    """Count the pixels of each class on a map; int64, index: all codes of its nomenclature."""
    require_raster(class_map, "the class map", ("y", "x"))
    classes = nomenclature_of(class_map)
    places = classes.positions(class_map.to_numpy(), str(class_map.name or "the class map"))
    counts = np.bincount(places[places >= 0].ravel(), minlength=len(classes))
    return pd.Series(counts, index=pd.Index(classes.codes, name="class"), name="pixels")
