"""The list of scenes, ``data_manifest.csv``: one row per scene, every row checked when read."""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from s2kit.errors import S2kitError
from s2kit.scenes.csv_rows import read_rows

Split = Literal["train", "validation", "test"]

PARTS = ("image", "mask", "polygons", "class_map")
"""The files a scene may have; each is described by four columns of the manifest."""

OFFSETS = (0, 1000)
"""What Level-2A digital numbers may carry on top of reflectance x 10 000 (baseline >= 04.00)."""

PIXEL = 10.0
"""Pixel size of every scene in metres."""


@dataclass(frozen=True)
class ArchiveFile:
    """One file of the authors' archive; ``size`` in bytes, None where nobody measured it."""

    commit: str
    path: str
    size: int | None
    blob: str

    def __str__(self) -> str:
        """Return what the file must be, for messages."""
        size = f"{self.size} bytes, " if self.size else ""
        return f"{self.path} ({size}git blob {self.blob[:12]})"


@dataclass(frozen=True)
class SceneRecord:
    """One scene: where and when, on which grid, and which files belong to it.

    ``bounds`` are left, bottom, right, top in metres of EPSG:``epsg``; ``offset`` is subtracted
    from the image's digital numbers; ``label_column`` names the polygons' class column.
    """

    name: str
    area: str
    date: datetime.date
    split: Split
    tile: str
    epsg: int
    bounds: tuple[float, float, float, float]
    width: int
    height: int
    offset: int
    image: ArchiveFile | None
    mask: ArchiveFile | None
    polygons: ArchiveFile | None
    class_map: ArchiveFile | None
    label_column: str | None
    source: str
    citation: str
    terms: str


COLUMNS = (
    *("name", "area", "date", "split", "tile", "epsg"),
    *("left", "bottom", "right", "top", "width", "height", "offset"),
    *(f"{part}_{field}" for part in PARTS[:3] for field in ("commit", "path", "size", "blob")),
    "label_column",
    *(f"class_map_{field}" for field in ("commit", "path", "size", "blob")),
    *("source", "citation", "terms"),
)


def manifest_path() -> Path:
    """Return the manifest inside the installed package, or else the one of the checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "data_manifest.csv"
    return packaged if packaged.exists() else package.parent / "data_manifest.csv"


def read_manifest(path: Path | None = None) -> dict[str, SceneRecord]:
    """Read and check the list of scenes.

    Parameters
    ----------
    path
        A CSV file with the columns `COLUMNS`; by default the one that comes with s2kit.

    Returns
    -------
    dict
        The scenes by name, in the order of the file.

    Raises
    ------
    S2kitError
        If the file or a column is missing, or a value is wrong: the message names row, column
        and remedy.
    """
    path = path or manifest_path()
    records: dict[str, SceneRecord] = {}
    for number, row in read_rows(path, COLUMNS, optional=None):
        record = _Row(path, number, row).record()
        if record.name in records:
            raise S2kitError(
                f"{path}, row {number}, column name: {record.name} stands in an earlier row too; "
                "give each scene one row"
            )
        records[record.name] = record
    if not records:
        raise S2kitError(f"{path} lists no scene; restore it from the repository")
    return records


class _Row:
    """One row of the file, which knows where it stands so that its errors can say so."""

    def __init__(self, path: Path, number: int, row: dict[str, str]) -> None:
        self.where, self.row = f"{path}, row {number}", row

    def text(self, column: str, pattern: str = ".+", wanted: str = "a value") -> str:
        value = self.row[column]
        if not re.fullmatch(pattern, value):
            raise self.error(column, f"{value!r} is not {wanted}")
        return value

    def whole(self, column: str) -> int:
        return int(self.text(column, r"[0-9]{1,9}", "a whole number"))

    def metres(self, column: str) -> float:
        return float(self.text(column, r"-?[0-9]{1,9}(\.[0-9]{1,9})?", "a number of metres"))

    def error(self, column: str, problem: str) -> S2kitError:
        return S2kitError(
            f"{self.where}, column {column}: {problem}; correct the value, "
            "or restore the file from the repository"
        )

    def record(self) -> SceneRecord:
        label_column = self.row["label_column"] or None
        polygons = self.file("polygons", r".+\.gpkg")
        if (polygons is None) != (label_column is None):
            raise self.error(
                "label_column",
                "the class column of the polygons must be named where there are polygons, "
                "and only there",
            )
        return SceneRecord(
            name=self.name(),
            area=self.text("area", "[a-z]+", "an area in small letters"),
            date=self.date(),
            split=cast(Split, self.one_of("split", get_args(Split))),
            tile=self.tile(),
            epsg=self.whole("epsg"),
            bounds=self.bounds(),
            width=self.whole("width"),
            height=self.whole("height"),
            offset=int(self.one_of("offset", [str(offset) for offset in OFFSETS])),
            image=self.file("image", r".+\.tif"),
            mask=self.file("mask", r".+\.tif"),
            polygons=polygons,
            class_map=self.file("class_map", r".+\.tif"),
            label_column=label_column,
            source=self.text("source", "https://.+", "a web address"),
            citation=self.text("citation"),
            terms=self.text("terms"),
        )

    def one_of(self, column: str, allowed: "tuple[str, ...] | list[str]") -> str:
        return self.text(column, "|".join(allowed), "one of " + ", ".join(allowed))

    def date(self) -> datetime.date:
        try:
            return datetime.date.fromisoformat(self.row["date"])
        except ValueError:
            raise self.error("date", f"{self.row['date']!r} is not a date YYYY-MM-DD") from None

    def name(self) -> str:
        start = f"{self.row['area']}_{self.date():%Y%m%d}"
        return self.text("name", re.escape(start) + "(_[0-9]+)?", f"{start} (area and date)")

    def tile(self) -> str:
        tile = self.text("tile", "[0-9]{2}[C-X][A-Z]{2}", "an MGRS tile such as 33UWS")
        # UTM zones: EPSG 326ZZ north of the equator, 327ZZ south; bands N to X lie north.
        epsg = (32600 if tile[2] >= "N" else 32700) + int(tile[:2])
        if self.whole("epsg") != epsg:
            raise self.error("epsg", f"tile {tile} lies in EPSG:{epsg}, not {self.whole('epsg')}")
        return tile

    def bounds(self) -> tuple[float, float, float, float]:
        left, bottom, right, top = (self.metres(c) for c in ("left", "bottom", "right", "top"))
        for column, length in (("width", right - left), ("height", top - bottom)):
            pixels = self.whole(column)
            if pixels == 0 or length != pixels * PIXEL:
                raise self.error(
                    column, f"{pixels} pixels of 10 m do not fill bounds that are {length:g} m long"
                )
        return left, bottom, right, top

    def file(self, part: str, path_pattern: str) -> ArchiveFile | None:
        if not any(self.row[f"{part}_{field}"] for field in ("commit", "path", "size", "blob")):
            return None
        path = self.text(f"{part}_path", path_pattern, f"a file name like {path_pattern[2:]}")
        # a backslash or a colon leads elsewhere on Windows
        if path.startswith("/") or re.search(r"[\\:]", path) or ".." in path.split("/"):
            raise self.error(f"{part}_path", f"{path!r} does not stay inside the archive")
        sha = "40 hexadecimal digits"
        return ArchiveFile(
            commit=self.text(f"{part}_commit", "[0-9a-f]{40}", sha),
            path=path,
            size=self.whole(f"{part}_size") if self.row[f"{part}_size"] else None,
            blob=self.text(f"{part}_blob", "[0-9a-f]{40}", sha),
        )
