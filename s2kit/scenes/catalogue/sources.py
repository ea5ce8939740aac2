"""The doors to Sentinel-2 L2A: STAC APIs, a catalogue on disk, a product on disk."""

import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pystac
import pystac_client
from pystac_client.stac_api_io import StacApiIO
from shapely.geometry import box

from s2kit.errors import S2kitError
from s2kit.scenes.catalogue.assets import acquired, footprint
from s2kit.scenes.catalogue.grid import Bounds
from s2kit.scenes.catalogue.safe import is_product, read_product
from s2kit.scenes.catalogue.web import fetch

APIS = {
    "earth-search": "https://earth-search.aws.element84.com/v1",
    "planetary-computer": "https://planetarycomputer.microsoft.com/api/stac/v1",
    "copernicus": "https://stac.dataspace.copernicus.eu/v1",
}
"""STAC APIs known by name. The first is the default: no account, cloud-optimised GeoTIFF."""

COLLECTION = "sentinel-2-l2a"
"""What all three call it; Earth Search's "sentinel-2-c1-l2a" is another choice there."""

MOST = 500
"""Items that one search may bring."""


@dataclass(frozen=True)
class Source:
    """One door: a name or address, and the collection asked for."""

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
            If the source cannot be read or does not answer, or would bring more than `MOST`.
        """
        if self.address.startswith(("http://", "https://")):
            return _search_api(self, bbox, dates, ids)
        return [
            item
            for item in _all_items(Path(self.address))
            if (ids is None or item.id in ids)
            and (dates is None or dates[0] <= acquired(item).date() <= dates[1])
            and (bbox is None or footprint(item).intersects(box(*bbox)))
        ]

    def item(self, name: str) -> pystac.Item:
        """Return one item by name; S2kitError if the source does not have it."""
        found = self.search(ids=[name])
        if not found:
            raise S2kitError(
                f"{self.address} has no item {name}; look it up with `python -m s2kit scene search`"
            )
        return found[0]


def open_source(address: str | Path | None = None, collection: str = COLLECTION) -> Source:
    """Return the source that a name, an address or a path stands for.

    Parameters
    ----------
    address
        A name of `APIS`, the https address of any STAC API, the path of a STAC catalogue (its
        catalog.json or the folder of it) or of a Sentinel-2 product (.SAFE folder or zip);
        by default what ``S2KIT_CATALOGUE`` names, else Earth Search.
    collection
        The collection of an API.

    Raises
    ------
    S2kitError
        If it stands for nothing.
    """
    spelled = str(address or os.environ.get("S2KIT_CATALOGUE") or next(iter(APIS)))
    spelled = APIS.get(spelled, spelled)
    if not spelled.startswith(("http://", "https://")):
        path = Path(spelled).expanduser().resolve()
        if not path.exists():
            raise S2kitError(
                f"{spelled} is no source; name one of {', '.join(APIS)}, the address of a STAC "
                "API, or the path of a STAC catalogue, a .SAFE folder or its zip"
            )
        spelled = str(path)
    return Source(spelled.rstrip("/"), collection)


class _PatientIO(StacApiIO):
    """Makes pystac-client's requests with the patience and the errors of `web.fetch`."""

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        verb = (method or "GET").upper()
        if verb == "GET" and parameters:
            query = {key: value for key, value in parameters.items() if value is not None}
            href = str(httpx.URL(href).copy_merge_params(query))
        reply = fetch(
            href,
            method=verb,
            headers=headers,
            json=parameters if verb == "POST" else None,
            check=lambda reply: json.loads(reply.content),
        )
        return reply.content.decode("utf-8")


def _search_api(
    source: Source,
    bbox: Bounds | None,
    dates: tuple[dt.date, dt.date] | None,
    ids: list[str] | None,
) -> list[pystac.Item]:
    period = None if dates is None else f"{dates[0]}T00:00:00Z/{dates[1]}T23:59:59Z"
    try:
        client = pystac_client.Client.open(source.address, stac_io=_PatientIO())
        search = client.search(
            collections=[source.collection],
            bbox=bbox,
            datetime=period,
            ids=ids,
            max_items=MOST + 1,
        )
        items = list(search.items())
    except S2kitError:
        raise
    except Exception as e:  # pystac and pystac-client raise whatever they stumble over
        raise S2kitError(
            f"{source.address} does not answer as a STAC API ({e}); check the address"
        ) from e
    if len(items) > MOST:
        raise S2kitError(f"more than {MOST} items meet the search; ask for fewer days")
    return items


def _all_items(path: Path) -> list[pystac.Item]:
    if is_product(path):
        return [read_product(path)]
    file = path / "catalog.json" if path.is_dir() else path
    try:
        return list(pystac.Catalog.from_file(str(file)).get_items(recursive=True))
    except (OSError, KeyError, TypeError, ValueError, pystac.STACError) as error:
        raise S2kitError(
            f"{file} is no STAC catalogue ({error}); name the folder of a catalog.json, a .SAFE "
            "folder or its zip"
        ) from error
