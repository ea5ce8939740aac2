"""``python -m s2kit search``: carry out the planned training runs that have no result yet."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import torch

from s2kit.commands.cluster_options import check_one_way, cluster_options
from s2kit.errors import S2kitError
from s2kit.experiments.outcome import Outcome, run_planned
from s2kit.experiments.plan import PlannedRun, of_groups, read_plan
from s2kit.experiments.table import add_run, read_runs
from s2kit.maps.cluster import connected, handed_out
from s2kit.maps.memory import usable_cores
from s2kit.settings import course_source, workspace


@click.command(
    epilog="""\b
Examples:
  python -m s2kit search --list
  python -m s2kit search ablation
  python -m s2kit search ablation --cluster tcp://scheduler:8786

Exit codes: 0 done, 1 scenes or groups that cannot be used, 2 wrong usage."""
)
@click.argument("groups", metavar="[GROUP]...", nargs=-1)
@click.option("--list", "show", is_flag=True, help="Show the plan and what has been run.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the tables of results lie; default S2KIT_HOME/S2KIT_DATA/experiments.",
)
@cluster_options("Do the runs")
def search(
    groups: tuple[str, ...],
    show: bool,
    folder: Path | None,
    workers: int | None,
    cluster: str | None,
) -> None:
    """Run the planned training runs that have no result yet.

    They run one after the other, or on workers; each does what the command shown does. An
    interrupted search goes on where it stopped. The results that chapters 4 and 6 show were written
    with --folder s2kit/experiments. The workers of a cluster need the same S2KIT_DATA, S2KIT_HOME
    and S2KIT_MIRROR, and see their files by the same paths.
    """
    check_one_way(workers, cluster)
    planned = of_groups(read_plan(), groups)
    folder = folder or workspace() / "experiments"
    if show:
        for run in planned:
            state = "done" if _is_done(run, folder) else "open"
            click.echo(f"{state}  {run.group}: {run.row}  {run.command}")
        return
    course_source().fetch()
    todo = [run for run in planned if not _is_done(run, folder)]
    if not (workers or cluster):
        for run in todo:
            if not _is_done(run, folder):  # another search may have added it
                click.echo(run.command)
                _keep(run, _carried_out(run, tell=click.echo), folder)
        return
    failed = {}
    with connected(cluster, workers or 1) as client:
        threads = max(1, usable_cores() // workers) if workers else None
        for run, found in handed_out(client, partial(_on_worker, threads=threads), todo):
            if isinstance(found, Exception):
                failed[run] = found
                continue
            click.echo(run.command)
            _keep(run, found, folder)
    for run, why in failed.items():
        click.echo(f"warning: {run.command} has no result: {why}", err=True)
    if failed:
        raise S2kitError(f"{len(failed)} of {len(todo)} runs have no result; search again for them")


def _is_done(run: PlannedRun, folder: Path) -> bool:
    return run.name in set(read_runs(folder)["run"])


def _carried_out(run: PlannedRun, tell: Callable[[str], None]) -> Outcome:
    return run_planned(course_source(), run, workspace() / "runs", _weights(run), tell)


def _on_worker(run: PlannedRun, threads: int | None) -> Outcome:
    from distributed import get_worker

    torch.set_num_threads(threads or get_worker().state.nthreads)
    return _carried_out(run, tell=lambda line: None)


def _keep(run: PlannedRun, outcome: Outcome, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    add_run(run.name, outcome.rows, outcome.history, folder)


def _weights(run: PlannedRun) -> Path:
    name = run.name.replace(" ", "-").replace("=", "-")
    return workspace() / "experiments" / "weights" / f"{name}.safetensors"
