"""``python -m s2kit``: the course's commands."""

import importlib
import sys

import click

from s2kit.errors import S2kitError

COMMANDS = {
    "data": "Fetch or find the scenes that S2KIT_DATA names, and list them.",
    "scene": "Find and read Sentinel-2 scenes of any area.",
    "train": "Train a U-Net by a named recipe and write its weights.",
    "classify": "Map the ten classes of a ten-band image.",
    "assess": "Say how well a class map agrees with a reference.",
    "audit": "Recompute every number the paper prints from its authors' files.",
    "course": "Execute the chapters in order and compare the accuracy with the paper's.",
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="s2kit")
def cli() -> None:
    """Map ten land cover classes of farming country from one Sentinel-2 image."""


def main() -> None:
    """Run the command line; exit code 0 done, 1 a problem the user can mend, 2 wrong usage."""
    try:
        cli(prog_name="python -m s2kit")
    except S2kitError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
