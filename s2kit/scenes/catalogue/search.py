"""Items for an area and a date, from a catalogue on disk."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pystac
import shapely
from shapely.geometry import box, shape

from s2kit.errors import S2kitError
from s2kit.scenes.catalogue.assets import acquired, baseline, tile
from s2kit.scenes.catalogue.grid import Grid


def open_local(path: Path | str) -> pystac.Catalog:
    """Open a STAC catalogue on disk: its catalog.json, or the folder that holds it."""
    file = Path(path)
    file = file / "catalog.json" if file.is_dir() else file
    try:
        return pystac.Catalog.from_file(str(file))
    except (OSError, ValueError, pystac.STACError) as error:
        raise S2kitError(
            f"cannot open a STAC catalogue at {file}: {error}; name a folder with catalog.json"
        ) from error


def items_for(catalogue: pystac.Catalog, grid: Grid, date: dt.date) -> list[pystac.Item]:
    """Return the items to read a grid on a date from, best first.

    Of several versions of one tile only the newest processing baseline stays; items follow in the
    order of the share of the grid that they cover.

    Raises
    ------
    S2kitError
        If there is none.
    """
    area = box(*grid.lonlat)
    found = [
        item
        for item in catalogue.get_items(recursive=True)
        if acquired(item).date() == date and _footprint(item).intersects(area)
    ]
    if not found:
        raise S2kitError(
            f"{catalogue.self_href} has no item of {date} for the area {grid.bounds} in "
            f"EPSG:{grid.epsg}; choose a date that it has"
        )
    chosen = newest_versions(found)
    return sorted(chosen, key=lambda item: -_footprint(item).intersection(area).area)


def newest_versions(items: Iterable[pystac.Item]) -> list[pystac.Item]:
    """Keep, of the versions of one acquisition of one tile, that of the newest baseline."""
    best: dict[tuple[str, str, dt.date], pystac.Item] = {}
    for item in items:
        key = (str(item.properties.get("platform")), tile(item), acquired(item).date())
        if key not in best or _version(item) > _version(best[key]):
            best[key] = item
    return list(best.values())


def _version(item: pystac.Item) -> tuple[tuple[int, int], str]:
    made = item.properties.get("s2:generation_time") or item.properties.get("created") or ""
    return baseline(item) or (0, 0), str(made)


def _footprint(item: pystac.Item) -> shapely.Geometry:
    return shape(item.geometry) if item.geometry else box(*item.bbox)  # type: ignore[misc]
