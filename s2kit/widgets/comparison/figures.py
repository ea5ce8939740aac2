"""The picture that stands for the comparison where no kernel runs."""

import io
from collections.abc import Mapping

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.axes import Axes

from s2kit.cartography.elements import add_attribution
from s2kit.cartography.layout import CREDIT, EDGE, Room, map_axes
from s2kit.cartography.palette import add_class_legend, present_codes
from s2kit.cartography.panels import (
    show_applicability,
    show_class_map,
    show_confidence,
    show_error,
    show_false_colour,
)
from s2kit.widgets.comparison.layers import Layer, classes_of, data_of, named
from s2kit.widgets.comparison.statistics import table_in_view
from s2kit.widgets.viewer.windows import Window, overview

PANEL = 3.6
LEGEND_ROWS = 0.62
"""Inches below the panels: the class legend in two rows, and above it the agreement."""


def show_pair(
    layers: Mapping[str, Layer], shown: tuple[str, str], pair: tuple[str, str] | None
) -> None:
    """Draw two layers side by side, the class legend, and how two class maps agree.

    Parameters
    ----------
    layers
        as from `s2kit.widgets.comparison.layers.read_layers`.
    shown
        names of the two to draw.
    pair
        names of the two class maps whose agreement is told, or None.
    """
    given = [layer.data for layer in layers.values() if layer.data is not None]
    window = overview(given[0].sizes["y"], given[0].sizes["x"])
    grids = [window.of(given[0])] * 2
    agreement = "agreement" if pair is None else _agreement(layers, pair)
    figure, axes = map_axes(grids, PANEL, 2, Room(below=LEGEND_ROWS), agreement)
    for name, ax in zip(shown, axes, strict=True):
        _draw(layers, name, ax, pair)
    axes[1].set_ylabel("")
    axes[1].tick_params(labelleft=False)
    codes = present_codes(*(window.of(data_of(layers, name)) for name in named(layers, "classes")))
    width, height = figure.get_size_inches()
    corner = (EDGE / width, (CREDIT + LEGEND_ROWS - EDGE) / height)
    columns = -(-len(codes) // 2)
    add_class_legend(figure, corner, codes, columns=columns, nomenclature=classes_of(layers))
    add_attribution(figure, given)


def picture_of_pair(
    layers: Mapping[str, Layer], shown: tuple[str, str], pair: tuple[str, str]
) -> bytes:
    """Return `show_pair` as the bytes of a JPEG; a pair of empty names compares nothing."""
    with plt.ioff():
        show_pair(layers, shown, pair if all(pair) else None)
        figure = plt.gcf()
        target = io.BytesIO()
        figure.savefig(target, format="jpeg", dpi=110, pil_kwargs={"quality": 82})
        plt.close(figure)
    return target.getvalue()


def _draw(layers: Mapping[str, Layer], name: str, ax: Axes, pair: tuple[str, str] | None) -> None:
    layer = layers[name]
    if layer.kind == "agreement":
        assert pair is not None  # read_layers adds the agreement to two class maps only
        show_error(_thinned(layers, pair[0]), _thinned(layers, pair[1]), ax, name)
    elif layer.kind == "scene":
        show_false_colour(_thinned(layers, name), ax, name)
    elif layer.kind == "confidence":
        show_confidence(_thinned(layers, name), ax, name)
    elif layer.kind == "applicability":
        show_applicability(_thinned(layers, name), ax, name)
    else:
        show_class_map(_thinned(layers, name), ax, name, legend="none")


def _agreement(layers: Mapping[str, Layer], pair: tuple[str, str]) -> str:
    mapped, reference = (data_of(layers, name) for name in pair)
    table = table_in_view(mapped, reference, Window(0, mapped.sizes["y"], 0, mapped.sizes["x"]))
    if table["agreement"] is None:
        return f"{pair[0]} and {pair[1]} have no classified pixel in common"
    share, pixels = 100 * table["agreement"], table["pixels"]
    return f"{pair[0]} and {pair[1]} agree in {share:.1f} % of {pixels} pixels"


def _thinned(layers: Mapping[str, Layer], name: str) -> xr.DataArray:
    """Return a layer with no more pixels than a picture shows."""
    data = data_of(layers, name)
    return overview(data.sizes["y"], data.sizes["x"]).of(data)
