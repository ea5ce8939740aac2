"""Which column of a layer holds the class codes: found where there is no doubt, asked for else."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from s2kit.errors import S2kitError

LABEL_COLUMNS = ("label", "dn", "class", "code")
"""Column names that hold class codes, in any case. The first one says so beyond doubt.

QGIS writes ``DN`` when it polygonises a raster, as for the authors' Kolbuszowa layer.
"""

LARGEST_CODE = 255
"""Masks are uint8."""

COUNTERS = ("id", "fid", "gid", "objectid", "ogc_fid", "nr", "no", "num", "pk", "index")
"""Column names that number rows, beside those that end in "_id"."""


def find_label_column(table: gpd.GeoDataFrame, path: Path) -> tuple[str, str]:
    """Return the column of the class codes, and why it was taken.

    A column named "label" is taken; one with another of the `LABEL_COLUMNS` if no other column of
    whole numbers could hold codes; or else the only column that could. Columns that number the
    rows, and columns of yes or no, hold no codes.

    Parameters
    ----------
    table
        A layer of polygons.
    path
        Its file, for messages.

    Returns
    -------
    tuple of str
        Name and reason.

    Raises
    ------
    S2kitError
        If no column or several columns could hold the codes.

    Examples
    --------
    >>> from shapely import box
    >>> layer = {"id": [1, 2, 3], "crop": [9, 5, 9], "geometry": [box(0, 0, 1, 1)] * 3}
    >>> find_label_column(gpd.GeoDataFrame(layer), Path("fields.gpkg"))
    ('crop', 'the only one of whole numbers from 1 to 255 that do not number the rows')
    """
    names = [str(name) for name in table.columns if name != table.geometry.name]
    named = [name for name in names if name.lower() in LABEL_COLUMNS]
    possible = [name for name in names if name not in named and _may_be_codes(table[name], name)]
    if len(named) == 1 and (not possible or named[0].lower() == LABEL_COLUMNS[0]):
        return named[0], "by its name"
    if not named and len(possible) == 1:
        why = f"whole numbers from 1 to {LARGEST_CODE} that do not number the rows"
        return possible[0], f"the only one of {why}"
    found = [*named, *possible]
    doubt = f"{' and '.join(found)} could" if found else "None is known to"
    raise S2kitError(
        f"{path}: which column holds the class codes? {doubt}; name it "
        f"(label_column=, --label); columns: {', '.join(names) or 'none'}"
    )


def _may_be_codes(values: pd.Series, name: str) -> bool:
    """Return whether a column holds whole numbers from 1 to 255 and does not number the rows."""
    if not pd.api.types.is_integer_dtype(values):
        return False
    known = values.dropna().to_numpy(np.int64)
    return bool(
        known.size
        and known.min() >= 1
        and known.max() <= LARGEST_CODE
        and not numbers_the_rows(values, name)
    )


def numbers_the_rows(values: pd.Series, name: str) -> bool:
    """Return whether a column tells rows apart: by its name, or as none of its values repeats."""
    known = values.dropna()
    by_name = name.lower() in COUNTERS or name.lower().endswith("_id")
    return by_name or (len(known) > 2 and bool(known.is_unique))
