"""Where the panels of a map figure stand, in inches: nothing overlaps, whatever the map's shape."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s2kit.cartography.palette import INK

CREDIT = 0.24
"""Room for the attribution at the bottom of every figure."""

TITLE, HEADING = 0.3, 0.28
"""Room above a panel for its title, and above all panels for the figure's."""

GAP = 0.14
EDGE = 0.08


@dataclass(frozen=True)
class Room:
    """Room in inches around panels: coordinates at the left and below, legends below or right."""

    coordinates: bool = True
    below: float = 0.0
    right: float = 0.0

    @property
    def left(self) -> float:
        """Room for the northings, at the left of the first column."""
        return 0.5 if self.coordinates else EDGE

    @property
    def under(self) -> float:
        """Room for the eastings, under each row."""
        return 0.45 if self.coordinates else EDGE


def map_axes(
    images: Iterable[xr.DataArray],
    width: float,
    columns: int = 1,
    room: Room = Room(),
    heading: str | None = None,
) -> tuple[Figure, list[Axes]]:
    """Make a figure with one panel for each image, all ``width`` inches wide.

    Parameters
    ----------
    images
        Arrays whose last dimensions are (y, x); the tallest shape sets the panels' height.
    width
        Of one panel, in inches.
    columns
        Panels side by side.
    room
        Room around the panels, and below all of them for a legend.
    heading
        Title of the whole figure.
    """
    images = list(images)
    height = width * max(image.shape[-2] / image.shape[-1] for image in images)
    rows, columns = -(-len(images) // columns), min(columns, len(images))
    top = HEADING if heading else 0.0
    total_width = room.left + columns * (width + GAP) - GAP + EDGE + room.right
    step = TITLE + height + room.under
    total_height = top + rows * step + room.below + CREDIT
    figure = plt.figure(figsize=(total_width, total_height))
    axes = [
        figure.add_axes(
            (
                (room.left + (index % columns) * (width + GAP)) / total_width,
                1 - (top + (index // columns) * step + TITLE + height) / total_height,
                width / total_width,
                height / total_height,
            ),
            anchor="NW",
        )
        for index in range(len(images))
    ]
    if heading:
        figure.text(
            EDGE / total_width,
            1 - 0.1 / total_height,
            heading,
            va="top",
            fontsize=11,
            fontweight="bold",
            color=INK,
        )
    return figure, axes


def below(ax: Axes, inches: float) -> float:
    """Return the height in axes coordinates that lies ``inches`` below the axes (negative)."""
    figure = cast(Figure, ax.get_figure())
    return -inches / (ax.get_position().height * figure.get_figheight())
