"""The area of each class of a map."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from s2kit.scenes.nomenclature import NO_DATA, Nomenclature

SQUARE_METRES_PER_HECTARE = 10_000


def class_areas(
    pixels: npt.NDArray[np.int64], grid: xr.DataArray, classes: Nomenclature
) -> pd.DataFrame:
    """Return the area of each class in hectares, and its share of the mapped area in per cent.

    Parameters
    ----------
    pixels
        How many pixels have which code.
    grid
        An image (y, x) in metres.
    classes
        What the codes mean.

    Returns
    -------
    DataFrame
        Columns ``code``, ``name``, ``hectares`` and ``percent``; no data last, without a share.
    """
    width, height = grid.rio.resolution()
    hectares = pixels * abs(width * height) / SQUARE_METRES_PER_HECTARE
    mapped = hectares.sum() - hectares[NO_DATA]
    rows = [
        (c.code, c.name, hectares[c.code], 100 * hectares[c.code] / mapped if mapped else 0.0)
        for c in classes.classes
    ]
    rows.append((NO_DATA, "no data", hectares[NO_DATA], np.nan))
    return pd.DataFrame(rows, columns=["code", "name", "hectares", "percent"])


def area_lines(areas: pd.DataFrame) -> list[str]:
    """Return one line per class for reading."""
    lines = []
    for code, name, hectares, percent in areas.itertuples(index=False):
        share = "" if code == NO_DATA else f" {percent:5.1f} %"
        lines.append(f"{code:2d}  {name:44s} {hectares:10.1f} ha{share}")
    return lines


def write_areas(
    path: Path, pixels: npt.NDArray[np.int64], grid: xr.DataArray, classes: Nomenclature
) -> None:
    """Write `class_areas` as CSV."""
    areas = class_areas(pixels, grid, classes)
    areas.round({"hectares": 2, "percent": 3}).to_csv(path, index=False)
