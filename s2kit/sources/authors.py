"""The authors' own scenes: what the list of scenes names, fetched from their archive."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import geopandas as gpd
import xarray as xr

from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.codes import read_codes
from s2kit.scenes.manifest import PARTS, ArchiveFile, SceneRecord, read_manifest
from s2kit.scenes.raster import read_numbers, scene_from_numbers
from s2kit.sources.archive import ARCHIVE, Archive
from s2kit.sources.source import Source


class AuthorsSource(Source):
    """The authors' scenes, from a mirror of their archive or downloaded.

    Parameters
    ----------
    home
        Downloads go into its folder ``authors``.
    mirror
        A folder laid out as COMMIT/PATH that holds a copy of the archive, or None.
    address
        Where the archive is served; None = nothing is downloaded.

    Examples
    --------
    >>> authors = AuthorsSource(Path("data"))
    >>> authors.list(split="test")  # fetches nothing
    ['strzegom_20230709', 'kolbuszowa_20210725']
    >>> authors.record("strzegom_20230709").tile
    '33UWS'
    """

    name = "authors"

    def __init__(
        self, home: Path, mirror: Path | None = None, address: str | None = ARCHIVE
    ) -> None:
        self.archive = Archive(home / "authors", mirror, address)
        self._records = read_manifest()

    @property
    def records(self) -> Mapping[str, SceneRecord]:
        return self._records

    def parts(self, name: str) -> tuple[str, ...]:
        return tuple(part for part in PARTS if self._file(name, part) is not None)

    def path(self, name: str, part: str) -> Path:
        """Return the file of a part of a scene; it is fetched if need be.

        Parameters
        ----------
        name
            The scene.
        part
            "image", "mask", "polygons" or "class_map".
        """
        file = self._file(self.record(name).name, part)
        if file is None:
            having = [other for other in self.records if self._file(other, part) is not None]
            raise S2kitError(
                f"the authors' archive has no {part.replace('_', ' ')} of {name}; "
                f"it has one of {', '.join(having)}"
            )
        return self.archive.fetch(file)

    def is_here(self, name: str, part: str) -> bool:
        file = self._file(name, part)
        return file is not None and self.archive.local_copy(file) is not None

    def _get(self, name: str, part: str) -> None:
        self.path(name, part)

    def open_numbers(self, name: str) -> xr.DataArray:
        """Open a scene as digital numbers as delivered, uint16 (band, y, x)."""
        numbers = read_numbers(self.path(name, "image"), BAND_NAMES)
        return self._described(self._on_its_grid(numbers, name), name)

    def _open(self, name: str) -> xr.DataArray:
        return scene_from_numbers(self.open_numbers(name), self.record(name).offset, name)

    def _open_mask(self, name: str) -> xr.DataArray:
        return self._on_its_grid(read_codes(self.path(name, "mask")), name)

    def _open_class_map(self, name: str) -> xr.DataArray:
        return self._on_its_grid(read_codes(self.path(name, "class_map")), name)

    def _open_polygons(self, name: str) -> gpd.GeoDataFrame:
        return read_polygons(self.path(name, "polygons"), self.record(name).label_column)

    def _file(self, name: str, part: str) -> ArchiveFile | None:
        return cast("ArchiveFile | None", getattr(self.records[name], part))

    def _on_its_grid(self, grid: xr.DataArray, name: str) -> xr.DataArray:
        record = self.record(name)
        found = grid.rio.crs.to_epsg(), grid.rio.bounds(recalc=True), grid.rio.shape
        listed = record.epsg, record.bounds, (record.height, record.width)
        if found != listed:
            raise S2kitError(
                f"a file of {name} has EPSG, bounds and shape {found}, its row in "
                f"data_manifest.csv has {listed}; correct the row"
            )
        return grid
