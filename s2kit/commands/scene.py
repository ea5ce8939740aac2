"""``python -m s2kit scene``: Sentinel-2 scenes of any area from a catalogue."""

from pathlib import Path

import click
import pandas as pd

from s2kit.catalogue.compare import compare_scenes
from s2kit.catalogue.save import Saved, save_items
from s2kit.catalogue.search import find_scenes, neighbours_of
from s2kit.catalogue.series import LEDGER, fetch_series
from s2kit.catalogue.stac import open_catalogue
from s2kit.catalogue.thumbnails import draw_thumbnails
from s2kit.catalogue.warp import tile_grid
from s2kit.commands.scene_options import (
    CATALOGUE,
    PLACE,
    READING,
    opened_catalogue,
    place_of,
    read_options,
    with_options,
)
from s2kit.errors import S2kitError
from s2kit.scenes.grid import Bounds, Grid, grid_around
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.scenes.writer import check_outputs, replacing
from s2kit.settings import authors_source, home
from s2kit.sources.locked import LockedScenes

EXIT_CODES = (
    "\b\nExit codes:\n  0  done\n  1  not found, not readable, or in doubt: one line says why"
)


@click.group(invoke_without_command=True, epilog=EXIT_CODES)
@click.option("--from-manifest", metavar="NAME", help="Find and write a scene of the paper.")
@with_options(CATALOGUE)
@with_options(READING)
@click.option("--out", type=click.Path(path_type=Path), help="[default: below S2KIT_HOME]")
@click.option("--relock", is_flag=True, help="Search anew and replace the entry in the lock file.")
@click.pass_context
def scene(
    context: click.Context,
    from_manifest: str | None,
    catalogue: str | None,
    collection: str,
    resampling: str | None,
    offset: str | None,
    out: Path | None,
    relock: bool,
) -> None:
    """Find and read Sentinel-2 scenes of any area.

    With --from-manifest a scene of the paper is found by its area and date and read onto its grid;
    what was found is kept in a lock file, so that the next run gives the same pixels or says
    that it cannot.

    \b
    Examples:
      python -m s2kit scene search --area strzegom --dates 2023-07-01/2023-07-31 --max-cloud 10
      python -m s2kit scene fetch S2B_33UWS_20230709_0_L2A --area strzegom --out strzegom.tif
      python -m s2kit scene --from-manifest kolbuszowa_20210725
      python -m s2kit scene series --area fields.gpkg --dates 2023-01-01/2023-12-31 --out scenes
      python -m s2kit scene compare strzegom_20230709
    """  # noqa: D301 - click wants the character
    if context.invoked_subcommand is not None:
        return
    if from_manifest is None:
        raise click.UsageError("name a sub-command or --from-manifest", context)
    record = _record(from_manifest)
    if out is not None:
        check_outputs([out])
    chosen = open_catalogue(catalogue, collection) if catalogue else None
    options = read_options(resampling, offset, mask=False) if resampling or offset else None
    _report(_locked().fetch(record, chosen, options, out, relock), masked=False)


@scene.command(epilog=EXIT_CODES)
@with_options(PLACE)
@click.option("--dates", required=True, help="2023-07-09 or 2023-07-01/2023-07-31.")
@click.option("--max-cloud", type=click.FloatRange(0, 100), default=100.0, help="In per cent.")
@click.option(
    "--thumbnails", type=click.Path(path_type=Path), help="Write their pictures to a PNG."
)
@with_options(CATALOGUE)
def search(
    area: str | None,
    bounds: Bounds | None,
    epsg: int,
    dates: str,
    max_cloud: float,
    thumbnails: Path | None,
    catalogue: str | None,
    collection: str,
) -> None:
    """List the scenes of an area and period.

    \b
    Examples:
      python -m s2kit scene search --bounds 16.2 50.95 16.3 51.0 --dates 2024-06-01/2024-06-30
      python -m s2kit scene search --area fields.gpkg --dates 2024-06-15 --thumbnails sheet.png
    """  # noqa: D301 - click wants the character
    rectangle, code = place_of(area, bounds, epsg)
    if thumbnails is not None:
        _check_picture(thumbnails)
    table = find_scenes(opened_catalogue(catalogue, collection), rectangle, dates, max_cloud, code)
    if table.empty:
        raise S2kitError(
            f"no scene of {dates} with at most {max_cloud:g} % cloud; allow more days or cloud"
        )
    with pd.option_context("display.width", 200):
        click.echo(table.drop(columns="thumbnail").reset_index().to_string(index=False))
    if thumbnails is not None:
        with replacing(thumbnails) as unfinished:
            draw_thumbnails(table).savefig(unfinished, dpi=120)
        click.echo(f"thumbnails in {thumbnails}")


