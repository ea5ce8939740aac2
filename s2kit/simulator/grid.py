"""Where the simulated ground lies: the scene, a margin, and the satellite's own grids."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy.typing as npt
from rasterio.transform import Affine, from_origin

from s2kit.scenes.manifest import SceneRecord

Array = npt.NDArray[Any]
Shape = tuple[int, int]

PIXEL = 5.0
"""Pixel of the ground in metres: four of them mix in a 10 m pixel, sixteen in one of 20 m."""

MARGIN = 100
"""Metres by which a product reaches beyond its scene, so that reading the scene is a crop."""


@dataclass(frozen=True)
class Ground:
    """The area of a product: its corners lie on multiples of 20 m, as Sentinel-2's pixels do."""

    left: int
    bottom: int
    right: int
    top: int

    @property
    def shape(self) -> Shape:
        """Rows and columns of the 5 m grid."""
        return int((self.top - self.bottom) / PIXEL), int((self.right - self.left) / PIXEL)

    def transform(self, resolution: float) -> Affine:
        """Return the transform of the grid with this resolution in metres."""
        return from_origin(self.left, self.top, resolution, resolution)


def ground_of(record: SceneRecord) -> Ground:
    """Return the area that a scene's product covers."""
    left, bottom, right, top = record.bounds
    return Ground(
        *(20 * floor((v - MARGIN) / 20) for v in (left, bottom)),
        *(20 * ceil((v + MARGIN) / 20) for v in (right, top)),
    )


def crop(image: Array, resolution: float, ground: Ground, record: SceneRecord) -> Array:
    """Return the part of an image of the ground (rows, columns last) that lies on the scene."""
    left, bottom, right, top = record.bounds
    rows = slice(int((ground.top - top) / resolution), int((ground.top - bottom) / resolution))
    cols = slice(int((left - ground.left) / resolution), int((right - ground.left) / resolution))
    return image[..., rows, cols]
