"""What was mapped of a list of scenes, from what and with what: a table beside the maps.

A scene is done if its line says so and image, weights, settings and map are still those of the
line. So a list can be run again after anything, and only what is missing is mapped.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import rasterio
from filelock import Timeout
from rasterio.errors import RasterioError

from s2kit.errors import S2kitError
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.leftovers import locked
from s2kit.scenes.writer import replacing

LEDGER = "ledger.csv"


@dataclass(frozen=True)
class Entry:
    """A line of the ledger.

    Attributes
    ----------
    name, image
        The scene, and where it lies.
    input_sha256
        Of names, sizes and times of change of its files; it tells whether they are the same.
    pixels_sha256
        Of its reflectance, as in the tags of the map.
    weights_sha256, settings_sha256
        Of the network's tensors, and of all that changes a map or which files are written.
    map_sha256
        Of the map's file; "" if there is none.
    seconds
        How long it took.
    state, reason
        ``done``, or ``failed`` and why.
    """

    name: str
    image: str
    input_sha256: str
    pixels_sha256: str
    weights_sha256: str
    settings_sha256: str
    map_sha256: str
    seconds: str
    state: str
    reason: str


COLUMNS = [field.name for field in fields(Entry)]


class Ledger:
    """The lines of a folder's ledger by scene; each one that is added is on the disk at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        rows = read_rows(path, COLUMNS) if path.exists() else []
        self.entries = {row["name"]: Entry(**row) for _, row in rows}

    def add(self, entry: Entry) -> None:
        """Add a line, in place of the one that the scene has."""
        self.entries[entry.name] = entry
        with replacing(self.path) as part, part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(asdict(self.entries[name]) for name in sorted(self.entries))

    def is_done(self, name: str, given: dict[str, str], files: Sequence[Path]) -> bool:
        """Tell whether a scene is mapped: from what is given, by column; the map is first."""
        entry = self.entries.get(name)
        return (
            entry is not None
            and entry.state == "done"
            and asdict(entry) == asdict(entry) | given
            and all(file.is_file() for file in files)
            and file_sha256(files[0]) == entry.map_sha256
        )


@contextmanager
def opened_ledger(folder: Path) -> Iterator[Ledger]:
    """Open the ledger of a folder, for one run at a time.

    Raises
    ------
    S2kitError
        If another run writes it, or it is damaged.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / f".{LEDGER}.lock-s2kit", wait=False):
            yield Ledger(folder / LEDGER)
    except Timeout as error:
        raise S2kitError(
            f"another run maps scenes into {folder}; wait for it, or name another folder"
        ) from error
    except OSError as error:
        raise S2kitError(f"{folder} cannot be written ({error}); name another folder") from error


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def input_sha256(image: Path, more: Sequence[Path]) -> str:
    """Return a checksum of names, sizes and times of change of a scene's files; "" if it is absent.

    Parameters
    ----------
    image
        A file, or a folder with all that lies in it; a virtual raster with what it draws on.
    more
        Further files that it draws on.
    """
    files = [*(p for p in image.rglob("*") if p.is_file())] if image.is_dir() else [image, *more]
    if image.suffix.lower() == ".vrt":
        try:
            with rasterio.open(image) as dataset:
                files += map(Path, dataset.files)
        except RasterioError:  # reading it will say so
            pass
    try:
        found = sorted((p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in files)
    except OSError:
        return ""
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()
