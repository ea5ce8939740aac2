"""The exact 10 m pixel grid that a scene is read onto."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import rasterio
from rasterio.errors import CRSError, RasterioError
from rasterio.transform import Affine, from_origin
from rasterio.warp import transform_bounds

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import SceneRecord

PIXEL = 10
"""Side of a pixel in metres: the finest resolution of Sentinel-2, and the paper's."""

SIDES = ("left", "bottom", "right", "top")

WIDEST = 20
"""Degrees. A catalogue lists at most 500 items, and a tile is about one degree wide and high."""

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


def degrees(bounds: Bounds, epsg: int) -> Bounds:
    """Return a rectangle as west, south, east, north in degrees, checked for a search of scenes.

    Parameters
    ----------
    bounds
        Left, bottom, right, top (west, south, east, north) in the CRS ``epsg``.
    epsg
        The CRS of the rectangle.

    Raises
    ------
    S2kitError
        If there is no such CRS, or the rectangle is none, leaves the globe or is wider or higher
        than `WIDEST`.

    Examples
    --------
    >>> degrees((16.2, 50.9, 16.3, 51.0), 4326)
    (16.2, 50.9, 16.3, 51.0)
    >>> degrees((17.0, 50.0, 16.0, 51.0), 4326)
    Traceback (most recent call last):
    s2kit.errors.S2kitError: the bounds 17 50 16 51 are no rectangle: west 17 must be below east 16
    """
    told = "the bounds " + " ".join(f"{value:g}" for value in bounds)
    sides = ("west", "south", "east", "north") if epsg == 4326 else SIDES
    if not all(map(math.isfinite, bounds)):
        raise S2kitError(f"{told} hold what is no number; give {' '.join(sides)}")
    for low, high in ((0, 2), (1, 3)):
        if not bounds[low] < bounds[high]:
            raise S2kitError(
                f"{told} are no rectangle: {sides[low]} {bounds[low]:g} must be below "
                f"{sides[high]} {bounds[high]:g}"
            )
    west, south, east, north = bounds if epsg == 4326 else _to_degrees(bounds, epsg, told)
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise S2kitError(
            f"{told} leave the globe (-180 to 180, -90 to 90 degrees); give west south east north, "
            "for a place across 180 degrees its two halves"
        )
    if east - west > WIDEST or north - south > WIDEST:
        raise S2kitError(
            f"{told} are an area of {east - west:.0f} × {north - south:.0f} degrees; give a "
            f"smaller one, at most {WIDEST} × {WIDEST}"
        )
    return west, south, east, north


def _to_degrees(bounds: Bounds, epsg: int, told: str) -> Bounds:
    try:
        with rasterio.Env():  # without it PROJ prints to the terminal
            west, south, east, north = transform_bounds(epsg, 4326, *bounds, densify_pts=21)
    except (RasterioError, CRSError):
        known = f"{told} cannot be brought from EPSG:{epsg} to degrees"
        raise S2kitError(f"{known}; check the code (--epsg) and the numbers") from None
    if not all(map(math.isfinite, (west, south, east, north))) or west > east:
        raise S2kitError(f"{told} do not lie where EPSG:{epsg} holds; check the code (--epsg)")
    return west, south, east, north


def grid_around(bounds: Bounds, epsg: int, target_epsg: int) -> Grid:
    """Return the smallest grid of whole 10 m pixels around a rectangle.

    Its edges are multiples of 10 m, as those of all Sentinel-2 pixels.

    Parameters
    ----------
    bounds
        Left, bottom, right, top (west, south, east, north) in the CRS ``epsg``.
    epsg, target_epsg
        The CRS of the rectangle, and that of the grid (a UTM zone).

    Examples
    --------
    >>> grid = grid_around((500_003, 5_600_001, 500_048, 5_600_019), 32633, 32633)
    >>> grid.bounds, grid.width, grid.height
    ((500000, 5600000, 500050, 5600020), 5, 2)
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
