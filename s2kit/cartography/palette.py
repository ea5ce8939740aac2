"""The colours of classes and of agreement, as matplotlib, TIFF and legends need them.

The classes' own colours stand in their :class:`s2kit.scenes.nomenclature.Nomenclature`.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from s2kit.scenes.nomenclature import NO_DATA, PAPER, Nomenclature, nomenclature_of

LEGEND_STYLE: dict[str, Any] = {
    "frameon": False,
    "borderaxespad": 0.0,
    "borderpad": 0.0,
    "fontsize": 8,
    "handlelength": 1.3,
    "handleheight": 1.1,
    "labelspacing": 0.45,
    "columnspacing": 1.4,
}

NO_DATA_COLOUR = "#ffffff"
INK = "#222222"
GREY = "#6b6b6b"

ACCENT = "#b4005a"
SAME, OTHER, UNKNOWN = "#c3d4e0", ACCENT, NO_DATA_COLOUR
"""The same class, another class, no class: they differ in lightness, so any reader tells them
apart."""

LIKE, UNLIKE = ("#8ea6b84d", "#8ea6b880"), ("#e0559ae6", "#6d0037ff")
"""From the first to the second with growing dissimilarity: see-through up to the edge of the area
of applicability, and from there on as strong as a fault."""


def dissimilarity_colormap(steps: int) -> ListedColormap:
    """Return the colours (red, green, blue, alpha) of dissimilarity, the edge in their middle.

    >>> like, unlike = dissimilarity_colormap(2).colors
    >>> bool(like[3] < 0.5 < unlike[3])
    True
    """
    parts = [
        np.linspace(to_rgba(first), to_rgba(last), steps // 2) for first, last in (LIKE, UNLIKE)
    ]
    return ListedColormap(np.concatenate(parts), name="dissimilarity")


def class_colormap(nomenclature: Nomenclature = PAPER) -> ListedColormap:
    """Return white (no data) and the classes' colours, for :func:`class_places`."""
    colours = [NO_DATA_COLOUR, *(c.colour for c in nomenclature.classes)]
    return ListedColormap(colours, name="land cover")


def class_places(class_map: xr.DataArray) -> npt.NDArray[np.int16]:
    """Return where each pixel's colour stands in :func:`class_colormap`: 0 is no data."""
    return nomenclature_of(class_map).positions(class_map.values, str(class_map.name)) + 1


def rgb255(colour: str) -> tuple[int, int, int]:
    """Return ``#rrggbb`` as three counts 0 to 255."""
    red, green, blue = (round(255 * part) for part in to_rgb(colour))
    return red, green, blue


def colour_table(nomenclature: Nomenclature = PAPER) -> dict[int, tuple[int, int, int, int]]:
    """Return the colour table of class-map files: code → red, green, blue, alpha (0 to 255).

    >>> colour_table()[8]
    (0, 99, 194, 255)
    """
    classes = {c.code: (*rgb255(c.colour), 255) for c in nomenclature.classes}
    return {NO_DATA: (*rgb255(NO_DATA_COLOUR), 0), **classes}


def present_codes(*class_maps: xr.DataArray) -> list[int]:
    """Return the classes that occur in any of the maps (y, x), in the order of their codes."""
    codes = np.unique(np.concatenate([np.unique(each) for each in class_maps]))
    return [int(code) for code in codes if code != NO_DATA]


def class_colours(class_map: xr.DataArray) -> npt.NDArray[np.float64]:
    """Return the picture of a class map (y, x): its classes' colours (y, x, 3), 0 to 1.

    A picture of colours shrinks better than one of codes: roads of one pixel do not break up,
    and between classes 1 and 3 no seam of class 2 appears.
    """
    colours = class_colormap(nomenclature_of(class_map))
    return np.asarray(colours(class_places(class_map))[..., :3])


def legend_patches(
    codes: Iterable[int] | None = None,
    *,
    no_data: str | None = None,
    nomenclature: Nomenclature = PAPER,
) -> list[Patch]:
    """Return one legend entry per class, in the order of the codes.

    Parameters
    ----------
    codes
        Classes to show; default all, so that legends of several maps agree.
    no_data
        Label of a last, white entry for pixels without a class; none if not given.
    nomenclature
        The classes' names and colours.
    """
    wanted = set(nomenclature.codes if codes is None else codes)
    patches = [
        Patch(facecolor=c.colour, edgecolor=INK, linewidth=0.4, label=f"{c.code}  {c.short}")
        for c in nomenclature.classes
        if c.code in wanted
    ]
    if no_data is not None:
        patches.append(
            Patch(facecolor=NO_DATA_COLOUR, edgecolor=INK, linewidth=0.4, label=f"0  {no_data}")
        )
    return patches


def add_class_legend(
    target: Axes | Figure,
    corner: tuple[float, float],
    codes: Iterable[int] | None = None,
    *,
    no_data: str | None = None,
    columns: int = 1,
    nomenclature: Nomenclature = PAPER,
) -> None:
    """Add the class legend to axes or a figure, its upper left corner at ``corner``.

    ``corner`` is in the target's coordinates (0 to 1); the other arguments as in
    :func:`legend_patches`.
    """
    target.legend(
        handles=legend_patches(codes, no_data=no_data, nomenclature=nomenclature),
        loc="upper left",
        bbox_to_anchor=corner,
        ncols=columns,
        **LEGEND_STYLE,
    )
