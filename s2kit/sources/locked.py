"""The paper's scenes from a catalogue: found by area and date, locked, cached as files."""

import hashlib
from functools import partial
from pathlib import Path

import xarray as xr

from s2kit.catalogue.read import ReadOptions
from s2kit.catalogue.save import Saved, canonical, save_items
from s2kit.catalogue.search import items_for
from s2kit.catalogue.stac import Catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.grid import grid_of
from s2kit.scenes.manifest import SceneRecord
from s2kit.scenes.raster import read_scene
from s2kit.sources.lock import check_lock, options_entry, read_lock, write_lock
from s2kit.sources.source import to_numbers


class LockedScenes:
    """Scenes read from a catalogue, with a lock file that keeps them the same.

    Parameters
    ----------
    folder
        Holds a file per scene and the lock file ``scenes.lock.json``.
    catalogue
        Where scenes are searched that are not locked yet.
    """

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder, self.catalogue = folder, catalogue
        self.lock_path = folder / "scenes.lock.json"

    def path(self, record: SceneRecord) -> Path:
        """Return where a scene is kept once it has been read."""
        return self.folder / f"{record.name}.tif"

    def is_here(self, record: SceneRecord) -> bool:
        """Return whether a scene has been read and locked; its pixels are checked by `open`."""
        return self.path(record).exists() and read_lock(self.lock_path, record.name) is not None

    def fetch(
        self,
        record: SceneRecord,
        catalogue: Catalogue | None = None,
        options: ReadOptions | None = None,
        path: Path | None = None,
        relock: bool = False,
    ) -> Saved:
        """Find, read and write a scene of the list of scenes.

        The first time its area and date are searched, and what was found goes to the lock file.
        From then on the same items are read, and must give the same pixels. Cloudy pixels stay,
        as the paper kept them.

        Parameters
        ----------
        record
            Its row in the list.
        catalogue, options
            Where and how to read; once locked, both must be what the lock says (the default).
        path
            Where to write; `path` by default.
        relock
            Search anew and replace the lock's entry.

        Raises
        ------
        S2kitError
            If there is no such scene, if it cannot be read, or if it is no longer the locked one:
            then nothing is written.
        """
        path = path or self.path(record)
        entry = None if relock else read_lock(self.lock_path, record.name)
        grid = grid_of(record)
        if entry is None:
            catalogue, options = catalogue or self.catalogue, options or ReadOptions()
            items = items_for(catalogue, grid, record.date, record.tile)
            saved = save_items(items, grid, path, record.area, options)
            write_lock(self.lock_path, record.name, catalogue, items, options, saved)
            return saved
        locked = Catalogue(entry["source"], entry["collection"])
        was = entry["reading"]
        if (catalogue and catalogue != locked) or (options and options_entry(options) != was):
            raise S2kitError(
                f"{record.name} is locked to {locked.address} and {was}; leave catalogue and "
                "options out, or take the new ones with --relock"
            )
        items = [locked.item(item["id"]) for item in entry["items"]]
        check = partial(check_lock, record.name, entry)
        return save_items(items, grid, path, record.area, ReadOptions(**was), check)

    def open(self, record: SceneRecord) -> xr.DataArray:
        """Open a scene, from its file if that still is what the lock says."""
        path, entry = self.path(record), read_lock(self.lock_path, record.name)
        if entry is None or not path.exists() or not _is_locked(path, entry["sha256"]):
            self.fetch(record)
        return read_scene(path).rename(record.name)

    def open_numbers(self, record: SceneRecord) -> xr.DataArray:
        """Open a scene as digital numbers, uint16, with the offset its items had.

        Raises
        ------
        S2kitError
            If it is made of items with different offsets.
        """
        scene = self.open(record)
        offset = self.offset(record.name)
        if offset is None:
            raise S2kitError(f"the items of {record.name} have different offsets; read reflectance")
        return to_numbers(scene, offset)

    def offset(self, name: str) -> int | None:
        """Return the offset that was taken off a locked scene; None without one and the same."""
        entry = read_lock(self.lock_path, name)
        offsets = {int(item["offset"]) for item in entry["items"]} if entry else set()
        return offsets.pop() if len(offsets) == 1 else None


def _is_locked(path: Path, sha256: dict[str, str]) -> bool:
    try:
        scene = read_scene(path)
    except S2kitError:  # damaged: it is read anew
        return False
    return all(
        hashlib.sha256(canonical(scene.sel(band=band).to_numpy())).hexdigest() == sha256[band]
        for band in BAND_NAMES
    )
