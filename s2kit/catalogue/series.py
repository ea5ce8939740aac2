"""The clear days of a period as a folder of scenes on one grid, for `s2kit.monitoring`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from s2kit.catalogue.read import ReadOptions
from s2kit.catalogue.save import Saved, save_items
from s2kit.catalogue.search import find_scenes, items_for
from s2kit.catalogue.stac import Catalogue
from s2kit.catalogue.warp import tile_grid
from s2kit.errors import S2kitError
from s2kit.scenes.csv_rows import read_rows
from s2kit.scenes.grid import Bounds, Grid, grid_around
from s2kit.scenes.writer import replacing

LEDGER = "fetched.csv"
"""What became of each day, in the folder of the scenes."""

COLUMNS = ("date", "item", "clear", "file", "grid")


@dataclass(frozen=True)
class Day:
    """A day of the ledger; ``clear``: share of pixels with data and without cloud, per cent."""

    date: str
    item: str
    clear: float
    file: str
    """Name of the scene in the folder; empty if too little was clear."""
    grid: str


class _TooCloudyError(Exception):
    pass


def fetch_series(
    catalogue: Catalogue,
    rectangle: Bounds,
    epsg: int,
    dates: str,
    folder: Path,
    max_cloud: float = 60.0,
    min_clear: float = 50.0,
    options: ReadOptions | None = None,
    say: Callable[[str], object] = lambda sentence: None,
) -> tuple[list[Day], dict[str, str]]:
    """Write a scene of each clear day of a period into a folder, all on one grid.

    Cloud and its shadow become no data. A run that was stopped goes on, and one with a later end
    reads the new days only. A day that cannot be read stops none of the others.

    Parameters
    ----------
    catalogue
        See `s2kit.catalogue.stac.open_catalogue`.
    rectangle, epsg
        The area, and its CRS. The grid lies in the UTM zone of the tile that covers most of it.
    dates
        A period, as `s2kit.catalogue.search.parse_dates` reads it.
    folder
        Where the scenes go; `LEDGER` beside them tells of each day.
    max_cloud
        Days on which the catalogue's cloud cover of the whole tile is higher are not looked at.
    min_clear
        Days on which less of the area itself is clear are left out, in per cent.
    options
        As for `s2kit.catalogue.save.save_items`; clouds are masked whatever they say.
    say
        Called with a sentence for each day.

    Returns
    -------
    days : list of Day
        All that were read, now or in a run before.
    failed : dict
        Date → why it could not be read.

    Raises
    ------
    S2kitError
        If the catalogue does not answer or has no scene, or the folder holds scenes of another
        area.
    """
    table = find_scenes(catalogue, rectangle, dates, max_cloud, epsg)
    if table.empty:
        raise S2kitError(
            f"no scene of {dates} with at most {max_cloud:g} % cloud; allow more days or cloud"
        )
    most = table.sort_values("covers", ascending=False, kind="stable").index[0]
    grid = grid_around(rectangle, epsg, tile_grid(catalogue.item(str(most))).epsg)
    options = replace(options or ReadOptions(), mask_clouds=True)
    folder.mkdir(parents=True, exist_ok=True)
    known = _read(folder, grid)
    failed: dict[str, str] = {}
    for date in table["date"].unique():
        before = known.get(date)
        if before and (_is_there(folder, before) or (not before.file and before.clear < min_clear)):
            continue
        try:
            known[date] = _fetch(catalogue, grid, date, folder, min_clear, options)
        except S2kitError as error:
            failed[date] = str(error)
            say(f"{date}: could not be read")
            continue
        _write(folder, known)
        day = known[date]
        say(f"{date}: {day.clear:.0f} % clear, {day.file or 'left out'}")
    return [known[date] for date in sorted(known)], failed


def _fetch(
    catalogue: Catalogue, grid: Grid, date: str, folder: Path, least: float, options: ReadOptions
) -> Day:
    items = items_for(catalogue, grid, dt.date.fromisoformat(date))
    path = folder / f"{items[0].id}.tif"
    clear = 0.0

    def check(saved: Saved) -> None:
        nonlocal clear
        clear = round(100 * (1 - saved.no_data / saved.pixels), 1)
        if clear < least:
            raise _TooCloudyError

    try:
        save_items(items, grid, path, options=options, check=check)
    except _TooCloudyError:
        return Day(date, items[0].id, clear, "", _told(grid))
    return Day(date, items[0].id, clear, path.name, _told(grid))


def _is_there(folder: Path, day: Day) -> bool:
    return bool(day.file) and (folder / day.file).is_file()


def _told(grid: Grid) -> str:
    return " ".join(str(number) for number in (grid.epsg, *grid.bounds))


def _read(folder: Path, grid: Grid) -> dict[str, Day]:
    """Return the days of a run before; S2kitError if they are of another area."""
    ledger = folder / LEDGER
    if not ledger.exists():
        return {}
    found = {}
    for number, row in read_rows(ledger, COLUMNS):
        try:
            clear = float(row["clear"])
        except ValueError as error:
            raise S2kitError(
                f"{ledger}, row {number} holds no number ({error}); delete the file to start anew"
            ) from error
        found[row["date"]] = Day(row["date"], row["item"], clear, row["file"], row["grid"])
    if any(day.grid != _told(grid) for day in found.values()):
        raise S2kitError(f"{folder} holds scenes of another area; name another folder")
    return found


def _write(folder: Path, known: dict[str, Day]) -> None:
    table = pd.DataFrame([vars(known[date]) for date in sorted(known)], columns=list(COLUMNS))
    with replacing(folder / LEDGER) as part:
        table.to_csv(part, index=False)
