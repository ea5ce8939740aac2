"""Scenes whose images come from a catalogue, their benchmarks from the authors' archive."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import xarray as xr

from s2kit.catalogue.stac import Catalogue
from s2kit.scenes.manifest import SceneRecord
from s2kit.sources.authors import AuthorsSource
from s2kit.sources.locked import LockedScenes
from s2kit.sources.source import Source


class CatalogueSource(Source):
    """The paper's places and dates from a catalogue; cloudy pixels stay, as the paper kept them.

    Parameters
    ----------
    home
        Scenes and the lock file go into its folder ``catalogue``.
    authors
        Gives masks, polygons and class maps.
    catalogue
        Where the images are searched, see `s2kit.catalogue.open_catalogue`.
    """

    name = "catalogue"

    def __init__(self, home: Path, authors: AuthorsSource, catalogue: Catalogue) -> None:
        self.authors = authors
        self.scenes = LockedScenes(home / "catalogue", catalogue)

    @property
    def records(self) -> Mapping[str, SceneRecord]:
        """All scenes by name; the offset is that of the items found, if any."""
        found = {}
        for name, record in self.authors.records.items():
            offset = self.scenes.offset(name)
            found[name] = record if offset is None else dataclasses.replace(record, offset=offset)
        return found

    def parts(self, name: str) -> tuple[str, ...]:
        return "image", *(part for part in self.authors.parts(name) if part != "image")

    def is_here(self, name: str, part: str) -> bool:
        if part == "image":
            return self.scenes.is_here(self.authors.record(name))
        return self.authors.is_here(name, part)

    def _get(self, name: str, part: str) -> None:
        if part == "image":
            self.scenes.fetch(self.authors.record(name))
        else:
            self.authors.path(name, part)

    def _server(self, part: str) -> str:
        return self.name if part == "image" else self.authors.name

    def open_numbers(self, name: str) -> xr.DataArray:
        """Open a scene as digital numbers, uint16 (band, y, x), with the offset its items had."""
        return self.scenes.open_numbers(self.authors.record(name))

    def _open(self, name: str) -> xr.DataArray:
        return self.scenes.open(self.authors.record(name))

    def _open_mask(self, name: str) -> xr.DataArray:
        return self.authors.open_mask(name)

    def _open_polygons(self, name: str) -> gpd.GeoDataFrame:
        return self.authors.open_polygons(name)

    def _open_class_map(self, name: str) -> xr.DataArray:
        return self.authors.open_class_map(name)
