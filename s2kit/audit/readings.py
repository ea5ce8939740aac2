"""How each printed table can be read: the ways to recompute it, the stated method first.

A reading is tried on every printed value of its table. The first that yields the printed digits
explains the value; its place in the list says at what price.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from s2kit.accuracy.metrics import class_metrics, mean_metrics, overall_accuracy
from s2kit.accuracy.tables import HEADINGS
from s2kit.audit.evidence import Counted, Evidence, csv_matrix
from s2kit.audit.printed_tables import AREAS, printed_table
from s2kit.scenes.nomenclature import PAPER

Verdict = Literal["exact", "rounding", "explained"]


@dataclass(frozen=True)
class Reading:
    """One way to recompute a table.

    Attributes
    ----------
    verdict
        what it is worth when it yields the printed digits.
    files, rule
        from what, and how.
    values
        recomputed numbers in the printed units; index and columns are the printed rows and
        columns, as text.
    """

    verdict: Verdict
    files: str
    rule: str
    values: pd.DataFrame


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Name rows and columns as the printed data files do."""
    return table.set_axis(table.index.astype(str)).set_axis(table.columns.astype(str), axis=1)


def _each(
    ways: Sequence[Counted], values: Callable[[pd.DataFrame], pd.DataFrame], rule: str = ""
) -> list[Reading]:
    """Turn the ways to count a matrix into readings: the first as stated, the rest explain."""
    return [
        Reading(
            "explained" if place else "exact",
            way.files,
            f"{rule}{way.rule}",
            _as_text(values(way.matrix)),
        )
        for place, way in enumerate(ways)
    ]


def _metrics(matrix: pd.DataFrame) -> pd.DataFrame:
    return 100 * class_metrics(matrix).rename(columns=HEADINGS)


def matrix_readings(number: int, evidence: Evidence) -> list[Reading]:
    """Read a confusion matrix: Tables 3, 4, 7 and 8."""
    source = {3: ("strzegom", "pixel"), 4: ("strzegom", "object")}
    source |= {7: ("kolbuszowa", "pixel"), 8: ("kolbuszowa", "object")}
    ways = evidence.counted[source[number]] + (evidence.table_3 if number == 3 else [])
    return _each(ways, lambda matrix: matrix)


def metrics_readings(number: int, evidence: Evidence) -> list[Reading]:
    """Read the metrics per class: Tables 5, 6, 9 and 10."""
    source = {5: ("strzegom", "pixel"), 6: ("strzegom", "object")}
    source |= {9: ("kolbuszowa", "pixel"), 10: ("kolbuszowa", "object")}
    return _each(evidence.counted.get(source[number], []), _metrics, "metrics of Table 1; ")


def summary_readings(evidence: Evidence) -> list[Reading]:
    """Read Table 12: the means over the classes, row by row."""
    heading = HEADINGS | {"TNR": "TRN"}
    rows = {
        "1": ("strzegom", "pixel", 5),
        "2": ("strzegom", "object", 6),
        "3": ("kolbuszowa", "pixel", 9),
        "4": ("kolbuszowa", "object", 10),
    }
    readings = []
    for row, (area, approach, number) in rows.items():

        def means(matrix: pd.DataFrame, row: str = row) -> pd.DataFrame:
            return 100 * mean_metrics(matrix).rename(heading).to_frame(row).T

        ways = evidence.counted.get((area, approach), [])
        readings += _each(ways, means, "mean over the defined cells of each column; ")
        cells = printed_table(number).replace("", None).astype(float)
        printed_means = cells.mean().set_axis(list(heading.values())).to_frame(row).T
        readings.append(
            Reading(
                "rounding",
                f"Table {number} as printed",
                f"mean of the cells of Table {number} as printed, already rounded",
                printed_means,
            )
        )
    return readings


