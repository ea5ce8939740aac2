"""Class maps of many dates, one above the other: dims (time, y, x), gaps between dates unequal."""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rioxarray
import xarray as xr

from s2kit.cartography.elements import attribution
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.files import open_dataset, open_raster
from s2kit.scenes.nomenclature import NO_DATA, TAG, Nomenclature, common_nomenclature
from s2kit.scenes.nomenclature import with_nomenclature as named

CHUNK = 256
"""Rows of a block of a lazy stack: as many as a block of the maps' files has."""


def day_of(value: object, where: str) -> np.datetime64:
    """Return the calendar day of a date, in UTC, as Sentinel-2 counts.

    Raises
    ------
    S2kitError
        If it is no date.

    Examples
    --------
    >>> str(day_of("2023-07-09T10:00:31Z", "map.tif"))
    '2023-07-09'
    """
    try:
        moment = pd.Timestamp(str(value))
        if pd.isna(moment):
            raise ValueError(value)
    except (ValueError, OverflowError) as error:
        raise S2kitError(f"{where}: {value!r} is no date; write it as 2023-07-09") from error
    if moment.tz is not None:
        utc = moment.tz_convert("UTC").tz_localize(None)
        if utc.date() != moment.date():
            warnings.warn(
                f"{where}: {value} is the day {utc:%Y-%m-%d} in UTC, which counts",
                S2kitWarning,
                stacklevel=3,
            )
        moment = utc
    return np.datetime64(moment.date(), "D")


def date_in_name(name: str) -> str | None:
    """Return the date in a file's name as ISO text, or None.

    >>> date_in_name("strzegom_20230709_33u"), date_in_name("T33UXS_2023-07-09"), date_in_name("a")
    ('2023-07-09', '2023-07-09', None)
    """
    for parts in re.findall(r"(?<!\d)((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)", name):
        if 1 <= int(parts[1]) <= 12 and 1 <= int(parts[2]) <= 31:
            return "-".join(parts)
    return None


def stack_maps(maps: Sequence[xr.DataArray], dates: Sequence[object] | None = None) -> xr.DataArray:
    """Stack class maps, or class probabilities, of several dates.

    Parameters
    ----------
    maps
        Class codes (y, x), 0 = no data, or probabilities (class, y, x), NaN = no data, all on
        one grid and of one nomenclature; lazy ones stay lazy.
    dates
        One for each map; default: the coordinate ``time``, ``attrs["date"]`` or the date in the
        name.

    Returns
    -------
    DataArray
        dims (time, y, x), uint8, or (time, class, y, x), float32; dates ascend.

    Raises
    ------
    S2kitError
        If there is no map, a date is missing or stands twice, or grids, CRS or classes differ.

    Warns
    -----
    S2kitWarning
        If dates are not in order (they are sorted), or there is one date only.

    Examples
    --------
    >>> from s2kit.simulator.example import example_polygons, example_scene
    >>> from s2kit.benchmarks.rasterise import rasterise
    >>> field = rasterise(example_polygons(48), example_scene(48))
    >>> stack_maps([field, field], ["2023-04-01", "2023-05-01"]).sizes["time"]
    2
    """
    if not maps:
        raise S2kitError("there is no map to stack; give class maps of two dates or more")
    for number, each in enumerate(maps):
        require_raster(each, f"map {number + 1}", ("y", "x"), ("class", "y", "x"))
    days = [_day(each, number, dates) for number, each in enumerate(maps)]
    _check_days(days)
    _check_grids(maps, days)
    classes = common_nomenclature(maps)
    order = np.argsort(days, kind="stable")
    bare = [maps[k].drop_vars("time", errors="ignore") for k in order]
    first = bare[0]
    bare = [each.assign_coords(x=first.x, y=first.y) for each in bare]
    time = pd.DatetimeIndex([days[k] for k in order], name="time").as_unit("ns")
    stack: xr.DataArray = xr.concat(
        bare, time, coords="minimal", compat="override", join="override", combine_attrs="drop"
    )
    stack.attrs = {k: v for k, v in first.attrs.items() if k in ("area", "source")}
    credit = attribution(maps)
    if credit:
        stack.attrs["attribution"] = credit
    return named(stack, classes).rename("classes")


