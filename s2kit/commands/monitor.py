"""``python -m s2kit monitor``: how long soil lay bare, from the scenes of a year."""

import datetime as dt
import warnings
from pathlib import Path

import click
import geopandas as gpd
import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import xarray as xr

from s2kit.catalogue.csmask import csmask_package
from s2kit.catalogue.search import parse_dates
from s2kit.commands.cluster_options import check_one_way, cluster_options, mapper
from s2kit.commands.scene_options import CATALOGUE, opened_catalogue, with_options
from s2kit.commands.series_inputs import fetched
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.engines import ENGINES
from s2kit.maps.many import Plan
from s2kit.maps.memory import give_memory_back, window_memory
from s2kit.maps.scene_list import Folders
from s2kit.maps.streamed import Settings
from s2kit.monitoring.bare_days import bare_days, parcel_bare_days
from s2kit.monitoring.erosivity import read_erosivity
from s2kit.monitoring.figures import show_areas, show_bare_days, show_calendar
from s2kit.monitoring.markov import SequenceModel
from s2kit.monitoring.outputs import write_bare_days, write_parcels, write_stack, write_table
from s2kit.monitoring.parcels import BUFFER, class_shares, read_parcels, segment_parcels
from s2kit.monitoring.quarries import class_areas_by_date, extent_by_date
from s2kit.monitoring.rates import default_model, read_matrix, read_rates
from s2kit.monitoring.scene_list import grid_of, list_scenes
from s2kit.monitoring.season import season_of
from s2kit.monitoring.series import classify_series
from s2kit.monitoring.slope import read_slope
from s2kit.monitoring.stack import open_stack, warn_of_empty_dates
from s2kit.network.weights import load_network
from s2kit.scenes.nomenclature import PAPER, nomenclature_of
from s2kit.scenes.writer import check_outputs, replacing

PATH = click.Path(path_type=Path)
FILES = (
    "bare_days.tif", "bare_days.qml", "bare_days.png", "stack.nc", "stack.qml", "areas.csv",
    "areas.png", "quarries.csv", "parcels.gpkg", "parcels.csv", "parcels.qml", "calendar.png",
)  # fmt: skip


@click.command(
    epilog="""\b
Examples:
  python -m s2kit monitor scenes/ --out year2023
  python -m s2kit monitor scenes.csv --parcels lpis.gpkg --season 2022-10-01 2023-10-01 \\
      --out year2023
  python -m s2kit monitor --dates 2022-10-01/2023-09-30 --parcels lpis.gpkg --out year2023
  python -m s2kit monitor map_20230401.tif map_20230511.tif --segment --out spring

Exit codes: 0 done, 1 scenes or parcels that cannot be used, 2 wrong usage."""
)
@click.argument("scenes", metavar="[SCENES]…", nargs=-1, type=PATH)
@click.option("--out", metavar="FOLDER", type=PATH, required=True, help="Where everything goes.")
@click.option("--parcels", metavar="FILE", type=PATH, help="Polygons of fields, in any CRS.")
@click.option(
    "--dates",
    metavar="FIRST/LAST",
    help="Instead of SCENES: the clear days of this period, read from the catalogue into "
    "FOLDER/scenes, cloud and shadow as no data. scene series does so with more options.",
)
@click.option(
    "--area",
    help="With --dates: one of the paper's areas, or a file of polygons. Default: the parcels.",
)
@with_options(CATALOGUE[:1])
@click.option(
    "--find-clouds",
    is_flag=True,
    help="Find cloud and shadow in images without scene classification, by the package "
    "ukis-csmask.",
)
@click.option("--segment", is_flag=True, help="Make parcels from the maps, where there are none.")
@click.option(
    "--buffer",
    metavar="METRES",
    type=click.FloatRange(min=0),
    default=BUFFER,
    show_default=True,
    help="Border of a parcel that is left out: its pixels are mixed.",
)
@click.option(
    "--season",
    nargs=2,
    metavar="FIRST AFTER",
    help="First day, and day after the last. Default: --dates, or from first to last scene.",
)
@click.option("--weights", metavar="FILE", type=PATH, help="As for classify. Default: portable.")
@click.option(
    "--matrix",
    metavar="FILE.csv",
    type=PATH,
    help="Confusion matrix of the maps, map classes in rows. Default: 90 % right.",
)
@click.option("--rates", metavar="FILE.csv", type=PATH, help="Your own rates of change by month.")
@click.option(
    "--erosivity", metavar="FILE.csv", type=PATH, help="Columns month and share, of your station."
)
@click.option(
    "--dem",
    metavar="FILE.tif",
    type=PATH,
    help="Elevation in metres: parcels get slope, steepness and exposure.",
)
@click.option("--engine", type=click.Choice(ENGINES), default="torch", show_default=True)
@click.option("--turns/--no-turns", default=None, help="As for classify.")
@cluster_options("Map the scenes")
def monitor(
    scenes: tuple[Path, ...],
    out: Path,
    parcels: Path | None,
    dates: str | None,
    area: str | None,
    catalogue: str | None,
    find_clouds: bool,
    segment: bool,
    buffer: float,
    season: tuple[str, str] | None,
    weights: Path | None,
    matrix: Path | None,
    rates: Path | None,
    erosivity: Path | None,
    dem: Path | None,
    engine: str,
    turns: bool | None,
    workers: int | None,
    cluster: str | None,
) -> None:
    """Tell from the scenes of a year how long soil lay bare.

    SCENES are ten-band images or class maps (GeoTIFF) of one grid, folders of them, or CSV lists
    with the column image and, if wanted, date and scl. A date is that of the list, of the file's
    tag, or in its name. A scene classification NAME_scl.tif beside an image, or a band SCL in
    it, masks clouds. Each image is mapped as classify does; a run that was stopped goes on, and
    a scene added later is the only one that is mapped. With --dates the scenes come from a
    catalogue.
    """
    if bool(scenes) == bool(dates):
        raise click.UsageError("give either SCENES or --dates")
    if (area or catalogue) and not dates:
        raise click.UsageError("--area and --catalogue go with --dates")
    if dates and not (area or parcels):
        raise click.UsageError("give --area or --parcels: where to look for scenes")
    if dem and not (parcels or segment):
        raise click.UsageError("--dem goes with --parcels or --segment: it tells of parcels")
    check_one_way(workers, cluster)
    if parcels and segment:
        raise click.UsageError("give either --parcels or --segment")
    if any(path.is_dir() and path.resolve() == out.resolve() for path in scenes):
        raise S2kitError(f"{out} holds the scenes; name another folder for the results (--out)")
    if find_clouds:
        csmask_package()
    given = list(filter(None, (parcels, matrix, rates, erosivity, dem)))
    check_outputs([out / name for name in FILES], given)
    give_memory_back()
    network = load_network(weights or "portable")
    classes = network.nomenclature
    model = default_model(
        read_matrix(matrix, classes) if matrix else None,
        classes,
        read_rates(rates, classes) if rates else None,
    )
    curve = read_erosivity(erosivity) if erosivity else read_erosivity()
    if dates:
        where = area or str(parcels)
        scenes = tuple(fetched(opened_catalogue(catalogue), where, dates, out / "scenes"))
        first, last = parse_dates(dates)
        season = season or (str(first), str(last + dt.timedelta(days=1)))
    listed = list_scenes(scenes)
    if find_clouds:
        listed = [scene.with_clouds_found() for scene in listed]
    check_outputs([out / name for name in FILES], [*(scene.path for scene in listed), *given])
    season_of(_dates(listed), season)
    like = grid_of(listed[0])
    slope = read_slope(dem, like) if dem else None
    fields = read_parcels(parcels, like) if parcels else None
    if any(scene.is_map for scene in listed):
        warnings.warn(
            "class maps come without probabilities: all pixels of a class count as equally sure",
            S2kitWarning,
            stacklevel=1,
        )
    folders = Folders((out / "maps").absolute())
    settings = Settings(engine, turns, window_memory())
    plan = Plan.of(network, weights or "portable", settings, folders)
    with mapper(workers, cluster) as run:
        paths = classify_series(listed, plan, click.echo, run)
    stack = open_stack(paths, [scene.date for scene in listed])
    _require_classes(stack, model)
    warn_of_empty_dates(stack)
    matplotlib.use("Agg")
    _write_maps(out, stack, model, season)
    if segment:
        fields = segment_parcels(stack)
    if fields is not None:
        _write_parcels(out, stack, fields, model, season, buffer, curve, slope)
    elif (out / "parcels.gpkg").exists():
        click.echo(f"warning: {out / 'parcels.gpkg'} is of a run before and was left", err=True)
    click.echo(f"everything in {out}")


