"""``python -m s2kit search``: run what the study plans and has not run yet."""

import shlex
from pathlib import Path

import click

from s2kit.commands.train import Outcome
from s2kit.commands.train import train as train_command
from s2kit.errors import S2kitError
from s2kit.scenes.settings import workspace
from s2kit.study.table import add_run, read_plan, read_runs


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
    help="Where the tables of results lie; default S2KIT_HOME/S2KIT_DATA/study.",
)
def search(groups: tuple[str, ...], show: bool, folder: Path | None) -> None:
    """Run the planned training runs that have no result yet.

    They run one after the other; each is one call of train, whose options the plan lists. An
    interrupted search goes on where it stopped. The results that chapters 4 and 6 show were
    written with --folder s2kit/study.
    """
    plan = read_plan()
    unknown = set(groups) - set(plan["group"])
    if unknown:
        raise S2kitError(
            f"no group {', '.join(sorted(unknown))} in the plan; choose from "
            f"{', '.join(plan['group'].unique())}"
        )
    folder = folder or workspace() / "study"
    folder.mkdir(parents=True, exist_ok=True)
    done = set(read_runs(folder)["options"])
    if groups:
        plan = plan[plan["group"].isin(groups)]
    for row in plan.itertuples():
        options = str(row.options)
        if show:
            click.echo(
                f"{'done' if options in done else 'open'}  {row.group}: {row.row}  {options}"
            )
        elif options not in done:
            click.echo(f"python -m s2kit train {options}")
            words = shlex.split(options)
            name = "-".join(word.strip("-").replace("=", "-") for word in words)
            out = workspace() / "study" / "weights" / f"{name}.safetensors"
            outcome = train_command.main([*words, "--out", str(out)], standalone_mode=False)
            assert isinstance(outcome, Outcome)
            add_run(options, outcome.rows, outcome.history, folder)
            done.add(options)
