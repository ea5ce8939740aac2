"""The comparison widget."""

from collections.abc import Mapping
from typing import Any

import traitlets
import xarray as xr

from s2kit.cartography.elements import attribution
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BANDS
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.widgets.comparison.figures import picture_of_pair
from s2kit.widgets.comparison.layers import (
    AGREEMENT,
    MEASURED,
    Layer,
    classes_of,
    data_of,
    named,
    pixels_of,
    read_layers,
)
from s2kit.widgets.comparison.statistics import (
    ClassSpectra,
    class_spectra,
    number,
    numbers,
    table_in_view,
)
from s2kit.widgets.viewer import MapWidget, Window, javascript, stylesheet
from s2kit.widgets.viewer.windows import grid_message, pixel_bytes

SCRIPTS = ("stage.js", "panels.js", "table.js", "print.js", "keys.js", "compare.js")


class Comparison(MapWidget):
    """Compare layers of one footprint in JupyterLab.

    Swipe, blend or lay two layers side by side; the pointer reads coordinates, classes and
    the spectrum; the table counts how two class maps agree in what is in view. Press ``?`` in
    the widget for its keys.

    Parameters
    ----------
    layers
        Name → array on one grid: scenes (band, y, x), class maps and masks (y, x) of whole
        numbers, confidence (y, x) of floats, and what `s2kit.applicability` returns, known by its
        ``long_name``. The agreement of two class maps is added.
    left, right
        Names of the layers shown first; default: the first two class maps, else two layers.
    mapped, reference
        Names of the class maps that the table compares; default: the first two.
    mode
        "swipe", "blend" or "side by side".
    palette
        "standard", or "safe" for colour-blind readers.
    dates
        Name of each date → the two layers that a slider of dates shows left and right; without
        ``left`` and ``right`` the first date is shown first.

    Raises
    ------
    S2kitError
        If there are fewer than two layers, they differ in grid or classes, or a name is unknown.

    Examples
    --------
    >>> Comparison({"FCC": scene, "our map": ours, "reference": mask})  # doctest: +SKIP
    """

    answers = ("pixels", "view", "hover")
    _esm = javascript(*(("s2kit.widgets.comparison", name) for name in SCRIPTS))
    _css = stylesheet(("s2kit.widgets.comparison", "compare.css"))

    layers: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    wavelengths = traitlets.List([band.wavelength for band in BANDS]).tag(sync=True)
    mode = traitlets.Enum(("swipe", "blend", "side by side"), "swipe").tag(sync=True)
    left = traitlets.Unicode().tag(sync=True)
    right = traitlets.Unicode().tag(sync=True)
    mapped = traitlets.Unicode().tag(sync=True)
    reference = traitlets.Unicode().tag(sync=True)
    position = traitlets.Float(0.5, min=0, max=1).tag(sync=True)
    opacity = traitlets.Float(0.5, min=0, max=1).tag(sync=True)
    beneath = traitlets.Bool(True).tag(sync=True)
    hidden = traitlets.List(traitlets.Int()).tag(sync=True)
    dates: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        layers: Mapping[str, xr.DataArray],
        *,
        left: str | None = None,
        right: str | None = None,
        mapped: str | None = None,
        reference: str | None = None,
        mode: str = "swipe",
        palette: str = "standard",
        dates: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self._layers = read_layers(layers)
        self._spectra: dict[tuple[str, str], ClassSpectra] = {}
        classes = named(self._layers, "classes")
        pair = classes if len(classes) > 1 else list(self._layers)
        pair = list(next(iter(dates.values()))) if dates else pair
        chosen = {"left": left or pair[0], "right": right or pair[1]}
        if len(classes) > 1:
            chosen |= {"mapped": mapped or classes[0], "reference": reference or classes[1]}
        shown = [name for both in (dates or {}).values() for name in both]
        for name in [*chosen.values(), *shown]:
            if name not in self._layers:
                raise S2kitError(f"there is no layer {name!r}; choose one of {', '.join(layers)}")
        if not {chosen.get(side) for side in ("mapped", "reference")} <= {*classes, None}:
            raise S2kitError(f"the table compares two class maps; choose of {', '.join(classes)}")
        first = next(iter(layers.values()))
        super().__init__(
            classes_of(self._layers),
            layers=[layer.to_message() for layer in self._layers.values()],
            grid=grid_message(first),
            attribution=attribution(layers.values()),
            mode=mode,
            palette=palette,
            dates=[
                {"label": label, "left": one, "right": other}
                for label, (one, other) in (dates or {}).items()
            ],
            **chosen,
        )

    @property
    def pair(self) -> tuple[str, str]:
        """Names of the class maps that table and agreement compare; empty if there are no two."""
        return self.mapped, self.reference

    def data(self, name: str) -> xr.DataArray:
        """Return the array of a layer by name."""
        return data_of(self._layers, name)

    @traitlets.observe("mapped", "reference")
    def _make_agreement_anew(self, _change: object) -> None:
        if AGREEMENT in self._layers:
            self.send({"type": "stale", "layer": AGREEMENT})

    def on_pixels(self, message: dict[str, Any]) -> None:
        """Send a window of a layer."""
        window = self._window(message)
        name = str(message["layer"])
        pixels = pixels_of(self._layers, name, window, self.pair)
        answer = {"type": "pixels", "layer": name, **window.to_message()}
        self.send(answer, [pixel_bytes(pixels)])

    def on_view(self, message: dict[str, Any]) -> None:
        """Send the table of what is in view."""
        if all(self.pair):
            mapped, reference = (self.data(name) for name in self.pair)
            table = table_in_view(mapped, reference, self._window(message))
            self.send({"type": "table", **table})

    def on_hover(self, message: dict[str, Any]) -> None:
        """Send classes, numbers and spectrum of a pixel, and the mean spectrum of its class."""
        row, column = int(message["row"]), int(message["column"])
        if min(row, column) < 0:  # it would count from the end
            raise IndexError(row, column)
        place = {"y": row, "x": column}
        codes = {name: int(self.data(name).isel(place)) for name in named(self._layers, "classes")}
        measured = [name for kind in MEASURED for name in named(self._layers, kind)]
        values = {name: number(float(self.data(name).isel(place))) for name in measured}
        answer: dict[str, Any] = {"type": "pixel", "row": row, "column": column}
        answer |= {"codes": codes, "values": values}
        scene = self._scene_in_view()
        if scene is not None:
            answer["scene"] = scene.name
            answer["spectrum"] = numbers(self.data(scene.name).isel(place).values)
            answer |= self._class_mean(scene.name, codes)
        self.send(answer)

    def _class_mean(self, scene: str, codes: Mapping[str, int]) -> dict[str, Any]:
        """Return the mean spectrum of the class the pixel has in the first map that knows it."""
        order = [name for name in (*self.pair, *codes) if codes.get(name, NO_DATA) != NO_DATA]
        if not order:
            return {}
        name, code = order[0], codes[order[0]]
        if (scene, name) not in self._spectra:
            self._spectra[scene, name] = class_spectra(self.data(scene), self.data(name))
        found = self._spectra[scene, name]
        place = self.nomenclature.position(code)
        mean, spread = numbers(found.mean[place]), numbers(found.spread[place])
        return {"class": code, "of": name, "mean": mean, "spread": spread}

    def _scene_in_view(self) -> Layer | None:
        """Return the scene whose spectrum is read: the one shown, else the first."""
        scenes = named(self._layers, "scene")
        shown = [name for name in (self.left, self.right) if name in scenes]
        return self._layers[(shown or scenes)[0]] if scenes else None

    def _window(self, message: Mapping[str, Any]) -> Window:
        return Window.from_message(message, self.grid["height"], self.grid["width"])

    def describe(self) -> str:
        """Say how many layers are compared, and which two are shown."""
        count = len(self._layers)
        return f"a comparison of {count} layers, {self.left} and {self.right} first"

    def picture(self) -> tuple[str, bytes]:
        """Draw the two layers shown, with legend and agreement."""
        return "image/jpeg", picture_of_pair(self._layers, (self.left, self.right), self.pair)
