"""``python -m s2kit search``: carry out the planned training runs that have no result yet."""

from pathlib import Path

import click

from s2kit.experiments.outcome import run_planned
from s2kit.experiments.plan import PlannedRun, of_groups, read_plan
from s2kit.experiments.table import add_run, read_runs
from s2kit.settings import course_source, workspace


@click.command(
    epilog="""\b
Examples:
  python -m s2kit search --list
  python -m s2kit search ablation

Exit codes: 0 done, 1 scenes or groups that cannot be used, 2 wrong usage."""
)
@click.argument("groups", metavar="[GROUP]...", nargs=-1)
@click.option("--list", "show", is_flag=True, help="Show the plan and what has been run.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the tables of results lie; default S2KIT_HOME/S2KIT_DATA/experiments.",
)
def search(groups: tuple[str, ...], show: bool, folder: Path | None) -> None:
    """Run the planned training runs that have no result yet.

    They run one after the other; each does what the command shown does. An interrupted search goes
    on where it stopped. The results that chapters 4 and 6 show were written with
    --folder s2kit/experiments.
    """
    planned = of_groups(read_plan(), groups)
    folder = folder or workspace() / "experiments"
    source = course_source()
    if not show:
        source.fetch()
    for run in planned:
        done = run.name in set(read_runs(folder)["run"])  # another search may have added it
        if show:
            state = "done" if done else "open"
            click.echo(f"{state}  {run.group}: {run.row}  {run.command}")
        elif not done:
            click.echo(run.command)
            folder.mkdir(parents=True, exist_ok=True)
            runs, weights = workspace() / "runs", _weights(run)
            outcome = run_planned(source, run, runs, weights, click.echo)
            add_run(run.name, outcome.rows, outcome.history, folder)


def _weights(run: PlannedRun) -> Path:
    name = run.name.replace(" ", "-").replace("=", "-")
    return workspace() / "experiments" / "weights" / f"{name}.safetensors"
