"""The file of a sample of points: a GeoPackage that the widget, and QGIS, fill with labels.

The layer has the columns ``id``, ``label`` (class code, empty until somebody looked), ``skipped``
(looked at and left open) and points. The mapped class of each point is in the layer's metadata,
where nobody sees it while labelling: who knows what the map says sees it in the image.
"""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from s2kit.benchmarks.polygons import UNWRITTEN, read_layer
from s2kit.errors import S2kitError
from s2kit.scenes.writer import replacing

KEY = "S2KIT_SAMPLE"
"""Where the layer's metadata hold the mapped class of each point and the map's pixels."""

OURS = ("id", "label", "skipped", "stratum", "geometry")
"""Columns of ours; others, added in QGIS, stay."""


def write_points(path: Path | str, points: gpd.GeoDataFrame, *, show_stratum: bool = False) -> None:
    """Write a sample of points as GeoPackage, under a temporary name and renamed.

    Parameters
    ----------
    path
        The file (``.gpkg``); folders are made.
    points
        As from `s2kit.accuracy.sampling.draw_points`.
    show_stratum
        Write the mapped class as a column too, to be seen in QGIS.

    Raises
    ------
    S2kitError
        If it cannot be written, or has no such name.

    Examples
    --------
    >>> write_points("points.gpkg", draw_points(class_map, 300))  # doctest: +SKIP
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg":
        raise S2kitError(f"{path} must end in .gpkg: points are saved as GeoPackage")
    strata = {
        str(number): int(stratum) for number, stratum in zip(points.id, points.stratum, strict=True)
    }
    kept = {
        "pixels": {str(code): size for code, size in points.attrs.get("pixels", {}).items()},
        "strata": strata | points.attrs.get("lost", {}),
    }
    columns = {
        "id": points.id.astype("int64"),
        "label": points.label.astype("Int64"),
        "skipped": points.get("skipped", pd.Series(False, index=points.index)).astype(bool),
        **({"stratum": points.stratum.astype("int64")} if show_stratum else {}),
        **{name: points[name] for name in points.columns if name not in OURS},
    }
    table = gpd.GeoDataFrame(columns, geometry=points.geometry, crs=points.crs)
    try:
        with replacing(path) as part:
            table.to_file(
                part, driver="GPKG", layer=path.stem, layer_metadata={KEY: json.dumps(kept)}
            )
    except UNWRITTEN as error:
        raise S2kitError(f"{path} cannot be written ({error}); free the disk or folder") from error


def read_points(path: Path | str) -> gpd.GeoDataFrame:
    """Read a sample of points with its labels.

    Parameters
    ----------
    path
        A file that `write_points` wrote, labelled in the widget or in QGIS; or any file of points
        with the columns ``id``, ``label`` and ``stratum`` (the mapped class).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``id``, ``stratum`` (int64), ``label`` (Int64), ``skipped`` (bool) and
        ``geometry``, and those added in QGIS; ``attrs["pixels"]``: class → pixels of the map they
        were drawn from;
        ``attrs["drawn"]``: number of points that were drawn.

    Raises
    ------
    S2kitError
        If the file is none, points were added by hand, or a label is no whole number.
    """
    path = Path(path)
    table = read_layer(path, kinds=("Point",), what="sample points").reset_index(drop=True)
    for name in ("id", "label"):
        if name not in table.columns:
            raise S2kitError(f"{path} has no column {name!r}; give a file that s2kit sample wrote")
    numbers, labels = (_whole(table[name], path, table, name) for name in ("id", "label"))
    if numbers.isna().any():
        row = int(np.flatnonzero(numbers.isna())[0]) + 1
        raise S2kitError(f"{path}, row {row} has no id; {BY_HAND}")
    kept = _kept(path)
    strata = {int(number): int(code) for number, code in kept["strata"].items()}
    points = gpd.GeoDataFrame(
        {
            "id": numbers.astype("int64"),
            "stratum": _strata(path, table, numbers, strata),
            "label": labels,
            "skipped": _skipped(table) & labels.isna(),
            **{name: table[name] for name in table.columns if name not in OURS},
        },
        geometry=table.geometry,
        crs=table.crs,
    )
    here = set(points.id)
    points.attrs["lost"] = {str(n): code for n, code in strata.items() if n not in here}
    points.attrs["drawn"] = max(len(strata), len(points))
    points.attrs["shown"] = "stratum" in table.columns
    if kept["pixels"]:
        points.attrs["pixels"] = {int(code): int(size) for code, size in kept["pixels"].items()}
    return points


BY_HAND = "a point placed by hand is no sample: delete it"


def _kept(path: Path) -> dict[str, Any]:
    """Return what the layer's metadata say of the strata; empty if they say nothing."""
    layers = pyogrio.list_layers(path)
    name = next(str(name) for name, kind in layers if kind is not None)
    text = (pyogrio.read_info(path, layer=name)["layer_metadata"] or {}).get(KEY)
    if text is None:
        return {"strata": {}, "pixels": {}}
    try:
        kept = json.loads(text)
        return {each: {int(k): int(v) for k, v in kept[each].items()} for each in kept}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise S2kitError(
            f"{path}: its metadata {KEY} cannot be read ({error}); draw the points anew"
        ) from error


def _strata(
    path: Path, table: gpd.GeoDataFrame, numbers: pd.Series, strata: dict[int, int]
) -> pd.Series:
    if not strata:
        if "stratum" not in table.columns:
            raise S2kitError(
                f"{path} does not say which class of the map each point was drawn from; give the "
                "file that s2kit sample wrote (QGIS: save labels into it, an export loses this), "
                "or add a column stratum"
            )
        found = _whole(table.stratum, path, table, "stratum")
    else:
        found = numbers.map(strata)
    if found.isna().any():
        number = int(numbers[found.isna()].iloc[0])
        raise S2kitError(f"{path}: point {number} was not drawn with the others; {BY_HAND}")
    return found.astype("int64")


def _skipped(table: gpd.GeoDataFrame) -> pd.Series:
    if "skipped" not in table.columns:
        return pd.Series(False, index=table.index)
    skipped: pd.Series = table.skipped.fillna(False).astype(bool)
    return skipped


def _whole(column: pd.Series, path: Path, table: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Return a column as Int64, empty cells empty; S2kitError for what is no whole number."""
    values = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = (column.notna() & values.isna()) | (values.notna() & (values % 1 != 0))
    wrong |= values.abs() > 2**31
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        which = f"point {table.id.iloc[row]}" if name == "label" else f"row {row + 1}"
        raise S2kitError(
            f"{path}, {which}: {name} holds {str(column.iloc[row])[:40]!r}, no whole number; "
            "correct it"
        )
    return values.astype("Int64")
