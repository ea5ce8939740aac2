"""Figures of several panels: the paper's Figures 2, 3 and 6 to 9, and map, confidence, error."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s2kit.cartography.alternative import describe, described_classes
from s2kit.cartography.composite import false_colour
from s2kit.cartography.elements import add_attribution, draw_panel, map_title, place_and_date
from s2kit.cartography.layout import CREDIT, EDGE, Room, map_axes
from s2kit.cartography.palette import add_class_legend, class_colours, present_codes
from s2kit.cartography.panels import (
    LEGEND,
    show_class_map,
    show_confidence,
    show_error,
    show_false_colour,
)
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import NO_DATA, common_nomenclature

COLUMNS = 3
"""Small panels side by side; three are as wide as a page."""

PANEL, SMALL_PANEL = 3.4, 2.5
"""Widths in inches of a panel with coordinates, and of one without."""

LEGEND_ROWS = 0.45
"""Inches that the class legend needs in two rows below a figure."""

FADED = (0.55, 0.92)
"""Greys between which the image behind a benchmark is drawn."""


def show_training_scenes(scenes: Mapping[str, xr.DataArray]) -> None:
    """Draw the false colour composites of several scenes side by side (the paper's Figure 2).

    Parameters
    ----------
    scenes
        Name → reflectance (band, y, x).

    Raises
    ------
    S2kitError
        If there is none.
    """
    figure, axes = _overview(scenes, "Training scenes, false colour composite", Room(False))
    for ax, scene in zip(axes, scenes.values(), strict=True):
        draw_panel(false_colour(scene), scene, ax, place_and_date(scene), Room(False))
        describe(ax, "satellite image")
    add_attribution(figure, scenes.values())


def show_benchmarks(scenes: Mapping[str, xr.DataArray], masks: Mapping[str, xr.DataArray]) -> None:
    """Draw the benchmarks of several scenes over their faded images (the paper's Figure 3).

    Parameters
    ----------
    scenes, masks
        Name → reflectance (band, y, x), and name → class codes (y, x) on the same grid.

    Raises
    ------
    S2kitError
        If there is none.
    """
    room = Room(False, below=LEGEND_ROWS)
    figure, axes = _overview(scenes, "Benchmarks of the training scenes", room)
    for ax, (name, scene) in zip(axes, scenes.items(), strict=True):
        draw_panel(_over_faded_image(scene, masks[name]), scene, ax, place_and_date(scene), room)
        describe(ax, f"labelled are {described_classes(masks[name])}")
    _legend_below(figure, [masks[name] for name in scenes], room)
    add_attribution(figure, scenes.values())


def show_test_scene(scene: xr.DataArray, class_map: xr.DataArray, reference: xr.DataArray) -> None:
    """Draw image, class map and reference of a test scene (the paper's Figures 6 to 9).

    Parameters
    ----------
    scene
        Reflectance (band, y, x).
    class_map, reference
        Class codes (y, x) on the same grid.
    """
    room = Room(below=LEGEND_ROWS)
    figure, axes = map_axes([scene] * 3, PANEL, 3, room, map_title(scene))
    show_false_colour(scene, axes[0], "a) False colour composite")
    show_class_map(class_map, axes[1], "b) Class map", legend="none")
    show_class_map(reference, axes[2], "c) Reference", legend="none")
    _label_first(axes)
    _legend_below(figure, [class_map, reference], room, no_data="no class")
    add_attribution(figure, [scene])


def show_map_confidence_error(
    class_map: xr.DataArray, confidence: xr.DataArray, reference: xr.DataArray
) -> None:
    """Draw class map, confidence and agreement with the reference side by side.

    Parameters
    ----------
    class_map, confidence
        As :mod:`s2kit.maps.classify` gives them, with the attributes of their scene.
    reference
        Class codes (y, x) on the same grid, 0 = unlabelled.
    """
    figure, axes = map_axes([class_map] * 3, PANEL, 3, Room(below=LEGEND), map_title(class_map))
    show_class_map(class_map, axes[0], "a) Class map", legend="below")
    show_confidence(confidence, axes[1], "b) Confidence")
    show_error(class_map, reference, axes[2], "c) Agreement with the reference")
    _label_first(axes)
    add_attribution(figure, [class_map])


def _overview(
    scenes: Mapping[str, xr.DataArray], title: str, room: Room
) -> tuple[Figure, list[Axes]]:
    if not scenes:
        raise S2kitError("there is no scene to draw; see what is there: python -m s2kit data")
    heading = map_title(next(iter(scenes.values())), title)
    return map_axes(scenes.values(), SMALL_PANEL, COLUMNS, room, heading)


def _label_first(axes: Sequence[Axes]) -> None:
    for ax in axes[1:]:
        ax.set_ylabel("")
        ax.tick_params(labelleft=False)


def _legend_below(
    figure: Figure, maps: Sequence[xr.DataArray], room: Room, no_data: str | None = None
) -> None:
    codes, classes = present_codes(*maps), common_nomenclature(maps)
    width, height = figure.get_size_inches()
    corner = (max(room.left, EDGE) / width, (CREDIT + room.below - EDGE) / height)
    entries = len(codes) + (no_data is not None)
    columns = -(-entries // 2)
    add_class_legend(figure, corner, codes, no_data=no_data, columns=columns, nomenclature=classes)


def _over_faded_image(scene: xr.DataArray, mask: xr.DataArray) -> npt.NDArray[Any]:
    # The red band: fields, roads and villages stand out, vegetation is evenly dark.
    grey = false_colour(scene, ("B04", "B04", "B04"))
    picture = FADED[0] + (FADED[1] - FADED[0]) * grey
    labelled = mask.values != NO_DATA
    picture[labelled] = class_colours(mask)[labelled]
    return picture
