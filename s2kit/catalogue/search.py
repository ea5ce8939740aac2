"""From an area and dates to items: candidates as a table, and the items that make one scene."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pystac
from shapely.geometry import box

from s2kit.catalogue.assets import (
    acquired,
    baseline,
    cloud_cover,
    epsg,
    footprint,
    generated,
    thumbnail_href,
    tile,
)
from s2kit.catalogue.stac import Catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.archives import check_archive
from s2kit.scenes.grid import Bounds, Grid, degrees
from s2kit.scenes.manifest import read_manifest

SAME_PASS = dt.timedelta(minutes=10)
"""Items of one overpass lie seconds apart; the next overpass comes hours or days later."""


def area_bounds(area: str | Path) -> tuple[Bounds, int]:
    """Return the bounds of an area and the EPSG code they are in.

    Parameters
    ----------
    area
        One of the paper's areas ("strzegom"), or a file of polygons that GeoPandas can read.
    """
    records = [record for record in read_manifest().values() if record.area == str(area)]
    if records:
        lefts, bottoms, rights, tops = zip(*(record.bounds for record in records), strict=True)
        return (min(lefts), min(bottoms), max(rights), max(tops)), records[0].epsg
    known = ", ".join(dict.fromkeys(record.area for record in read_manifest().values()))
    if not Path(area).is_file():
        raise S2kitError(f"there is no area or file {area}; name {known}, or a file of polygons")
    check_archive(area)
    try:
        polygons = gpd.read_file(area)
    except Exception as error:  # GDAL, Arrow and GEOS each raise their own
        raise S2kitError(f"{area} is no readable file of polygons ({error})") from error
    code = polygons.crs and polygons.crs.to_epsg()
    if not code or polygons.empty:
        raise S2kitError(f"{area} has no polygons or no EPSG CRS; save it as GeoPackage with a CRS")
    left, bottom, right, top = map(float, polygons.total_bounds)
    return (left, bottom, right, top), int(code)


def parse_dates(text: str) -> tuple[dt.date, dt.date]:
    """Read "2023-07-09" or "2023-07-01/2023-07-31" as first and last day.

    Examples
    --------
    >>> parse_dates("2023-07-01/2023-07-31")
    (datetime.date(2023, 7, 1), datetime.date(2023, 7, 31))
    """
    first, _, last = text.partition("/")
    try:
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    except ValueError:
        raise S2kitError(
            f"{text!r} is no date; write 2023-07-09, or 2023-07-01/2023-07-31"
        ) from None
    if days[0] > days[1]:
        raise S2kitError(f"{text!r} ends before it begins; put the earlier day first")
    return days


def find_scenes(
    catalogue: Catalogue,
    bounds: Bounds,
    dates: str,
    max_cloud: float = 100.0,
    epsg: int = 4326,
) -> pd.DataFrame:
    """Look for scenes of a rectangle.

    Parameters
    ----------
    catalogue
        Where to look, see `stac.open_catalogue`.
    bounds
        West, south, east, north in degrees, or left, bottom, right, top in the CRS ``epsg``.
    dates
        A day or a period, see `parse_dates`.
    max_cloud
        Highest cloud cover of a tile in per cent.

    Returns
    -------
    DataFrame
        One row per overpass and tile, by date, then share covered; index "item" (its name), columns
        date, tile, cloud (%), covers (% of the rectangle), baseline, versions (how many
        processing versions were found; the newest is listed), thumbnail (an address or None).

    Raises
    ------
    S2kitError
        If bounds or dates are none, or the catalogue does not answer.
    """
    west, south, east, north = degrees(bounds, epsg)
    days = parse_dates(dates)
    area = box(west, south, east, north)
    found = catalogue.search(bbox=(west, south, east, north), dates=days)
    clear = [item for item in found if (cloud_cover(item) or 0.0) <= max_cloud]
    rows = [
        {
            "item": item.id,
            "date": acquired(item).date().isoformat(),
            "tile": tile(item),
            "cloud": cloud_cover(item),
            "covers": round(100 * footprint(item).intersection(area).area / area.area, 1),
            "baseline": "{:02d}.{:02d}".format(*(baseline(item) or (0, 0))),
            "versions": sum(_same_product(item, other) for other in found),
            "thumbnail": thumbnail_href(item),
        }
        for item in newest_versions(clear)
    ]
    columns = ["item", "date", "tile", "cloud", "covers", "baseline", "versions", "thumbnail"]
    table = pd.DataFrame(rows, columns=columns).set_index("item")
    return table.sort_values(["date", "covers"], ascending=[True, False])


def items_for(
    catalogue: Catalogue, grid: Grid, date: dt.date, tile_first: str = ""
) -> list[pystac.Item]:
    """Return the items to read a grid on a date from, best first.

    Of several versions of one tile only the newest processing baseline stays. The tile asked for
    comes first, then tiles in the grid's own UTM zone, then those that cover more of it; all
    are of one overpass.

    Raises
    ------
    S2kitError
        If there is none.
    """
    found = catalogue.search(bbox=grid.lonlat, dates=(date, date))
    if not found:
        raise S2kitError(
            f"{catalogue.address} has no item of {date} for the grid {grid.bounds} in "
            f"EPSG:{grid.epsg}; choose another date or catalogue"
        )
    area = box(*grid.lonlat)

    def rank(item: pystac.Item) -> tuple[bool, bool, float]:
        cover = footprint(item).intersection(area).area
        return tile(item) != tile_first, epsg(item) not in (None, grid.epsg), -cover

    ordered = sorted(newest_versions(found), key=rank)
    return [i for i in ordered if abs(acquired(i) - acquired(ordered[0])) < SAME_PASS]


def neighbours_of(catalogue: Catalogue, item: pystac.Item, grid: Grid) -> list[pystac.Item]:
    """Return an item and, for what it leaves of the grid, the others of the same overpass."""
    others = items_for(catalogue, grid, acquired(item).date(), tile(item))
    return [
        item,
        *(
            other
            for other in others
            if not _same_product(other, item) and abs(acquired(other) - acquired(item)) < SAME_PASS
        ),
    ]


def newest_versions(items: Iterable[pystac.Item]) -> list[pystac.Item]:
    """Keep, of the versions of one overpass of one tile, that of the newest baseline.

    Two items are versions of one another if they cover the same ground; a tile that came down in
    two pieces keeps both.
    """
    kept: list[pystac.Item] = []
    for item in sorted(items, key=_version, reverse=True):
        if not any(_same_product(item, other) for other in kept):
            kept.append(item)
    return kept


def _same_product(one: pystac.Item, other: pystac.Item) -> bool:
    if _overpass(one) != _overpass(other):
        return False
    mine, yours = footprint(one), footprint(other)
    share: float = mine.intersection(yours).area / max(mine.area, yours.area)
    return share > 0.5


def _overpass(item: pystac.Item) -> tuple[str, str, dt.date]:
    return str(item.properties.get("platform")), tile(item), acquired(item).date()


def _version(item: pystac.Item) -> tuple[tuple[int, int], str, str]:
    return baseline(item) or (0, 0), generated(item), item.id
