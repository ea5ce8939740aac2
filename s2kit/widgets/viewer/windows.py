"""The part of a raster that a browser shows, thinned to what its screen can show."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

LONGEST = 1024
"""Pixels along the longer side of an overview; smaller rasters are sent whole."""


@dataclass(frozen=True)
class Window:
    """Rows ``top`` to ``bottom`` and columns ``left`` to ``right`` (exclusive), every ``step``-th.

    Rows and columns count from the upper left of the whole raster.
    """

    top: int
    bottom: int
    left: int
    right: int
    step: int = 1

    @classmethod
    def from_message(cls, message: Mapping[str, Any], height: int, width: int) -> "Window":
        """Return the window a browser asks for, cut to a raster of ``height`` by ``width``."""
        top, left = (max(0, int(message[side])) for side in ("top", "left"))
        bottom, right = min(height, int(message["bottom"])), min(width, int(message["right"]))
        step = max(1, int(message.get("step", 1)))
        return cls(top, max(top, bottom), left, max(left, right), step)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns that are sent."""
        rows, columns = self.bottom - self.top, self.right - self.left
        return math.ceil(rows / self.step), math.ceil(columns / self.step)

    def of(self, image: xr.DataArray) -> xr.DataArray:
        """Cut the window out of an image with dims (…, y, x)."""
        return image.isel(
            y=slice(self.top, self.bottom, self.step), x=slice(self.left, self.right, self.step)
        )

    def thinned(self, most: int) -> "Window":
        """Return the window with a step so large that at most ``most`` pixels are left."""
        pixels = (self.bottom - self.top) * (self.right - self.left)
        step = max(self.step, math.ceil(math.sqrt(pixels / most)))
        return Window(self.top, self.bottom, self.left, self.right, step)

    def to_message(self) -> dict[str, int]:
        """Return what the browser needs to place the pixels."""
        rows, columns = self.shape
        place = {"top": self.top, "bottom": self.bottom, "left": self.left, "right": self.right}
        return {**place, "step": self.step, "rows": rows, "columns": columns}


def overview(height: int, width: int, longest: int = LONGEST) -> Window:
    """Return the window of a whole raster with at most ``longest`` pixels along a side."""
    return Window(0, height, 0, width, max(1, math.ceil(max(height, width) / longest)))


def pixel_bytes(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return rows of pixels as the bytes of a message."""
    return np.ascontiguousarray(pixels, dtype=np.uint8).tobytes()


def grid_message(image: xr.DataArray) -> dict[str, Any]:
    """Describe the grid of an image (…, y, x) for a browser: size, origin, pixel size, CRS."""
    left, bottom, right, top = image.rio.bounds(recalc=True)
    height, width = image.sizes["y"], image.sizes["x"]
    crs = image.rio.crs
    epsg = crs.to_epsg() if crs else None
    return {
        "height": height,
        "width": width,
        "left": left,
        "top": top,
        "dx": (right - left) / width,
        "dy": (top - bottom) / height,
        "crs": f"EPSG:{epsg}" if epsg else "",
        "step": overview(height, width).step,
    }
