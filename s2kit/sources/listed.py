"""A list of one's own scenes: image and labels of each, and what it is for, as a small CSV."""

import datetime
import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from s2kit.errors import S2kitError
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.manifest import Split

NEEDED = ("image", "labels", "split")
OPTIONAL = ("date", "area", "name")


@dataclass(frozen=True)
class ListedScene:
    """One image with its labels.

    Attributes
    ----------
    name
        Unique in its list; the image's file name without its ending unless the list names it.
    image, labels
        Files: ten bands, and polygons or a mask.
    split
        "train", "validation" or "test".
    date, area
        When and where, if the list says so.
    where
        Where the scene was named, for messages: "my_scenes.csv, row 3", or "--image a.tif".
    columns
        What the image's and the labels' places there are called.
    """

    name: str
    image: Path
    labels: Path
    split: Split
    where: str
    date: datetime.date | None = None
    area: str | None = None
    columns: tuple[str, str] = (", column image", ", column labels")


def read_scene_list(path: Path | str) -> list[ListedScene]:
    r"""Read and check a list of one's own scenes.

    Parameters
    ----------
    path
        A CSV file (commas, UTF-8) with the columns image, labels (polygons or a mask) and split
        ("train", "validation", "test"); also date (YYYY-MM-DD), area and name if wanted. File names
        are relative to the CSV's folder and stay in it, so that list and files can be moved
        together; what lies elsewhere has an absolute path.

    Returns
    -------
    list of ListedScene
        In the order of the file. Only names and files are checked here, what is in the images and
        labels by `s2kit.sources.labelled.labelled_scenes`.

    Raises
    ------
    S2kitError
        If the list or a file is missing, a value cannot be used, no scene is for training, or one
        image stands in two rows: the message names file, row (the header is row 1), column, remedy.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("may.tif", "july.tif", "fields.gpkg"):
    ...         _ = (Path(folder) / name).write_text(name)
    ...     path = Path(folder) / "mine.csv"
    ...     _ = path.write_text(
    ...         "image,labels,split\nmay.tif,fields.gpkg,train\njuly.tif,fields.gpkg,test\n"
    ...     )
    ...     [(scene.name, scene.split) for scene in read_scene_list(path)]
    [('may', 'train'), ('july', 'test')]
    """
    path = Path(path)
    scenes = [_listed(path, number, row) for number, row in read_rows(path, NEEDED, OPTIONAL)]
    if not scenes:
        raise S2kitError(f"{path} lists no scene; add a row with image, labels and split")
    _check_all(scenes)
    if not any(scene.split == "train" for scene in scenes):
        raise S2kitError(
            f"{path}: no row has the split train; give the scenes to train on that word"
        )
    return scenes


def pairs_from(images: Sequence[Path], labels: Sequence[Path]) -> list[ListedScene]:
    """Return training scenes of images and their labels, given as pairs.

    Parameters
    ----------
    images, labels
        As many files of one as of the other; the first image belongs to the first labels.

    Raises
    ------
    S2kitError
        If their numbers differ, a file is missing, or one image is given twice.
    """
    if len(images) != len(labels) or not images:
        raise S2kitError(
            f"{len(images)} images and {len(labels)} files of labels; give each --image its "
            "--polygons"
        )
    columns = ("", " --polygons")
    scenes = [
        ListedScene(image.stem, image, polygons, "train", f"--image {image}", columns=columns)
        for image, polygons in zip(images, labels, strict=True)
    ]
    for scene in scenes:
        for file, option in ((scene.image, "--image"), (scene.labels, "--polygons")):
            if not file.is_file():
                raise S2kitError(f"{option} {file} does not exist; check the path")
    _check_all(scenes)
    return scenes


def _listed(path: Path, number: int, row: dict[str, str]) -> ListedScene:
    """Return a row of the list, its values checked one by one."""
    where = f"{path}, row {number}"
    image, labels = (
        listed_file(path, where, column, row[column]) for column in ("image", "labels")
    )
    splits = get_args(Split)
    if row["split"].lower() not in splits:
        raise S2kitError(
            f"{where}, column split: {row['split']!r} is unknown; write one of {', '.join(splits)}"
        )
    try:
        date = datetime.date.fromisoformat(row["date"]) if row["date"] else None
    except ValueError:
        raise S2kitError(
            f"{where}, column date: {row['date']!r} is no date; write it as YYYY-MM-DD"
        ) from None
    return ListedScene(
        name=row["name"] or image.stem,
        image=image,
        labels=labels,
        split=cast(Split, row["split"].lower()),
        where=where,
        date=date,
        area=row["area"] or None,
    )


def listed_file(path: Path, where: str, column: str, value: str) -> Path:
    """Return the file that a value names; it exists and, if relative, lies in the list's folder."""
    if not value:
        raise S2kitError(f"{where}, column {column} is empty; name a file")
    given = Path(value.replace("\\", "/"))  # a list written on Windows
    if not given.is_absolute() and os.path.normpath(given).split(os.sep)[0] == "..":
        raise S2kitError(
            f"{where}, column {column}: {value!r} leads out of the list's folder; move the file "
            "there, or give its absolute path"
        )
    file = path.parent / given
    if not file.is_file():
        raise S2kitError(f"{where}, column {column}: {file} does not exist; correct the name")
    return file


def _check_all(scenes: list[ListedScene]) -> None:
    """Refuse names and images that stand twice: a scene must not be in two splits."""
    names: dict[str, ListedScene] = {}
    for scene in scenes:
        if (other := _same_image(scene, list(names.values()))) is not None:
            same = f"{scene.where}{scene.columns[0]}: the same image as in {other.where}"
            if scene.split != other.split:
                raise S2kitError(
                    f"{same}, once for {other.split} and once for {scene.split}; an accuracy on "
                    "images of the training means nothing: delete one of them"
                )
            raise S2kitError(f"{same}; delete one of them, and put all its labels into one file")
        if scene.name in names:
            raise S2kitError(
                f"{scene.where}: the name {scene.name!r} belongs to {names[scene.name].where} too; "
                "give each scene a name of its own in the column name"
            )
        names[scene.name] = scene


def _same_image(scene: ListedScene, others: list[ListedScene]) -> ListedScene | None:
    """Return the scene with the same image, by path or by content; None if there is none."""
    for other in others:
        if scene.image.resolve() == other.image.resolve():
            return other
        same_size = scene.image.stat().st_size == other.image.stat().st_size
        if same_size and _digest(scene.image) == _digest(other.image):
            return other
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def by_split(scenes: list[ListedScene]) -> dict[Split, list[ListedScene]]:
    """Return the scenes of each split, in their order."""
    parts: dict[Split, list[ListedScene]] = defaultdict(list)
    for scene in scenes:
        parts[scene.split].append(scene)
    return dict(parts)
