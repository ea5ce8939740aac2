"""The file behind the digitiser: a GeoPackage as QGIS makes and opens it, and its style.

The layer has the columns ``fid``, ``geom`` (MultiPolygon), ``label`` (class code) and ``name``
(class), or whatever columns it had when it was opened. ``NAME.qml`` beside it colours the classes.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from rasterio.crs import CRS

from s2kit.benchmarks.polygons import UNWRITTEN, class_labels, read_layer
from s2kit.cartography.qgis_styles import class_polygons_qml
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER, Nomenclature
from s2kit.scenes.writer import replacing
from s2kit.widgets.digitiser.drawing import Shape, Shapes

Stamp = tuple[int, int, int] | None
"""Inode, size and time of a file, to see whether somebody else wrote it; None: no file."""


@dataclass(frozen=True)
class LayerFile:
    """Where the polygons are saved, and in which layout.

    Attributes
    ----------
    path
        the GeoPackage.
    crs
        that of the scene.
    layer
        the name QGIS shows.
    label_column
        the column of the class codes.
    columns
        all columns but fid and geometry → pandas dtype, in their order.
    stamp, content
        the file as it was last read or written by us, and the polygons in it.
    nomenclature
        the classes.
    """

    path: Path
    crs: CRS
    layer: str
    label_column: str
    columns: Mapping[str, str]
    stamp: Stamp = None
    content: Mapping[int, Shape] = field(default_factory=dict)
    nomenclature: Nomenclature = PAPER


def new_layer(path: Path, crs: CRS, nomenclature: Nomenclature = PAPER) -> LayerFile:
    """Return the layout of a file that is yet to be written; S2kitError unless it is a .gpkg."""
    if path.suffix.lower() != ".gpkg":
        raise S2kitError(f"{path} must end in .gpkg: benchmarks are saved as GeoPackage")
    columns = {"label": "int64", "name": "str"}
    return LayerFile(path, crs, path.stem, "label", columns, nomenclature=nomenclature)


def open_layer(
    path: Path, crs: CRS, label_column: str | None = None, nomenclature: Nomenclature = PAPER
) -> tuple[LayerFile, Shapes]:
    """Read a GeoPackage made by the digitiser, in QGIS or by polygonising a raster.

    Invalid geometries are read as they are.

    Parameters
    ----------
    path
        the file; it will be saved to in the layout it has.
    crs
        that of the scene.
    label_column
        the column of the class codes; default as in `s2kit.benchmarks.polygons.read_polygons`.
    nomenclature
        the classes of the codes.

    Raises
    ------
    S2kitError
        if the file cannot be used as reference polygons, lies in another CRS, or is open in
        another program.
    """
    layout = new_layer(path, crs, nomenclature)
    _require_closed(path)
    table = read_layer(path, may_be_empty=True)
    if table.crs != crs:
        raise S2kitError(
            f"{path} has the CRS {table.crs.to_string()} and the scene {crs}; "
            "save it in the scene's CRS (QGIS: Export > Save Features As) and open that"
        )
    labels = class_labels(table, path, label_column)
    strange = labels[~labels.isin(nomenclature.codes)]
    if len(strange):
        raise S2kitError(
            f"{path}: row {strange.index[0]} has class {strange.iloc[0]}; the codes are "
            f"{nomenclature.told}: correct it in QGIS"
        )
    info = pyogrio.read_info(path, layer=_layer_name(path))
    kinds = zip(info["fields"], info["dtypes"], strict=True)
    columns = {name: _dtype(kind, table[name]) for name, kind in kinds}
    rows = table.astype(columns)[list(columns)].to_dict("index")
    shapes = {
        int(fid): Shape(
            int(labels[fid]),
            geometry or shapely.Polygon(),
            _own(rows[fid], nomenclature[int(labels[fid])].short),
        )
        for fid, geometry in table.geometry.items()
    }
    layout = replace(layout, layer=info["layer_name"], label_column=str(labels.name))
    return replace(layout, columns=columns, stamp=stamp_of(path), content=shapes), shapes


def _own(row: Mapping[str, Any], class_name: str) -> dict[str, Any]:
    """Return a row without the name we gave it: it follows the class, one given in QGIS stays."""
    return {key: value for key, value in row.items() if (key, value) != ("name", class_name)}


def _layer_name(path: Path) -> str:
    return next(str(name) for name, kind in pyogrio.list_layers(path) if kind is not None)


def _dtype(kind: str, column: "pd.Series[Any]") -> str:
    """Return the dtype that keeps a column's empty cells empty without making floats of it."""
    if kind.startswith("datetime64"):
        return str(column.dtype)  # with its time zone, if it has one
    return {"int16": "Int16", "int32": "Int32", "int64": "Int64", "bool": "boolean"}.get(kind, kind)


