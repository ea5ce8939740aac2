"""What makes each area look like itself: numbers that a reader can change, in ``styles.csv``."""

from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from s2kit.simulator.crop_calendar import CROPS

DRAWN = (1, 2, 3, 6, 7, 8, 9, 10)

TABLE = Path(__file__).with_name("styles.csv")


@dataclass(frozen=True)
class Style:
    """The character of an area; the table says what each number means."""

    field: float
    elongation: float
    furlong: float
    bends: float
    grass: float
    meadow: float
    river: float
    ponds: int
    relief: float
    massif: float
    forest: float
    conifers: float
    patch: float
    patchy: float
    quarries: int
    villages: int
    radius: float
    depth: float
    lanes: int
    town: float
    exits: int
    road: float
    labelled: float
    crops: tuple[float, ...]
    draws: dict[int, float]
    """Share of each class in what the benchmark labels; all crops and bare soil are class 9."""


def style_of(area: str) -> Style:
    """Return the style of an area, or of one of its patches ("krakow_1")."""
    column = pd.read_csv(TABLE, index_col="property")[area]
    numbers = {f.name: f.type(column[f.name]) for f in fields(Style) if f.name in column}  # type: ignore[operator]
    crops = tuple(float(column[crop.name]) for crop in CROPS)
    draws = {code: float(column[f"draws {code}"]) for code in DRAWN}
    return Style(**numbers, crops=crops, draws=draws)
