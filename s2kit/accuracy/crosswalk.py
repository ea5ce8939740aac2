"""Crosswalk: which codes of other legends can be compared with the ten classes, in which groups.

Other maps do not tell ripe from growing crops, nor needle from broad leaf reliably, and none knows
roads as the paper does. So classes are compared in groups. ``crosswalk.csv`` lists every code of
every legend with its group, what the comparison loses, and the source; a code without a group
cannot be compared and is left out.

The maps of Poland that the Polish Space Agency has had made, of 2019 to 2022, follow the method of
S2GLC; which numbers their files hold is in no source at hand, so they are not listed. Number such a
map as ``s2glc`` first.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitError
from s2kit.scenes.codes import NO_CODE
from s2kit.scenes.csv_rows import read_rows

TABLE = Path(__file__).with_name("crosswalk.csv")
COLUMNS = ("legend", "code", "raster_code", "label", "group", "lost", "source")

OURS = "paper"
"""The legend whose rows say which group each of the ten classes belongs to."""


@dataclass(frozen=True)
class LegendCode:
    """One code of a legend: its label, its group ("" = cannot be compared), what is lost."""

    code: int
    label: str
    group: str
    lost: str
    source: str


@lru_cache
def read_crosswalk() -> dict[str, dict[int, LegendCode]]:
    """Read the crosswalk that comes with s2kit: by legend and code, or raster code.

    >>> corine = read_crosswalk()["corine"]
    >>> corine[231].label, corine[231].group, corine[18] is corine[231]
    ('Pastures', 'grass', True)
    """
    legends: dict[str, dict[int, LegendCode]] = {}
    for _, row in read_rows(TABLE, COLUMNS):
        code = LegendCode(
            int(row["code"]), row["label"], row["group"], row["lost"], row["source"]
        )  # fmt: skip
        own = legends.setdefault(row["legend"], {})
        own[code.code] = code
        if row["raster_code"]:
            own[int(row["raster_code"])] = code
    return legends


def legends() -> tuple[str, ...]:
    """Return the names of the legends that maps can be compared with."""
    return tuple(read_crosswalk())


def legend_of(name: str) -> dict[int, LegendCode]:
    """Return the codes of a legend; S2kitError if there is none of this name."""
    if name not in read_crosswalk():
        raise S2kitError(f"no legend {name!r}; choose one of: {', '.join(legends())}")
    return read_crosswalk()[name]


def class_groups() -> dict[str, tuple[int, ...]]:
    """Return the groups and the classes of the paper in each.

    >>> class_groups()["crops"], class_groups()["built"]
    ((4, 5, 9), (3, 7))
    """
    groups: dict[str, tuple[int, ...]] = {}
    for code in read_crosswalk()[OURS].values():
        groups[code.group] = (*groups.get(code.group, ()), code.code)
    return {name: tuple(sorted(codes)) for name, codes in groups.items()}


def group_positions(
    codes: npt.NDArray[np.integer], legend: str, where: str = "the reference"
) -> npt.NDArray[np.int64]:
    """Return the position of each code's group among `class_groups`.

    Parameters
    ----------
    codes
        Codes of the legend, any shape; `NO_CODE` = not labelled, and so is 0 in legends that do
        not use it.
    legend
        One of `legends`.
    where
        What holds the codes, for messages.

    Returns
    -------
    ndarray
        int64, -1 where a code is missing or cannot be compared.

    Raises
    ------
    S2kitError
        If there is no such legend, or a code is none of it.

    Examples
    --------
    >>> list(class_groups()), group_positions(np.array([311, 231, 221, -1]), "corine")
    (['trees', 'built', 'crops', 'grass', 'water', 'quarries'], array([ 0,  3, -1, -1]))
    """
    known = legend_of(legend)
    order = list(class_groups())
    values, inverse = np.unique(codes, return_inverse=True)
    strange = [int(v) for v in values if v != NO_CODE and v != 0 and int(v) not in known]
    if strange:
        some = ", ".join(map(str, strange[:5]))
        raise S2kitError(
            f"{where} holds {some}, no codes of the legend {legend}; name another legend (there "
            f"are {', '.join(legends())}), or declare them as no data"
        )
    positions = []
    for value in values:
        group = known[int(value)].group if int(value) in known else ""
        positions.append(order.index(group) if group else -1)
    return np.asarray(positions, np.int64)[inverse].reshape(np.shape(codes))
