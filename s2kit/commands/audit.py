"""``python -m s2kit audit``: every number the paper prints, accounted for."""

from pathlib import Path

import click
import pandas as pd

from s2kit.accuracy.audit import audit as run_audit
from s2kit.accuracy.audit import count_verdicts, explanations, verdict_line
from s2kit.accuracy.claims import as_markdown, claims
from s2kit.errors import S2kitError


@click.command(
    epilog="""\b
Examples:
  S2KIT_DATA=authors python -m s2kit audit
  python -m s2kit audit --csv audit.csv
  python -m s2kit audit --claims

Exit code: 0, whatever the verdicts."""
)
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write all lines there.")
@click.option("--claims", "only_claims", is_flag=True, help="Print the claims table, as Markdown.")
def audit(csv_file: Path | None, only_claims: bool) -> None:
    """Recompute every number the paper prints from its authors' files.

    One line per printed value: recomputed value, verdict and rule. Then the verdicts per table,
    the rules that explain what is not exact, the same for the archive's own tables, and last the
    verdicts over all numbers of the paper. Without the authors' files only the arithmetic
    between the printed tables is checked.
    """
    result = run_audit()
    if result.missing is not None:
        click.echo(f"without the authors' files: {result.missing}", err=True)
    if only_claims:
        click.echo(as_markdown(claims(result)))
        return
    lines = pd.concat([result.paper, result.archive], ignore_index=True)
    if csv_file is not None:
        _write(csv_file, lines)
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


def _table(lines: pd.DataFrame) -> str:
    """Lay out the lines, the rule last and flush left."""
    numbers = {name: "{:.6g}".format for name in ("stated", "recomputed")}
    width = max(map(len, lines.rule))
    shown = lines.drop(columns="files").assign(rule=lines.rule.str.ljust(width))
    return shown.to_string(index=False, formatters=numbers, na_rep="")


def _write(path: Path, lines: pd.DataFrame) -> None:
    """Write the lines under a temporary name and rename."""
    part = path.with_name(f".{path.name}.part")
    try:
        lines.to_csv(part, index=False)
        part.replace(path)
    except OSError as error:
        raise S2kitError(f"{path} cannot be written ({error}); choose another folder") from error
