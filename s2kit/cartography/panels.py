"""Single map panels: colour composite, class map, confidence and error.

The functions draw and return nothing, so that a cell ends without printing an object.
"""

from collections.abc import Sequence
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from s2kit.cartography.alternative import describe, described_classes
from s2kit.cartography.composite import FALSE_COLOUR, false_colour
from s2kit.cartography.elements import draw_panel
from s2kit.cartography.layout import Room, below
from s2kit.cartography.palette import (
    INK,
    LEGEND_STYLE,
    OTHER,
    SAME,
    UNKNOWN,
    add_class_legend,
    class_colours,
    dissimilarity_colormap,
    present_codes,
)
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import NO_DATA, common_nomenclature, nomenclature_of

UNDER = 0.52
"""Inches below a panel where its legend begins: under the coordinates."""

LEGEND = 1.0
"""Inches that a class legend of two columns needs."""

CONFIDENCE_COLOURS = "cividis"
"""Even in lightness and the same to colour-blind readers (Nuñez, Anderton and Renslow, 2018)."""


UNLIKE_ENOUGH = 2
"""Twice the edge of the area of applicability: what lies beyond is as unlike as can be shown."""

UNLIKE_STEPS = 100
"""Colours from like to `UNLIKE_ENOUGH`, fifty up to the edge and fifty beyond: fiftieths."""


def show_false_colour(
    scene: xr.DataArray,
    ax: Axes | None = None,
    title: str | None = None,
    bands: Sequence[str] = FALSE_COLOUR,
    stretch: Literal["fixed", "percentile"] = "fixed",
) -> None:
    """Draw a scene as colour composite with coordinates, scale bar and north arrow.

    ``scene``, ``bands``, ``stretch`` as in `s2kit.cartography.composite.false_colour`; ``ax``
    to draw into (default: a figure of its own, with attribution); ``title`` instead of place and
    date.
    """
    ax = draw_panel(false_colour(scene, bands, stretch), scene, ax, title)
    describe(ax, f"satellite image, bands {', '.join(bands)} drawn as red, green and blue")


def show_class_map(
    class_map: xr.DataArray,
    ax: Axes | None = None,
    title: str | None = None,
    legend: Literal["right", "below", "none"] = "right",
) -> None:
    """Draw a class map or mask (y, x) in the classes' colours, white where there is no data.

    ``ax`` and ``title`` as in :func:`show_false_colour`; the legend holds the classes that occur.
    """
    codes, classes = present_codes(class_map), nomenclature_of(class_map)
    room = {"right": Room(right=1.4), "below": Room(below=LEGEND), "none": Room()}[legend]
    ax = draw_panel(class_colours(class_map), class_map, ax, title, room)
    describe(ax, f"map of land cover classes: {described_classes(class_map)}")
    if legend == "right":
        add_class_legend(ax, (1.03, 1.0), codes, nomenclature=classes)
    elif legend == "below":
        corner = (0.0, below(ax, UNDER))
        add_class_legend(ax, corner, codes, columns=2, nomenclature=classes)


def show_confidence(
    confidence: xr.DataArray, ax: Axes | None = None, title: str | None = None
) -> None:
    """Draw the probability of the mapped class (y, x), 0 to 1, with its colour scale below."""
    _show_scaled(confidence, ax, title, 1, CONFIDENCE_COLOURS, "probability of the mapped class")


def show_applicability(
    unlike: xr.DataArray, ax: Axes | None = None, title: str | None = None
) -> None:
    """Draw the dissimilarity index (y, x), 1 = the edge of the area of applicability.

    Pale is like the training, magenta is unlike all of it; above `UNLIKE_ENOUGH` all is as dark.
    """
    label = "dissimilarity to the training; above 1: unlike all of it"
    colours = dissimilarity_colormap(UNLIKE_STEPS)
    _show_scaled(unlike, ax, title, UNLIKE_ENOUGH, colours, label, extend="max")


def _show_scaled(
    image: xr.DataArray,
    ax: Axes | None,
    title: str | None,
    largest: float,
    colours: str | Colormap,
    label: str,
    extend: str = "neither",
) -> None:
    """Draw an image (y, x) from 0 to its largest value, with its colour scale below."""
    room = Room(below=0.55)
    ax = draw_panel(image.values, image, ax, title, room, cmap=colours, vmin=0, vmax=largest)
    scale = ax.inset_axes((0.0, below(ax, UNDER + 0.14), 1.0, -below(ax, 0.14)))
    figure = cast(Figure, ax.get_figure())
    bar = figure.colorbar(ax.images[0], cax=scale, orientation="horizontal", extend=extend)
    bar.set_label(label, fontsize=8, color=INK)
    values = image.values[np.isfinite(image.values)]
    middle = f"; median {np.median(values):.2f}" if values.size else ""
    describe(ax, f"map of the {label}{middle}")
    scale.tick_params(labelsize=7)


def show_error(
    class_map: xr.DataArray,
    reference: xr.DataArray,
    ax: Axes | None = None,
    title: str | None = None,
) -> None:
    """Draw where a class map (y, x) agrees with the reference (y, x), and where it does not.

    Pixels that have a class in both count; the legend gives their shares.

    Raises
    ------
    S2kitError
        If the two differ in size or nomenclature, or have no pixel in common that has a class.
    """
    known, same = agreement_mask(class_map, reference)
    colours = np.array([to_rgb(colour) for colour in (UNKNOWN, OTHER, SAME)])
    ax = draw_panel(colours[known.astype(int) + same], class_map, ax, title, Room(below=0.6))
    share = same.sum() / known.sum()
    describe(ax, f"map of agreement with the reference: same class in {share:.1%} of its pixels, "
             f"pale; another class in {1 - share:.1%}, dark")  # fmt: skip
    entries = {
        f"same class: {share:.1%} of the reference": SAME,
        f"other class: {1 - share:.1%}": OTHER,
        "no reference": UNKNOWN,
    }
    patches = [
        Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=label)
        for label, colour in entries.items()
    ]
    ax.legend(
        handles=patches, loc="upper left", bbox_to_anchor=(0.0, below(ax, UNDER)), **LEGEND_STYLE
    )


def agreement_mask(
    class_map: xr.DataArray, reference: xr.DataArray
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return where both have a class (y, x), and where this is the same class (y, x).

    Raises
    ------
    S2kitError
        If the two differ in size or nomenclature, or have no pixel in common that has a class.
    """
    if class_map.shape != reference.shape:
        raise S2kitError(
            f"the map has {class_map.shape} pixels and the reference {reference.shape}; "
            "rasterise the reference like the map"
        )
    common_nomenclature([class_map, reference])
    known = (class_map.values != NO_DATA) & (reference.values != NO_DATA)
    if not known.any():
        raise S2kitError("map and reference have no labelled pixel in common; check both grids")
    return known, known & (class_map.values == reference.values)
