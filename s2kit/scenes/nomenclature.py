"""The ten land cover classes of the paper (section 2.2) and the colours they are drawn in."""

from dataclasses import dataclass

NO_DATA = 0
"""Code of the background in masks and class maps: unlabelled, or not classified."""


@dataclass(frozen=True)
class LandCoverClass:
    """One class: its code in masks and maps, its names, its colour as ``#rrggbb``."""

    code: int
    name: str
    short: str
    colour: str


CLASSES = (
    LandCoverClass(1, "coniferous forest", "coniferous", "#0b4a48"),
    LandCoverClass(2, "mixed forest", "mixed forest", "#329172"),
    LandCoverClass(3, "built-up and industrial areas", "built-up", "#d2354a"),
    LandCoverClass(4, "mature cereals, or before spring operations", "mature crops", "#ffdc4a"),
    LandCoverClass(5, "bare soil", "bare soil", "#7e4a10"),
    LandCoverClass(6, "permanent grassland", "grassland", "#c2edc5"),
    LandCoverClass(7, "roads", "roads", "#201c1a"),
    LandCoverClass(8, "water bodies", "water", "#0a6fd6"),
    LandCoverClass(9, "crops in vegetation growth", "growing crops", "#82ad14"),
    LandCoverClass(10, "quarry areas", "quarries", "#c4b0e6"),
)
"""The classes in the order of their codes, 1 to 10."""

SAFE_COLOURS = {
    **{1: "#073e53", 2: "#057f36", 3: "#f44487", 4: "#fafa38", 5: "#472b06"},
    **{6: "#bdebbf", 7: "#080908", 8: "#1949f4", 9: "#a3b13b", 10: "#e58bef"},
}
"""A second palette, near the first in hue and further apart for colour-blind readers: the two
most alike classes differ by ΔE2000 = 18 with any of the three deficiencies (11 in the first)."""

CODES = tuple(c.code for c in CLASSES)


def class_of(code: int) -> LandCoverClass:
    """Return the class with this code (1 to 10); KeyError for any other number."""
    if code not in CODES:
        raise KeyError(f"{code} is no land cover class; the codes are 1 to {len(CLASSES)}")
    return CLASSES[code - 1]
