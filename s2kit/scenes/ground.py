"""The true size of a raster's pixels on the ground, whatever its CRS and unit."""

import functools
import math
from typing import Any

from pyproj import CRS, Geod, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.enums import TransformDirection
from pyproj.exceptions import ProjError

from s2kit.errors import S2kitError
from s2kit.scenes.grid import PIXEL

TOLERANCE = 0.01
"""Relative difference from 10 m that is let pass; the scale of UTM differs from 1 by a thousandth
at most."""


def ground_pixel(transform: Any, width: int, height: int, crs: Any) -> tuple[float, float]:
    """Measure the width and height of the pixel in the middle of a grid on the ellipsoid.

    Units are converted and the scale of the projection is taken into account: ten metres of Web
    Mercator are 6.3 m on the ground at 51° N.

    Parameters
    ----------
    transform
        Affine, pixel (column, row) to coordinates.
    width, height
        Columns and rows of the grid.
    crs
        Its CRS (of rasterio or pyproj, or an EPSG code).

    Returns
    -------
    tuple
        Width and height in metres.

    Raises
    ------
    S2kitError
        If the CRS has no place on the Earth, or the grid lies outside of where it is valid.

    Examples
    --------
    >>> from rasterio.transform import from_origin
    >>> [round(side, 1) for side in ground_pixel(from_origin(0, 6621294, 10, 10), 9, 9, 3857)]
    [6.3, 6.3]
    """
    middle = width // 2, height // 2
    corners = [transform @ (middle[0] + i, middle[1] + j) for i, j in ((0, 0), (1, 0), (0, 1))]
    try:
        to_degrees, geod = _ellipsoid(crs if isinstance(crs, int) else crs.to_wkt())
        x, y = zip(*corners, strict=True)
        lon, lat = to_degrees.transform(x, y, errcheck=True)
        _, _, sides = geod.inv([lon[0]] * 2, [lat[0]] * 2, lon[1:], lat[1:])
        if not all(math.isfinite(side) for side in sides):
            raise ValueError("no such latitude")
        # far outside, a projection may give degrees all the same: of another place
        back = to_degrees.transform(lon[0], lat[0], direction=TransformDirection.INVERSE)
        if math.dist(back, corners[0]) > math.dist(corners[1], corners[0]):
            raise ValueError("no such place")
    except (ProjError, ValueError) as error:
        raise S2kitError(
            f"coordinates around {corners[0]} lie outside {crs} ({error}); assign the right CRS, "
            "for instance with gdal_edit.py -a_srs"
        ) from error
    return float(sides[0]), float(sides[1])


@functools.lru_cache(maxsize=16)  # PROJ takes ten times as long as the rest
def _ellipsoid(crs: int | str) -> tuple[Transformer, Geod]:
    geographic = CRS.from_user_input(crs).geodetic_crs
    if geographic is None:
        raise S2kitError(
            "its CRS has no place on the Earth; assign the one the image is in, for instance with "
            "gdal_edit.py -a_srs EPSG:32633"
        )
    geod = geographic.get_geod() or Geod(ellps="WGS84")
    return Transformer.from_crs(crs, geographic, always_xy=True), geod


def check_ground_pixel(transform: Any, width: int, height: int, crs: Any, where: str) -> None:
    """Refuse pixels that are not 10 m wide and high: texture is learnt in pixels of 10 m.

    Raises
    ------
    S2kitError
        If they differ by more than `TOLERANCE`, or cannot be measured.
    """
    try:
        sides = ground_pixel(transform, width, height, crs)
    except S2kitError as error:
        raise S2kitError(f"{where}: {error}") from error
    if any(abs(side / PIXEL - 1) > TOLERANCE for side in sides):
        raise S2kitError(
            f"{where} has pixels of {sides[0]:.3g} × {sides[1]:.3g} m on the ground, not "
            f"{PIXEL} m; resample it onto the UTM zone it lies in: "
            f"gdalwarp -t_srs EPSG:{_utm_of(transform, width, height, crs)} -tr 10 10 -tap"
        )


def utm_epsg(longitude: float, latitude: float) -> int:
    """Return the EPSG code of the UTM zone (WGS 84) of a place in degrees.

    >>> utm_epsg(18.2, 47.8), utm_epsg(-72.5, -38.8)
    (32634, 32718)
    """
    here = AreaOfInterest(longitude, latitude, longitude, latitude)
    zones = query_utm_crs_info(datum_name="WGS 84", area_of_interest=here)
    if not zones:
        raise S2kitError(f"no UTM zone holds latitude {latitude:.4g}; choose another place")
    return int(zones[0].code)


def _utm_of(transform: Any, width: int, height: int, crs: Any) -> int:
    to_degrees, _ = _ellipsoid(crs if isinstance(crs, int) else crs.to_wkt())
    return utm_epsg(*to_degrees.transform(*(transform @ (width / 2, height / 2))))
