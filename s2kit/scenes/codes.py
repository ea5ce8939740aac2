"""Class codes read from raster files: masks and class maps."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.files import check_checksums, open_raster, read_pixels, whole
from s2kit.scenes.nodata import alpha_band, declared_gaps
from s2kit.scenes.nomenclature import (
    NO_DATA,
    PAPER,
    TAG,
    Nomenclature,
    require_same_classes,
    stored_nomenclature,
    with_nomenclature,
)
from s2kit.scenes.raster import on_grid

NO_CODE = -1
"""No label in a raster of another legend's codes: there 0 may be a class (Dynamic World: water)."""


def read_codes(path: Path | str, nomenclature: Nomenclature | None = None) -> xr.DataArray:
    """Read a mask or class map: one band of class codes, 0 = no data.

    Parameters
    ----------
    path
        A raster of one band.
    nomenclature
        What the codes mean; default: what the file says of them, or else the paper's classes.

    Returns
    -------
    DataArray
        uint8, dims (y, x), with the CRS of the file, and ``attrs["nomenclature"]`` unless the
        classes are the paper's; what the file declares to be no data (value, mask, alpha band)
        and NaN become 0.

    Raises
    ------
    S2kitError
        If the file has several bands, no CRS, values that are no class code, or classes other
        than those of ``nomenclature``.
    """
    path = Path(path)
    with open_raster(path) as dataset:
        values, gaps = _one_band(path, dataset)
        tag = dataset.tags().get(TAG)
        if dataset.nodata == 0 or values.dtype.kind == "f":
            gaps |= ~(np.abs(values[0]) > 0)
        codes = np.where(gaps, NO_DATA, values[0])
        classes = _classes_of(path, tag, nomenclature)
        strange = ~np.isin(codes, [NO_DATA, *classes.codes])
        if strange.any():
            some = ", ".join(f"{value:g}" for value in np.unique(codes[strange])[:5])
            raise S2kitError(
                f"{path} holds {some}, no class codes; number the classes {classes.told} as "
                f"{classes.title} does, {NO_DATA} for no data, or give a table of your own classes"
            )
        grid = on_grid(codes.astype(np.uint8), dataset.transform, dataset.crs)
    return with_nomenclature(grid, classes).rename(path.stem)


def read_legend_codes(path: Path | str) -> xr.DataArray:
    """Read a raster of the codes of any legend: int32 (y, x), `NO_CODE` where it has no data.

    Raises
    ------
    S2kitError
        If the file has several bands, no CRS, or values that are no whole numbers.
    """
    path = Path(path)
    with open_raster(path) as dataset:
        values, gaps = _one_band(path, dataset)
        gaps = gaps | ~np.isfinite(values[0])
        codes = np.where(gaps, NO_CODE, values[0])
        if (codes % 1 != 0).any() or np.abs(codes).max() >= 2**31:
            raise S2kitError(f"{path} holds numbers that are no codes; give a raster of codes")
        grid = on_grid(codes.astype(np.int32), dataset.transform, dataset.crs)
    return grid.rename(path.stem)


def _one_band(path: Path, dataset: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return the values (1, y, x) of a file of one band, and where it declares no data."""
    count = dataset.count - (alpha_band(dataset, [1]) is not None)
    if count != 1:
        raise S2kitError(f"{path} has {count} bands; class codes fill one band")
    check_checksums(dataset)
    values = read_pixels(dataset, [1])
    return values, declared_gaps(dataset, [1], values, whole(dataset))


def _classes_of(path: Path, tag: str | None, given: Nomenclature | None) -> Nomenclature:
    """Return the nomenclature of a file: that of its tag, which must not contradict the given."""
    if tag is None:
        return given or PAPER
    try:
        found = stored_nomenclature(tag)
        require_same_classes(found, given or found)
    except S2kitError as error:
        raise S2kitError(f"{path}: {error}") from error
    return given or found
