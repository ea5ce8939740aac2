"""Places to score a map by: those that s2kit lists, and a list of one's own."""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from s2kit.accuracy.assess_group_files import read_legend_labels
from s2kit.accuracy.confusion import require_same_grid
from s2kit.accuracy.crosswalk import OURS, group_positions, legend_of
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.manifest import OFFSETS
from s2kit.scenes.raster import read_scene
from s2kit.sources.listed import listed_file
from s2kit.sources.places import Places
from s2kit.sources.simulated import SimulatedSource
from s2kit.sources.source import Source

NEEDED = ("image", "labels", "legend")
OPTIONAL = ("name", "offset", "bands", "label_column")


@dataclass(frozen=True)
class ScoredPlace:
    """A scene (reflectance, band, y, x) with labels of a legend (codes, y, x), or without."""

    name: str
    scene: xr.DataArray
    labels: xr.DataArray | None
    legend: str


def listed_places(places: Places, names: Iterable[str] | None = None) -> Iterator[ScoredPlace]:
    """Open the places that are scored, or those named, one after the other."""
    for name in places.list(scored=True) if names is None else names:
        place = places.place(name)
        with warnings.catch_warnings():
            # 20 m bands of unnamed files and the like: the list has answered these doubts
            warnings.simplefilter("ignore", S2kitWarning)
            labels = places.open_labels(name) if place.is_labelled else None
            yield ScoredPlace(name, places.open(name), labels, place.legend)


COURSE_PLACES = (
    "vendsyssel_20171030",
    "temuco_20200408",
    "austria_20170613_87_48",
    "ireland_20170717_28_87",
)
"""What the course calls elsewhere: other seasons, another hemisphere, fields, pasture."""

STAND_INS = ("kolbuszowa_20210509", "krakow_20220603_1", "strzegom_20221012")
"""Simulated scenes for the same, none of them a test scene."""


SIDE = 264
"""Of the two large real places, in pixels: the stand-ins of the course are no larger."""


def known_places(simulated: SimulatedSource, apart_from: Iterable[str] = ()) -> list[ScoredPlace]:
    """Return the simulated `STAND_INS` and validation scene, labelled by their truth.

    ``apart_from`` names scenes that are left out, for they are to be scored.
    """
    left_out = set(apart_from)
    names = [*STAND_INS, *simulated.list(split="validation")]
    return [_simulated_place(simulated, name) for name in names if name not in left_out]


def course_places(source: Source, places: Places, simulated: SimulatedSource) -> list[ScoredPlace]:
    """Return the places of chapter 9: real ones where the course runs on the real scenes.

    On the simulated scenes, or where the real places are not at hand, the simulated country is
    another country: a network of real scenes has not seen it. Its labels are the truth, and its
    pieces are as large as the real places.
    """
    if source.name == "authors" and all(map(places.is_obtainable, COURSE_PLACES)):
        return list(listed_places(places, COURSE_PLACES))
    return [_simulated_place(simulated, name, SIDE) for name in STAND_INS]


def _simulated_place(simulated: SimulatedSource, name: str, side: int | None = None) -> ScoredPlace:
    """Return a simulated scene with its truth, or its upper left corner of so many pixels."""
    corner = {"y": slice(side), "x": slice(side)}
    truth = simulated.open_truth(name).astype("int32")
    return ScoredPlace(name, simulated.open(name).isel(corner), truth.isel(corner), OURS)


def read_own_places(path: Path | str) -> list[ScoredPlace]:
    """Read a list of one's own places, and open and check all of them.

    Parameters
    ----------
    path
        A CSV file with the columns image (ten bands of 10 m), labels (a raster of codes on the
        image's grid, or polygons) and legend (one of `s2kit.accuracy.crosswalk.legends`); if
        wanted also name, offset (0 or 1000), bands (separated by spaces) and label_column. File
        names are relative to the CSV's folder.

    Raises
    ------
    S2kitError
        If a file is missing or cannot be used, a legend is unknown, labels hold codes outside of
        it or lie on another grid, or a name stands twice: with row and column.
    """
    path = Path(path)
    found: dict[str, ScoredPlace] = {}
    for number, row in read_rows(path, NEEDED, OPTIONAL):
        place = _opened(path, f"{path}, row {number}", row)
        if place.name in found:
            raise S2kitError(
                f"{path}, row {number}: the name {place.name!r} stands in an earlier row too; "
                "give each place a name of its own in the column name"
            )
        found[place.name] = place
    if not found:
        raise S2kitError(f"{path} lists no place; add a row with image, labels and legend")
    return list(found.values())


def _opened(path: Path, where: str, row: dict[str, str]) -> ScoredPlace:
    image, labels = (listed_file(path, where, part, row[part]) for part in ("image", "labels"))
    offset = row["offset"] or "auto"
    if offset not in ("auto", *map(str, OFFSETS)):
        raise S2kitError(f"{where}, column offset: {offset!r} is none; write 0 or 1000, or nothing")
    column = "legend"
    try:
        legend_of(row["legend"])
        column = "image"
        scene = read_scene(
            image,
            "auto" if offset == "auto" else int(offset),
            row["bands"].split() or None,
        )
        column = "labels"
        codes = read_legend_labels(labels, scene, row["label_column"] or None)
        require_same_grid(scene.isel(band=0, drop=True), codes)
        comparable = group_positions(codes.to_numpy(), row["legend"], str(labels)) >= 0
        if not comparable.any():
            raise S2kitError(
                f"{labels} holds no code of {row['legend']} that can be compared within its image; "
                "check place and legend"
            )
    except S2kitError as error:
        raise S2kitError(f"{where}, column {column}: {error}") from error
    return ScoredPlace(row["name"] or image.stem, scene, codes, row["legend"])
