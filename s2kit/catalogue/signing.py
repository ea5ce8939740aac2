"""Addresses that need a signature: Planetary Computer's blobs, Copernicus Data Space's objects."""

import datetime as dt
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

from s2kit.catalogue.web import fetch
from s2kit.errors import S2kitError

Sign = Callable[[str, bool], str]
"""From an asset's href to an address that can be read; True asks for a fresh signature."""

SAS_TOKENS = "https://planetarycomputer.microsoft.com/api/sas/v1/token"
"""Planetary Computer's tokens, per storage account and container; free, without an account."""

BUCKETS = {"eodata": "https://eodata.dataspace.copernicus.eu"}
"""S3 endpoints by bucket: Copernicus Data Space."""

KEY_VARIABLES = ("CDSE_ACCESS_KEY_ID", "CDSE_SECRET_ACCESS_KEY")
"""Environment variables that hold the Copernicus Data Space S3 keys."""


class Signer:
    """Turns an asset's href into an address that can be read; keeps tokens while they are valid.

    Parameters
    ----------
    keys
        Access key and secret key of Copernicus Data Space; by default the environment variables
        `KEY_VARIABLES` are read when an href needs them.

    Examples
    --------
    >>> Signer()("https://sentinel-cogs.s3.us-west-2.amazonaws.com/B02.tif")  # needs none
    'https://sentinel-cogs.s3.us-west-2.amazonaws.com/B02.tif'
    """

    def __init__(self, keys: tuple[str, str] | None = None) -> None:
        self._keys = keys
        self._tokens: dict[str, tuple[dt.datetime, str]] = {}

    def __call__(self, href: str, afresh: bool = False) -> str:
        """Return an address that can be read for an asset's href.

        Raises
        ------
        S2kitError
            If the keys that the href needs are missing.
        """
        parts = urlsplit(href)
        if parts.scheme == "s3":
            return self._sign_bucket(parts.netloc, parts.path.lstrip("/"))
        account, _, domain = parts.netloc.partition(".")
        # Its thumbnails lie in a container that needs no token.
        if domain == "blob.core.windows.net" and account != "ai4edatasetspublicassets":
            return f"{href}?{self._sas_token(account, parts.path.split('/')[1], afresh)}"
        return href

    def _sas_token(self, account: str, container: str, afresh: bool) -> str:
        url = f"{SAS_TOKENS}/{account}/{container}"
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
        if afresh or url not in self._tokens or self._tokens[url][0] < soon:
            answer = json.loads(fetch(url, check=lambda reply: json.loads(reply.content)).content)
            expiry = dt.datetime.fromisoformat(answer["msft:expiry"])
            self._tokens[url] = expiry, str(answer["token"])
        return self._tokens[url][1]

    def _sign_bucket(self, bucket: str, key: str) -> str:
        if bucket not in BUCKETS:
            raise S2kitError(
                f"s3://{bucket} is a bucket that s2kit cannot read; choose a catalogue that "
                "serves its files over https"
            )
        keys = self._keys or tuple(os.environ.get(name, "") for name in KEY_VARIABLES)
        if not all(keys):
            raise S2kitError(
                "Copernicus Data Space asks for keys: make S3 credentials at "
                f"https://eodata-s3keysmanager.dataspace.copernicus.eu and set {KEY_VARIABLES[0]} "
                f"and {KEY_VARIABLES[1]}, or use the catalogue earth-search"
            )
        now = dt.datetime.now(dt.UTC)
        return presign(f"{BUCKETS[bucket]}/{bucket}/{quote(key)}", keys[0], keys[1], now)


def presign(
    url: str,
    access_key: str,
    secret_key: str,
    now: dt.datetime,
    region: str = "default",
    seconds: int = 3600,
) -> str:
    """Sign a GET of an S3 object into its address.

    AWS Signature Version 4 in query parameters (Amazon S3 API Reference, "Authenticating Requests:
    Using Query Parameters").

    Parameters
    ----------
    url
        The object's address, its path percent-encoded.
    access_key, secret_key
        The credentials; only the first appears in the result.
    now
        The moment of signing, UTC.
    region, seconds
        The service's region, and for how long the signature holds.
    """
    parts = urlsplit(url)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    query = urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": seconds,
            "X-Amz-SignedHeaders": "host",
        }
    )
    canonical = f"GET\n{parts.path}\n{query}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret_key}".encode()
    for step in (*scope.split("/"), f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return f"{url}?{query}&X-Amz-Signature={key.hex()}"
