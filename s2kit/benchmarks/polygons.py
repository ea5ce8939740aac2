"""Reading reference polygons: one vector layer per scene, drawn over the false colour composite."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj.exceptions import ProjError

from s2kit.benchmarks.label_column import find_label_column, numbers_the_rows
from s2kit.errors import S2kitError
from s2kit.scenes.archives import check_archive

UNWRITTEN = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    UnicodeError,
)
"""What pyogrio raises where a layer cannot be written."""


def read_polygons(path: Path, label_column: str | None = None) -> gpd.GeoDataFrame:
    """Read reference polygons and their class codes.

    Parameters
    ----------
    path
        a vector file of one layer (GeoPackage, GeoJSON, shapefile, …).
    label_column
        the column of the class codes; default: found by `label_column.find_label_column`.

    Returns
    -------
    geopandas.GeoDataFrame
        columns ``label`` (int64) and ``geometry`` (polygons), in the file's order and CRS.
        Geometries and codes are as drawn: `check_polygons` finds what is wrong with them.
        ``attrs["label_column"]`` and ``attrs["label_reason"]`` say where the codes come from.

    Raises
    ------
    S2kitError
        no file, several layers, no CRS, other geometries than polygons, no label column or a
        doubt which one it is, or labels that are no whole numbers.
    """
    table = read_layer(Path(path)).reset_index(drop=True)
    column, reason = (label_column, "as asked") if label_column else find_label_column(table, path)
    labels = class_labels(table, Path(path), column)
    if label_column and numbers_the_rows(table[column], column):
        reason = "as asked, though it seems to number the rows"
    polygons = gpd.GeoDataFrame({"label": labels}, geometry=table.geometry)
    polygons.attrs = {"label_column": column, "label_reason": reason}
    return polygons


def class_labels(table: gpd.GeoDataFrame, path: Path, label_column: str | None = None) -> pd.Series:
    """Return the class codes of a layer as int64, named like their column in the file.

    Parameters and errors as in `read_polygons`.
    """
    column = label_column or find_label_column(table, path)[0]
    if column not in table.columns:
        raise S2kitError(
            f"{path} has no column {column!r}; name one of: {', '.join(_attributes(table))}"
        )
    if pd.api.types.is_bool_dtype(table[column]):
        raise S2kitError(
            f"{path}: column {column!r} holds yes and no, no class codes; name another"
        )
    labels: pd.Series = pd.to_numeric(table[column], errors="coerce")
    if labels.isna().any() or (labels % 1 != 0).any():
        row = int(np.flatnonzero(labels.isna() | (labels % 1 != 0))[0])
        raise S2kitError(
            f"{path}: column {column!r} of row {row + 1} holds "
            f"{_told(table[column].iloc[row])}, no class code; give every polygon a whole number, "
            "the code of its class"
        )
    return labels.astype("int64")


def _told(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return "nothing"
    return repr(value.item() if isinstance(value, np.generic) else value)


def read_layer(
    path: Path,
    may_be_empty: bool = False,
    kinds: Sequence[str] = ("Polygon", "MultiPolygon"),
    what: str = "reference polygons",
) -> gpd.GeoDataFrame:
    """Read the only layer of a file of polygons (or other kinds) with a CRS, or say what is amiss.

    The index holds the numbers of the rows (FID in a GeoPackage); all columns are kept.
    """
    if not path.exists():
        raise S2kitError(f"{path} does not exist; give a vector file of {what}")
    check_archive(path)
    try:
        # QGIS may keep its styles in a table of the same file, which has no geometry.
        listed = gpd.list_layers(path).dropna(subset="geometry_type")
        layers = [str(name) for name in listed.name]
        one = len(layers) == 1
        table = gpd.read_file(path, layer=layers[0], fid_as_index=True) if one else None
    except Exception as error:  # GDAL, Arrow, GEOS and PROJ each raise their own
        raise S2kitError(f"{path} is no vector file that GDAL can read: {error}") from error
    if table is None:
        raise S2kitError(
            f"{path} holds {len(layers)} layers ({', '.join(layers)}); save the one with the "
            f"{what} to a file of its own"
        )
    if table.crs is None:
        raise S2kitError(f"{path} names no CRS; assign the one it was drawn in and save it again")
    try:
        table.geometry.head(1).to_crs(4326)
    except ProjError as error:
        raise S2kitError(
            f"{path} names a CRS that has no place on the Earth ({error}); assign the one it was "
            "drawn in and save it again"
        ) from error
    others = set(table.geometry.geom_type.dropna()) - set(kinds)
    if others or (table.empty and not may_be_empty):
        found = ", ".join(sorted(others)) or "nothing"
        raise S2kitError(f"{path} holds {found} where {what} are needed")
    places, owner = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    lost = owner[~np.isfinite(places).all(axis=1)]
    if len(lost):
        raise S2kitError(
            f"{path}: row {lost[0] + 1} has a coordinate that is no finite number; draw it anew"
        )
    return table


def _attributes(table: gpd.GeoDataFrame) -> list[str]:
    """Return the columns that are not the geometry."""
    return [str(name) for name in table.columns if name != table.geometry.name]
