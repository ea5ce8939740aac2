"""``S2KIT_DATA=catalogue``: images from a catalogue, benchmarks from the authors' archive."""

import functools
from collections.abc import Callable
from pathlib import Path

import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes import authors
from s2kit.scenes.catalogue.paper import open_recorded
from s2kit.scenes.catalogue.sources import open_source
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.scenes.settings import home, mirror

open_mask = authors.open_mask
open_polygons = authors.open_polygons
open_class_map = authors.open_class_map


@functools.cache
def records() -> dict[str, SceneRecord]:
    """Return the scenes of the manifest by name."""
    return read_manifest()


def lacking(name: str) -> dict[str, str]:
    """Fetch the image and the files of a scene; return those that cannot be had, and why."""
    return _lacking(name, home(), mirror(), open_source().address)


@functools.cache
def _lacking(name: str, home: Path, mirror: Path | None, source: str) -> dict[str, str]:
    record = records()[name]
    openers: dict[str, Callable[[str], object]] = {
        "image": open_scene,
        "mask": open_mask,
        "polygons": open_polygons,
        "class_map": open_class_map,
    }
    problems = {}
    for part, opener in openers.items():
        if part == "image" or getattr(record, part) is not None:
            try:
                opener(name)
            except S2kitError as error:
                problems[part] = str(error)
    return problems


def look_again() -> None:
    """Forget what could not be had."""
    _lacking.cache_clear()
    authors.look_again()


def open_scene(name: str) -> xr.DataArray:
    """Return the scene as reflectance (band, y, x); cloudy pixels stay, as the paper kept them."""
    return open_recorded(records()[name])
