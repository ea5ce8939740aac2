"""Signatures: Amazon's example, Planetary Computer's tokens, and keys that stay secret."""

import datetime as dt
import json

import pytest

from s2kit.catalogue import signing
from s2kit.catalogue.signing import Signer, presign
from s2kit.catalogue.web import Reply
from s2kit.errors import S2kitError

BLOB = "https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/33/U/WS/B02.tif"


def test_the_published_example_is_reproduced() -> None:
    """Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters"."""
    url = presign(
        "https://examplebucket.s3.amazonaws.com/test.txt",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        dt.datetime(2013, 5, 24),
        region="us-east-1",
        seconds=86400,
    )
    assert url == (
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def test_copernicus_needs_keys_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    href = "s3://eodata/Sentinel-2/MSI/L2A/B02_10m.jp2"
    monkeypatch.delenv("CDSE_ACCESS_KEY_ID", raising=False)
    with pytest.raises(S2kitError, match="set CDSE_ACCESS_KEY_ID and CDSE_SECRET_ACCESS_KEY"):
        Signer()(href)
    monkeypatch.setenv("CDSE_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("CDSE_SECRET_ACCESS_KEY", "very-secret")
    signed = Signer()(href)
    assert signed.startswith(
        "https://eodata.dataspace.copernicus.eu/eodata/Sentinel-2/MSI/L2A/B02_10m.jp2?X-Amz-"
    )
    assert "very-secret" not in signed
    monkeypatch.delenv("CDSE_ACCESS_KEY_ID")
    assert "Credential=mine%2F" in Signer(keys=("mine", "very-secret"))(href)


def test_an_unknown_bucket_is_named() -> None:
    with pytest.raises(S2kitError, match="s3://sentinel-s2-l2a is a bucket that s2kit cannot read"):
        Signer()("s3://sentinel-s2-l2a/tiles/33/U/WS/B02.jp2")


@pytest.mark.parametrize(
    "href",
    [
        "https://sentinel-cogs.s3.us-west-2.amazonaws.com/B02.tif",
        "https://ai4edatasetspublicassets.blob.core.windows.net/thumbnails/x.png",
    ],
)
def test_open_addresses_are_left_alone(href: str) -> None:
    assert Signer()(href) == href


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of Planetary Computer; it gives token 1, 2, … each good for an hour."""
    asked: list[str] = []

    def answer(url: str, check: object = None) -> Reply:
        asked.append(url)
        expiry = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
        token = {"msft:expiry": expiry, "token": f"sig={len(asked)}"}
        return Reply(200, {}, json.dumps(token).encode())

    monkeypatch.setattr(signing, "fetch", answer)
    return asked


def test_a_token_is_asked_for_once_per_container(tokens: list[str]) -> None:
    sign = Signer()
    assert sign(BLOB) == sign(BLOB) == f"{BLOB}?sig=1"
    assert tokens == [f"{signing.SAS_TOKENS}/sentinel2l2a01/sentinel2-l2"]


def test_a_refused_token_is_replaced(tokens: list[str]) -> None:
    sign = Signer()
    assert sign(BLOB) == f"{BLOB}?sig=1"
    assert sign(BLOB, afresh=True) == f"{BLOB}?sig=2"


def test_an_old_token_is_replaced(tokens: list[str]) -> None:
    sign = Signer()
    sign(BLOB)
    ((url, (_, token)),) = sign._tokens.items()
    sign._tokens[url] = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30), token)
    assert sign(BLOB) == f"{BLOB}?sig=2"
