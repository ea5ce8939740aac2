"""What the authors' files say: confusion matrices counted in every way the audit needs."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from io import StringIO
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from s2kit.accuracy.confusion import object_matrix, pixel_matrix
from s2kit.audit.printed_tables import AREAS
from s2kit.benchmarks.rasterise import rasterise
from s2kit.scenes.manifest import ArchiveFile
from s2kit.sources import AuthorsSource


@dataclass(frozen=True)
class Counted:
    """A confusion matrix and how it came about: from which files, by which rule."""

    matrix: pd.DataFrame
    files: str
    rule: str


Approach = tuple[str, str]
"""Area ("strzegom", "kolbuszowa") and approach ("pixel", "object")."""


@dataclass(frozen=True)
class Evidence:
    """The matrices of the audit.

    Attributes
    ----------
    counted
        per area and approach, the ways to count: first the method the paper states, applied to
        the archive's newest files, then the departures that explain a printed number.
    table_3
        the older reference raster of Strzegom, and the same with the cells that were lost.
    csv
        per area, the matrix the archive holds as CSV: every cell as text, map in rows.
    names
        per Polish name of a class in Strzegom's polygons: its code, and how many have the name.
    stored
        True where the files were not at hand, and the counts are those that come with the package.
    """

    counted: dict[Approach, list[Counted]]
    table_3: list[Counted] = field(default_factory=list)
    csv: dict[str, pd.DataFrame] = field(default_factory=dict)
    names: dict[str, tuple[int, int]] = field(default_factory=dict)
    stored: bool = False


def load_evidence(authors: AuthorsSource) -> Evidence:
    """Count every matrix the audit needs from the authors' files.

    Raises
    ------
    S2kitError
        if one of the files cannot be had.
    """
    counted: dict[Approach, list[Counted]] = {}
    table_3: list[Counted] = []
    for area, tables in AREAS.items():
        record = authors.record(tables.scene)
        class_map = authors.open_class_map(record.name)
        polygons = authors.open_polygons(record.name)
        named = f"{_name(record.class_map)} × {_name(record.polygons)}"
        by_pixels = pixel_matrix(class_map, rasterise(polygons, class_map))
        counted[area, "pixel"] = [Counted(by_pixels, named, "pixel centres inside the polygons")]
        counted[area, "object"] = _count_objects(class_map, polygons, named)
        if area == "strzegom":
            older = pixel_matrix(class_map, authors.open_mask(record.name))
            table_3 = _versions_of_table_3(
                older, f"{_name(record.class_map)} × {_name(record.mask)}"
            )
    return Evidence(
        counted,
        table_3,
        {area: _read_csv(authors, area) for area in AREAS},
        _class_names(authors),
    )


def _class_names(authors: AuthorsSource) -> dict[str, tuple[int, int]]:
    """Ask Strzegom's polygons, which are named in Polish: droga is a road, gleba soil."""
    table = gpd.read_file(authors.path(AREAS["strzegom"].scene, "polygons"))
    return {
        name: (int(table.label[table.name == name].min()), int((table.name == name).sum()))
        for name in ("droga", "gleba")
    }


def _count_objects(
    class_map: xr.DataArray, polygons: gpd.GeoDataFrame, named: str
) -> list[Counted]:
    """Count all polygons, and the valid ones only where some are not."""
    ways = [
        Counted(
            object_matrix(class_map, polygons),
            named,
            f"majority of pixel centres in each of all {len(polygons)} polygons",
        )
    ]
    valid = polygons[polygons.geometry.is_valid]
    if len(valid) < len(polygons):
        rule = (
            f"{len(polygons) - len(valid)} polygons with an invalid geometry left out: "
            f"majority in each of {len(valid)}"
        )
        ways.append(Counted(object_matrix(class_map, valid), named, rule))
    return ways


def _versions_of_table_3(older: pd.DataFrame, named: str) -> list[Counted]:
    """Return the matrix with the older reference, and with its lost cells.

    Without grassland, which the reference lacks, the matrix has nine rows and columns, as in the
    archive's CSV; the cells just above that diagonal are those printed as 0.
    """
    codes = [code for code in older.index if code != 6]
    lost = older.copy()
    for above, code in pairwise(codes):
        lost.loc[above, code] = 0
    rule = "older version of the reference, the raster"
    return [
        Counted(older, named, rule),
        Counted(lost, named, f"{rule}; cells just above the diagonal (without class 6) lost"),
    ]


def _name(file: ArchiveFile | None) -> str:
    return Path(file.path).name if file else ""


def _read_csv(authors: AuthorsSource, area: str) -> pd.DataFrame:
    """Read the archive's own confusion matrix of an area: cells as text, map in rows."""
    with (files("s2kit.audit") / "printed" / "archive_files.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["area"] == area)
    named = ArchiveFile(row["commit"], row["path"], int(row["size"]), row["blob"])
    # utf-8-sig: the files begin with a byte-order mark.
    text = authors.archive.fetch(named).read_text(encoding="utf-8-sig")
    table = pd.read_csv(StringIO(text), index_col=0, dtype=str).rename_axis(index="map")
    return table.set_axis(table.index.astype(int)).set_axis(table.columns.astype(int), axis=1)


def csv_matrix(area: str, evidence: Evidence, codes: Sequence[int]) -> pd.DataFrame:
    """Return the archive's CSV of an area as counts on all the codes, absent ones 0."""
    counts = evidence.csv[area].astype(np.int64)
    return counts.reindex(index=list(codes), columns=list(codes), fill_value=0)
