"""``python -m s2kit data``: fetch or find the scenes and list them."""

import click

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import PARTS
from s2kit.scenes.settings import data_source
from s2kit.scenes.source import availability

EXAMPLES = """\b
Examples:
  python -m s2kit data
  S2KIT_DATA=authors python -m s2kit data
  S2KIT_DATA=authors S2KIT_MIRROR=/data/lulc_mining python -m s2kit data

Exit codes: 0 at least one scene has image and mask, 1 none can be had or a setting is wrong."""


@click.command(epilog=EXAMPLES)
def data() -> None:
    """Fetch or find the scenes that S2KIT_DATA names, and list them.

    Simulated landscapes are made on the spot. Files of the authors' archive come from
    S2KIT_MIRROR, or are downloaded into S2KIT_HOME and verified; an interrupted download goes on
    where it stopped. A scene that cannot be had is listed with the reason, and the rest goes on.
    """
    table = availability()
    whole = (table["image"] == "yes") & (table["mask"] == "yes")
    listing = table.drop(columns="problem").rename(columns=lambda column: column.replace("_", " "))
    click.echo(listing.to_string(index_names=False))
    click.echo()
    for problem, scenes in table[table["problem"] != ""].groupby("problem", sort=False):
        click.echo(f"{', '.join(scenes.index)}: {problem}")
    click.echo(
        f"{whole.sum()} of {len(table)} scenes from S2KIT_DATA={data_source()} have image and mask"
    )
    if not whole.any():
        missing = ", ".join(part for part in PARTS if (table[part] == "no").any())
        raise S2kitError(f"no scene can be had ({missing} missing); see the reasons above")
