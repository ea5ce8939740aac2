"""A class map against labelled random points: accuracy and class areas with 95 % intervals.

The estimates are those of Olofsson et al. 2014 (see `s2kit.accuracy.area_adjusted`; Eq. 1-4 and
8-11 there). Their intervals of plus and minus 1.96 standard errors hold for many points; with the
15 of a rare class they hold the truth too seldom, and have no width where no error was seen. So
the ends are those of the score interval (Wilson 1927) with the effective sample size p (1 - p) /
variance (Korn and Graubard 1998, Survey Methodology 24, 193-201): the variance of Eq. 5 for overall
accuracy, and for producer's accuracy (Eq. 7) and areas (Eq. 10) that with one more point for each
mapped class, spread evenly over the classes, because a class that covers half the map may hide a
little of any other. `tests/accuracy/test_sampled.py` measures how often they hold the truth.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from s2kit.accuracy.area_adjusted import NORMAL_95, AreaAdjusted, area_adjusted
from s2kit.accuracy.confusion import confusion_matrix
from s2kit.accuracy.intervals import Interval
from s2kit.accuracy.sampling import mapped_pixels, pixels_of_points
from s2kit.benchmarks.area import SQUARE_METRES_PER_HECTARE
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require, require_raster
from s2kit.scenes.ground import ground_pixel
from s2kit.scenes.nomenclature import NO_DATA, PAPER, Nomenclature, nomenclature_of

UNEVEN = 0.01
"""Relative difference between the largest and the smallest pixel of a map, by area, that is let
pass: a sample of pixels is one of areas only where pixels are alike."""

MEASURES = ("UA", "PA", "area")


@dataclass(frozen=True)
class SampledAssessment:
    """What labelled random points say about a class map.

    Attributes
    ----------
    overall
        Overall accuracy (Eq. 1), 0 to 1, with its 95 % interval.
    classes
        Index: class codes; columns ``points`` (labelled, by mapped class), ``mapped_area``,
        ``UA``, ``PA`` (Eq. 2, 3; 0 to 1) and ``area`` (Eq. 11), each of the last three with
        ``low`` and ``high``, as ``UA low``. Areas in hectares; NaN where nothing is known.
    matrix
        Points by mapped class (rows) and label.
    labelled, drawn
        Number of points with a label, and of all.
    unsampled
        Classes of the map without a labelled point: the figures hold for the rest of the map.
    unsampled_share
        Share of the mapped area in them.
    adjusted
        The same with the standard errors of the paper.
    nomenclature
        The classes.
    """

    overall: Interval
    classes: pd.DataFrame
    matrix: pd.DataFrame
    labelled: int
    drawn: int
    unsampled: tuple[int, ...]
    unsampled_share: float
    adjusted: AreaAdjusted
    nomenclature: Nomenclature = PAPER


def assess_points(class_map: xr.DataArray, points: gpd.GeoDataFrame) -> SampledAssessment:
    """Estimate accuracy and class areas from a labelled stratified random sample.

    Parameters
    ----------
    class_map
        The map the points were drawn from: codes, dims (y, x), 0 = no data, with CRS.
    points
        As from `s2kit.accuracy.sampling.draw_points`, in any CRS; ``label``: the class that is
        seen there, empty where nobody looked. Those without are left out; nothing is wrong with
        that if they are the last ones, since the order is random.

    Returns
    -------
    SampledAssessment

    Raises
    ------
    S2kitError
        If no point has a label or one has another class, if points lie outside of the map or
        were drawn from another one, or if the map's pixels differ in size on the ground.

    Examples
    --------
    >>> from s2kit.accuracy.sampling import draw_points
    >>> import rioxarray
    >>> codes = np.repeat([[4] * 70 + [9] * 30], 50, axis=0).astype("uint8")
    >>> class_map = xr.DataArray(
    ...     codes, coords={"y": 5600495.0 - 10 * np.arange(50), "x": 5e5 + 10 * np.arange(100)},
    ...     dims=("y", "x"),
    ... ).rio.write_crs(32633)
    >>> points = draw_points(class_map, 100)
    >>> points["label"] = points.stratum.where(points.index % 10 > 0, 9)  # as if looked at
    >>> result = assess_points(class_map, points)
    >>> round(result.overall.estimate, 2), round(result.overall.low, 2)
    (0.92, 0.85)
    >>> result.classes.loc[[4, 9], ["mapped_area", "area"]].round(1).values.tolist()
    [[35.0, 31.0], [15.0, 19.0]]
    """
    require_raster(class_map, "the class map", ("y", "x"))
    require(points, gpd.GeoDataFrame, "the sample", "a GeoDataFrame, as draw_points returns")
    _check_table(class_map, points)
    classes, pixels = nomenclature_of(class_map), mapped_pixels(class_map)
    _check_strata(class_map, points, pixels)
    labelled = points[points.label.notna()]
    _check_labels(labelled, classes)
    hectares = pixels * _pixel_hectares(class_map)
    matrix = confusion_matrix(
        labelled.stratum.astype("int64"), labelled.label.astype("int64"), classes
    )
    overall, table, adjusted = estimates(matrix, hectares, pixels)
    missing = matrix.index[(matrix.sum(axis=1) == 0) & (pixels > 0)]
    return SampledAssessment(
        overall,
        table,
        matrix,
        len(labelled),
        int(points.attrs.get("drawn", len(points))),
        tuple(int(code) for code in missing),
        adjusted.unsampled,
        adjusted,
        classes,
    )


def estimates(
    matrix: pd.DataFrame, hectares: pd.Series, pixels: pd.Series
) -> tuple[Interval, pd.DataFrame, AreaAdjusted]:
    """Return overall accuracy, the table of classes, and the same with the paper's errors.

    Parameters
    ----------
    matrix
        Points by mapped class (rows) and label.
    hectares, pixels
        Of each mapped class; index as the matrix.

    Raises
    ------
    S2kitError
        If no mapped class has both an area and a point.
    """
    adjusted = area_adjusted(matrix, hectares, pixels)
    size, count = matrix.sum(axis=1).to_numpy(), pixels.to_numpy()
    more = matrix + ((size > 0) / len(matrix))[:, None]  # one more point for each mapped class
    careful = area_adjusted(more, hectares, pixels)
    known = float(hectares.to_numpy()[size > 0].sum())
    columns = {"points": size, "mapped_area": hectares.to_numpy()}
    for name, unit in zip(MEASURES, (1.0, 1.0, known), strict=True):
        estimate = adjusted.classes[name].to_numpy() / unit
        if name == "UA":  # a plain share, Eq. 6; what was looked at as a whole is certain
            effective = np.where(size >= count, np.inf, np.maximum(size - 1.0, 1))
        else:
            p, half = (careful.classes[each].to_numpy() / unit for each in (name, f"{name} ±"))
            effective = _effective(p, half)
            if name == "PA":  # none of a class that is not mapped; of one not sampled: unknown
                effective[count == 0] = np.inf
                estimate = np.where((size == 0) & (count > 0), np.nan, estimate)
        low, high = score_interval(estimate, effective)
        columns |= {name: estimate * unit, f"{name} low": low * unit, f"{name} high": high * unit}
    best = adjusted.overall.estimate
    plain, smooth = (_effective(each.estimate, each.width / 2) for each in (
        adjusted.overall, careful.overall
    ))  # fmt: skip
    effective = plain if np.isfinite(plain) and plain > 0 else smooth
    low, high = score_interval(best, np.inf if (size >= count).all() else effective)
    table = pd.DataFrame(columns, index=adjusted.classes.index)
    return Interval(best, float(low), float(high)), table, adjusted


def _effective(estimate: npt.ArrayLike, half: npt.ArrayLike) -> NDArray[np.float64]:
    """Return the number of independent points that would have this standard error."""
    p, error = np.asarray(estimate, np.float64), np.asarray(half, np.float64) / NORMAL_95
    with np.errstate(divide="ignore", invalid="ignore"):
        effective: NDArray[np.float64] = p * (1 - p) / error**2
    return effective


def score_interval(
    estimate: npt.ArrayLike, size: npt.ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the 95 % score interval of shares (Wilson 1927, Eq. of the limits).

    Parameters
    ----------
    estimate
        Shares, 0 to 1; NaN stays NaN.
    size
        Number of (independent) points behind each; infinite: the share itself.

    Examples
    --------
    >>> [float(end.round(3)) for end in score_interval(0.9, 100)]
    [0.826, 0.945]
    """
    p, n = np.asarray(estimate, np.float64), np.asarray(size, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = NORMAL_95**2 / n
        half = np.sqrt(np.maximum(z * (p * (1 - p) + z / 4), 0))
        middle = p + z / 2
        # rounding must not leave the share itself outside
        low = np.minimum(np.maximum((middle - half) / (1 + z), 0), p)
        return low, np.maximum(np.minimum((middle + half) / (1 + z), 1), p)


def _check_table(class_map: xr.DataArray, points: gpd.GeoDataFrame) -> None:
    missing = [name for name in ("id", "stratum", "label") if name not in points.columns]
    if missing:
        raise S2kitError(
            f"the points have no column {missing[0]}; give those that s2kit.draw_points drew"
        )
    if class_map.rio.crs is None or points.crs is None:
        which = "class map has" if class_map.rio.crs is None else "points have"
        raise S2kitError(f"the {which} no CRS; assign the one it was made in")
    twice = points.id[points.id.duplicated()]
    if len(twice):
        raise S2kitError(f"point {twice.iloc[0]} is there twice; delete the copy")


def _check_strata(class_map: xr.DataArray, points: gpd.GeoDataFrame, pixels: pd.Series) -> None:
    """Refuse points that do not lie where this map has the class they were drawn from."""
    drawn_from = points.attrs.get("pixels")
    rows, columns, inside = pixels_of_points(points, class_map)
    if not inside.all():
        number = points.id[~inside].iloc[0]
        raise S2kitError(
            f"point {number} lies outside of the map; give the map that the points were drawn from"
        )
    codes = class_map.to_numpy()[rows, columns]
    other = np.flatnonzero(codes != points.stratum.to_numpy())
    if other.size:
        at = other[0]
        found = f"class {codes[at]}" if codes[at] != NO_DATA else "no data"
        raise S2kitError(
            f"point {points.id.iloc[at]} was drawn from class {points.stratum.iloc[at]} and lies "
            f"where this map has {found}; give the map that the points were drawn from"
        )
    now = dict(zip(pixels.index.tolist(), pixels.tolist(), strict=True))
    if drawn_from is not None and now != drawn_from:
        code = next(c for c in {**now, **drawn_from} if now.get(c, 0) != drawn_from.get(c, 0))
        raise S2kitError(
            f"the points were drawn from another map: class {code} had {drawn_from.get(code, 0)} "
            f"pixels there and has {now.get(code, 0)} here; give that map, or draw anew"
        )


def _check_labels(labelled: gpd.GeoDataFrame, classes: Nomenclature) -> None:
    if labelled.empty:
        raise S2kitError(
            "no point has a label yet; label them with s2kit.Labeller, or in QGIS (column label)"
        )
    strange = labelled[~labelled.label.isin(classes.codes)]
    if len(strange):
        raise S2kitError(
            f"point {strange.id.iloc[0]} has the label {strange.label.iloc[0]}, which is no class; "
            f"the codes are {classes.told}: correct it, or leave it empty"
        )


def _pixel_hectares(class_map: xr.DataArray) -> float:
    """Return the true area of a pixel on the ground; S2kitError where they are not alike."""
    transform, crs = class_map.rio.transform(recalc=True), class_map.rio.crs
    height, width = class_map.shape
    # `ground_pixel` measures in the middle of a grid: here the first, the middle and the last row
    sides = [ground_pixel(transform, width, rows, crs) for rows in (1, height, 2 * height - 1)]
    areas = [wide * high for wide, high in sides]
    if max(areas) > (1 + UNEVEN) * min(areas):
        raise S2kitError(
            f"the map's pixels cover {min(areas):.4g} to {max(areas):.4g} m² of ground; warp the "
            "image onto its UTM zone with gdalwarp -t_srs, map it and draw points there"
        )
    return areas[1] / SQUARE_METRES_PER_HECTARE