def _day(each: xr.DataArray, number: int, dates: Sequence[object] | None) -> np.datetime64:
    where = str(each.name or f"map {number + 1}")
    if dates is not None:
        return day_of(dates[number], where)
    for value in (each.coords.get("time"), each.attrs.get("date"), date_in_name(where)):
        if value is not None:
            return day_of(getattr(value, "values", value), where)
    raise S2kitError(f"{where} has no date; give dates=, or name it as strzegom_20230709")


def _check_days(days: Sequence[np.datetime64]) -> None:
    twice = [str(day) for day in sorted(set(days)) if list(days).count(day) > 1]
    if twice:
        raise S2kitError(
            f"the date {twice[0]} stands twice; give one map of each day (of two orbits or tiles, "
            "merge them first)"
        )
    if list(days) != sorted(days):
        warnings.warn("the dates are not in order; they were sorted", S2kitWarning, stacklevel=3)
    if len(days) == 1:
        warnings.warn(
            "there is one date only: it tells what is bare, not since when or how long",
            S2kitWarning,
            stacklevel=3,
        )


def _check_grids(maps: Sequence[xr.DataArray], days: Sequence[np.datetime64]) -> None:
    first = maps[0]
    for each, day in zip(maps[1:], days[1:], strict=True):
        if each.rio.crs != first.rio.crs:
            raise S2kitError(
                f"the map of {day} is in {each.rio.crs}, that of {days[0]} in {first.rio.crs}; "
                "warp all onto one grid"
            )
        if each.dims != first.dims or each.sizes != first.sizes:
            raise S2kitError(
                f"the map of {day} has {_size(each)} pixels, that of {days[0]} {_size(first)}; cut "
                "all to one grid, and give codes or probabilities, not both"
            )
        same = all(np.allclose(each[axis], first[axis], atol=0.01, rtol=0) for axis in ("x", "y"))
        if not same:
            raise S2kitError(
                f"the pixels of {day} lie beside those of {days[0]}; warp all onto one grid"
            )


def _size(image: xr.DataArray) -> str:
    return " × ".join(str(image.sizes[dim]) for dim in image.dims)


def open_stack(paths: Sequence[Path | str], dates: Sequence[object] | None = None) -> xr.DataArray:
    """Open class maps in files as a lazy stack: a block of rows is read when it is asked for.

    Parameters
    ----------
    paths
        Class maps as `s2kit.maps.files.write_class_map` writes them, or masks of class codes.
    dates
        As for `stack_maps`; default: the files' tag ``date``, or the date in their names.

    Returns
    -------
    DataArray
        uint8 (time, y, x), backed by dask.

    Raises
    ------
    S2kitError
        As `stack_maps`, and if a file cannot be read or holds more than one band.
    """
    return stack_maps([_lazy(Path(path)) for path in paths], dates)


def _lazy(path: Path) -> xr.DataArray:
    with open_raster(path) as file:
        count, tags, dtype = file.count, file.tags(), file.dtypes[0]
        if count != 1 or np.dtype(dtype).kind not in "uif" or any(s != 1 for s in file.scales):
            raise S2kitError(
                f"{path} is no class map ({count} bands of {dtype}); give one band of class codes"
            )
    opened: Any = rioxarray.open_rasterio(path, chunks={"y": CHUNK, "x": -1}, cache=False)
    layer = opened.isel(band=0, drop=True)
    layer = layer.where(np.isfinite(layer), NO_DATA) if np.dtype(dtype).kind == "f" else layer
    codes: xr.DataArray = layer.astype(np.uint8).rename(path.stem)
    codes.attrs = {k: tags[k] for k in ("date", "area", "source", "attribution") if k in tags}
    return named(codes, Nomenclature.from_json(tags[TAG])) if TAG in tags else codes


def warn_of_empty_dates(stack: xr.DataArray) -> list[str]:
    """Return the dates that show nothing (all cloud or no data), and warn of them: reads all."""
    if "class" in stack.dims:
        seen = stack.isel({"class": 0}).notnull().any(("y", "x"))
    else:
        seen = (stack != NO_DATA).any(("y", "x"))
    empty = [str(day)[:10] for day in stack.time.values[~seen.to_numpy()]]
    if empty:
        warnings.warn(
            f"{', '.join(empty)}: all cloud or no data; the date counts as a gap",
            S2kitWarning,
            stacklevel=2,
        )
    return empty


def date_of_file(path: Path) -> str | None:
    """Return the date that a raster's tag or name tells, as text; None if neither does."""
    with open_dataset(path) as file:
        tag: str | None = file.tags().get("date")
    return tag or date_in_name(path.stem)
