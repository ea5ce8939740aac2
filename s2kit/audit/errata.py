"""Slips in the paper and in the archive, each with the evidence that shows it."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from s2kit.accuracy.metrics import overall_accuracy
from s2kit.audit.audit import Audit
from s2kit.audit.printed_tables import AREAS, printed_matrix, printed_table
from s2kit.scenes.manifest import SceneRecord
from s2kit.scenes.nomenclature import PAPER
from s2kit.sources import AuthorsSource

COLUMNS = ("where", "printed", "correct", "evidence")
Slip = tuple[str, str, str, str]


def errata(result: Audit, authors: AuthorsSource) -> pd.DataFrame:
    """List the slips.

    Parameters
    ----------
    result
        the audit; where it went without the authors' files, evidence comes from stored counts.
    authors
        the authors' scenes, which the audit was made from.

    Returns
    -------
    pandas.DataFrame
        text; columns where, printed, correct, evidence (computed here from the printed tables,
        the manifest and the files).
    """
    rows = [
        *_class_numbers(result),
        *_scenes(authors.records),
        *_formulas(),
        *_tables(result),
        *_archive(authors.records, result),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _class_numbers(result: Audit) -> Iterator[Slip]:
    """Ask the authors' own polygons, which are named in Polish: droga is a road, gleba soil."""
    evidence = {
        name: f"{count} polygons named {name} have label {code}"
        for name, (code, count) in result.evidence.names.items()
    }
    yield "text", "roads (9)", "roads (7)", evidence["droga"]
    yield "text", "bare soils (6)", "bare soils (5)", evidence["gleba"]
    last = int(printed_matrix(4).to_numpy().diagonal().nonzero()[0].max()) + 1
    yield "text", "values 1 to 9", f"values 1 to {len(PAPER)}", f"Table 4 has class {last}"


def _scenes(records: Mapping[str, SceneRecord]) -> Iterator[Slip]:
    used = [record for record in records.values() if record.split != "validation"]
    outside = [
        f"{record.date:%Y-%m}"
        for record in used
        if record.date.year > 2022 or not 3 <= record.date.month <= 9
    ]
    first, last = min(r.date for r in used), max(r.date for r in used)
    yield (
        "text", "scenes of March to September 2021–2022", f"{first:%B %Y} to {last:%B %Y}",
        f"{len(outside)} of the scenes lie outside: {', '.join(sorted(set(outside)))}",
    )  # fmt: skip
    patches = [record for record in used if record.area == "krakow"]
    yield (
        "text", "krakow_20220603 listed three times", ", ".join(r.name for r in patches),
        f"{len({r.bounds for r in patches})} patches with bounds of their own",
    )  # fmt: skip
    sizes = {r.area: f"{r.width} × {r.height}" for r in used}
    yield (
        "text", "patches of 401 × 401 pixels", "for Strzegom only",
        "; ".join(f"{area} {size}" for area, size in sizes.items()),
    )  # fmt: skip


def _formulas() -> Iterator[Slip]:
    matrix = printed_matrix(7)
    counts = matrix.to_numpy()
    # Over the classes TP + TN + FP + FN adds up to all samples, once per class.
    by_formula = np.trace(counts) / (len(counts) * counts.sum())
    yield (
        "Table 1", "OA = ΣTP / Σ(TP + TN + FP + FN)", "OA = ΣTP / all samples",
        f"from Table 7 the formula gives {100 * by_formula:.2f}, "
        f"Table 2 prints {AREAS['kolbuszowa'].overall[0]}",
    )  # fmt: skip
    yield (
        "Table 12",
        printed_table(12).columns[1],
        "TNR",
        f"{printed_table(9).columns[1]} elsewhere",
    )


def _tables(result: Audit) -> Iterator[Slip]:
    third = 100 * overall_accuracy(printed_matrix(3))
    old = result.paper.query("table == 'Table 3' and verdict == 'explained'")
    lost = old[old.rule.str.contains("lost")]
    files = f"; {len(old) - len(lost)} cells belong to an older reference, {len(lost)} are lost"
    yield (
        "Table 3", "confusion matrix of Strzegom", "the matrix behind Tables 2, 5 and 12",
        f"its OA is {third:.1f}, Table 2 prints 94.6{files}",
    )  # fmt: skip
    objects = printed_matrix(8)
    counts = objects.to_numpy()
    right, total = int(np.trace(counts)), int(counts.sum())
    yield (
        "Table 2", "86.5 (Kolbuszowa, object)", f"{100 * right / total:.1f}",
        f"Table 8 has {right} of {total} polygons right",
    )  # fmt: skip
    oa = printed_table(2).astype(float).to_numpy().mean()
    acc = printed_table(12).ACC.astype(float).mean()
    yield (
        "text", "mean OA 90 %, ACC 8 % higher", f"{oa:.1f} % and {acc - oa:.1f} % by the tables",
        "means of Table 2 and of ACC in Table 12; 90 and 8 come from all 213 polygons",
    )  # fmt: skip


def _archive(records: Mapping[str, SceneRecord], result: Audit) -> Iterator[Slip]:
    readme, csv = (
        result.archive.query("verdict == 'explained'").query(condition)
        for condition in ("table == 'README'", "table == 'CSV kolbuszowa'")
    )
    first = csv.iloc[0]
    yield (
        "archive, README", "columns PA, UA, TNR", "UA, PA, negative predictive value",
        f"{len(readme)} values come out with map and reference swapped",
    )  # fmt: skip
    yield (
        "archive, CSV of Kolbuszowa", ", ".join(csv.printed), "as Table 7",
        f"{len(csv)} cells without their zeros: "
        f"{first.printed} for {printed_matrix(7)[int(first.column)][int(first.row)]}",
    )  # fmt: skip
    kolbuszowa = records[AREAS["kolbuszowa"].scene]
    yield (
        "archive, test_mask/metadata.md", "Kolbuszowa: region Strzegom, EPSG:32633",
        f"region Kolbuszowa, EPSG:{kolbuszowa.epsg}",
        f"its files are in EPSG:{kolbuszowa.epsg}, tile {kolbuszowa.tile}",
    )  # fmt: skip
