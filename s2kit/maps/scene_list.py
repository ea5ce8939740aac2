"""Which scenes a list names, and where their maps go: a CSV, a text file or a folder."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from s2kit.catalogue.safe import is_product
from s2kit.errors import S2kitError
from s2kit.maps.cloud_masks import CloudSource
from s2kit.maps.streamed import Outputs
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.manifest import OFFSETS

ENDINGS = (".tif", ".tiff", ".vrt", ".zip", ".safe")
"""What counts as a scene in a folder."""


@dataclass(frozen=True)
class Listed:
    """A scene of a list: its name and where it lies; its offset and clouds if they are told."""

    name: str
    image: Path
    offset: int | None = None
    clouds: CloudSource | None = None


@dataclass(frozen=True)
class Folders:
    """The folders that maps, and what else is wanted of them, go to; as `Outputs` of one map."""

    map: Path
    confidence: Path | None = None
    applicability: Path | None = None
    areas: Path | None = None
    polygons: Path | None = None
    min_area: float = 0.5

    def outputs(self, name: str) -> Outputs:
        """Return the files of one scene: each folder's NAME with its own ending."""

        def file(folder: Path | None, ending: str = ".tif") -> Path | None:
            return None if folder is None else folder / f"{name}{ending}"

        return Outputs(
            self.map / f"{name}.tif",
            file(self.confidence),
            file(self.applicability),
            file(self.areas, ".csv"),
            file(self.polygons, ".gpkg"),
            self.min_area,
        )


def is_list(path: Path) -> bool:
    """Tell whether a path is a list of scenes rather than one: .csv, .txt, or a plain folder."""
    return path.suffix.lower() in (".csv", ".txt") or (path.is_dir() and not is_product(path))


def read_list(path: Path) -> list[Listed]:
    r"""Read a list of scenes.

    Parameters
    ----------
    path
        A CSV with the column ``image``, and ``name`` and ``offset`` if wanted; a text file with
        one path a line (``#`` begins a comment); or a folder of rasters and products. Paths are
        relative to the list. A scene without a name is called as its file.

    Raises
    ------
    S2kitError
        If it cannot be read, names no scene, or two by one name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scenes.csv"
    ...     _ = path.write_text("image,name,offset\nT33UWS.SAFE,july,\nmay.tif,,1000\n")
    ...     [(each.name, each.image.name, each.offset) for each in read_list(path)]
    [('july', 'T33UWS.SAFE', None), ('may', 'may.tif', 1000)]
    """
    if path.is_dir():
        images = sorted(p for p in path.iterdir() if p.suffix.lower() in ENDINGS)
        found = [Listed(image.stem, image) for image in images if not image.name.startswith(".")]
    elif path.suffix.lower() == ".csv":
        found = [
            _from_row(path, number, row)
            for number, row in read_rows(path, ["image"], ["name", "offset"])
        ]
    else:
        found = [Listed(image.stem, image) for image in _lines(path)]
    if not found:
        raise S2kitError(f"{path} names no scene; give rasters or Level-2A products in it")
    _check_names(path, [each.name for each in found])
    return [replace(each, image=each.image.absolute()) for each in found]


def check_apart(folders: Folders, scenes: Sequence[Listed]) -> None:
    """Refuse outputs that are inputs of another scene, or one folder for two kinds of rasters."""
    kinds = [folders.map, folders.confidence, folders.applicability]
    rasters = [os.path.realpath(folder) for folder in kinds if folder is not None]
    if len(set(rasters)) < len(rasters):
        raise S2kitError(
            "maps, confidence and applicability of a list go to different folders; name others"
        )
    inputs = {os.path.realpath(scene.image) for scene in scenes}
    for scene in scenes:
        for folder in rasters:
            if f"{folder}/{scene.name}.tif" in inputs:
                raise S2kitError(
                    f"{folder}/{scene.name}.tif would overwrite an input; name another folder"
                )


def _from_row(path: Path, number: int, row: dict[str, str]) -> Listed:
    where = f"{path}, row {number}"
    if not row["image"]:
        raise S2kitError(f"{where} has no image; give its path")
    image = path.parent / row["image"]
    if row["offset"] not in ("", *map(str, OFFSETS)):
        raise S2kitError(
            f"{where}: the offset is {row['offset']!r}; give {' or '.join(map(str, OFFSETS))}, or "
            "leave it empty"
        )
    return Listed(row["name"] or image.stem, image, int(row["offset"]) if row["offset"] else None)


def _lines(path: Path) -> list[Path]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise S2kitError(f"{path} is no readable list ({error}); give text in UTF-8") from error
    return [path.parent / line for line in lines if line and not line.startswith("#")]


def _check_names(path: Path, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        if name != Path(name).name or "\\" in name or name.startswith("."):
            raise S2kitError(f"{path}: {name!r} cannot name a file; give a name without slashes")
        if name in names[:number]:
            raise S2kitError(
                f"{path} names two scenes {name}; tell them apart in a column name of a CSV"
            )
