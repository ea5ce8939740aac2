"""How the classes look through the year: the measured table, read and interpolated."""

import datetime
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import PAPER
from s2kit.simulator.grid import Array

TABLE = Path(__file__).with_name("spectra.csv")
"""Written by `s2kit.experiments.spectra`, which tells what the columns mean."""

VERGE = {3: 0.15, 7: 0.4}
"""Share of grassland in the authors' pixels of roofs and roads, which are narrower than a pixel."""

INSIDE = {1: 0.95, 2: 0.95, 6: 0.95, 10: 0.35}
"""Share of a class's variance inside objects, where these are smaller than the authors' polygons:
stands of trees, benches of a quarry. Elsewhere the measured share, but at least `LEAST`."""

LEAST = 0.85
"""Polygons of a few pixels (roads, houses) and crops at their peak show next to nothing inside."""


@dataclass(frozen=True)
class Spectra:
    """Reflectance of the classes on one date, index = class code (0 unused).

    ``mean`` (11, 10); ``between`` and ``within`` (11, 10, 10): factors that turn ten independent
    standard normal numbers into the differences between objects of a class, and inside them.
    """

    mean: Array
    between: Array
    within: Array


def spectra_on(date: datetime.date) -> Spectra:
    """Return the spectra of a date, between the seasons on either side of it.

    From season to season the table is joined smoothly, and round the year: slowly near a season,
    fast in between, as leaves come and go.
    """
    days, tables, shares = _seasons()
    after = int(np.searchsorted(days, date.timetuple().tm_yday)) % len(days)
    t = (date.timetuple().tm_yday - days[after - 1]) % 365 / ((days[after] - days[after - 1]) % 365)
    weight = t * t * (3 - 2 * t)
    table = (1 - weight) * tables[after - 1] + weight * tables[after]
    share = (1 - weight) * shares[after - 1] + weight * shares[after]
    mean, root = table[:, 0], np.linalg.cholesky(table[:, 1:] + 1e-9 * np.eye(len(BAND_NAMES)))
    for code, verge in VERGE.items():
        mean[code] = np.maximum((mean[code] - verge * mean[6]) / (1 - verge), 0.03)
    share = np.maximum(share, LEAST)
    for code, inside in INSIDE.items():
        share[code] = inside
    within = np.sqrt(share)[:, None, None]
    return Spectra(mean, root * np.sqrt(1 - within**2), root * within)


@functools.cache
def _seasons() -> tuple[Array, Array, Array]:
    """Return the seasons' days (s,), mean and covariance (s, 11, 11, 10), and shares (s, 11)."""
    table = pd.read_csv(TABLE).sort_values(["day", "code"], kind="stable")
    days, n = table["day"].unique(), len(BAND_NAMES)
    values = np.zeros((len(days), len(PAPER) + 1, n + 1, n))
    values[:, 1:] = table[list(BAND_NAMES)].to_numpy().reshape(len(days), len(PAPER), n + 1, n)
    shares = np.zeros(values.shape[:2])
    shares[:, 1:] = table["within"].to_numpy()[:: n + 1].reshape(len(days), -1)
    return days, values, shares
