"""The layers of a comparison, as pixels for the browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib
import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.colors import to_hex

from s2kit.accuracy.confusion import require_same_grid
from s2kit.cartography.composite import FALSE_COLOUR, composite_pixels, stretch_limits
from s2kit.cartography.palette import OTHER, SAME, dissimilarity_colormap
from s2kit.cartography.panels import CONFIDENCE_COLOURS, UNLIKE_ENOUGH, UNLIKE_STEPS
from s2kit.errors import S2kitError
from s2kit.maps.layers import APPLICABILITY
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.nomenclature import (
    NO_DATA,
    PAPER,
    Nomenclature,
    common_nomenclature,
    nomenclature_of,
)
from s2kit.widgets.viewer.windows import Window

Kind = Literal["scene", "classes", "confidence", "applicability", "agreement"]

MEASURED: tuple[Kind, ...] = ("confidence", "applicability")
"""The kinds of layers whose pixels are no codes but numbers."""

AGREEMENT = "agreement"
"""The layer that every comparison of two class maps has besides those given."""

UNKNOWN_CODE, SAME_CODE, OTHER_CODE = 0, 1, 2
CONFIDENCE_CODES = 101
"""Confidence travels as 1 + its percentage, 0 = no data."""


@dataclass(frozen=True)
class Layer:
    """A named layer; ``data`` is None for the agreement, which is made of two others."""

    name: str
    kind: Kind
    data: xr.DataArray | None

    def to_message(self) -> dict[str, Any]:
        """Describe the layer to the browser, with the colours of its codes from 1 on."""
        colours: list[str] = []
        if self.kind == "confidence":
            steps = matplotlib.colormaps[CONFIDENCE_COLOURS](np.linspace(0, 1, CONFIDENCE_CODES))
            colours = [to_hex(step) for step in steps]
        elif self.kind == "applicability":
            steps = dissimilarity_colormap(UNLIKE_STEPS)(np.arange(UNLIKE_STEPS))
            colours = [to_hex(step, keep_alpha=True) for step in steps]
        elif self.kind == "agreement":
            colours = [SAME, OTHER]
        return {"name": self.name, "kind": self.kind, "colours": colours}


def kind_of(name: str, data: xr.DataArray) -> Kind:
    """Tell what a layer shows by its dimensions and dtype, and by its ``long_name``.

    Raises
    ------
    S2kitError
        If it is neither a scene (band, y, x), nor class codes, confidence or applicability (y, x).
    """
    require_raster(data, f"the layer {name!r}")
    if data.dims == ("band", "y", "x"):
        return "scene"
    if data.dims == ("y", "x") and np.issubdtype(data.dtype, np.integer):
        return "classes"
    if data.dims == ("y", "x") and np.issubdtype(data.dtype, np.floating):
        kind: Kind = (
            "applicability"
            if data.attrs.get("long_name") == APPLICABILITY.description
            else "confidence"
        )
        _check_range(name, data, kind)
        return kind
    raise S2kitError(
        f"the layer {name!r} has the dimensions {data.dims} and dtype {data.dtype}; give a scene "
        "(band, y, x), class codes (y, x) of whole numbers, or confidence or applicability (y, x) "
        "of floats"
    )


def _check_range(name: str, data: xr.DataArray, kind: Kind) -> None:
    """Refuse floats that are no confidence: clipped, another layer would look like a sure one."""
    low, high = float(data.min()), float(data.max())
    if low < 0 or (kind == "confidence" and high > 1):
        raise S2kitError(
            f"the layer {name!r} runs from {low:.3g} to {high:.3g}; give confidence, 0 to 1, or "
            "what s2kit.applicability returns, with its attribute long_name "
            f"{APPLICABILITY.description!r}"
        )


def read_layers(given: Mapping[str, xr.DataArray]) -> dict[str, Layer]:
    """Make layers of arrays, and add the agreement where two of them are class maps.

    Parameters
    ----------
    given
        name → array, all on one grid.

    Raises
    ------
    S2kitError
        If there are fewer than two, a name is taken, they do not lie on one grid, or a class map
        holds a code that is no class.
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"the layers are a {type(given).__name__}; give a dict, name → DataArray")
    if len(given) < 2:
        raise S2kitError(f"a comparison takes two layers or more, got {len(given)}; add a layer")
    if AGREEMENT in given:
        raise S2kitError(f"the name {AGREEMENT!r} is taken; name your layer otherwise")
    layers = {name: Layer(name, kind_of(name, data), data) for name, data in given.items()}
    first, *others = (_flat(data) for data in given.values())
    for other in others:
        require_same_grid(other, first)
    for name in named(layers, "classes"):
        data = given[name]
        nomenclature_of(data).positions(data.to_numpy(), f"the layer {name!r}")
    if len(named(layers, "classes")) > 1:
        layers[AGREEMENT] = Layer(AGREEMENT, "agreement", None)
    return layers