def _dates(listed: list) -> xr.DataArray:  # type: ignore[type-arg]
    return xr.DataArray(pd.DatetimeIndex([scene.date for scene in listed]), dims="time")


def _require_classes(stack: xr.DataArray, model: SequenceModel) -> None:
    if nomenclature_of(stack) != model.nomenclature:
        raise S2kitError(
            "the class maps have other classes than the weights; name the weights that made them "
            "(--weights)"
        )


def _write_maps(
    out: Path, stack: xr.DataArray, model: SequenceModel, season: tuple[str, str] | None
) -> None:
    found = bare_days(stack, model, season)
    write_bare_days(out / "bare_days.tif", found)
    write_stack(out / "stack.nc", stack)
    areas = class_areas_by_date(stack)
    write_table(out / "areas.csv", areas.rename_axis("date"))
    if model.nomenclature == PAPER:
        write_table(out / "quarries.csv", extent_by_date(stack))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        show_bare_days(found)
        _save(out / "bare_days.png")
        show_areas(areas, stack)
        _save(out / "areas.png")
    mean = float(found["bare_days"].mean())
    click.echo(f"bare days per pixel, mean of the area: {mean:.1f} ({out / 'bare_days.tif'})")


def _write_parcels(
    out: Path,
    stack: xr.DataArray,
    fields: gpd.GeoDataFrame,
    model: SequenceModel,
    season: tuple[str, str] | None,
    buffer: float,
    curve: pd.Series,
    slope: xr.DataArray | None,
) -> None:
    table = parcel_bare_days(stack, fields, model, season, buffer, curve, slope)
    write_parcels(out / "parcels.gpkg", table)
    show_calendar(class_shares(stack, table[["parcel", "geometry"]], buffer)[1], stack)
    _save(out / "calendar.png")
    left = int(table.border_pixels.sum())
    click.echo(
        f"{len(table)} parcels, bare for {table.bare_days.mean():.0f} days in the mean; "
        f"{left} pixels at their borders left out ({out / 'parcels.gpkg'})"
    )


def _save(path: Path) -> None:
    """Write the figure that was drawn last, and close it."""
    with replacing(path) as part:
        plt.gcf().savefig(part, format="png", dpi=110, bbox_inches="tight")
    plt.close()
