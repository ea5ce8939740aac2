"""Catalogues of Sentinel-2 L2A: STAC APIs, a catalogue on disk, a product on disk."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pystac
from shapely.geometry import box

from s2kit.catalogue.assets import acquired, check_item, footprint
from s2kit.catalogue.safe import is_product, read_product
from s2kit.errors import S2kitError
from s2kit.scenes.grid import Bounds

APIS = {
    "earth-search": "https://earth-search.aws.element84.com/v1",
    "planetary-computer": "https://planetarycomputer.microsoft.com/api/stac/v1",
    "copernicus": "https://stac.dataspace.copernicus.eu/v1",
}
"""STAC APIs known by name."""

DEFAULT_API = "earth-search"
"""It asks for no account and serves cloud-optimised GeoTIFF."""

COLLECTION = "sentinel-2-l2a"
"""What all three call it; Earth Search's "sentinel-2-c1-l2a" is another choice there."""


@dataclass(frozen=True)
class Catalogue:
    """A catalogue of items: the address of a STAC API or a path, and the collection asked for."""

    address: str
    collection: str = COLLECTION

    def search(
        self,
        bbox: Bounds | None = None,
        dates: tuple[dt.date, dt.date] | None = None,
        ids: list[str] | None = None,
    ) -> list[pystac.Item]:
        """Return the items that meet all conditions given.

        Parameters
        ----------
        bbox
            West, south, east, north in degrees.
        dates
            First and last day (UTC), both included.
        ids
            The items by name.

        Raises
        ------
        S2kitError
            If the catalogue cannot be read or does not answer, or would bring more than 500 items.
        """
        if self.address.startswith(("http://", "https://")):
            # Late: pystac-client takes longer to import than all the rest, and many need no API.
            from s2kit.catalogue.stac_api import search_api

            found = search_api(self.address, self.collection, bbox, dates, ids)
            for item in found:
                check_item(item)
            return found
        found = _all_items(Path(self.address))
        for item in found:
            check_item(item)
        return [
            item
            for item in found
            if (ids is None or item.id in ids)
            and (dates is None or dates[0] <= acquired(item).date() <= dates[1])
            and (bbox is None or footprint(item).intersects(box(*bbox)))
        ]

    def item(self, name: str) -> pystac.Item:
        """Return one item by name; S2kitError if the catalogue does not have it."""
        found = self.search(ids=[name])
        if not found:
            raise S2kitError(
                f"{self.address} has no item {name}; look it up with `python -m s2kit scene search`"
            )
        return found[0]


def open_catalogue(address: str | Path = DEFAULT_API, collection: str = COLLECTION) -> Catalogue:
    """Return the catalogue that a name, an address or a path stands for.

    Parameters
    ----------
    address
        A name of `APIS`, the https address of any STAC API, the path of a STAC catalogue (its
        catalog.json or the folder of it) or of a Sentinel-2 product (.SAFE folder or zip).
    collection
        The collection of an API.

    Raises
    ------
    S2kitError
        If it stands for nothing.

    Examples
    --------
    >>> open_catalogue("planetary-computer").address
    'https://planetarycomputer.microsoft.com/api/stac/v1'
    """
    spelled = APIS.get(str(address), str(address))
    if not spelled.startswith(("http://", "https://")):
        path = Path(spelled).expanduser().resolve()
        if not path.exists():
            raise S2kitError(
                f"{spelled} is no catalogue; name one of {', '.join(APIS)}, the address of a STAC "
                "API, or the path of a STAC catalogue, a .SAFE folder or its zip"
            )
        spelled = str(path)
    return Catalogue(spelled.rstrip("/"), collection)


def _all_items(path: Path) -> list[pystac.Item]:
    if is_product(path):
        return [read_product(path)]
    file = path / "catalog.json" if path.is_dir() else path
    try:
        return list(pystac.Catalog.from_file(str(file)).get_items(recursive=True))
    except Exception as error:  # pystac raises whatever it stumbles over
        raise S2kitError(
            f"{file} is no STAC catalogue ({error}); name the folder of a catalog.json, a .SAFE "
            "folder or its zip"
        ) from error
