"""``python -m s2kit audit``: every number the paper prints, accounted for."""

from pathlib import Path

import click
import pandas as pd

from s2kit.audit.audit import Audit, count_verdicts, explanations, missing_line, verdict_line
from s2kit.audit.audit import audit as run_audit
from s2kit.audit.claims import as_markdown, claims, our_maps
from s2kit.errors import S2kitError
from s2kit.scenes.writer import check_outputs, replacing
from s2kit.settings import authors_source, course_source, data_source, mirror, workspace


@click.command(
    epilog="""\b
Examples:
  S2KIT_DATA=authors python -m s2kit audit
  python -m s2kit audit --csv audit.csv
  python -m s2kit audit --claims

Exit codes: 0 done, whatever the verdicts; 1 the authors' files were to be used
(S2KIT_DATA=authors or S2KIT_MIRROR) and one of them is missing or damaged; 2 wrong usage."""
)
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write all lines there.")
@click.option("--claims", "only_claims", is_flag=True, help="Print the claims table, as Markdown.")
def audit(csv_file: Path | None, only_claims: bool) -> None:
    """Recompute every number the paper prints from its authors' files.

    One line per printed value: recomputed value, verdict and rule. Then the verdicts per table,
    the rules that explain what is not exact, the same for the archive's own tables, and last the
    verdicts over all numbers of the paper. Without the authors' files their counts, which come
    with the package, stand in, and the last line says how many numbers were not recomputed.
    """
    if csv_file is not None:
        check_outputs([csv_file])
    authors = authors_source()
    result = run_audit(authors)
    if result.missing is not None and not _files_were_asked_for():
        click.echo(f"without the authors' files: {result.missing}", err=True)
    if only_claims:
        maps = our_maps(course_source(), workspace() / "results")
        click.echo(as_markdown(claims(result, authors, maps)))
        _end(result, to_stderr=True)  # the table alone is Markdown
        return
    lines = pd.concat([result.paper, result.archive], ignore_index=True)
    if csv_file is not None:
        with replacing(csv_file) as unfinished:
            lines.to_csv(unfinished, index=False)
    click.echo(_table(lines))
    for part in (result.paper, result.archive):
        click.echo(f"\n{count_verdicts(part).to_string(index_names=False)}\n")
        for table, verdict, count, rule in explanations(part).itertuples(index=False):
            click.echo(f"{table}: {count} {verdict}: {rule}")
    left = result.paper[result.paper.verdict == "unexplained"]
    size = left.stated - left.printed.astype(float)
    for table, row, column, off in zip(left.table, left.row, left.column, size, strict=True):
        click.echo(f"{table}, {row}, {column}: unexplained, off by {off:+.4g}")
    click.echo(verdict_line(result.paper))
    _end(result)


def _end(result: Audit, to_stderr: bool = False) -> None:
    """Say last what was not recomputed; S2kitError where the authors' files were to be used."""
    if result.missing is None:
        return
    line = missing_line(result.paper)
    if _files_were_asked_for():
        raise S2kitError(f"{line} or damaged: {result.missing}")
    click.echo(line, err=to_stderr)


def _files_were_asked_for() -> bool:
    return data_source() == "authors" or mirror() is not None


def _table(lines: pd.DataFrame) -> str:
    """Lay out the lines, the rule last and flush left."""
    numbers = {name: "{:.6g}".format for name in ("stated", "recomputed")}
    width = max(map(len, lines.rule))
    shown = lines.drop(columns="files").assign(rule=lines.rule.str.ljust(width))
    return shown.to_string(index=False, formatters=numbers, na_rep="")
