"""The lock file: what was found for each of the paper's scenes, so that it stays the same.

``S2KIT_HOME/catalogue/scenes.lock.json`` holds per scene the source, the items with baseline and
offset, how they were read, the SHA-256 of every band and when it was read.
"""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pystac
import rasterio

from s2kit.errors import S2kitError
from s2kit.scenes.catalogue.assets import baseline
from s2kit.scenes.catalogue.save import Saved
from s2kit.scenes.catalogue.scene import Reading
from s2kit.scenes.catalogue.sources import Source
from s2kit.scenes.settings import home


def lock_path() -> Path:
    """Return where the lock file lies."""
    return home() / "catalogue" / "scenes.lock.json"


def read_lock(name: str) -> dict[str, Any] | None:
    """Return the entry of a scene, or None; S2kitError if the lock file is damaged."""
    path = lock_path()
    if not path.exists():
        return None
    try:
        entry: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")).get(name)
        if entry is not None and not {"source", "items", "reading", "sha256"} <= entry.keys():
            raise ValueError(f"the entry {name} is incomplete")
    except (OSError, ValueError, AttributeError) as error:
        raise S2kitError(
            f"{path} is damaged ({error}); restore it, or delete it to look for the scenes anew"
        ) from error
    return entry


def write_lock(
    name: str, source: Source, items: list[pystac.Item], reading: Reading, saved: Saved
) -> dict[str, Any]:
    """Add or replace the entry of a scene, and return it."""
    entry = {
        "source": source.address,
        "collection": source.collection,
        "items": [
            {
                "id": item.id,
                "baseline": "{:02d}.{:02d}".format(*(baseline(item) or (0, 0))),
                "offset": saved.offsets[item.id],
                "why": saved.witnesses[item.id],
            }
            for item in items
            if item.id in saved.offsets
        ],
        "reading": reading_entry(reading),
        "pixels": saved.pixels,
        "no_data": saved.no_data,
        "cloudy": saved.cloudy,
        "sha256": saved.sha256,
        "read": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "gdal": rasterio.__gdal_version__,
    }
    path = lock_path()
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    part = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        text = json.dumps(entries | {name: entry}, indent=2, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return entry


def reading_entry(reading: Reading) -> dict[str, Any]:
    """Return the choices of a reading that change pixels."""
    return {
        "resampling": reading.resampling,
        "offset": reading.offset,
        "mask_clouds": reading.mask_clouds,
    }


def check_lock(name: str, entry: dict[str, Any], saved: Saved) -> None:
    """Compare what was read with the lock; S2kitError names the bands that differ."""
    different = [band for band, digest in saved.sha256.items() if entry["sha256"][band] != digest]
    offsets = {item["id"]: item["offset"] for item in entry["items"]}
    if different or offsets != saved.offsets:
        raise S2kitError(
            f"{name} no longer gives the pixels of {entry['read']}: "
            f"{', '.join(different) or 'the offset'} differs (items {', '.join(offsets)} of "
            f"{entry['source']}); accept the new ones with --relock"
        )
