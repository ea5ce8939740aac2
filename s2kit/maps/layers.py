"""What can be known of the pixels of a map beside their class, and how a GeoTIFF counts it."""

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr

from s2kit.cartography.qgis_styles import Step, graded_raster_qml
from s2kit.errors import S2kitError


@dataclass(frozen=True)
class Layer:
    """One image beside a map, stored as whole numbers of a step.

    The band's scale tells the step: QGIS shows true values, and so does
    ``rioxarray.open_rasterio(path, mask_and_scale=True)``, with NaN where there are no data.
    """

    name: str
    description: str
    step: float
    largest: float
    """Values above it: refused where there can be none, else stored as it."""
    bounded: bool
    """Whether there can be none above 1."""
    dtype: str
    no_data: int
    steps: tuple[tuple[float, str], ...]
    """Upper limits of what QGIS shows in one colour, and the colours; the last has no limit."""

    @property
    def style(self) -> str:
        """Return the style for QGIS."""
        limits = [0.0, *(high for high, _ in self.steps)]
        steps = [
            Step(low, high, f"{low:g} to {high:g}" if high < math.inf else f"above {low:g}", colour)
            for low, (high, colour) in zip(limits, self.steps, strict=False)
        ]
        return graded_raster_qml(steps)

    def counts(self, image: xr.DataArray) -> xr.DataArray:
        """Return an image (y, x), NaN = no data, in steps; S2kitError if it cannot be one.

        >>> image = xr.DataArray(np.array([[0.5, np.nan]]), dims=("y", "x"))
        >>> CONFIDENCE.counts(image).values
        array([[50,  0]], dtype=uint8)
        """
        low, high = float(image.min()), float(image.max())
        if low < 0 or (self.bounded and high > 1):
            raise S2kitError(
                f"{self.name} runs from {low:.3g} to {high:.3g}; give the "
                f"{self.description}, from 0 {'to 1' if self.bounded else 'on'}"
            )
        values = np.rint(np.minimum(image.values, self.largest) / self.step)
        values[np.isnan(image.values)] = self.no_data
        return image.copy(data=values.astype(self.dtype))


CONFIDENCE = Layer(
    "confidence", "probability of the mapped class", 0.01, 1, True, "uint8", 0,
    ((0.5, "#7f0000"), (0.6, "#d7301f"), (0.7, "#fc8d59"), (0.8, "#fdbb84"), (0.9, "#fdd49e"),
     (math.inf, "#fff7ec")),
)  # fmt: skip
"""In per cent: a hundredth is finer than a probability from a softmax deserves, and a quarter of
the size of float32. 0 is free for "no data": the likeliest of K classes never has less than 1 / K.
"""

APPLICABILITY = Layer(
    "applicability", "dissimilarity to the training", 0.01, 655.34, False, "uint16", 65535,
    ((0.25, "#f7f4f9"), (0.5, "#d4b9da"), (0.75, "#c994c7"), (1, "#df65b0"), (math.inf, "#67001f")),
)  # fmt: skip
"""In hundredths of the edge of the area of applicability, which is 1."""
