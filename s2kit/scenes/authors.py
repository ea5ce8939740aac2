"""The authors' own scenes: what the manifest lists, fetched from their archive."""

import functools
from pathlib import Path
from typing import TypeVar, cast

import geopandas as gpd
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.archive import ArchiveUnreachableError, archive_address, fetch, local_copy
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.manifest import PARTS, ArchiveFile, SceneRecord, read_manifest
from s2kit.scenes.raster import read_codes, read_numbers, scene_from_numbers
from s2kit.scenes.settings import home, mirror

Grid = TypeVar("Grid", bound=xr.DataArray)

_unreachable: dict[str, ArchiveUnreachableError] = {}
"""Addresses that did not answer: remembered, so that 17 scenes do not wait for 17 time-outs."""


@functools.cache
def records() -> dict[str, SceneRecord]:
    """Return the scenes of the manifest by name."""
    return read_manifest()


def parts(name: str) -> tuple[str, ...]:
    """Return which files the archive has of a scene."""
    return tuple(part for part in PARTS if _file_of(name, part) is not None)


def lacking(name: str) -> dict[str, str]:
    """Fetch the files of a scene; return those that cannot be had, with the reason.

    Keys are among "image", "mask", "polygons", "class_map"; a mask or image that the archive never
    had is lacking, polygons and a class map are not. The answer is kept until `look_again`.
    """
    return _lacking(name, home(), mirror(), archive_address())


@functools.cache
def _lacking(name: str, home: Path, mirror: Path | None, address: str) -> dict[str, str]:
    problems = {}
    for part in PARTS:
        file = _file_of(name, part)
        if file is None:
            if part in ("image", "mask"):
                problems[part] = f"its {part} is in no archive"
            continue
        try:
            _fetch(file)
        except S2kitError as error:
            problems[part] = str(error)
    return problems


def look_again() -> None:
    """Forget what could not be had, for instance after the network came back."""
    _lacking.cache_clear()
    _unreachable.clear()


def open_numbers(name: str) -> xr.DataArray:
    """Return the digital numbers as delivered, uint16 (band, y, x)."""
    record = records()[name]
    numbers = read_numbers(_path_of(name, "image"), BAND_NAMES)
    attributes = {
        "date": record.date.isoformat(),
        "area": record.area,
        "source": "authors",
        "attribution": f"contains modified Copernicus Sentinel data {record.date.year}",
    }
    return _on_its_grid(numbers.rename(name).assign_attrs(attributes), record)


def open_scene(name: str) -> xr.DataArray:
    """Return the scene as reflectance (band, y, x); see `source.open_scene`."""
    return scene_from_numbers(open_numbers(name), records()[name].offset, name)


def open_mask(name: str) -> xr.DataArray:
    """Return the rasterised benchmark, uint8 (y, x)."""
    return _on_its_grid(read_codes(_path_of(name, "mask")).rename(name), records()[name])


def open_class_map(name: str) -> xr.DataArray:
    """Return the class map that the authors made of the scene, uint8 (y, x)."""
    return _on_its_grid(read_codes(_path_of(name, "class_map")).rename(name), records()[name])


def open_polygons(name: str) -> gpd.GeoDataFrame:
    """Return the reference polygons as they are, with the class in the column "label"."""
    path, record = _path_of(name, "polygons"), records()[name]
    polygons = gpd.read_file(path)
    if record.label_column not in polygons.columns:
        raise S2kitError(
            f"{path} has no column {record.label_column}; correct label_column of {name} in "
            f"data_manifest.csv: the file has {', '.join(polygons.columns)}"
        )
    labels = polygons[record.label_column].astype(int)
    return gpd.GeoDataFrame({"label": labels, "geometry": polygons.geometry}, crs=polygons.crs)


def _file_of(name: str, part: str) -> ArchiveFile | None:
    return cast("ArchiveFile | None", getattr(records()[name], part))


def _path_of(name: str, part: str) -> Path:
    file = _file_of(name, part)
    if file is None:
        having = [other for other in records() if _file_of(other, part) is not None]
        raise S2kitError(
            f"the authors' archive has no {part.replace('_', ' ')} of {name}; "
            f"it has one of {', '.join(having)}"
        )
    return _fetch(file)


def _fetch(file: ArchiveFile) -> Path:
    address = archive_address()
    if address in _unreachable and local_copy(file) is None:
        raise _unreachable[address]
    try:
        return fetch(file, address)
    except ArchiveUnreachableError as error:
        _unreachable.setdefault(address, error)
        raise


def _on_its_grid(grid: Grid, record: SceneRecord) -> Grid:
    found = grid.rio.crs.to_epsg(), grid.rio.bounds(recalc=True), grid.rio.shape
    listed = record.epsg, record.bounds, (record.height, record.width)
    if found != listed:
        raise S2kitError(
            f"a file of {record.name} has EPSG, bounds and shape {found}, its row in "
            f"data_manifest.csv has {listed}; correct the row"
        )
    return grid
