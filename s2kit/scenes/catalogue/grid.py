"""The exact 10 m pixel grid that a scene is read onto."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from rasterio.transform import Affine, from_origin
from rasterio.warp import transform_bounds

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import SceneRecord

PIXEL = 10
"""Side of a pixel in metres: the finest resolution of Sentinel-2, and the paper's."""

Bounds = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(frozen=True)
class Grid:
    """A north-up grid of 10 m pixels.

    Attributes
    ----------
    epsg
        Code of the projected CRS, in metres (a UTM zone).
    bounds
        Outer edges (left, bottom, right, top) in that CRS.
    width, height
        Columns and rows.

    Raises
    ------
    S2kitError
        If bounds, width and height do not make 10 m pixels.
    """

    epsg: int
    bounds: Bounds
    width: int
    height: int

    def __post_init__(self) -> None:
        left, bottom, right, top = self.bounds
        fits = (right - left, top - bottom) == (self.width * PIXEL, self.height * PIXEL)
        if not fits or self.width < 1 or self.height < 1:
            raise S2kitError(
                f"the grid {self.bounds} is {right - left:g} m × {top - bottom:g} m, "
                f"but {self.width} × {self.height} pixels of {PIXEL} m are "
                f"{self.width * PIXEL} m × {self.height * PIXEL} m; correct bounds or size"
            )

    @property
    def transform(self) -> Affine:
        """Pixel (column, row) to coordinates (x, y) of the pixel's upper left corner."""
        upper_left: Affine = from_origin(self.bounds[0], self.bounds[3], PIXEL, PIXEL)
        return upper_left

    @property
    def lonlat(self) -> Bounds:
        """The bounding box in degrees (west, south, east, north; EPSG:4326)."""
        west, south, east, north = transform_bounds(self.epsg, 4326, *self.bounds, densify_pts=21)
        return west, south, east, north

    def strips(self, rows: int) -> Iterator["Grid"]:
        """Cut the grid into strips of at most this many rows, from north to south."""
        left, _, right, top = self.bounds
        for first in range(0, self.height, rows):
            count = min(rows, self.height - first)
            edge = top - first * PIXEL
            yield Grid(self.epsg, (left, edge - count * PIXEL, right, edge), self.width, count)


def grid_of(record: SceneRecord) -> Grid:
    """Return the grid of a scene of the manifest."""
    return Grid(record.epsg, record.bounds, record.width, record.height)


def grid_around(bounds: Bounds, epsg: int, target_epsg: int) -> Grid:
    """Return the smallest grid of whole 10 m pixels around a rectangle.

    Its edges are multiples of 10 m, as those of all Sentinel-2 pixels.

    Parameters
    ----------
    bounds
        Left, bottom, right, top (west, south, east, north) in the CRS ``epsg``.
    epsg, target_epsg
        The CRS of the rectangle, and that of the grid (a UTM zone).
    """
    left, bottom, right, top = bounds
    if epsg != target_epsg and left < right and bottom < top:
        left, bottom, right, top = transform_bounds(epsg, target_epsg, *bounds, densify_pts=21)
    if not (left < right and bottom < top) or not all(
        map(math.isfinite, (left, bottom, right, top))
    ):
        raise S2kitError(
            f"the bounds {bounds} in EPSG:{epsg} enclose nothing; give left, bottom, right, top"
        )
    left, bottom = math.floor(left / PIXEL) * PIXEL, math.floor(bottom / PIXEL) * PIXEL
    right, top = math.ceil(right / PIXEL) * PIXEL, math.ceil(top / PIXEL) * PIXEL
    width, height = round((right - left) / PIXEL), round((top - bottom) / PIXEL)
    return Grid(target_epsg, (left, bottom, right, top), width, height)
