"""The one switch: whatever ``S2KIT_DATA`` names yields the same scenes, masks and polygons."""

import importlib
from typing import Protocol, cast

import geopandas as gpd
import pandas as pd
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import PARTS, SceneRecord
from s2kit.scenes.settings import data_source

SOURCES = {
    "simulated": "s2kit.scenes.simulated.source",
    "authors": "s2kit.scenes.authors",
    "catalogue": "s2kit.scenes.catalogue.source",
}
"""The module behind each value of ``S2KIT_DATA``; each has the functions of `SceneSource`."""


class SceneSource(Protocol):
    """What a module must offer to be a source of scenes."""

    def records(self) -> dict[str, SceneRecord]:
        """Return all scenes by name, whether they can be had or not."""

    def parts(self, name: str) -> tuple[str, ...]:
        """Return which of `manifest.PARTS` the scene has, whether they can be had or not."""

    def lacking(self, name: str) -> dict[str, str]:
        """Return which of the scene's `manifest.PARTS` cannot be had, and why (fetching them)."""

    def look_again(self) -> None:
        """Forget what `lacking` found earlier."""

    def open_numbers(self, name: str) -> xr.DataArray:
        """Return digital numbers (band, y, x)."""

    def open_scene(self, name: str) -> xr.DataArray:
        """Return reflectance (band, y, x)."""

    def open_mask(self, name: str) -> xr.DataArray:
        """Return the benchmark's class codes (y, x)."""

    def open_polygons(self, name: str) -> gpd.GeoDataFrame:
        """Return the reference polygons."""

    def open_class_map(self, name: str) -> xr.DataArray:
        """Return the class map the source has of the scene (y, x)."""


def _source() -> SceneSource:
    return cast(SceneSource, importlib.import_module(SOURCES[data_source()]))


def record(name: str) -> SceneRecord:
    """Return what is known of a scene; S2kitError for a name that is not listed."""
    records = _source().records()
    if name not in records:
        raise S2kitError(f"there is no scene {name!r}; choose one of {', '.join(records)}")
    return records[name]


def scene_names(split: str | None = None, area: str | None = None) -> list[str]:
    """Return the scenes whose image and mask can be had, in the order of the list.

    Parameters
    ----------
    split
        "train", "validation" or "test"; all by default.
    area
        For instance "strzegom"; all by default.

    Returns
    -------
    list of str
        Names for `open_scene` and the rest; empty if none of these scenes can be had.

    Raises
    ------
    S2kitError
        If split or area is unknown, or if no scene at all can be had: with the reason.
    """
    source = _source()
    records = source.records()
    for given, known in ((split, "split"), (area, "area")):
        values = dict.fromkeys(getattr(each, known) for each in records.values())
        if given is not None and given not in values:
            raise S2kitError(f"there is no {known} {given!r}; choose one of {', '.join(values)}")
    names = [
        name
        for name, each in records.items()
        if split in (None, each.split) and area in (None, each.area) and _whole(source, name)
    ]
    if not names and not any(_whole(source, name) for name in records):
        reason = next(iter(source.lacking(next(iter(records))).values()))
        raise S2kitError(f"no scene can be had: {reason}")
    return names


def _whole(source: SceneSource, name: str) -> bool:
    return not {"image", "mask"} & source.lacking(name).keys()


def availability() -> pd.DataFrame:
    """Look for every file of every scene anew, fetching what is missing.

    Returns
    -------
    DataFrame
        One row per scene: area, date, split; image, mask, polygons and class_map as "yes",
        "no" (cannot be had) or "" (does not exist); problem, a sentence or "".
    """
    source = _source()
    source.look_again()
    rows = {}
    for name, each in source.records().items():
        lacking = source.lacking(name)
        having = source.parts(name)
        parts = {
            part: "no" if part in lacking else "yes" if part in having else "" for part in PARTS
        }
        problem = "; ".join(dict.fromkeys(lacking.values()))
        rows[name] = {"area": each.area, "date": each.date.isoformat(), "split": each.split}
        rows[name] |= parts | {"problem": problem}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scene")


def open_numbers(name: str) -> xr.DataArray:
    """Open a scene as it was delivered, before anything was done to it.

    Returns
    -------
    DataArray
        Digital numbers, uint16, dims (band, y, x), 0 = no data; ``record(name).offset`` is what
        they carry on top of reflectance x 10 000. Otherwise as `open_scene`.

    Raises
    ------
    S2kitError
        If the name is unknown, or the image cannot be had or is damaged.
    """
    return _source().open_numbers(record(name).name)


def open_scene(name: str) -> xr.DataArray:
    """Open a scene as reflectance.

    Returns
    -------
    DataArray
        float32, dims (band, y, x) with the ten `BAND_NAMES`, NaN = no data, with CRS; attrs hold
        date, area, source and attribution (the text that figures must carry).

    Raises
    ------
    S2kitError
        If the name is unknown, or the image cannot be had or is damaged.
    """
    return _source().open_scene(record(name).name)


def open_mask(name: str) -> xr.DataArray:
    """Open the rasterised benchmark of a scene: uint8, dims (y, x), 0 = not labelled.

    Raises
    ------
    S2kitError
        If the name is unknown, or the mask cannot be had or is damaged.
    """
    return _described(_source().open_mask(record(name).name))


def open_polygons(name: str) -> gpd.GeoDataFrame:
    """Open the reference polygons of a scene: columns "label" (1 to 10) and "geometry", with CRS.

    Geometries are as they were drawn, invalid ones included.

    Raises
    ------
    S2kitError
        If the name is unknown, or the scene has no polygons or they cannot be had.
    """
    return _source().open_polygons(record(name).name)


def open_class_map(name: str) -> xr.DataArray:
    """Open the class map that comes with a scene (the authors' own): uint8, dims (y, x).

    Raises
    ------
    S2kitError
        If the name is unknown, or the scene has no class map or it cannot be had.
    """
    return _described(_source().open_class_map(record(name).name))


def _described(codes: xr.DataArray) -> xr.DataArray:
    """Give a mask or map the attributes of its scene, so that figures name date and source."""
    each, source = record(str(codes.name)), data_source()
    simulated = "simulated landscape, not satellite data"
    copernicus = f"contains modified Copernicus Sentinel data {each.date.year}"
    return codes.assign_attrs(
        date=each.date.isoformat(),
        area=each.area,
        source=source,
        attribution=simulated if source == "simulated" else copernicus,
    )
