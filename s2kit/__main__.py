"""``python -m s2kit``: the course's commands."""

import sys

import click

from s2kit.commands.data import data
from s2kit.commands.scene import scene
from s2kit.errors import S2kitError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="s2kit")
def cli() -> None:
    """Map ten land cover classes of farming country from one Sentinel-2 image."""


cli.add_command(data)
cli.add_command(scene)


def main() -> None:
    """Run the command line; exit code 0 done, 1 a problem the user can mend, 2 wrong usage."""
    try:
        cli(prog_name="python -m s2kit")
    except S2kitError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
