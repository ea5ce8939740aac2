"""Every printed number, accounted for: one line each, with the verdict.

exact
    the method the paper states, on the authors' newest files, gives the printed digits;
rounding
    they come out only when numbers that were already rounded are used;
explained
    they come out by a departure from the stated method or files, which is executed here;
unexplained
    none of the readings gives them;
needs files
    nothing that is at hand gives the value.

Where the authors' files are not at hand, the counts that come with the package stand in for them:
the verdicts are the same, and `missing_line` says that nothing was recomputed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import pandas as pd

from s2kit.audit.evidence import Evidence, load_evidence
from s2kit.audit.printed_tables import PRINTED_TABLES, printed_values
from s2kit.audit.readings import (
    Reading,
    csv_readings,
    matrix_readings,
    metrics_readings,
    overall_readings,
    readme_readings,
    summary_readings,
    text_readings,
)
from s2kit.audit.stored import stored_evidence
from s2kit.errors import S2kitError
from s2kit.sources import AuthorsSource

VERDICTS = ("exact", "rounding", "explained", "unexplained")
NEEDS_FILES = "needs files"
COLUMNS = (
    "table", "row", "column", "printed", "stated", "verdict", "recomputed", "rule", "files",
)  # fmt: skip


@dataclass(frozen=True)
class Audit:
    """The audit's lines and what was missing.

    Attributes
    ----------
    paper, archive
        one line per value printed in the paper, and in the archive's README and CSVs; columns
        `COLUMNS`: ``stated`` is what the stated method gives, ``recomputed`` what the rule gives
        that comes out right (floats, printed units, NaN where files are missing); the rest text.
    missing
        why the authors' files could not be had, or None; if not, the counts are stored ones.
    evidence
        the matrices behind it.
    """

    paper: pd.DataFrame
    archive: pd.DataFrame
    missing: str | None
    evidence: Evidence


def audit(authors: AuthorsSource) -> Audit:
    """Recompute every printed number from the authors' files, or from the stored counts of them."""
    try:
        evidence, missing = load_evidence(authors), None
    except S2kitError as error:
        evidence, missing = stored_evidence(), str(error)
    return Audit(
        _marked(pd.DataFrame(_paper_lines(evidence), columns=list(COLUMNS)), evidence),
        _marked(pd.DataFrame(_archive_lines(evidence), columns=list(COLUMNS)), evidence),
        missing,
        evidence,
    )


def _paper_lines(evidence: Evidence) -> Iterator[tuple[object, ...]]:
    for number in PRINTED_TABLES:
        cells = printed_values([number])
        decimals = max(map(_decimals, cells.value))
        yield from _judge_all(cells, _readings(number, evidence), f"Table {number}", decimals)
    yield from _judge_all(_packaged("text"), text_readings(evidence), "text", None)


STORED = "stored counts of "
"""Before the files of a line where they were not at hand."""


def _marked(lines: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Say of each line whether its counts are stored ones; a printed table is at hand anyway."""
    if not evidence.stored:
        return lines
    from_files = (lines["files"] != "") & ~lines["files"].str.endswith("as printed")
    return lines.assign(files=lines["files"].where(~from_files, STORED + lines["files"]))


def _readings(number: int, evidence: Evidence) -> list[Reading]:
    """Return the readings of one of the paper's tables."""
    if number == 2:
        return overall_readings(evidence)
    if number == 12:
        return summary_readings(evidence)
    if number in (3, 4, 7, 8):
        return matrix_readings(number, evidence)
    return metrics_readings(number, evidence)


def _archive_lines(evidence: Evidence) -> Iterator[tuple[object, ...]]:
    yield from _judge_all(_packaged("archive_readme"), readme_readings(evidence), "README", 4)
    for area, table in evidence.csv.items():
        cells = table.rename_axis(index="row").reset_index()
        cells = cells.melt(id_vars="row", var_name="column").astype(str)
        yield from _judge_all(cells, csv_readings(area, evidence), f"CSV {area}", 0)


def _packaged(name: str) -> pd.DataFrame:
    """Read printed values that come with the package, all as text."""
    with (files("s2kit.audit") / "printed" / f"{name}.csv").open(encoding="utf-8") as source:
        return pd.read_csv(source, dtype=str, keep_default_na=False)


def _decimals(printed: str) -> int:
    """Count the decimals of a printed number."""
    return len(printed.partition(".")[2])


def _judge_all(
    cells: pd.DataFrame, readings: list[Reading], table: str, decimals: int | None
) -> Iterator[tuple[object, ...]]:
    """Yield one line per printed value (blank cells print none), of a table's own decimals."""
    for row, column, printed in cells[["row", "column", "value"]].itertuples(index=False):
        if printed:
            places = _decimals(printed) if decimals is None else decimals
            yield table, row, column, printed, *_judge(row, column, printed, readings, places)


def _judge(
    row: str, column: str, printed: str, readings: list[Reading], decimals: int
) -> tuple[object, ...]:
    """Return stated value, verdict, recomputed value, rule and files of one printed value."""
    tried = [
        (reading, float(reading.values[column][row]))
        for reading in readings
        if row in reading.values.index and column in reading.values.columns
    ]
    if not tried:
        return float("nan"), NEEDS_FILES, float("nan"), "", ""
    first, stated = tried[0]
    for reading, value in tried:
        # Half a unit of the last printed digit; the sliver is for binary fractions.
        if abs(value - float(printed)) <= 0.5 * 10**-decimals + 1e-9:
            verdict = "exact" if reading is first else reading.verdict
            return stated, verdict, value, reading.rule, reading.files
    return stated, "unexplained", float("nan"), "", first.files


def count_verdicts(lines: pd.DataFrame) -> pd.DataFrame:
    """Count the verdicts per table, in the order of the tables; all verdicts as columns."""
    counts = pd.crosstab(lines.table, lines.verdict).loc[lines.table.unique()]
    wanted = [*VERDICTS, NEEDS_FILES]
    counts = counts.reindex(columns=wanted, fill_value=0)
    return counts.drop(columns=NEEDS_FILES) if not counts[NEEDS_FILES].any() else counts


def explanations(lines: pd.DataFrame) -> pd.DataFrame:
    """List the rules behind the values that are not exact, with how many each explains."""
    odd = lines[lines.verdict.isin(["rounding", "explained"])]
    keys = ["table", "verdict", "rule"]
    counts = odd.groupby(keys, sort=False).size().rename("values").reset_index()
    return counts[["table", "verdict", "values", "rule"]]


def verdict_line(lines: pd.DataFrame) -> str:
    """Return the number of each verdict, and how many lines rest on stored counts if any do."""
    counts = lines.verdict.value_counts()
    told = ", ".join(f"{verdict} {int(counts.get(verdict, 0))}" for verdict in VERDICTS)
    stored = int(lines["files"].str.startswith(STORED).sum())
    return f"{told}; not recomputed here, from stored counts: {stored}" if stored else told


def missing_line(lines: pd.DataFrame) -> str:
    """Return ``N of M numbers were not recomputed: files missing``; stored counts do not count."""
    stored = lines["files"].str.startswith(STORED)
    count = int(((lines.verdict == NEEDS_FILES) | stored).sum())
    return f"{count} of {len(lines)} numbers were not recomputed: files missing"
