"""The paper's scenes from a catalogue: found by area and date, locked, cached as files."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes import authors
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.catalogue.compare import compare_scenes
from s2kit.scenes.catalogue.grid import grid_of
from s2kit.scenes.catalogue.lock import check_lock, lock_path, read_lock, reading_entry, write_lock
from s2kit.scenes.catalogue.save import Saved, canonical, save_items
from s2kit.scenes.catalogue.scene import Reading
from s2kit.scenes.catalogue.search import items_for
from s2kit.scenes.catalogue.sources import Source, open_source
from s2kit.scenes.manifest import SceneRecord
from s2kit.scenes.radiometry import QUANTIFICATION
from s2kit.scenes.raster import read_scene


def scene_path(record: SceneRecord) -> Path:
    """Return where a scene of the manifest is kept once it has been read."""
    return lock_path().parent / f"{record.name}.tif"


def fetch_recorded(
    record: SceneRecord,
    source: Source | None = None,
    reading: Reading | None = None,
    path: Path | None = None,
    relock: bool = False,
) -> Saved:
    """Find, read and write a scene of the manifest.

    The first time its area and date are searched, and what was found goes to the lock file. From
    then on the same items are read, and must give the same pixels. Cloudy pixels stay, as the
    paper kept them.

    Parameters
    ----------
    record
        Its row in the manifest.
    source, reading
        Where and how to read; once locked, both must be what the lock says (the default).
    path
        Where to write; `scene_path` by default.
    relock
        Search anew and replace the lock's entry.

    Raises
    ------
    S2kitError
        If there is no such scene, if it cannot be read, or if it is no longer the locked one: then
        nothing is written.
    """
    path = path or scene_path(record)
    entry = None if relock else read_lock(record.name)
    if entry is None:
        source, reading = source or open_source(), reading or Reading()
        items = items_for(source, grid_of(record), record.date, record.tile)
        saved = save_items(items, grid_of(record), path, record.area, reading)
        write_lock(record.name, source, items, reading, saved)
        return saved
    locked = Source(entry["source"], entry["collection"])
    was = entry["reading"]
    if (source and source != locked) or (reading and reading_entry(reading) != was):
        raise S2kitError(
            f"{record.name} is locked to {locked.address} and {was}; leave source and options "
            "out, or take the new ones with --relock"
        )
    items = [locked.item(item["id"]) for item in entry["items"]]
    part = path.with_name(f".{path.stem}.unchecked.tif")
    try:
        saved = save_items(items, grid_of(record), part, record.area, Reading(**was))
        check_lock(record.name, entry, saved)
        saved.path = part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return saved


def open_recorded(record: SceneRecord) -> xr.DataArray:
    """Open a scene of the manifest, from its file if that still is what the lock says."""
    path, entry = scene_path(record), read_lock(record.name)
    if entry is None or not path.exists() or not _is_locked(path, entry["sha256"]):
        fetch_recorded(record)
    return read_scene(path).rename(record.name)


def numbers_recorded(record: SceneRecord) -> xr.DataArray:
    """Return a scene of the manifest as digital numbers, uint16, with the offset its items had.

    Raises
    ------
    S2kitError
        If it is made of items with different offsets.
    """
    scene = open_recorded(record)
    offset = locked_offset(record.name)
    if offset is None:
        raise S2kitError(f"the items of {record.name} have different offsets; read reflectance")
    numbers = (scene * QUANTIFICATION).round() + offset
    return numbers.fillna(0).astype(np.uint16).assign_attrs(scene.attrs).rename(record.name)


def locked_offset(name: str) -> int | None:
    """Return the offset that was taken off a locked scene; None without one and the same."""
    entry = read_lock(name)
    offsets = {int(item["offset"]) for item in entry["items"]} if entry else set()
    return offsets.pop() if len(offsets) == 1 else None


def compare_with_archive(record: SceneRecord) -> pd.DataFrame:
    """Compare a scene from the catalogue with the authors' image of it, see `compare_scenes`."""
    return compare_scenes(open_recorded(record), authors.open_scene(record.name))


def _is_locked(path: Path, sha256: dict[str, str]) -> bool:
    try:
        scene = read_scene(path)
    except S2kitError:  # damaged: it is read anew
        return False
    return all(
        hashlib.sha256(canonical(scene.sel(band=band).to_numpy())).hexdigest() == sha256[band]
        for band in BAND_NAMES
    )
