"""Labels of one's own, polygons or a mask, brought onto the grid of their image."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr

from s2kit.benchmarks.polygons import read_polygons
from s2kit.benchmarks.rasterise import rasterise
from s2kit.errors import S2kitError
from s2kit.scenes.codes import read_codes
from s2kit.scenes.nomenclature import NO_DATA, PAPER, Nomenclature, with_nomenclature

RASTER_SUFFIXES = (".tif", ".tiff", ".vrt", ".img", ".jp2")
"""How the name of a mask ends; files of other names are read as polygons."""


def is_mask(path: Path) -> bool:
    """Return whether a file of labels is a mask (raster), not polygons; by its name."""
    return path.suffix.lower() in RASTER_SUFFIXES


def read_labels(
    path: Path | str,
    like: xr.DataArray,
    label_column: str | None = None,
    nomenclature: Nomenclature = PAPER,
) -> xr.DataArray:
    """Read reference labels, polygons or a mask, onto the grid of an image.

    Polygons are reprojected to the image's CRS and burnt by pixel centres. A mask must lie on the
    image's own grid already: resampling class codes would move the borders of fields.

    Parameters
    ----------
    path
        A vector file of one layer of polygons, or a raster of class codes (`RASTER_SUFFIXES`).
    like
        The image, dims (band, y, x), NaN = no data, with CRS.
    label_column
        Column of the polygons' class codes; found by itself where there is one candidate.
    nomenclature
        Classes that the labels may have; the ten of the paper by default.

    Returns
    -------
    DataArray
        Mask, uint8, dims (y, x), 0 = unlabelled; pixels without image data are unlabelled.

    Raises
    ------
    S2kitError
        If the file cannot be read, lies elsewhere or on another grid, has a code that is no class,
        or labels no pixel.
    """
    path = Path(path)
    if is_mask(path):
        if label_column is not None:
            raise S2kitError(f"{path} is a mask and has no column {label_column!r}; name none")
        mask = read_codes(path, nomenclature)
        _check_grid(path, mask, like)
    else:
        mask = _burnt(path, like, label_column, nomenclature)
    seen = np.isfinite(like.to_numpy()).all(axis=0)
    if not (mask.to_numpy() != NO_DATA).any():
        raise S2kitError(f"{path} labels no pixel of the image; draw polygons larger than a pixel")
    mask = mask.copy(data=np.where(seen, mask.to_numpy(), NO_DATA)).rename(like.name)
    if not mask.to_numpy().any():
        raise S2kitError(f"{path} labels only pixels without image data; label others")
    return with_nomenclature(mask, nomenclature)


def _burnt(
    path: Path, like: xr.DataArray, label_column: str | None, nomenclature: Nomenclature
) -> xr.DataArray:
    """Return polygons as a mask on the image's grid."""
    polygons = read_polygons(path, label_column)
    for row, label in enumerate(polygons.label, start=1):
        if label not in nomenclature:
            known = ", ".join(map(str, nomenclature.codes))
            raise S2kitError(
                f"{path}: polygon {row} has class {label}; the classes are {known}: correct its "
                "label, or describe your own classes in a CSV (--classes)"
            )
    moved = _moved(path, polygons, like)
    if not moved.intersects(shapely.box(*like.rio.bounds())).any():
        raise S2kitError(
            f"{path} does not overlap its image: polygons at {_extent(moved.total_bounds)}, image "
            f"at {_extent(like.rio.bounds())} in {like.rio.crs}; check the CRS of both"
        )
    return rasterise(moved, like, nomenclature=nomenclature)


def _moved(path: Path, polygons: gpd.GeoDataFrame, like: xr.DataArray) -> gpd.GeoDataFrame:
    moved = polygons.to_crs(like.rio.crs)
    if not np.isfinite(moved.total_bounds).all():
        raise S2kitError(
            f"{path} cannot be reprojected from {polygons.crs.to_string()} to {like.rio.crs}; "
            "check that its CRS is the one it was drawn in"
        )
    return moved


def _check_grid(path: Path, mask: xr.DataArray, like: xr.DataArray) -> None:
    """Refuse a mask on another grid than the image's."""
    if mask.rio.crs != like.rio.crs:
        raise S2kitError(
            f"{path} has the CRS {mask.rio.crs}, its image {like.rio.crs}; warp it onto the "
            "image's grid by nearest neighbour, or give polygons"
        )
    found, wanted = mask.rio.bounds(), like.rio.bounds()
    size = abs(like.rio.resolution()[0])
    if mask.shape != like.shape[1:] or np.abs(np.subtract(found, wanted)).max() > 0.01 * size:
        raise S2kitError(
            f"{path} has {mask.shape[0]} × {mask.shape[1]} pixels at {_extent(found)}, its image "
            f"{like.shape[1]} × {like.shape[2]} at {_extent(wanted)}; warp it onto the image's "
            "grid by nearest neighbour, or give polygons"
        )


def _extent(bounds: tuple[float, float, float, float]) -> str:
    west, south, east, north = (f"{value:.0f}" for value in bounds)
    return f"x {west} to {east}, y {south} to {north}"
