"""The lock file: what was found for each of the paper's scenes, so that it stays the same.

``catalogue/scenes.lock.json`` holds per scene the catalogue, the items with baseline and
offset, how they were read, the SHA-256 of every band and when it was read.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any, get_args

import pystac
import rasterio

from s2kit.catalogue.assets import baseline
from s2kit.catalogue.read import ReadOptions
from s2kit.catalogue.save import Saved
from s2kit.catalogue.stac import Catalogue
from s2kit.catalogue.warp import ResamplingName
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.leftovers import locked
from s2kit.scenes.manifest import OFFSETS
from s2kit.scenes.writer import replacing


def read_lock(path: Path, name: str) -> dict[str, Any] | None:
    """Return the entry of a scene, or None; S2kitError if the lock file is damaged."""
    if not path.exists():
        return None
    try:
        entry: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")).get(name)
        if entry is not None and not _is_whole(entry):
            raise ValueError(f"the entry {name} is incomplete")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise S2kitError(
            f"{path} is damaged ({error}); restore it, or delete it to look for the scenes anew"
        ) from error
    return entry


def _is_whole(entry: Any) -> bool:
    """Tell whether an entry is one that `write_lock` may have written."""
    texts = ("source", "collection", "read")
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) for key in texts)
        and _are_options(entry.get("reading"))
        and isinstance(entry.get("sha256"), dict)
        and entry["sha256"].keys() == set(BAND_NAMES)
        and isinstance(entry.get("items"), list)
        and bool(entry["items"])
        and all(_is_item(item) for item in entry["items"])
    )


def _is_item(item: Any) -> bool:
    return (
        isinstance(item, dict) and isinstance(item.get("id"), str) and item.get("offset") in OFFSETS
    )


def _are_options(choices: Any) -> bool:
    return (
        isinstance(choices, dict)
        and choices.keys() == options_entry(ReadOptions()).keys()
        and choices["resampling"] in get_args(ResamplingName)
        and choices["offset"] in (None, *OFFSETS)
        and isinstance(choices["mask_clouds"], bool)
    )


def write_lock(
    path: Path,
    name: str,
    catalogue: Catalogue,
    items: list[pystac.Item],
    options: ReadOptions,
    saved: Saved,
) -> dict[str, Any]:
    """Add or replace the entry of a scene, and return it."""
    entry = {
        "source": catalogue.address,
        "collection": catalogue.collection,
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
        "reading": options_entry(options),
        "pixels": saved.pixels,
        "no_data": saved.no_data,
        "cloudy": saved.cloudy,
        "sha256": saved.sha256,
        "read": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "gdal": rasterio.__gdal_version__,
    }
    # Another process may be about to add a scene of its own.
    with locked(path.with_name(f".{path.name}.s2kit.lock")):
        entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        text = json.dumps(entries | {name: entry}, indent=2, ensure_ascii=False)
        with replacing(path) as part:
            part.write_text(text + "\n", encoding="utf-8")
    return entry


def options_entry(options: ReadOptions) -> dict[str, Any]:
    """Return the options that change pixels."""
    return {
        "resampling": options.resampling,
        "offset": options.offset,
        "mask_clouds": options.mask_clouds,
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
