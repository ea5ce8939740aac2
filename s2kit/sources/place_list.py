"""The list of places outside Strzegom and of the files behind them, as they come with s2kit."""

import datetime
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from s2kit.scenes.csv_rows import read_rows
from s2kit.sources.archive import git_blob_id

HERE = Path(__file__).parent

PLACE_COLUMNS = (
    *("name", "country", "date", "level", "offset", "image", "bands", "item", "labels", "legend"),
    *("codes", "patch_code", "present", "scored", "licence"),
)
FILE_COLUMNS = ("path", "repository", "commit", "file", "size", "blob", "sha256")


@dataclass(frozen=True)
class PlaceFile:
    """One file: its path in the folder, and what it must be.

    ``file`` and ``blob`` are empty, and ``sha256`` is given, where the file was derived from the
    repository's and cannot be downloaded.
    """

    path: str
    repository: str
    commit: str
    file: str
    size: int
    blob: str
    sha256: str

    def check(self, path: Path) -> None:
        """Raise ValueError, saying what came, unless a file is the right one."""
        size = path.stat().st_size
        if self.blob:
            kind, wanted, came = "git blob", self.blob, git_blob_id(path)
        else:
            kind, wanted = "SHA-256", self.sha256
            came = hashlib.sha256(path.read_bytes()).hexdigest()
        if came != wanted:
            raise ValueError(
                f"expected {self.size} bytes, {kind} {wanted[:12]}, came {size} bytes, {came[:12]}"
            )


@dataclass(frozen=True)
class Place:
    """One place on one day.

    Attributes
    ----------
    level
        "L2A", or "L1C" for top-of-atmosphere reflectance, on which no network of s2kit is trained.
    offset
        What its digital numbers carry on top of reflectance × 10 000: 0 or 1000.
    legend
        The legend of its labels in the crosswalk (`s2kit.accuracy.crosswalk`); empty without.
    patch_code
        The code of all its pixels, where one label was given to the whole patch; else None.
    present
        The codes that the label of a patch names.
    scored
        Whether a transfer table counts it by default: Level-2A, and not under snow.
    """

    name: str
    country: str
    date: datetime.date
    level: str
    offset: int
    image: str
    bands: tuple[str, ...]
    item: str
    labels: str
    legend: str
    codes: dict[int, int] = field(hash=False)
    patch_code: int | None
    present: tuple[int, ...]
    scored: bool
    licence: str

    @property
    def is_labelled(self) -> bool:
        """Whether `Places.open_labels` has labels for its pixels."""
        return bool(self.labels) or self.patch_code is not None


@lru_cache
def read_places() -> dict[str, Place]:
    """Read the list of places that comes with s2kit, by name."""
    return {row["name"]: _place(row) for _, row in read_rows(HERE / "places.csv", PLACE_COLUMNS)}


def _place(row: dict[str, str]) -> Place:
    pairs = (pair.split("=") for pair in row["codes"].split())
    return Place(
        name=row["name"],
        country=row["country"],
        date=datetime.date.fromisoformat(row["date"]),
        level=row["level"],
        offset=int(row["offset"]),
        image=row["image"],
        bands=tuple(row["bands"].split()),
        item=row["item"],
        labels=row["labels"],
        legend=row["legend"],
        codes={int(stored): int(code) for stored, code in pairs},
        patch_code=int(row["patch_code"]) if row["patch_code"] else None,
        present=tuple(map(int, row["present"].split())),
        scored=row["scored"] == "yes",
        licence=row["licence"],
    )


@lru_cache
def read_files() -> dict[str, PlaceFile]:
    """Read the list of files that comes with s2kit, by path."""
    files = {}
    for _, row in read_rows(HERE / "places_files.csv", FILE_COLUMNS):
        path, repository, commit, file, size, blob, sha256 = (row[name] for name in FILE_COLUMNS)
        files[path] = PlaceFile(path, repository, commit, file, int(size), blob, sha256)
    return files
