"""Pictures of a series: calendar of fields, map of bare days, pits over the years, areas.

The functions draw and return nothing, as those of `s2kit.cartography.panels`.
"""

from pathlib import Path

import geopandas as gpd
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from s2kit.benchmarks.polygonise import polygonise
from s2kit.cartography.elements import add_attribution, draw_panel, map_title
from s2kit.cartography.layout import Room, map_axes
from s2kit.cartography.palette import (
    GREY,
    INK,
    LEGEND_STYLE,
    add_class_legend,
    class_colours,
    present_codes,
)
from s2kit.cartography.panels import show_class_map, show_false_colour
from s2kit.monitoring.markov import Floats, observed_classes
from s2kit.monitoring.periods import QUARRY
from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of, with_nomenclature
from s2kit.scenes.writer import replacing

BARE_COLOURS, DOUBT_COLOURS = "YlOrBr", "Purples"
NOT_SEEN = "#e4e4e4"
CELL = 12
"""Days to either side of a date that are drawn in its colour, where the next is not nearer."""

MOST_ROWS = 60
"""Fields that a calendar shows: more are no rows but a texture."""


def show_calendar(shares: Floats, stack: xr.DataArray, title: str = "Calendar of fields") -> None:
    """Draw the state of each parcel (row) on each date (column): grey between, white unseen.

    Parameters
    ----------
    shares
        Class shares (time, n, K) of `s2kit.monitoring.parcels.class_shares`.
    stack
        Gives dates, classes and attribution.
    """
    classes = nomenclature_of(stack)
    codes = observed_classes(shares, classes).T
    codes = codes[np.lexsort(codes.T[::-1])]
    codes = codes[np.unique(np.linspace(0, len(codes) - 1, MOST_ROWS).round().astype(int))]
    plane = with_nomenclature(xr.DataArray(codes, dims=("y", "x")), classes)
    colours = class_colours(plane)
    figure, ax = plt.subplots(figsize=(8, 4.6))
    ax.set_facecolor(NOT_SEEN)
    for k, edges in enumerate(_cells(stack.time.values)):
        ax.pcolormesh(edges, np.arange(len(codes) + 1), colours[:, k : k + 1], rasterized=True)
    ax.set(ylabel=f"{len(codes)} fields, sorted by what was seen", yticks=[])
    _dated_axis(ax, stack.time.values, map_title(stack, title))
    add_class_legend(ax, (1.02, 1.0), present_codes(plane), nomenclature=classes)
    figure.subplots_adjust(left=0.06, right=0.8, bottom=0.14)
    add_attribution(figure, [stack])


def _cells(time: np.ndarray) -> list[tuple[np.datetime64, np.datetime64]]:
    """Return where the cell of each date begins and ends: a date tells little of the next month."""
    days = time.astype("datetime64[D]").astype(float)
    half = np.append(np.diff(days), np.inf) / 2
    after = np.minimum(half, CELL)
    before = np.minimum(np.append(np.inf, half[:-1]), CELL)
    edges = np.column_stack([days - before, days + after]).round().astype("datetime64[D]")
    return [(first, last) for first, last in edges]


