"""Parcels: from a file or segmented from the stack, without the mixed pixels at their borders."""

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import xarray as xr
from rasterio.features import shapes
from skimage.segmentation import felzenszwalb

from s2kit.benchmarks.polygons import read_layer
from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.monitoring.markov import Floats
from s2kit.scenes.nomenclature import nomenclature_of

BUFFER = 10.0
"""Metres that a parcel is shrunk by: the width of a pixel, which its border may cut."""

FIELD = (4, 5, 9)
"""Codes of the states of a field."""

LEAST_SEEN = 0.5
"""Share of a parcel's pixels that must have data on a date, or the date is a gap."""

Counts = npt.NDArray[np.signedinteger]

SEGMENTED, SMALLEST = 8, 50
"""Dates that parcels are segmented by, and pixels (half a hectare) of the smallest."""


def read_parcels(path: Path, like: xr.DataArray) -> gpd.GeoDataFrame:
    """Read parcels from any polygon file; they are brought to the CRS of a stack.

    Parameters
    ----------
    path
        A file of one layer of polygons, for instance of a land parcel identification system.
    like
        A stack or map.

    Returns
    -------
    GeoDataFrame
        column ``parcel`` (number of the row, from 1) and geometry; those outside are left out.

    Raises
    ------
    S2kitError
        If the file holds no polygons, or none lies within the stack.

    Warns
    -----
    S2kitWarning
        If the CRS is another one, parcels lie outside in whole or in part, or overlap.
    """
    table = read_layer(path, what="parcels")
    parcels = gpd.GeoDataFrame(
        {"parcel": np.arange(1, len(table) + 1)}, geometry=table.geometry.to_numpy(), crs=table.crs
    )
    if parcels.crs != like.rio.crs:
        _warn(f"{path} is in {parcels.crs.to_string()}; the parcels were brought to {like.rio.crs}")
        parcels = parcels.to_crs(like.rio.crs)
    parcels.geometry = parcels.geometry.make_valid()
    area = shapely.box(*like.rio.bounds())
    inside = parcels.geometry.intersects(area)
    if not inside.any():
        raise S2kitError(f"{path}: no parcel lies within the maps; give parcels of the same place")
    if not inside.all():
        _warn(f"{path}: {int((~inside).sum())} parcels lie outside of the maps and are left out")
    parcels = parcels[inside]
    cut = int((~parcels.geometry.within(area)).sum())
    if cut:
        _warn(f"{path}: {cut} parcels lie partly outside of the maps; the rest of them counts")
    first, second = parcels.sindex.query(parcels.geometry, predicate="overlaps")
    pairs = int((first < second).sum())
    if pairs:
        _warn(f"{path}: {pairs} pairs of parcels overlap; what they share counts in each")
    return parcels.reset_index(drop=True)


def segment_parcels(stack: xr.DataArray, scale: float = 100) -> gpd.GeoDataFrame:
    """Segment fields from a stack of class codes: pixels with like sequences (Felzenszwalb).

    Felzenszwalb and Huttenlocher (2004), International Journal of Computer Vision 59, 167-181, on
    one channel for each of up to `SEGMENTED` dates and each state of a field.

    Parameters
    ----------
    stack
        Class codes (time, y, x) of the paper's classes.
    scale
        Larger makes larger segments.

    Returns
    -------
    GeoDataFrame
        As `read_parcels`; segments that are mostly no field are left out.

    Raises
    ------
    S2kitError
        If there is no field.
    """
    chosen = np.unique(np.linspace(0, stack.sizes["time"] - 1, SEGMENTED).round().astype(int))
    codes = stack.isel(time=chosen).to_numpy()
    channels = np.stack([codes == code for code in FIELD], axis=-1)
    picture = np.concatenate(list(channels), axis=-1).astype(np.float32)
    with warnings.catch_warnings():  # that it has more than three channels
        warnings.simplefilter("ignore", RuntimeWarning)
        found = felzenszwalb(picture, scale, 0.8, SMALLEST, channel_axis=-1)
    segments = found.astype(np.int32)
    is_field = np.isin(codes, FIELD).mean(axis=0) > 0.5
    share = np.bincount(segments.ravel(), is_field.ravel()) / np.bincount(segments.ravel())
    drawn = shapes(segments, share[segments] > 0.5, transform=stack.rio.transform(recalc=True))
    geometry = [shapely.geometry.shape(outline) for outline, _ in drawn]
    if not geometry:
        raise S2kitError("no field was found in the stack; give parcels in a file (--parcels)")
    number = np.arange(1, len(geometry) + 1)
    return gpd.GeoDataFrame({"parcel": number}, geometry=geometry, crs=stack.rio.crs)


