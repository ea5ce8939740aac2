"""What the paper claims, what its files give, what our map gives, and the command for each row."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from s2kit.accuracy.assess import Assessment, assess
from s2kit.accuracy.leakage import label_memory, seen_and_unseen
from s2kit.accuracy.metrics import class_metrics, mean_metrics
from s2kit.audit.audit import Audit
from s2kit.audit.printed_tables import AREAS
from s2kit.audit.readings import TEXT_CLASSES
from s2kit.benchmarks.rasterise import rasterise
from s2kit.scenes.codes import read_codes
from s2kit.sources import AuthorsSource, Source

COLUMNS = ("claim", "paper", "authors' files", "ours", "command")
NONE = "–"
AUDIT, COURSE = "python -m s2kit audit --claims", "python -m s2kit course"
Row = tuple[str, str, str, str, str]


def our_maps(source: Source, folder: Path) -> dict[str, xr.DataArray]:
    """Return the course's own class maps of the paper's test scenes, by area.

    Parameters
    ----------
    source
        The scenes that were mapped. Empty on simulated ones: those maps show another landscape
        than the authors' reference.
    folder
        Holds ``SCENE_class.tif``, as chapter 5 writes it.
    """
    if source.name == "simulated":
        return {}
    paths = {area: folder / f"{t.scene}_class.tif" for area, t in AREAS.items()}
    return {area: read_codes(path) for area, path in paths.items() if path.exists()}


def claims(result: Audit, authors: AuthorsSource, maps: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    """Lay out claim · paper · authors' files · ours · command.

    Parameters
    ----------
    result
        the audit; without the authors' files the stored counts of them stand in, and our maps,
        which need their reference, are not judged.
    authors
        the authors' scenes, which the audit was made from.
    maps
        our class maps by area, see `our_maps`.

    Returns
    -------
    pandas.DataFrame
        text, per cent with two decimals; "–" where there is nothing to show.
    """
    theirs: dict[str, Assessment] = {}
    ours: dict[str, Assessment] = {}
    rows: list[Row] = []
    mine = maps if result.missing is None else {}
    for area, tables in AREAS.items():
        if result.missing is None:
            polygons = authors.open_polygons(tables.scene)
            theirs[area] = assess(authors.open_class_map(tables.scene), polygons)
            if area in mine:
                ours[area] = assess(mine[area], polygons)
        else:
            # Of polygons, the last way: those with an invalid geometry left out, as assess does.
            pixels, objects = (
                result.evidence.counted[area, approach][-1].matrix
                for approach in ("pixel", "object")
            )
            theirs[area] = Assessment(pixels, objects, unmapped_pixels=0)
    for area, tables in AREAS.items():
        for approach, printed in zip(("pixel", "object"), tables.overall, strict=True):
            found = [_oa(results.get(area), approach) for results in (theirs, ours)]
            command = COURSE if area in ours else AUDIT
            rows.append((f"{approach} OA, {tables.scene}", printed, found[0], found[1], command))
    rows += _means(theirs, ours, result)
    rows += _leakage(authors, mine) if result.missing is None else []
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _oa(result: Assessment | None, approach: str) -> str:
    if result is None:
        return NONE
    return f"{100 * (result.pixel_oa if approach == 'pixel' else result.object_oa):.2f}"


def _means(
    theirs: Mapping[str, Assessment], ours: Mapping[str, Assessment], result: Audit
) -> list[Row]:
    """Return the abstract's numbers, over the areas that each side has."""
    printed = result.paper[result.paper.table == "text"].set_index("row")
    both = (theirs, ours)
    rows: list[Row] = []
    for name, mean in (("mean OA", _mean_oa), ("mean ACC", _mean_acc)):
        everything = f"; all polygons {printed.recomputed[name]:.2f}" if theirs else ""
        found = [_shown(mean(results), results) for results in both]
        rows.append((name, printed.printed[name], found[0] + everything, found[1], AUDIT))
    for name, codes in TEXT_CLASSES.items():
        found = [_shown(_class_accuracy(results, codes), results) for results in both]
        claim = f"{name}, mean of PA, UA and F1 by pixels"
        rows.append((claim, printed.printed[name], found[0], found[1], AUDIT))
    return rows


def _mean_oa(results: Mapping[str, Assessment]) -> list[float]:
    return [value for r in results.values() for value in (r.pixel_oa, r.object_oa)]


def _mean_acc(results: Mapping[str, Assessment]) -> list[float]:
    matrices = [m for r in results.values() for m in (r.pixels, r.objects) if m is not None]
    return [float(mean_metrics(matrix).ACC) for matrix in matrices]


def _class_accuracy(results: Mapping[str, Assessment], codes: tuple[int, ...]) -> list[float]:
    """Return PA, UA and F1 of the classes in each area, to be averaged as the abstract does."""
    tables = [class_metrics(result.pixels).loc[list(codes)] for result in results.values()]
    cells = [table[["PA", "UA", "F1"]].to_numpy().ravel() for table in tables]
    return [value for part in cells for value in part if value == value]


def _shown(shares: list[float], results: Mapping[str, Assessment]) -> str:
    """Write the mean in per cent; say so where one of the paper's areas is missing."""
    if not shares:
        return NONE
    part = "" if len(results) == len(AREAS) else f" ({', '.join(results)} only)"
    return f"{100 * sum(shares) / len(shares):.2f}{part}"


def _leakage(authors: AuthorsSource, ours: Mapping[str, xr.DataArray]) -> list[Row]:
    """Return OA at Strzegom on pixels that were and were not labelled in training."""
    test = authors.record(AREAS["strzegom"].scene)
    class_map = authors.open_class_map(test.name)
    reference = rasterise(authors.open_polygons(test.name), class_map)
    training = authors.list(split="train", area=test.area)
    memory = label_memory([authors.open_mask(name) for name in training])
    labelled = reference.to_numpy() > 0
    remembered = (reference.to_numpy() == memory.to_numpy())[labelled].mean()
    found = [
        seen_and_unseen(each, reference, memory).OA
        for each in (class_map, ours.get("strzegom"))
        if each is not None
    ]
    rows: list[Row] = []
    for part, claim in (
        ("seen", "pixel OA where a training mask had a label"),
        ("unseen", "pixel OA where none had"),
    ):
        shown = [f"{100 * oa[part]:.2f}" for oa in found] + [NONE]
        rows.append((f"{claim}, {test.name}", NONE, shown[0], shown[1], AUDIT))
    claim = f"pixel OA of remembered labels alone, {test.name}"
    rows.append((claim, NONE, f"{100 * remembered:.2f}", NONE, AUDIT))
    return rows


def as_markdown(table: pd.DataFrame) -> str:
    """Write a table as Markdown, for README."""
    lines = [" | ".join(table.columns), " | ".join("---" for _ in table.columns)]
    lines += [" | ".join(row) for row in table.itertuples(index=False, name=None)]
    return "\n".join(f"| {line} |" for line in lines)
