"""Simulated scenes: every scene of the list, made on this machine.

The landscapes are made once, as products in a STAC catalogue on disk, and read through the very
code that reads the online catalogues.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import xarray as xr

from s2kit.catalogue.read import read_items
from s2kit.catalogue.search import items_for
from s2kit.catalogue.stac import open_catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.codes import read_codes
from s2kit.scenes.grid import grid_of
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.simulator.faults import FAULTY, twenty_metre_bands_moved
from s2kit.simulator.make import are_made, make_landscapes, mask_path, polygons_path, truth_path
from s2kit.simulator.products import ATTRIBUTION
from s2kit.sources.source import Source


class SimulatedSource(Source):
    """Simulated scenes of the same areas, dates and grids as the real ones.

    Nobody else has mapped them, so there is no class map; but the class of every pixel is known.
    One of them has the faults of `s2kit.simulator.faults`.

    Parameters
    ----------
    home
        The landscapes go into its folder ``simulated/landscapes``.

    Examples
    --------
    >>> simulated = SimulatedSource(Path("data"))
    >>> simulated.list(split="validation")  # makes nothing
    ['strzegom_20230530']
    """

    name = "simulated"

    def __init__(self, home: Path) -> None:
        self.folder = home / "simulated" / "landscapes"
        self._records = {
            name: dataclasses.replace(record, class_map=None)
            for name, record in read_manifest().items()
        }

    @property
    def records(self) -> Mapping[str, SceneRecord]:
        return self._records

    def parts(self, name: str) -> tuple[str, ...]:
        return ("image", "mask", "polygons")

    def landscapes(self) -> Path:
        """Return the folder of the landscapes' STAC catalogue; what is missing is made."""
        make_landscapes(self.folder, records=self.records.values())
        return self.folder

    def is_here(self, name: str, part: str) -> bool:
        return are_made(self.folder, records=self.records.values())

    def _get(self, name: str, part: str) -> None:
        self.landscapes()

    def _open(self, name: str) -> xr.DataArray:
        record = self.record(name)
        grid = grid_of(record)
        items = items_for(open_catalogue(self.landscapes()), grid, record.date, record.tile)
        scene = read_items(items, grid, record.area, source=self.name).rename(name)
        return twenty_metre_bands_moved(scene) if name == FAULTY else scene

    def _open_mask(self, name: str) -> xr.DataArray:
        return read_codes(mask_path(name, self.landscapes()))

    def open_truth(self, name: str) -> xr.DataArray:
        """Open the class of every pixel, uint8 (y, x), which no benchmark knows."""
        truth = read_codes(truth_path(self.record(name).name, self.landscapes())).rename(name)
        return truth.assign_attrs(source=self.name, attribution=ATTRIBUTION)

    def _open_polygons(self, name: str) -> gpd.GeoDataFrame:
        return gpd.read_file(polygons_path(name, self.landscapes()))[["label", "geometry"]]

    def _open_class_map(self, name: str) -> xr.DataArray:
        raise S2kitError(
            f"nobody has published a class map of the simulated {name}; "
            "the authors' own maps come with S2KIT_DATA=authors"
        )

    def _attribution(self, record: SceneRecord) -> str:
        return ATTRIBUTION
