"""Open pits: how large they are on each date, where they grew, and what more dates are worth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from s2kit.accuracy.area_adjusted import area_adjusted
from s2kit.errors import S2kitError
from s2kit.monitoring.markov import SequenceModel, forward_backward
from s2kit.monitoring.periods import BARE, QUARRY, ordinals
from s2kit.monitoring.rates import default_model
from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of


def extent_by_date(
    stack: xr.DataArray, matrix: pd.DataFrame | None = None, code: int = QUARRY
) -> pd.DataFrame:
    """Return the area of a class on each date, corrected for the map's errors.

    Parameters
    ----------
    stack
        Class codes (time, y, x).
    matrix
        Confusion matrix, map classes in rows, of a reference that is a random sample within each
        class (`s2kit.assess_points`); of drawn polygons the interval is an exercise. None: areas
        as mapped, without an interval.
    code
        The class; the paper's quarries by default.

    Returns
    -------
    DataFrame
        index: date; columns ``mapped`` (hectares), ``gain`` and ``loss`` (hectares of pixels that
        became the class and ceased to be it since the date before, of those seen on both),
        ``seen`` (share of the pixels with data), and with a matrix ``area``, ``low`` and ``high``
        (hectares, 95 % interval: Olofsson et al. 2014, Eq. 9 to 11), for the pixels that are seen.

    Raises
    ------
    S2kitError
        If the class is unknown, or the matrix has other classes.
    """
    classes = nomenclature_of(stack)
    place = classes.position(code)
    width, height = (abs(float(stack[a][1] - stack[a][0])) for a in ("x", "y"))
    hectares = width * height / 10_000
    if matrix is not None:
        classes.require_codes(matrix.index, "the matrix")
    rows, before = {}, None
    for day in stack.time.values:
        codes = stack.sel(time=day).to_numpy()
        seen = codes != NO_DATA
        pixels = np.bincount(codes.ravel(), minlength=256)[list(classes.codes)]
        row = {"mapped": pixels[place] * hectares, "gain": np.nan, "loss": np.nan}
        if before is not None:
            both = seen & (before != NO_DATA)
            row["gain"] = float((both & (codes == code) & (before != code)).sum() * hectares)
            row["loss"] = float((both & (codes != code) & (before == code)).sum() * hectares)
        row["seen"] = float(seen.mean())
        if matrix is not None and pixels.sum():
            mapped = pd.Series(pixels * hectares, index=matrix.index)
            found = area_adjusted(matrix, mapped).classes.loc[code]
            half = found["area ±"]
            row |= {"area": found["area"], "low": max(found["area"] - half, 0.0),
                    "high": found["area"] + half}  # fmt: skip
        rows[str(day)[:10]] = row
        before = codes
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("date")


def swapped(class_map: xr.DataArray, reference: xr.DataArray) -> pd.Series:
    """Count reference pixels of bare soil that are mapped as quarry, and the reverse.

    Returns
    -------
    Series
        ``soil as quarry``, ``quarry as soil``, and how many pixels of each are labelled.

    Raises
    ------
    S2kitError
        If map and reference differ in shape.
    """
    if class_map.shape != reference.shape:
        raise S2kitError(
            f"the map has {class_map.shape} pixels and the reference {reference.shape}; bring them "
            "to one grid"
        )
    mapped, known = class_map.to_numpy(), reference.to_numpy()
    seen = mapped != NO_DATA
    return pd.Series(
        {
            "soil as quarry": int(((known == BARE) & (mapped == QUARRY)).sum()),
            "soil": int(((known == BARE) & seen).sum()),
            "quarry as soil": int(((known == QUARRY) & (mapped == BARE)).sum()),
            "quarry": int(((known == QUARRY) & seen).sum()),
        }
    )


def worth_of_dates(
    stack: xr.DataArray,
    reference: xr.DataArray,
    date: str,
    counts: Sequence[int] = (1, 2, 4, 8),
    model: SequenceModel | None = None,
) -> pd.DataFrame:
    """Show what a second and a third date are worth for telling bare soil from quarries.

    The class on one date is mapped from that date alone, then with the dates nearest in time to
    it, by the sequence model.

    Parameters
    ----------
    stack
        Class codes (time, y, x).
    reference
        Labels of the date (y, x), 0 = unlabelled.
    date
        The date that is labelled, as text; it must be in the stack.
    counts
        How many dates are used; more than there are is as many as there are.
    model
        Default: `s2kit.monitoring.rates.default_model`.

    Returns
    -------
    DataFrame
        index: dates used; columns of `swapped`, and ``accuracy`` over all labelled pixels.

    Raises
    ------
    S2kitError
        If the date is not in the stack.
    """
    days, wanted = ordinals(stack.time), np.datetime64(date, "D").astype(int)
    if wanted not in days:
        raise S2kitError(f"{date} is no date of the stack; choose one of its dates")
    model = model or default_model(nomenclature=nomenclature_of(stack))
    labelled = reference.to_numpy() != NO_DATA
    known = reference.to_numpy()[labelled]
    rows = {}
    for count in counts:
        chosen = np.sort(np.argsort(np.abs(days - wanted), kind="stable")[:count])
        codes = stack.isel(time=chosen).to_numpy()[:, labelled]
        seen = forward_backward(model, days[chosen], model.likelihood(codes))
        at = int(np.flatnonzero(days[chosen] == wanted)[0])
        mapped = np.array(model.nomenclature.codes, np.uint8)[seen[at].argmax(axis=1)]
        if len(chosen) == 1:
            mapped = codes[0]
        found = swapped(xr.DataArray(mapped), xr.DataArray(known))
        rows[len(chosen)] = {**found, "accuracy": float((mapped == known).mean())}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("dates")


def class_areas_by_date(stack: xr.DataArray) -> pd.DataFrame:
    """Return the share of each class among the pixels with data on each date."""
    classes = nomenclature_of(stack)
    rows = {}
    for day in stack.time.values:
        codes = stack.sel(time=day).to_numpy()
        pixels = np.bincount(codes.ravel(), minlength=256)[list(classes.codes)]
        rows[day] = pixels / max(int(pixels.sum()), 1)
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(classes.codes))
