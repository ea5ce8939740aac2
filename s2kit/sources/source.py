"""What every source of scenes offers: list, available, fetch, open."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import xarray as xr

from s2kit.catalogue.web import UnreachableError
from s2kit.errors import S2kitError
from s2kit.scenes.manifest import PARTS, SceneRecord
from s2kit.scenes.radiometry import QUANTIFICATION

NEEDED = ("image", "mask")
"""What a scene needs to be trained on or tested."""

Names = list[str]
Problems = dict[str, dict[str, str]]
"""By scene and part ("image", "mask", "polygons", "class_map"), why it cannot be had."""


class NoSceneError(S2kitError):
    """None of the scenes that were asked for can be had; ``problems`` says why."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        reason = next(iter(next(iter(problems.values())).values()))
        super().__init__(f"no scene can be had: {reason}")


class Source(ABC):
    """A source of scenes: images with their benchmarks.

    Attributes
    ----------
    name
        "simulated", "authors" or "catalogue".
    """

    name: str

    @property
    @abstractmethod
    def records(self) -> Mapping[str, SceneRecord]:
        """All scenes by name, whether they can be had or not."""

    @abstractmethod
    def parts(self, name: str) -> tuple[str, ...]:
        """Return which of `PARTS` a scene has, whether they can be had or not."""

    @abstractmethod
    def is_here(self, name: str, part: str) -> bool:
        """Return whether a part of a scene is on this machine; uses no network.

        Raises
        ------
        S2kitError
            If the part is there but damaged, and cannot be fetched anew.
        """

    @abstractmethod
    def _get(self, name: str, part: str) -> None:
        """Get a part of a scene; S2kitError if it cannot be had."""

    @abstractmethod
    def _open(self, name: str) -> xr.DataArray:
        """Return reflectance (band, y, x)."""

    @abstractmethod
    def _open_mask(self, name: str) -> xr.DataArray:
        """Return the class codes of the benchmark (y, x)."""

    @abstractmethod
    def _open_polygons(self, name: str) -> gpd.GeoDataFrame:
        """Return the reference polygons, columns label and geometry."""

    @abstractmethod
    def _open_class_map(self, name: str) -> xr.DataArray:
        """Return the class map that comes with the scene (y, x)."""

    def record(self, name: str) -> SceneRecord:
        """Return what is known of a scene; S2kitError for a name that is not listed."""
        records = self.records
        if name not in records:
            raise S2kitError(f"there is no scene {name!r}; choose one of {', '.join(records)}")
        return records[name]

    def list(self, split: str | None = None, area: str | None = None) -> Names:
        """Return the names of all scenes, in the order of the list; nothing is fetched or made.

        Parameters
        ----------
        split
            "train", "validation" or "test"; all by default.
        area
            For instance "strzegom"; all by default.

        Raises
        ------
        S2kitError
            If split or area is unknown.
        """
        records = self.records
        for given, known in ((split, "split"), (area, "area")):
            values = dict.fromkeys(getattr(each, known) for each in records.values())
            if given is not None and given not in values:
                raise S2kitError(
                    f"there is no {known} {given!r}; choose one of {', '.join(values)}"
                )
        return [
            name
            for name, each in records.items()
            if split in (None, each.split) and area in (None, each.area)
        ]

    def available(self, split: str | None = None, area: str | None = None) -> Names:
        """Return those of `list` whose image and mask are on this machine; uses no network."""
        return [
            name
            for name in self.list(split, area)
            if all(self._is_whole(name, part) for part in NEEDED)
        ]

    def fetch(self, names: Iterable[str] | None = None) -> Problems:
        """Fetch what is missing on this machine; quick if everything is there.

        A server that cannot be reached is asked once per call.

        Parameters
        ----------
        names
            The scenes; all by default.

        Returns
        -------
        dict
            By scene and part, why it cannot be had; scenes without a problem are left out. An
            image or mask that the source never had is a problem, polygons and a class map are not.

        Raises
        ------
        NoSceneError
            If no scene among them has image and mask in the end.
        """
        problems: Problems = {}
        unreachable: dict[str, S2kitError] = {}
        asked = self.list() if names is None else [self.record(name).name for name in names]
        for name in asked:
            found = {part: self._fetch_part(name, part, unreachable) for part in PARTS}
            if any(found.values()):
                problems[name] = {part: why for part, why in found.items() if why}
        if asked and all(set(NEEDED) & problems.get(name, {}).keys() for name in asked):
            raise NoSceneError(problems)
        return problems

    def open(self, name: str) -> xr.DataArray:
        """Open a scene as reflectance; what is missing is fetched.

        Returns
        -------
        DataArray
            float32, dims (band, y, x) with the ten `BAND_NAMES`, NaN = no data, with CRS; attrs
            hold date, area, source and attribution (the text that figures must carry).

        Raises
        ------
        S2kitError
            If the name is unknown, or the image cannot be had or is damaged.
        """
        return self._open(self.record(name).name)

    def open_numbers(self, name: str) -> xr.DataArray:
        """Open a scene as digital numbers, before anything was done to it.

        Returns
        -------
        DataArray
            uint16, dims (band, y, x), 0 = no data; ``record(name).offset`` is what the numbers
            carry on top of reflectance × 10 000. Otherwise as `open`.
        """
        return to_numbers(self.open(name), self.record(name).offset)

    def open_mask(self, name: str) -> xr.DataArray:
        """Open the rasterised benchmark of a scene: uint8, dims (y, x), 0 = not labelled.

        Raises
        ------
        S2kitError
            If the name is unknown, or the mask cannot be had or is damaged.
        """
        return self._described(self._open_mask(self.record(name).name), name)

    def open_polygons(self, name: str) -> gpd.GeoDataFrame:
        """Open the reference polygons: columns "label" (1 to 10) and "geometry", with CRS.

        Geometries are as they were drawn, invalid ones included.

        Raises
        ------
        S2kitError
            If the name is unknown, or the scene has no polygons or they cannot be had.
        """
        return self._open_polygons(self.record(name).name)

    def open_class_map(self, name: str) -> xr.DataArray:
        """Open the class map that comes with a scene (the authors' own): uint8, dims (y, x).

        Raises
        ------
        S2kitError
            If the name is unknown, or the scene has no class map or it cannot be had.
        """
        return self._described(self._open_class_map(self.record(name).name), name)

    def _server(self, part: str) -> str:
        """Return which server a part comes from."""
        return self.name

    def _is_whole(self, name: str, part: str) -> bool:
        try:
            return part in self.parts(name) and self.is_here(name, part)
        except S2kitError:
            return False

    def _fetch_part(self, name: str, part: str, unreachable: dict[str, S2kitError]) -> str:
        """Fetch a part of a scene unless it is here; return why it cannot be had, or ""."""
        if part not in self.parts(name):
            return f"its {part} is in no archive" if part in NEEDED else ""
        server = self._server(part)
        try:
            if self.is_here(name, part):
                return ""
            if server in unreachable:
                raise unreachable[server]
            self._get(name, part)
        except UnreachableError as error:
            unreachable.setdefault(server, error)
            return str(error)
        except S2kitError as error:
            return str(error)
        return ""

    def _described(self, codes: xr.DataArray, name: str) -> xr.DataArray:
        """Give a mask or map the attributes of its scene, so that figures name date and source."""
        each = self.record(name)
        return codes.rename(name).assign_attrs(
            date=each.date.isoformat(),
            area=each.area,
            source=self.name,
            attribution=self._attribution(each),
        )

    def _attribution(self, record: SceneRecord) -> str:
        return f"contains modified Copernicus Sentinel data {record.date.year}"


def to_numbers(scene: xr.DataArray, offset: int) -> xr.DataArray:
    """Return reflectance as digital numbers, uint16, 0 = no data, with an offset.

    Examples
    --------
    >>> to_numbers(xr.DataArray([0.05, np.nan]), offset=1000).to_numpy()
    array([1500,    0], dtype=uint16)
    """
    numbers = (scene * QUANTIFICATION).round() + offset
    return numbers.fillna(0).astype(np.uint16).assign_attrs(scene.attrs).rename(scene.name)
