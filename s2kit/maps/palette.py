"""The classes' colours as matplotlib, TIFF and legends need them.

The colours themselves stand in :mod:`s2kit.scenes.nomenclature`.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from s2kit.scenes.nomenclature import CLASSES, NO_DATA

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

CLASS_COLOURS = ListedColormap([NO_DATA_COLOUR, *(c.colour for c in CLASSES)], name="land cover")
"""Colours of the codes 0 (no data) to 10; use it with :data:`CLASS_NORM`."""

CLASS_NORM = BoundaryNorm([code - 0.5 for code in range(len(CLASSES) + 2)], len(CLASSES) + 1)
"""Puts every code 0 to 10 in the middle of its colour."""


def rgb255(colour: str) -> tuple[int, int, int]:
    """Return ``#rrggbb`` as three counts 0 to 255."""
    red, green, blue = (round(255 * part) for part in to_rgb(colour))
    return red, green, blue


COLOUR_TABLE: dict[int, tuple[int, int, int, int]] = {
    NO_DATA: (*rgb255(NO_DATA_COLOUR), 0),
    **{c.code: (*rgb255(c.colour), 255) for c in CLASSES},
}
"""Colour table of class-map files: code → red, green, blue, alpha (0 to 255)."""


def present_codes(*class_maps: xr.DataArray) -> list[int]:
    """Return the classes that occur in any of the maps (y, x), in the order of their codes."""
    codes = np.unique(np.concatenate([np.unique(each) for each in class_maps]))
    return [int(code) for code in codes if code != NO_DATA]


def class_colours(class_map: xr.DataArray) -> npt.NDArray[np.float64]:
    """Return the picture of a class map (y, x): its classes' colours (y, x, 3), 0 to 1.

    A picture of colours shrinks better than one of codes: roads of one pixel do not break up,
    and between classes 1 and 3 no seam of class 2 appears.
    """
    return np.asarray(CLASS_COLOURS(CLASS_NORM(class_map.values))[..., :3])


def legend_patches(
    codes: Iterable[int] | None = None, *, no_data: str | None = None
) -> list[Patch]:
    """Return one legend entry per class, in the order of the codes.

    Parameters
    ----------
    codes
        Classes to show; default all ten, so that legends of several maps agree.
    no_data
        Label of a last, white entry for pixels without a class; none if not given.
    """
    wanted = {c.code for c in CLASSES} if codes is None else set(codes)
    patches = [
        Patch(facecolor=c.colour, edgecolor=INK, linewidth=0.4, label=f"{c.code}  {c.short}")
        for c in CLASSES
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
) -> None:
    """Add the class legend to axes or a figure, its upper left corner at ``corner``.

    ``corner`` is in the target's coordinates (0 to 1); ``codes`` and ``no_data`` as in
    :func:`legend_patches`.
    """
    target.legend(
        handles=legend_patches(codes, no_data=no_data),
        loc="upper left",
        bbox_to_anchor=corner,
        ncols=columns,
        **LEGEND_STYLE,
    )
