"""The exact 10 m pixel grid that a scene is read onto."""

from dataclasses import dataclass

from affine import Affine
from rasterio.transform import from_origin
from rasterio.warp import transform_bounds

from s2kit.errors import S2kitError

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
        if (right - left, top - bottom) != (self.width * PIXEL, self.height * PIXEL):
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