def named(layers: Mapping[str, Layer], kind: Kind) -> list[str]:
    """Return the names of the layers of a kind, in their order."""
    return [name for name, layer in layers.items() if layer.kind == kind]


def classes_of(layers: Mapping[str, Layer]) -> Nomenclature:
    """Return the nomenclature of the class maps; S2kitError if they differ, `PAPER` without."""
    maps = [data_of(layers, name) for name in named(layers, "classes")]
    return common_nomenclature(maps) if maps else PAPER


def data_of(layers: Mapping[str, Layer], name: str) -> xr.DataArray:
    """Return the array of a layer; S2kitError for the agreement, which has none."""
    data = layers[name].data
    if data is None:
        given = ", ".join(each for each, layer in layers.items() if layer.data is not None)
        raise S2kitError(f"{name} is made of two layers and has no array; choose one of {given}")
    return data


def _flat(data: xr.DataArray) -> xr.DataArray:
    return data.isel(band=0, drop=True) if "band" in data.dims else data


def codes_of(data: xr.DataArray, window: Window) -> npt.NDArray[np.uint8]:
    """Return the class codes of a window (rows, columns); anything that is no class becomes 0."""
    codes = window.of(data).values
    return np.where(np.isin(codes, nomenclature_of(data).codes), codes, NO_DATA).astype(np.uint8)


def agreement_of(
    mapped: npt.NDArray[np.uint8], reference: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """Return 1 where both have the same class, 2 where another, 0 where one has none."""
    known = (mapped != NO_DATA) & (reference != NO_DATA)
    verdict = np.where(mapped == reference, SAME_CODE, OTHER_CODE)
    return np.where(known, verdict, UNKNOWN_CODE).astype(np.uint8)


def pixels_of(
    layers: Mapping[str, Layer], name: str, window: Window, pair: tuple[str, str]
) -> npt.NDArray[np.uint8]:
    """Return a window of a layer as the browser draws it.

    Parameters
    ----------
    layers
        as from `read_layers`.
    name
        the layer wanted.
    window
        rows and columns.
    pair
        names of the two class maps the agreement is made of.

    Returns
    -------
    numpy.ndarray
        uint8; a scene as (rows, columns, 4) red, green, blue, alpha; else codes (rows, columns).
    """
    layer = layers[name]
    if layer.data is None:
        first, second = (codes_of(data_of(layers, each), window) for each in pair)
        return agreement_of(first, second)
    if layer.kind == "classes":
        return codes_of(layer.data, window)
    part = window.of(layer.data)
    if layer.kind == "scene":
        return composite_pixels(part, FALSE_COLOUR, stretch_limits(part, FALSE_COLOUR))
    if layer.kind == "applicability":
        # Up to the edge, and exactly there, the lower half of the codes; any more is outside.
        steps = np.ceil(part.values * (UNLIKE_STEPS / UNLIKE_ENOUGH))
        return np.where(np.isnan(steps), 0, np.clip(steps, 1, UNLIKE_STEPS)).astype(np.uint8)
    percent = np.rint(100 * np.clip(part.values, 0, 1))
    return np.where(np.isnan(percent), 0, percent + 1).astype(np.uint8)
