"""Search a STAC API."""

import datetime as dt
import json
from typing import Any

import httpx
import pystac
import pystac_client
from pystac_client.stac_api_io import StacApiIO

from s2kit.catalogue.web import fetch
from s2kit.errors import S2kitError
from s2kit.scenes.grid import Bounds

MOST = 500
"""Items that one search may bring."""


class _RetryingIO(StacApiIO):
    """Makes pystac-client's requests with the retries and the errors of `web.fetch`."""

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


def search_api(
    address: str,
    collection: str,
    bbox: Bounds | None,
    dates: tuple[dt.date, dt.date] | None,
    ids: list[str] | None,
) -> list[pystac.Item]:
    """Return the items of a collection that meet all conditions given; see `Catalogue.search`."""
    period = None if dates is None else f"{dates[0]}T00:00:00Z/{dates[1]}T23:59:59Z"
    try:
        client = pystac_client.Client.open(address, stac_io=_RetryingIO())
        search = client.search(
            collections=[collection],
            bbox=bbox,
            datetime=period,
            ids=ids,
            max_items=MOST + 1,
        )
        items = list(search.items())
    except S2kitError:
        raise
    except Exception as e:  # pystac and pystac-client raise whatever they stumble over
        raise S2kitError(f"{address} does not answer as a STAC API ({e}); check the address") from e
    if len(items) > MOST:
        raise S2kitError(f"more than {MOST} items meet the search; ask for fewer days")
    return items
