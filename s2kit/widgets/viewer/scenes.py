"""Scenes of one footprint as the browser draws them: any three bands, stretched alike."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.cartography.composite import Stretch, composite_pixels, stretch_limits
from s2kit.cartography.elements import attribution
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_raster
from s2kit.widgets.viewer.windows import Window, overview


class SceneImages:
    """Scenes by name, the first one that which counts; S2kitError if another has another size."""

    def __init__(self, scenes: Mapping[str, xr.DataArray]) -> None:
        self.scenes = dict(scenes)
        first = next(iter(self.scenes.values()))
        for name, other in self.scenes.items():
            require_raster(other, f"the underlay {name}", ("band", "y", "x"))
            if other.shape[-2:] != first.shape[-2:]:
                raise S2kitError(
                    f"the underlay {name} has {other.shape[-2:]} pixels and the scene "
                    f"{first.shape[-2:]}; cut it to the scene's grid"
                )
        self._limits: dict[tuple[str, ...], list[tuple[float, float]]] = {}

    @property
    def attribution(self) -> str:
        """Whom the scenes that name somebody are from."""
        return attribution(s for s in self.scenes.values() if "attribution" in s.attrs)

    def pixels(self, message: Mapping[str, Any]) -> tuple[Window, npt.NDArray[np.uint8]]:
        """Return the window that a browser asks for, and its pixels (y, x, 4)."""
        name, bands = str(message["layer"]), [str(band) for band in message["bands"]]
        scene = self.scenes[name]
        window = Window.from_message(message, scene.sizes["y"], scene.sizes["x"])
        key = (name, *bands, str(message["stretch"]))
        if key not in self._limits:
            whole = overview(scene.sizes["y"], scene.sizes["x"]).of(scene)
            stretch: Stretch = "percentile" if message["stretch"] == "percentile" else "fixed"
            self._limits[key] = stretch_limits(whole, bands, stretch)
        return window, composite_pixels(window.of(scene), bands, self._limits[key])