def class_shares(
    stack: xr.DataArray, parcels: gpd.GeoDataFrame, buffer: float = BUFFER
) -> tuple[gpd.GeoDataFrame, Floats]:
    """Return the share of each class in the inside of each parcel on each date.

    Parameters
    ----------
    stack
        Class codes (time, y, x), or probabilities (time, class, y, x).
    parcels
        As `read_parcels` returns them.
    buffer
        Metres that a parcel is shrunk by on all sides.

    Returns
    -------
    parcels : GeoDataFrame
        Those with a pixel inside, with the columns ``pixels`` (inside) and ``border_pixels``
        (left out).
    shares : ndarray
        float (time, n, K), NaN where less than half of the parcel has data.

    Raises
    ------
    S2kitError
        If no parcel has a pixel inside.

    Warns
    -----
    S2kitWarning
        How many parcels are too narrow.
    """
    plane = stack.isel(time=0, drop=True)
    plane = plane.isel({"class": 0}, drop=True) if "class" in plane.dims else plane
    whole, _ = pixels_of_polygons(parcels, plane)
    inner = parcels.set_geometry(parcels.geometry.buffer(-buffer))
    owner, pixel = pixels_of_polygons(inner, plane)
    pixels = np.bincount(owner, minlength=len(parcels))
    border = np.bincount(whole, minlength=len(parcels)) - pixels
    kept = pixels > 0
    if not kept.any():
        raise S2kitError(
            f"no parcel is wide enough to hold a pixel {buffer:g} m from its border; make --buffer "
            "smaller, or give larger parcels"
        )
    if not kept.all():
        _warn(f"{int((~kept).sum())} parcels are too narrow for pixels of 10 m and are left out")
    count = len(nomenclature_of(stack))
    found = np.full((stack.sizes["time"], len(parcels), count), np.nan)
    for k in range(stack.sizes["time"]):
        found[k] = _shares(stack.isel(time=k), owner, pixel, pixels, count)
    table = parcels.assign(pixels=pixels, border_pixels=border)[kept]
    return table.reset_index(drop=True), found[:, kept]


def parcel_means(image: xr.DataArray, parcels: gpd.GeoDataFrame, buffer: float = BUFFER) -> Floats:
    """Return the mean of an image (y, x) in the inside of each parcel; NaN where it has no data."""
    inner = parcels.set_geometry(parcels.geometry.buffer(-buffer))
    owner, pixel = pixels_of_polygons(inner, image)
    values = image.to_numpy().ravel()[pixel]
    known = np.isfinite(values)
    sums = np.bincount(owner[known], values[known], len(parcels))
    seen = np.bincount(owner[known], minlength=len(parcels))
    return np.where(seen > 0, sums / np.maximum(seen, 1), np.nan)


def _shares(
    image: xr.DataArray, owner: Counts, pixel: Counts, pixels: Counts, count: int
) -> Floats:
    """Return the shares (n, K) on one date."""
    values = image.to_numpy()
    if values.ndim == 3:
        flat = values.reshape(count, -1)[:, pixel]
        known = np.isfinite(flat[0])
        sums = [np.bincount(owner[known], each[known], len(pixels)) for each in flat]
        total = np.stack(sums, axis=1)
    else:
        places = nomenclature_of(image).positions(values.ravel()[pixel])
        known = places >= 0
        cells = owner[known] * count + places[known]
        total = np.bincount(cells, minlength=len(pixels) * count).reshape(-1, count).astype(float)
    seen = np.bincount(owner[known], minlength=len(pixels))
    enough = seen >= np.maximum(LEAST_SEEN * pixels, 1)
    return np.where(enough[:, None], total / np.maximum(seen, 1)[:, None], np.nan)


def _warn(sentence: str) -> None:
    warnings.warn(sentence, S2kitWarning, stacklevel=3)