def overall_readings(evidence: Evidence) -> list[Reading]:
    """Read Table 2: OA per test image, by pixels and by objects."""
    readings = []
    for area, tables in AREAS.items():
        for approach in ("pixel", "object"):

            def oa(
                matrix: pd.DataFrame, scene: str = tables.scene, approach: str = approach
            ) -> pd.DataFrame:
                return pd.DataFrame({approach: [100 * overall_accuracy(matrix)]}, index=[scene])

            readings += _each(evidence.counted.get((area, approach), []), oa, "OA; ")
    objects = [evidence.counted[area, "object"][0] for area in AREAS]
    mean = 100 * sum(overall_accuracy(way.matrix) for way in objects) / len(objects)
    readings.append(
        Reading(
            "explained",
            "; ".join(way.files for way in objects),
            "mean of the object OA of both test images, all polygons, in the cell of one",
            pd.DataFrame({"object": [mean]}, index=[AREAS["kolbuszowa"].scene]),
        )
    )
    return readings


TEXT_CLASSES = {"quarries": (10,), "bare soil": (5,), "annual crops": (4, 9)}
"""The classes whose accuracy the abstract quotes."""


def text_readings(evidence: Evidence) -> list[Reading]:
    """Read the numbers in abstract and conclusions.

    The accuracy of a class that the abstract quotes is named by no metric. F1 is tried first;
    the mean of PA, UA and F1 over the test areas gives all three numbers.
    """
    readings = [
        *_quoted_classes(("F1",), "exact", evidence),
        *_quoted_classes(("TPR/PA", "PPV/UA", "F1"), "explained", evidence),
    ]
    ways = [ways[0] for ways in evidence.counted.values()]
    oa = 100 * sum(overall_accuracy(way.matrix) for way in ways) / len(ways)
    acc = 100 * sum(mean_metrics(way.matrix).ACC for way in ways) / len(ways)
    values = {"mean OA": oa, "mean ACC": acc, "mean ACC above mean OA": acc - oa}
    rule = "mean over both areas and approaches, all polygons"
    named = "; ".join(dict.fromkeys(way.files for way in ways))
    readings.append(Reading("exact", named, rule, pd.DataFrame({"%": values})))
    return readings


def _quoted_classes(metrics: Sequence[str], verdict: Verdict, evidence: Evidence) -> list[Reading]:
    """Average some metrics of the quoted classes over both areas, by pixels."""
    ways = [evidence.counted[area, "pixel"][0] for area in AREAS]
    tables, named = [_metrics(way.matrix) for way in ways], "; ".join(w.files for w in ways)
    rows = {
        quoted: pd.concat([t.loc[list(codes), list(metrics)].stack() for t in tables]).mean()
        for quoted, codes in TEXT_CLASSES.items()
    }
    names = ", ".join(metric.split("/")[-1] for metric in metrics)
    rule = f"mean of {names} of the class over the test areas that have it, by pixels"
    return [Reading(verdict, named, rule, pd.DataFrame({"%": rows}))]


def readme_readings(evidence: Evidence) -> list[Reading]:
    """Read the table in the archive's README (Strzegom, by pixels, as shares)."""
    polygons = evidence.counted["strzegom", "pixel"][0]
    swapped = csv_matrix("strzegom", evidence, PAPER.codes).T
    readings = _each([polygons], _readme_table, "metrics of Table 1; ")
    readings.append(
        Reading(
            "explained",
            "Confusion_matrix_strzegom_20230709.csv",
            "from the CSV, 17 pixels mapped as class 6 left out, with map and reference swapped: "
            "PA is UA, UA is PA, TNR is the negative predictive value",
            _as_text(_readme_table(swapped.rename_axis(index="map", columns="reference"))),
        )
    )
    return readings


def _readme_table(matrix: pd.DataFrame) -> pd.DataFrame:
    table = class_metrics(matrix)
    table.loc["mean"] = table.mean()
    table.loc["all", "OA"] = overall_accuracy(matrix)
    return table


def csv_readings(area: str, evidence: Evidence) -> list[Reading]:
    """Read the archive's CSV of an area."""
    readings = _each(evidence.counted[area, "pixel"], lambda matrix: matrix)
    way = evidence.counted[area, "pixel"][0]
    without_zeros = way.matrix.map(lambda count: int(str(count).replace("0", "") or 0))
    lost = Reading("explained", way.files, "zeros inside the number lost", _as_text(without_zeros))
    return [*readings, lost]
