"""How long soil lies bare: for each pixel as a map, for each parcel as a table."""

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from s2kit.monitoring.erosivity import DEFAULT, erosive_share
from s2kit.monitoring.markov import (
    YEAR,
    SequenceModel,
    mean_bare_days,
    observed_classes,
    viterbi,
)
from s2kit.monitoring.parcels import BUFFER, class_shares, parcel_means
from s2kit.monitoring.periods import GROWING, NEVER, observed_periods, ordinals, sequence_of
from s2kit.monitoring.rates import default_model
from s2kit.monitoring.sampling import sample_bare_days
from s2kit.monitoring.season import season_of
from s2kit.monitoring.slope import steepness
from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of

ROWS = 256
"""Rows that are worked on at once: those of a block of a file."""

VARIABLES = ("first", "last", "low", "high", "periods", "cycles", "observed")


def bare_days(
    stack: xr.DataArray,
    model: SequenceModel | None = None,
    season: tuple[str, str] | None = None,
) -> xr.Dataset:
    """Map how many days each pixel lay bare in a season.

    Parameters
    ----------
    stack
        Class codes (time, y, x) of `s2kit.stack_maps` or `s2kit.open_stack`; a lazy one is read
        block by block.
    model
        Rates of change and errors of the maps; default: `s2kit.monitoring.rates.default_model`.
    season
        First day and day after the last, as text; default: from the first date to the day after
        the last.

    Returns
    -------
    Dataset
        (y, x): ``bare_days`` and ``deviation`` (float32, days; mean and standard deviation, NaN
        where no date has data), and what `s2kit.monitoring.periods.observed_periods` counts.

    Raises
    ------
    S2kitError
        If the classes have no rates, or the season is none.

    Examples
    --------
    >>> import s2kit
    >>> field = s2kit.rasterise(s2kit.example_polygons(48), s2kit.example_scene(48))
    >>> stack = s2kit.stack_maps([field, field], ["2023-04-01", "2023-04-21"])
    >>> found = s2kit.bare_days(stack)
    >>> float(found.high.max())
    21.0
    """
    model = model or default_model(nomenclature=nomenclature_of(stack))
    first, after = season_of(stack.time, season)
    days = ordinals(stack.time)
    shape = (stack.sizes["y"], stack.sizes["x"])
    plane = stack.isel(time=0, drop=True)
    found = {key: np.full(shape, np.nan, np.float32) for key in ("bare_days", "deviation")} | {
        key: np.zeros(shape, np.int32) for key in VARIABLES
    }
    for top in range(0, shape[0], ROWS):
        rows = slice(top, top + ROWS)
        codes = stack.isel(y=rows).to_numpy()
        flat = codes.reshape(len(days), -1)
        mean, deviation = mean_bare_days(model, days, flat, (first, after))
        seen = (flat != NO_DATA).any(axis=0)
        for key, values in (("bare_days", mean), ("deviation", deviation)):
            found[key][rows] = np.where(seen, values, np.nan).reshape(codes.shape[1:])
        counted = observed_periods(codes, days, (first, after), model.bare)
        for key in VARIABLES:
            found[key][rows] = counted[key]
    images = {key: plane.copy(data=values).rename(key) for key, values in found.items()}
    return xr.Dataset(images, attrs=stack.attrs)


def smooth(stack: xr.DataArray, model: SequenceModel | None = None) -> xr.DataArray:
    """Replace each pixel's classes by the likeliest sequence of states (Viterbi).

    Parameters
    ----------
    stack, model
        As for `bare_days`.

    Returns
    -------
    DataArray
        uint8 (time, y, x), as ``stack``; gaps are filled, pixels never seen stay 0.
    """
    model = model or default_model(nomenclature=nomenclature_of(stack))
    codes = stack.to_numpy()
    flat, days = codes.reshape(len(codes), -1), ordinals(stack.time)
    kinds, back = np.unique(flat, axis=1, return_inverse=True)  # most pixels share a sequence
    states = viterbi(model, days, model.likelihood(kinds))
    states = np.where((kinds != NO_DATA).any(axis=0), states, NO_DATA).astype(np.uint8)
    return stack.copy(data=states[:, back.ravel()].reshape(codes.shape))


def parcel_bare_days(
    stack: xr.DataArray,
    parcels: gpd.GeoDataFrame,
    model: SequenceModel | None = None,
    season: tuple[str, str] | None = None,
    buffer: float = BUFFER,
    erosivity: pd.Series = DEFAULT,
    slope: xr.DataArray | None = None,
    draws: int = 200,
    seed: int = 0,
) -> gpd.GeoDataFrame:
    """Tell how long each parcel lay bare: what was seen, and what the model makes of it.

    Parameters
    ----------
    stack, model, season
        As for `bare_days`; probabilities (time, class, y, x) do as well.
    parcels
        As `s2kit.monitoring.parcels.read_parcels` returns them.
    buffer
        Metres from the border that are left out.
    erosivity
        Share of the year's rain erosivity in each month, index 1 to 12.
    slope
        Per cent (y, x) on the grid of the stack, as `s2kit.monitoring.slope.read_slope` reads it.
    draws, seed
        Of `s2kit.monitoring.sampling.sample_bare_days`.

    Returns
    -------
    GeoDataFrame
        A row for each parcel: ``parcel``, ``pixels``, ``border_pixels``, ``observed`` (dates),
        ``first_bare`` and ``last_bare`` (dates seen bare, as text), ``bare_low`` and ``bare_high``
        (days, bounds between observations), ``periods``, ``cycles``, ``sequence``; of the model
        ``bare_days``, ``bare_days_5`` and ``bare_days_95`` (90 % interval), ``bare_periods``
        and its interval, ``erosive_share`` (of the year's erosivity that fell on bare soil). With a
        slope also ``slope`` (per cent, mean), ``steepness`` (mean of the factor S, 1 at 9 %), and
        ``exposure``, the product of steepness and erosive share: it orders parcels, no more.
    """
    model = model or default_model(nomenclature=nomenclature_of(stack))
    limits, days = season_of(stack.time, season), ordinals(stack.time)
    years = (limits[1] - limits[0]) / YEAR
    table, shares = class_shares(stack, parcels, buffer)
    codes = observed_classes(shares, model.nomenclature)
    seen = observed_periods(codes, days, limits, model.bare, GROWING)
    drawn = sample_bare_days(
        model, days, model.likelihood_of_shares(shares), limits, draws, seed=seed
    )
    erosive = erosive_share(drawn.months, erosivity, years)
    found = table.assign(
        observed=seen["observed"],
        first_bare=[_text(day) for day in seen["first"]],
        last_bare=[_text(day) for day in seen["last"]],
        bare_low=seen["low"],
        bare_high=seen["high"],
        periods=seen["periods"],
        cycles=seen["cycles"],
        sequence=[sequence_of(each) for each in codes.T],
        bare_days=drawn.mean.round(1),
        bare_days_5=drawn.low.round(1),
        bare_days_95=drawn.high.round(1),
        bare_periods=drawn.periods.round(2),
        bare_periods_5=drawn.periods_low.astype(int),
        bare_periods_95=drawn.periods_high.astype(int),
        erosive_share=erosive.round(3),
    )
    if slope is None:
        return found
    steep = parcel_means(slope.copy(data=steepness(slope)), found, buffer)
    return found.assign(
        slope=parcel_means(slope, found, buffer).round(1),
        steepness=steep.round(2),
        exposure=(steep * erosive).round(3),
    )


def _text(day: int) -> str:
    return "" if day == NEVER else str(np.datetime64(int(day), "D"))