def save_layer(file: LayerFile, shapes: Mapping[int, Shape]) -> LayerFile:
    """Save the polygons under a temporary name and rename: the old file or the new one is there.

    Other tables of the file (styles that QGIS keeps there) stay. If another program wrote the
    file since, it is left alone and the polygons go to the next free name.

    Parameters
    ----------
    file
        where and how.
    shapes
        number of the row → polygon.

    Returns
    -------
    LayerFile
        where it went, and the stamp of what was written.

    Raises
    ------
    S2kitError
        if the file is open in another program, or the folder cannot be written.
    """
    _require_closed(file.path)
    if _holds_other_work(file):
        file = replace(file, path=_free_name(file.path))
    try:
        with replacing(file.path) as part:
            if file.path.exists():
                shutil.copyfile(file.path, part)
            layer_table(file, shapes).to_file(
                part, driver="GPKG", layer=file.layer, geometry_type="MultiPolygon",
                promote_to_multi=True,
            )  # fmt: skip
            _check_opens(part, file, shapes)
    except UNWRITTEN as error:
        raise S2kitError(f"{file.path} cannot be written ({error}); free the disk or folder") from (
            error
        )
    _write_style(file)
    return replace(file, stamp=stamp_of(file.path), content=dict(shapes))


def _check_opens(part: Path, file: LayerFile, shapes: Mapping[int, Shape]) -> None:
    """Refuse to save what could not be opened again: it would be lost."""
    try:
        _, found = open_layer(part, file.crs, file.label_column, file.nomenclature)
        if _differ(shapes, found):
            raise S2kitError("other polygons came back")
    except (S2kitError, OverflowError, TypeError, ValueError) as error:
        raise S2kitError(
            f"{file.path} would not open again ({error}); it stays as it was: undo the last change"
        ) from error


def layer_table(file: LayerFile, shapes: Mapping[int, Shape]) -> gpd.GeoDataFrame:
    """Return the layer as it is written: fid, class code, the other columns, geometry."""
    columns: dict[str, Any] = {"fid": pd.array(list(shapes), dtype="int64")}
    for column, dtype in file.columns.items():
        if column == file.label_column:
            values: list[Any] = [shape.label for shape in shapes.values()]
        else:
            # A new polygon is named after its class; names given in QGIS stay.
            named = column == "name" and dtype in ("str", "object")
            values = [
                s.attributes.get(column, file.nomenclature[s.label].short if named else None)
                for s in shapes.values()
            ]
        columns[column] = pd.Series(values, dtype=dtype)
    geometry = [None if s.geometry.is_empty else s.geometry for s in shapes.values()]
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=file.crs)


def stamp_of(path: Path) -> Stamp:
    """Return what tells whether a file was written since."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _holds_other_work(file: LayerFile) -> bool:
    """Tell whether another program changed the polygons; QGIS touches a file it only opens."""
    if not file.path.exists() or stamp_of(file.path) == file.stamp:
        return False
    _, found = open_layer(file.path, file.crs, file.label_column, file.nomenclature)
    return _differ(file.content, found)


def _differ(shapes: Mapping[int, Shape], found: Mapping[int, Shape]) -> bool:
    return found.keys() != shapes.keys() or any(
        found[n].label != s.label or _outline(found[n]) != _outline(s) for n, s in shapes.items()
    )


def _outline(shape: Shape) -> bytes:
    """Return the geometry as the file has it: a multipolygon, or nothing."""
    parts = shapely.get_parts(shape.geometry)
    return bytes(shapely.to_wkb(shapely.MultiPolygon(list(parts))))


def _require_closed(path: Path) -> None:
    """Raise S2kitError if another program holds changes that are not in the file yet."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise S2kitError(
            f"{path} is open in another program, with changes that are not saved into it yet; "
            "remove the layer from QGIS and try again"
        )


def _free_name(path: Path) -> Path:
    number = 2
    while (free := path.with_name(f"{path.stem}_{number}{path.suffix}")).exists():
        number += 1
    return free


def _write_style(file: LayerFile) -> None:
    """Put the style beside the file, unless there is one: it may have been made in QGIS."""
    style = file.path.with_suffix(".qml")
    if style.exists():
        return
    with replacing(style) as part:
        part.write_text(class_polygons_qml(file.label_column, file.nomenclature), encoding="utf-8")
