"""``S2KIT_DATA=catalogue``: images from a catalogue, benchmarks from the authors' archive."""

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes import authors
from s2kit.scenes.catalogue.paper import (
    locked_offset,
    numbers_recorded,
    open_recorded,
    scene_path,
)
from s2kit.scenes.catalogue.sources import open_source
from s2kit.scenes.catalogue.web import UnreachableError
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.scenes.settings import home, mirror

open_mask = authors.open_mask
open_polygons = authors.open_polygons
open_class_map = authors.open_class_map


def parts(name: str) -> tuple[str, ...]:
    """Return which files a scene has: an image from the catalogue, the rest from the archive."""
    return "image", *(part for part in authors.parts(name) if part != "image")


def records() -> dict[str, SceneRecord]:
    """Return the scenes of the manifest by name; the offset is that of the items found, if any."""
    found = {}
    for name, record in read_manifest().items():
        offset = locked_offset(name)
        found[name] = record if offset is None else dataclasses.replace(record, offset=offset)
    return found


def lacking(name: str) -> dict[str, str]:
    """Fetch the image and the files of a scene; return those that cannot be had, and why."""
    return _lacking(name, home(), mirror(), open_source().address)


_unreachable: dict[str, UnreachableError] = {}
"""Sources that did not answer: remembered, so that 17 scenes do not wait for 17 time-outs."""


@functools.cache
def _lacking(name: str, home: Path, mirror: Path | None, source: str) -> dict[str, str]:
    record = read_manifest()[name]
    openers: dict[str, Callable[[str], object]] = {
        "image": open_scene,
        "mask": open_mask,
        "polygons": open_polygons,
        "class_map": open_class_map,
    }
    problems = {}
    for part, opener in openers.items():
        try:
            if part == "image" and source in _unreachable and not scene_path(record).exists():
                raise _unreachable[source]
            if part == "image" or getattr(record, part) is not None:
                opener(name)
        except UnreachableError as error:
            problems[part] = str(_unreachable.setdefault(source, error))
        except S2kitError as error:
            problems[part] = str(error)
    return problems


def look_again() -> None:
    """Forget what could not be had."""
    _lacking.cache_clear()
    _unreachable.clear()
    authors.look_again()


def open_numbers(name: str) -> xr.DataArray:
    """Return the scene as digital numbers (band, y, x)."""
    return numbers_recorded(read_manifest()[name])


def open_scene(name: str) -> xr.DataArray:
    """Return the scene as reflectance (band, y, x); cloudy pixels stay, as the paper kept them."""
    return open_recorded(read_manifest()[name])