def _dated_axis(ax: Axes, time: np.ndarray, title: str) -> None:
    edges = _cells(time)
    ax.set_xlim(edges[0][0], edges[-1][1])  # type: ignore[arg-type]
    locator = mdates.AutoDateLocator(maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    ax.tick_params(labelsize=8, color=GREY, labelcolor=INK)
    ax.set_title(title, loc="left", fontsize=10, color=INK)


def show_bare_days(found: xr.Dataset, title: str = "Bare days") -> None:
    """Draw the map of bare days and, beside it, its standard deviation."""
    planes = [found["bare_days"].assign_attrs(found.attrs), found["deviation"]]
    room = Room(coordinates=False, below=0.55)
    figure, axes = map_axes(planes, 4.2, 2, room)
    for plane, ax, colours, text in zip(
        planes, axes, (BARE_COLOURS, DOUBT_COLOURS), (title, "Standard deviation"), strict=True
    ):
        named = map_title(plane.assign_attrs(found.attrs), text)
        draw_panel(plane.to_numpy(), plane, ax, named, room, cmap=colours, vmin=0)
        scale = ax.inset_axes((0.0, -0.06, 1.0, 0.03))
        bar = figure.colorbar(ax.images[0], cax=scale, orientation="horizontal")
        bar.set_label("days", fontsize=8, color=INK)
        scale.tick_params(labelsize=7)
    add_attribution(figure, [planes[0]])


def show_outlines(
    stack: xr.DataArray, composite: xr.DataArray, code: int = QUARRY, smallest: int = 20
) -> None:
    """Draw the outlines of a class on each date over a false colour composite.

    Outlines of fewer pixels than ``smallest`` are left out.
    """
    figure, (ax,) = map_axes([composite], 5.2, room=Room(right=1.3))
    name = nomenclature_of(stack)[code].short
    show_false_colour(composite, ax, title=map_title(composite, f"Outlines of {name}"))
    colours = plt.colormaps["plasma"](np.linspace(0.1, 0.95, stack.sizes["time"]))
    handles = []
    for day, colour in zip(stack.time.values, colours, strict=True):
        plane = stack.sel(time=day, drop=True)
        drawn = polygonise(plane.where(plane == code, NO_DATA).astype(np.uint8))
        drawn = drawn[drawn.area >= smallest * 100]
        if drawn.empty:
            continue
        gpd.GeoSeries(drawn.geometry).boundary.plot(ax=ax, color=colour, linewidth=0.8)
        handles.append(Line2D([], [], color=colour, label=str(day)[:10]))
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.03, 1.0), **LEGEND_STYLE)
    add_attribution(figure, [stack])


def show_areas(areas: pd.DataFrame, stack: xr.DataArray, title: str = "Area by class") -> None:
    """Draw the share of each class on each date, one line each.

    ``areas`` as `s2kit.monitoring.quarries.class_areas_by_date` returns it.
    """
    classes = nomenclature_of(stack)
    figure, ax = plt.subplots(figsize=(8, 3.4))
    for land in classes.classes:
        share = 100 * areas[land.code]
        if share.max() > 0:
            ax.plot(areas.index, share, "o-", color=land.colour, markersize=4, linewidth=1.5)
    ax.set_ylabel("% of the pixels with data", fontsize=8)
    ax.set_ylim(0)
    _dated_axis(ax, stack.time.values, map_title(stack, title))
    present = [land.code for land in classes.classes if areas[land.code].max() > 0]
    add_class_legend(ax, (1.02, 1.0), present, nomenclature=classes)
    figure.subplots_adjust(left=0.08, right=0.8, bottom=0.16)
    add_attribution(figure, [stack])


def animate_maps(path: Path, stack: xr.DataArray, frames_per_second: int = 1) -> None:
    """Write the maps of all dates as an animated GIF."""
    figure, (ax,) = map_axes([stack.isel(time=0)], 4.6, room=Room(right=1.4))
    first = stack.isel(time=0, drop=True)
    show_class_map(first, ax, title="", legend="none")
    add_class_legend(ax, (1.03, 1.0), present_codes(stack), nomenclature=nomenclature_of(stack))
    add_attribution(figure, [stack])

    def draw(k: int) -> list[object]:
        plane = stack.isel(time=k, drop=True)
        ax.images[0].set_data(class_colours(plane))
        day = str(stack.time.values[k])[:10]
        ax.set_title(map_title(stack, day), loc="left", fontsize=9, color=INK)
        return []

    with replacing(path) as part:
        film = FuncAnimation(figure, draw, stack.sizes["time"])  # type: ignore[arg-type]
        film.save(part, PillowWriter(fps=frames_per_second), dpi=80)
    plt.close(figure)


def show_error_curve(table: pd.DataFrame, column: str = "mean_error") -> None:
    """Draw the error of bare days against the revisit interval, a line for each cloud rate."""
    figure, ax = plt.subplots(figsize=(6.4, 3.8))
    clouds = table.index.get_level_values("cloud").unique()
    colours = plt.colormaps["viridis"](np.linspace(0, 0.8, len(clouds)))
    for cloud, colour in zip(clouds, colours, strict=True):
        part = table.loc[cloud]
        label = f"{cloud:.0%} cloud: model"
        ax.plot(part.index, part[column], "o-", color=colour, label=label)
        raw = part["raw_error"]
        ax.plot(part.index, raw, "o:", color=colour, alpha=0.7, label="raw sequence")
    ax.set(xlabel="days between two overpasses", ylabel="mean absolute error, days", ylim=0)
    ax.set_title("Error of bare days in a year (simulated)", loc="left", fontsize=10)
    ax.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), **LEGEND_STYLE)
    figure.tight_layout()
