"""The time that bare days are counted in."""

import xarray as xr

from s2kit.errors import S2kitError
from s2kit.monitoring.periods import ordinals
from s2kit.monitoring.stack import day_of


def season_of(time: xr.DataArray, season: tuple[str, str] | None = None) -> tuple[int, int]:
    """Return first day and day after the last as days since 1970-01-01.

    Parameters
    ----------
    time
        Dates of a stack, ascending.
    season
        Both as text; default: from the first date to the day after the last.

    Raises
    ------
    S2kitError
        If it ends before it begins, or holds no date.

    Examples
    --------
    >>> import pandas as pd
    >>> dates = xr.DataArray(pd.to_datetime(["1970-01-02", "1970-01-31"]), dims="time")
    >>> season_of(dates), season_of(dates, ("1970-01-11", "1970-03-01"))
    ((1, 31), (10, 59))
    """
    days = ordinals(time)
    if season is None:
        return int(days[0]), int(days[-1]) + 1
    first, after = (int(day_of(each, "the season").astype(int)) for each in season)
    if first >= after:
        raise S2kitError(f"the season {season[0]} to {season[1]} ends before it begins; turn it")
    if not ((days >= first) & (days < after)).any():
        raise S2kitError(f"no date lies in the season {season[0]} to {season[1]}; give another")
    return first, after
