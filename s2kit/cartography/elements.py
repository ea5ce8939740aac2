"""What makes a picture a map: title, coordinates, scale bar, north arrow, attribution."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

import matplotlib.patheffects as halo
import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MultipleLocator

from s2kit.cartography.layout import EDGE, Room, map_axes
from s2kit.cartography.palette import GREY, INK

STEPS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
"""Lengths in metres among which ticks and scale bars choose."""

SINGLE_WIDTH = 4.6
"""Inches of the panel in a figure of one."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""In English whatever the locale, so that figures are the same everywhere."""

WHITE_HALO = (halo.withStroke(linewidth=2.5, foreground="white", alpha=0.85),)


def map_title(image: xr.DataArray, text: str | None = None) -> str:
    """Return the title of a figure; the only place where titles of figures are made.

    Parameters
    ----------
    image
        A scene, or a map that kept its scene's attributes.
    text
        What to say; default place and date, or else the image's name.

    Returns
    -------
    str
        The text, with " (simulated)" where the landscape is simulated.
    """
    title = text if text is not None else place_and_date(image)
    return f"{title} (simulated)" if image.attrs.get("source") == "simulated" else title


def place_and_date(image: xr.DataArray) -> str:
    """Return for instance ``Strzegom, 9 July 2023`` for an image named strzegom_20230709.

    Masks have no attributes, but the name of their scene; of another name nothing is made.
    """
    name = str(image.name or "")
    parts = re.fullmatch(r"([a-z]+)_(\d{8})(?:_(\d+))?", name)
    if not parts:
        return name
    day = datetime.datetime.strptime(parts[2], "%Y%m%d").date()
    # Several patches of one place and date are told apart by the number at the end.
    number = f" {parts[3]}" if parts[3] else ""
    return f"{parts[1].capitalize()}{number}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def draw_panel(
    picture: npt.NDArray[Any],
    grid: xr.DataArray,
    ax: Axes | None,
    title: str | None,
    room: Room = Room(),  # noqa: B008 - frozen
    **style: Any,
) -> Axes:
    """Draw a picture of ``grid`` in its coordinates, as one panel of a map figure.

    Parameters
    ----------
    picture
        (y, x) or (y, x, 3), what ``Axes.imshow`` takes; ``style`` goes there too.
    grid
        Gives extent, CRS, title and, for a figure of its own, attribution.
    ax
        Where to draw; default a new figure, with attribution.
    title
        Title of the panel; default :func:`map_title`.
    room
        Room around the panel in a figure of its own; without room for coordinates, the panel
        gets a frame and a scale bar only.
    """
    if ax is None:
        figure, (ax,) = map_axes([grid], SINGLE_WIDTH, room=room)
        title = map_title(grid, title)
        add_attribution(figure, [grid])
    left, bottom, right, top = grid.rio.bounds(recalc=True)
    ax.imshow(picture, extent=(left, right, bottom, top), **style)
    ax.set_title(
        map_title(grid) if title is None else title, loc="left", fontsize=9, color=INK, pad=5
    )
    for spine in ax.spines.values():
        spine.set(linewidth=0.6, color=GREY)
    add_scale_bar(ax)
    if room.coordinates:
        add_coordinates(ax, grid.rio.crs.to_epsg() if grid.rio.crs else None)
        add_north_arrow(ax)
    else:
        ax.set(xticks=[], yticks=[])
    return ax


def add_coordinates(ax: Axes, epsg: int | None) -> None:
    """Label the axes in kilometres of easting and northing, and name the CRS."""
    for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        axis.set_major_locator(MultipleLocator(round_length(abs(limits[1] - limits[0]) / 3)))
        axis.set_major_formatter(FuncFormatter(lambda metres, _: f"{metres / 1000:g}"))
    ax.tick_params(labelsize=7, length=3, color=GREY, labelcolor=INK)
    for label in ax.get_yticklabels():
        label.set(rotation=90, va="center")
    crs = f" (EPSG:{epsg})" if epsg else ""
    ax.set_xlabel(f"Easting, km{crs}", fontsize=7, color=INK)
    ax.set_ylabel("Northing, km", fontsize=7, color=INK)


def add_scale_bar(ax: Axes) -> None:
    """Draw a bar of a round length, about a quarter of the width, at the lower left."""
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    length = round_length((right - left) / 4)
    x, y = left + 0.04 * (right - left), bottom + 0.04 * (top - bottom)
    height = 0.014 * (top - bottom)
    for number, colour in enumerate((INK, "white")):
        ax.add_patch(
            Rectangle(
                (x + number * length / 2, y),
                length / 2,
                height,
                facecolor=colour,
                edgecolor=INK,
                linewidth=0.6,
                path_effects=WHITE_HALO if number == 0 else (),
            )
        )
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    _label(ax, x + length / 2, y + 1.6 * height, label, "bottom")


def add_north_arrow(ax: Axes) -> None:
    """Point to grid north (the map's top) at the upper right."""
    ax.annotate(
        "",
        xy=(0.94, 0.965),
        xytext=(0.94, 0.875),
        xycoords="axes fraction",
        arrowprops={
            "arrowstyle": "-|>,head_width=0.28,head_length=0.5",
            "color": INK,
            "linewidth": 1.2,
            "path_effects": WHITE_HALO,
        },
    )
    left, right = ax.get_xlim()
    bottom, top = ax.get_ylim()
    _label(ax, left + 0.94 * (right - left), bottom + 0.87 * (top - bottom), "N", "top")


def _label(ax: Axes, x: float, y: float, text: str, vertical: str) -> None:
    ax.text(
        x,
        y,
        text,
        ha="center",
        va=vertical,
        fontsize=7.5,
        fontweight="bold",
        color=INK,
        path_effects=WHITE_HALO,
    )


def add_attribution(figure: Figure, images: Iterable[xr.DataArray]) -> None:
    """Write at the lower right of a figure what the licence of its images demands."""
    size = figure.get_size_inches()
    figure.text(
        1 - EDGE / size[0],
        0.06 / size[1],
        attribution(images),
        ha="right",
        fontsize=6.5,
        color=GREY,
    )


def attribution(images: Iterable[xr.DataArray]) -> str:
    """Return the images' attributions, once each; texts that differ in the year are joined."""
    texts = sorted({str(i.attrs["attribution"]) for i in images if i.attrs.get("attribution")})
    years: dict[str, list[str]] = {}
    for text in texts:
        words, _, last = text.rpartition(" ")
        stem, year = (words, last) if re.fullmatch(r"\d{4}", last) else (text, "")
        years.setdefault(stem, []).append(year)
    return "; ".join(f"{stem} {', '.join(found)}".strip() for stem, found in years.items())


def round_length(metres: float) -> int:
    """Return the length of :data:`STEPS` nearest to ``metres`` in proportion.

    Examples
    --------
    >>> round_length(1340)
    1000
    """
    return min(STEPS, key=lambda step: abs(np.log(step / metres)))
