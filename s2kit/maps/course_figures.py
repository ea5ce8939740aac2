"""Figures of the course: where the areas lie, and where two maps of one place agree."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from pyproj import Transformer

from s2kit.cartography.elements import add_attribution, draw_panel, map_title
from s2kit.cartography.layout import Room, below, map_axes
from s2kit.cartography.palette import ACCENT, GREY, INK, LEGEND_STYLE, OTHER, SAME
from s2kit.cartography.panels import UNDER, agreement_mask
from s2kit.scenes.manifest import SceneRecord
from s2kit.scenes.nomenclature import NO_DATA

CITIES = {
    "Warszawa": (21.01, 52.23),
    "Poznań": (16.93, 52.41),
    "Praha": (14.42, 50.09),
    "Lublin": (22.57, 51.25),
}
"""Longitude and latitude in degrees, to the hundredth: marks to find the areas by."""

FADE = 0.55
"""How much of the colour is left where no label says which of the maps is right."""


def show_paper_areas(records: Iterable[SceneRecord]) -> Figure:
    """Draw where the areas of some scenes lie (the paper's Figure 1), from coordinates alone.

    Left the areas between cities, by longitude and latitude; then each area's patches, in
    kilometres from the south-western corner of the area.

    Parameters
    ----------
    records
        Scenes; those of the same bounds are one patch.
    """
    areas: dict[str, dict[tuple[float, ...], SceneRecord]] = {}
    for record in records:
        areas.setdefault(record.area, {})[record.bounds] = record
    figure, axes = plt.subplots(
        1, 1 + len(areas), figsize=(3.4 + 2.3 * len(areas), 2.9), layout="constrained",
        width_ratios=[1.7] + [1.0] * len(areas),
    )  # fmt: skip
    overview, *details = np.atleast_1d(axes)
    for city, place in CITIES.items():
        overview.plot(*place, ".", color=GREY)
        overview.annotate(city, place, xytext=(4, 3), textcoords="offset points", color=GREY,
                          fontsize=8)  # fmt: skip
    for (name, patches), ax in zip(areas.items(), details, strict=True):
        _mark(overview, name, next(iter(patches.values())))
        _patches(ax, name, list(patches))
    overview.set(
        xlim=(13.5, 25), ylim=(49, 53), xlabel="longitude, ° east", ylabel="latitude, ° north",
        aspect=1.6,  # a degree of longitude is that much shorter here
    )  # fmt: skip
    overview.grid(color="0.9")
    return figure


def _mark(ax: Axes, name: str, record: SceneRecord) -> None:
    left, bottom, right, top = record.bounds
    there = Transformer.from_crs(record.epsg, 4326, always_xy=True)
    place = there.transform((left + right) / 2, (bottom + top) / 2)
    ax.plot(*place, "s", color=ACCENT)
    ax.annotate(name.capitalize(), place, xytext=(-4, 6), textcoords="offset points",
                color=ACCENT, fontsize=9)  # fmt: skip


def _patches(ax: Axes, name: str, bounds: list[tuple[float, ...]]) -> None:
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    for left, bottom, right, top in bounds:
        corner = ((left - west) / 1000, (bottom - south) / 1000)
        ax.add_patch(
            Rectangle(corner, (right - left) / 1000, (top - bottom) / 1000, fc=SAME, ec=INK)
        )
    ax.set(title=name.capitalize(), xlabel="km", aspect="equal")
    ax.autoscale_view()


def agreement_inside_and_outside(
    first: xr.DataArray, second: xr.DataArray, reference: xr.DataArray
) -> tuple[float, float]:
    """Return the share of pixels, 0 to 1, on which two maps agree: labelled, and all others.

    Parameters
    ----------
    first, second
        Class codes (y, x); pixels without data in either are left out.
    reference
        Class codes (y, x), 0 = unlabelled.
    """
    known, same = agreement_mask(first, second)
    labelled = reference.to_numpy() != NO_DATA
    parts = [float(same[known & part].mean()) for part in (labelled, ~labelled)]
    return parts[0], parts[1]


def show_agreement(
    first: xr.DataArray, second: xr.DataArray, reference: xr.DataArray
) -> tuple[float, float]:
    """Draw where two maps agree, strong where a label was drawn and pale elsewhere.

    The title says both shares, which are returned as `agreement_inside_and_outside` gives them.
    """
    known, same = agreement_mask(first, second)
    inside, outside = agreement_inside_and_outside(first, second, reference)
    text = (
        f"The two maps agree on {100 * inside:.1f} % of the labelled "
        f"and {100 * outside:.1f} % of the other pixels"
    )
    picture = np.where(same[..., None], to_rgb(SAME), to_rgb(OTHER))
    labelled = (reference.to_numpy() != NO_DATA)[..., None]
    picture = np.where(labelled, picture, FADE * picture + 1 - FADE)
    picture[~known] = 1
    room = Room(below=0.7)
    figure, axes = map_axes([first], 4.6, 1, room)
    draw_panel(picture, first, axes[0], "", room)
    axes[0].set_title(map_title(first, text), fontsize=7.5, loc="left")
    pale = {
        f"{word}, no label": _pale(colour)
        for word, colour in (("same class", SAME), ("other class", OTHER))
    }
    strong = {"same class, labelled": SAME, "other class, labelled": OTHER}
    patches = [
        Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=label)
        for label, colour in (strong | pale).items()
    ]
    axes[0].legend(
        handles=patches,
        loc="upper left",
        bbox_to_anchor=(0.0, below(axes[0], UNDER)),
        ncols=2,
        **LEGEND_STYLE,
    )
    add_attribution(figure, [first])
    return inside, outside


def _pale(colour: str) -> str:
    red, green, blue = (FADE * part + 1 - FADE for part in to_rgb(colour))
    return to_hex((red, green, blue))