@scene.command(epilog=EXIT_CODES)
@click.argument("item")
@with_options(PLACE)
@click.option("--whole-tile", is_flag=True, help="The whole tile of 110 km.")
@with_options(READING)
@click.option("--keep-clouds", is_flag=True, help="Leave cloud and cloud shadow in the scene.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The GeoTIFF to write.")
@with_options(CATALOGUE)
def fetch(
    item: str,
    area: str | None,
    bounds: Bounds | None,
    epsg: int,
    whole_tile: bool,
    resampling: str | None,
    offset: str | None,
    keep_clouds: bool,
    out: Path,
    catalogue: str | None,
    collection: str,
) -> None:
    """Read an item onto a 10 m grid and write it as a scene for `classify`.

    The grid lies in the item's UTM zone around the area. What the item leaves of it is filled from
    other tiles of the same overpass. Cloud and cloud shadow become no data.

    \b
    Examples:
      python -m s2kit scene fetch S2B_33UWS_20230709_0_L2A --area strzegom --out strzegom.tif
      python -m s2kit scene fetch S2B_33UWS_20230709_0_L2A --whole-tile --out 33UWS.tif
    """  # noqa: D301 - click wants the character
    if whole_tile and (area or bounds):
        raise click.UsageError("give --whole-tile or an area, not both")
    check_outputs([out])
    place = None if whole_tile else place_of(area, bounds, epsg)
    opened = opened_catalogue(catalogue, collection)
    chosen = opened.item(item)
    grid: Grid = tile_grid(chosen)
    items = [chosen]
    if place is not None:
        grid = grid_around(*place, grid.epsg)
        items = neighbours_of(opened, chosen, grid)
    options = read_options(resampling, offset, mask=not keep_clouds)
    _report(save_items(items, grid, out, options=options), masked=not keep_clouds)


@scene.command(epilog=EXIT_CODES)
@with_options(PLACE)
@click.option("--dates", required=True, metavar="FIRST/LAST", help="2023-01-01/2023-12-31.")
@click.option(
    "--max-cloud",
    type=click.FloatRange(0, 100),
    default=60.0,
    show_default=True,
    help="Of the whole tile, in per cent: cloudier days are not looked at.",
)
@click.option(
    "--min-clear",
    type=click.FloatRange(0, 100),
    default=50.0,
    show_default=True,
    help="Of the area, in per cent: days with less are left out.",
)
@with_options(READING)
@click.option(
    "--out", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False), required=True
)
@with_options(CATALOGUE)
def series(
    area: str | None,
    bounds: Bounds | None,
    epsg: int,
    dates: str,
    max_cloud: float,
    min_clear: float,
    resampling: str | None,
    offset: str | None,
    out: Path,
    catalogue: str | None,
    collection: str,
) -> None:
    """Read the clear days of a period into a folder, for `monitor`.

    All scenes lie on one grid. Cloud and cloud shadow become no data. Type it again to go on with a
    run that was stopped, or with a later end to add days. What could not be read is told at the
    end.

    \b
    Example:
      python -m s2kit scene series --area fields.gpkg --dates 2023-01-01/2023-12-31 --out scenes
      python -m s2kit monitor scenes --out year2023
    """  # noqa: D301 - click wants the character
    rectangle, code = place_of(area, bounds, epsg)
    check_outputs([out / LEDGER])
    options = read_options(resampling, offset, mask=True)
    days, failed = fetch_series(
        opened_catalogue(catalogue, collection), rectangle, code, dates, out, max_cloud, min_clear,
        options, click.echo,
    )  # fmt: skip
    kept = [day for day in days if day.file]
    click.echo(f"{len(kept)} scenes in {out}; {len(days) - len(kept)} days were too cloudy there")
    for date, why in failed.items():
        click.echo(f"not read: {date}: {why}", err=True)
    if failed or not kept:
        told = f"{len(failed)} days could not be read" if failed else "no day was clear enough"
        raise S2kitError(f"{told}; {'type it again' if failed else 'lower --min-clear'}")


@scene.command(epilog=EXIT_CODES)
@click.argument("name")
def compare(name: str) -> None:
    """Compare a paper's scene from the catalogue with the authors' image, band by band.

    Columns: share of identical pixels in place; by how many pixels theirs has to move north and
    east; what offset in digital numbers is left; share identical after both.

    \b
    Example:
      python -m s2kit scene compare strzegom_20230709
    """  # noqa: D301 - click wants the character
    record = _record(name)
    theirs = authors_source(download=True).open(name)
    table = compare_scenes(_locked().open(record), theirs)
    for column in ("identical", "identical_then"):
        table[column] = (100 * table[column]).map("{:.1f} %".format)
    click.echo(table.reset_index().to_string(index=False))


def _locked() -> LockedScenes:
    return LockedScenes(home() / "catalogue", opened_catalogue(None))


def _record(name: str) -> SceneRecord:
    records = read_manifest()
    if name not in records:
        raise S2kitError(f"the manifest has no scene {name}; choose one of {', '.join(records)}")
    return records[name]


def _check_picture(path: Path) -> None:
    if path.suffix.lower() != ".png":
        raise S2kitError(f"{path} must end in .png: thumbnails are written as PNG")
    check_outputs([path])


def _report(saved: Saved, masked: bool) -> None:
    for name, why in saved.witnesses.items():
        click.echo(f"{name}: offset {saved.offsets[name]}; {why}")
    share = 100 * saved.cloudy / saved.pixels
    click.echo(
        f"{saved.cloudy} of {saved.pixels} pixels ({share:.1f} %) are cloud or cloud shadow "
        f"{'and became no data' if masked else 'and stay'}; {saved.no_data} have no data"
    )
    click.echo(f"written to {saved.path}")
