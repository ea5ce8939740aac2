"""Images and labels of one's own, opened and checked against one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from s2kit.benchmarks.labels import read_labels
from s2kit.errors import S2kitError
from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.manifest import Split
from s2kit.scenes.nomenclature import NO_DATA, PAPER, Nomenclature
from s2kit.scenes.raster import read_scene
from s2kit.sources.listed import ListedScene

Labelled = tuple[xr.DataArray, xr.DataArray]
"""A scene (reflectance, dims (band, y, x)) and its mask (codes, dims (y, x), 0 = unlabelled)."""


@dataclass(frozen=True)
class ReadOptions:
    """How one's own images and labels are read.

    Attributes
    ----------
    label_column
        Column of the polygons' class codes; found by itself where there is one candidate.
    offset
        What the digital numbers carry on top of reflectance × 10 000, 0 or 1000; by default
        decided by the darkest pixels of each image.
    bands
        Names of the images' bands in their order, where the files do not name them.
    nomenclature
        Classes of the labels; the ten of the paper by default.
    """

    label_column: str | None = None
    offset: int | Literal["auto"] = "auto"
    bands: Sequence[str] | None = None
    nomenclature: Nomenclature = PAPER


@dataclass(frozen=True)
class LabelledScenes:
    """Scenes and their masks by split and name, and what is worth knowing of them."""

    by_split: dict[Split, dict[str, Labelled]]
    warnings: tuple[str, ...] = ()

    def part(self, split: Split) -> dict[str, Labelled]:
        """Return the scenes of a split by name; empty if there are none."""
        return self.by_split.get(split, {})


def labelled_scenes(
    scenes: Sequence[ListedScene], options: ReadOptions | None = None
) -> LabelledScenes:
    """Open the images and labels of a list, and check them against one another.

    Parameters
    ----------
    scenes
        As from `s2kit.sources.listed.read_scene_list` or `pairs_from`.
    options
        How to read them.

    Returns
    -------
    LabelledScenes
        The warnings name classes that the training has and the validation has not, and the other
        way round.

    Raises
    ------
    S2kitError
        If a file cannot be read, image and labels do not fit, labels hold other codes than the
        classes', nothing or one class only is labelled for training, or two scenes hold the same
        pixels: the message names the list's row and column.
    """
    options = options or ReadOptions()
    opened: dict[Split, dict[str, Labelled]] = {}
    seen: dict[str, ListedScene] = {}
    for listed in scenes:
        scene, mask = _open(listed, options)
        other = seen.setdefault(pixels_sha256(scene), listed)
        if other is not listed:
            raise S2kitError(
                f"{listed.where}{listed.columns[0]}: the same pixels as the image of "
                f"{other.where} ({other.split}); delete one of them"
            )
        opened.setdefault(listed.split, {})[listed.name] = scene, mask
    codes = {split: codes_of(part) for split, part in opened.items()}
    if len(codes.get("train", ())) == 1:
        raise S2kitError(
            f"all labels for training are of class {codes['train'].pop()}; label at least two "
            "classes, a network learns to tell them apart"
        )
    return LabelledScenes(opened, tuple(_gaps(codes)))


def _open(listed: ListedScene, options: ReadOptions) -> Labelled:
    try:
        scene = read_scene(listed.image, options.offset, options.bands).rename(listed.name)
    except S2kitError as error:
        raise S2kitError(f"{listed.where}{listed.columns[0]}: {error}") from error
    if listed.date:
        scene = scene.assign_attrs(date=listed.date.isoformat())
    if listed.area:
        scene = scene.assign_attrs(area=listed.area)
    try:
        mask = read_labels(listed.labels, scene, options.label_column, options.nomenclature)
    except S2kitError as error:
        raise S2kitError(f"{listed.where}{listed.columns[1]}: {error}") from error
    return scene, mask


def codes_of(part: dict[str, Labelled]) -> set[int]:
    """Return the codes of the classes that are labelled in any of the scenes."""
    found = set[int]()
    for _, mask in part.values():
        found |= {int(code) for code in np.unique(mask.to_numpy())} - {NO_DATA}
    return found


def _gaps(codes: dict[Split, set[int]]) -> list[str]:
    """Return a sentence per other split on classes that only it or only the training has."""
    lines = []
    for split in ("validation", "test"):
        if split not in codes:
            continue
        for missing, have, lack in (
            (codes.get("train", set()) - codes[split], "training", split),
            (codes[split] - codes.get("train", set()), split, "training"),
        ):
            if missing:
                listed = ", ".join(map(str, sorted(missing)))
                lines.append(
                    f"warning: labelled for {have} but not for {lack}: class {listed}; "
                    f"the {split} figure says nothing of it"
                )
    return lines
