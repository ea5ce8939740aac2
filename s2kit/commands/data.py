"""``python -m s2kit data``: fetch or find the scenes and list them."""

import click
import pandas as pd

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import PARTS
from s2kit.settings import course_source
from s2kit.sources import NoSceneError, Source
from s2kit.sources.source import Problems

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
    source = course_source()
    try:
        problems = source.fetch()
    except NoSceneError as error:
        problems = error.problems
    table = listing(source, problems)
    whole = (table["image"] == "yes") & (table["mask"] == "yes")
    shown = table.drop(columns="problem").rename(columns=lambda column: column.replace("_", " "))
    click.echo(shown.to_string(index_names=False))
    click.echo()
    for problem, scenes in table[table["problem"] != ""].groupby("problem", sort=False):
        click.echo(f"{', '.join(scenes.index)}: {problem}")
    click.echo(
        f"{whole.sum()} of {len(table)} scenes from S2KIT_DATA={source.name} have image and mask"
    )
    if not whole.any():
        missing = ", ".join(part for part in PARTS if (table[part] == "no").any())
        raise S2kitError(f"no scene can be had ({missing} missing); see the reasons above")


def listing(source: Source, problems: Problems) -> pd.DataFrame:
    """Lay out what `Source.fetch` found.

    Returns
    -------
    DataFrame
        One row per scene: area, date, split; image, mask, polygons and class_map as "yes",
        "no" (cannot be had) or "" (does not exist); problem, a sentence or "".
    """
    rows = {}
    for name, each in source.records.items():
        lacking, having = problems.get(name, {}), source.parts(name)
        rows[name] = {"area": each.area, "date": each.date.isoformat(), "split": each.split}
        rows[name] |= {
            part: "no" if part in lacking else "yes" if part in having else "" for part in PARTS
        }
        rows[name]["problem"] = "; ".join(dict.fromkeys(lacking.values()))
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scene")
