"""When rain erodes: months of bare soil weighed by the share of erosive rain that falls in them.

In the Revised Universal Soil Loss Equation the cover factor C is the mean of soil loss ratios over
the year, each weighed by its share of the rain erosivity R (Renard et al. 1997, Agriculture
Handbook 703, Eq. 5-1): bare soil in January counts little, in July much. What is computed here is
that weight alone, with a ratio of 1 for bare soil and 0 for all else. It is no C factor: residue,
canopy, roughness and the soil's past are not in it, and no soil loss follows without soil, slope
and practice.

``erosivity.csv``, the default, is no measured curve. It is the modified Fournier index (Arnoldus
1980: p² / P for each month's rain p and the year's P) of about what falls in Lower Silesia, 30 25
35 30 55 65 85 65 50 40 35 30 mm from January to December. Give the curve of your own station where
you have one.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from s2kit.errors import S2kitError
from s2kit.monitoring.markov import Floats
from s2kit.scenes.csv_rows import read_rows

TABLE = Path(__file__).with_name("erosivity.csv")
MONTH_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def read_erosivity(path: Path | str = TABLE) -> pd.Series:
    """Read the erosivity of each month: columns month (1 to 12) and share (any unit).

    Returns
    -------
    Series
        index 1 to 12, adding up to 1.

    Raises
    ------
    S2kitError
        If a month is missing or stands twice, or a share is no number of 0 or more.

    Examples
    --------
    >>> curve = read_erosivity()
    >>> round(float(curve.sum()), 6), int(curve.idxmax())
    (1.0, 7)
    """
    found: dict[int, float] = {}
    for number, row in read_rows(path, ("month", "share")):
        where = f"{path}, row {number}"
        try:
            month, share = int(row["month"]), float(row["share"])
        except ValueError as error:
            raise S2kitError(f"{where} holds what is no number ({error}); correct it") from error
        if month not in range(1, 13) or month in found or not 0 <= share < np.inf:
            raise S2kitError(f"{where}: give each month 1 to 12 once, with a share of 0 or more")
        found[month] = share
    curve = pd.Series(found, dtype=float).sort_index()
    if len(curve) < 12 or curve.sum() == 0:
        raise S2kitError(f"{path} lists {len(curve)} months with erosive rain; give all 12")
    return curve / curve.sum()


def erosive_share(months: Floats, erosivity: pd.Series, years: float = 1) -> Floats:
    """Return the share of a year's erosivity that fell on bare soil.

    Parameters
    ----------
    months
        Bare days in each month (…, 12).
    erosivity
        As `read_erosivity` returns it.
    years
        How many years the bare days were counted in; the share is their mean.

    Examples
    --------
    All of June bare, and nothing else:

    >>> months = np.zeros(12)
    >>> months[5] = 30
    >>> june = round(read_erosivity()[6], 3)
    >>> bool(round(float(erosive_share(months, read_erosivity())), 3) == june)
    True
    """
    bare = np.minimum(months / MONTH_DAYS / max(years, 1), 1)
    return np.asarray(bare @ erosivity.reindex(range(1, 13)).to_numpy())


DEFAULT = read_erosivity()
"""Of ``erosivity.csv``."""
