"""What a function is given must be of the type it works on: checked at the public doors."""

from collections.abc import Sequence

import geopandas as gpd
import xarray as xr

from s2kit.errors import S2kitError


def require(value: object, kind: type | tuple[type, ...], what: str, wanted: str) -> None:
    """Raise TypeError unless a value is of a kind; ``wanted`` says in words what to give.

    >>> require(3, str, "the name", "a word")
    Traceback (most recent call last):
    TypeError: the name is of the type int; give a word
    """
    if not isinstance(value, kind):
        raise TypeError(f"{what} is of the type {type(value).__name__}; give {wanted}")


def require_raster(value: object, what: str, *dims: Sequence[str]) -> None:
    """Refuse what is no raster as `s2kit` passes them on.

    Parameters
    ----------
    value
        What was given.
    what
        Its name, for the message.
    dims
        The dimensions that it may have; any if none are named.

    Raises
    ------
    TypeError
        If it is no DataArray.
    S2kitError
        If it has other dimensions.

    Examples
    --------
    >>> require_raster([[1, 2]], "the class map")
    Traceback (most recent call last):
    TypeError: the class map is of the type list; give an xarray.DataArray, as read_scene returns
    """
    require(value, xr.DataArray, what, "an xarray.DataArray, as read_scene returns")
    assert isinstance(value, xr.DataArray)
    if dims and value.dims not in [tuple(each) for each in dims]:
        wanted = " or ".join(f"({', '.join(each)})" for each in dims)
        found = ", ".join(map(str, value.dims))
        raise S2kitError(f"{what} has the dimensions ({found}); give one with {wanted}")


def require_polygons(value: object, what: str) -> None:
    """Refuse what is no table of polygons with class codes.

    Raises
    ------
    TypeError
        If it is no GeoDataFrame.
    S2kitError
        If it has no column ``label``.

    Examples
    --------
    >>> require_polygons("fields.gpkg", "the reference")
    Traceback (most recent call last):
    TypeError: the reference is of the type str; give a GeoDataFrame, as read_polygons returns
    """
    require(value, gpd.GeoDataFrame, what, "a GeoDataFrame, as read_polygons returns")
    assert isinstance(value, gpd.GeoDataFrame)
    if "label" not in value.columns:
        raise S2kitError(f"{what} has no column label; rename the column of the class codes")
