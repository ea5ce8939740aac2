"""``python -m s2kit``: the course's commands."""

import contextlib
import importlib
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from s2kit.errors import S2kitError, S2kitWarning

COMMANDS = {
    "data": "Fetch or find the scenes that S2KIT_DATA names, and list them.",
    "scene": "Find and read Sentinel-2 scenes of any area.",
    "train": "Train a U-Net by a named recipe and write its weights.",
    "adapt": "Tune a trained network to a new place with few polygons.",
    "search": "Run the planned training runs that have no result yet.",
    "classify": "Map land cover classes of a ten-band image.",
    "export": "Write a network as ONNX file or STAC item, or a map as STAC item.",
    "sample": "Draw random points of a class map, stratified by its classes.",
    "assess": "Say how well a class map agrees with a reference.",
    "monitor": "Tell from the scenes of a year how long soil lay bare.",
    "transfer": "Score networks in places that they were not trained on.",
    "audit": "Recompute every number the paper prints from its authors' files.",
    "lab": "Open working copies of the chapters in JupyterLab.",
    "course": "Execute the chapters in order and compare the accuracy with the paper's.",
    "marks": "Run submitted notebooks and say who solved which exercise.",
}
"""Each command lives in the module of its name; its first line stands here as well, so that
``--help`` need not import PyTorch."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the course."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"s2kit.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, with its warnings as lines."""
        with warnings_as_lines():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="s2kit")
@click.option("--debug", is_flag=True, help="Show where in the program an error arose.")
def cli(debug: bool) -> None:
    """Map ten land cover classes of farming country from one Sentinel-2 image."""


OUT_OF_MEMORY = (
    "not enough memory for this image; close other programs, or cut it into smaller pieces and "
    "map each with the statistics of the whole (--statistics)"
)


def main() -> None:
    """Run the command line and exit.

    Exit codes: 0 done; 1 a problem that the user can mend, in one line; 2 wrong usage; 70 a defect
    of the program (EX_SOFTWARE of sysexits.h); 130 interrupted (128 + SIGINT, as shells count),
    by Ctrl-C or by SIGTERM: both end it the same way, so that nothing half done stays.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    debug = arguments[:1] == ["--debug"]
    try:
        code = cli.main(arguments, prog_name="python -m s2kit", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except Exception as error:
        if debug:
            traceback.print_exc()
        if isinstance(error, S2kitError):
            click.echo(f"error: {error}", err=True)
            return 1
        if _is_out_of_memory(error):
            click.echo(f"error: {OUT_OF_MEMORY}", err=True)
            return 1
        where = traceback.extract_tb(error.__traceback__)[-1]
        click.echo(
            f"defect of s2kit: {type(error).__name__}: {error} ({Path(where.filename).name}, line "
            f"{where.lineno}); please report it with what python -m s2kit --debug "
            f"{' '.join(arguments)} shows",
            err=True,
        )
        return 70


@contextlib.contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Print s2kit's own warnings as they come, one line each on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", S2kitWarning)
        others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
            if issubclass(category, S2kitWarning):
                click.echo(f"warning: {message}", err=True)
            else:
                others(message, category, *rest, **more)

        warnings.showwarning = show
        yield


def _is_out_of_memory(error: Exception) -> bool:
    # PyTorch has no exception of its own for this on the CPU: its words, and those of Linux.
    words = ("can't allocate memory", "Cannot allocate memory")
    return isinstance(error, MemoryError) or any(each in str(error) for each in words)


if __name__ == "__main__":
    main()
