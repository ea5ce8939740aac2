"""Each fault of a server ends in a retried success or one clear error, never in a wrong pixel."""

import datetime as dt
from pathlib import Path

import numpy as np
import pystac
import pytest
import rasterio
from bad_server import (
    BadServer,
    Fault,
    always,
    cut,
    drip,
    garble,
    ignore_range,
    short,
    signature_needed,
    status,
)
from sentinel_product import LEFT, SIDE, TOP, Product, write_raster

from s2kit.catalogue import web
from s2kit.catalogue.read import ReadOptions, read_items
from s2kit.catalogue.save import save_items
from s2kit.errors import S2kitError
from s2kit.scenes.grid import Grid


def test_what_comes_over_http_is_what_lies_on_disk(
    remote: pystac.Item, local: pystac.Item, grid: Grid
) -> None:
    np.testing.assert_array_equal(read_items([remote], grid), read_items([local], grid))


PASSING: dict[str, list[Fault]] = {
    "429": [status(429, Retry_After="7")],
    "500 twice": [status(500), status(502)],
    "503 and a date": [status(503, Retry_After="Mon, 01 Jan 2024 00:00:00 GMT")],
    "cut connection": [cut],
    "short range": [short],
    "slow drip": [drip],
    "garbled once": [garble(400)],
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_asked_again(
    name: str,
    remote: pystac.Item,
    local: pystac.Item,
    grid: Grid,
    server: BadServer,
    pauses: list[float],
) -> None:
    server.misbehave("B04.tif", *PASSING[name])
    np.testing.assert_array_equal(read_items([remote], grid), read_items([local], grid))
    assert not server.faults  # they have all been met


def test_retry_after_is_obeyed_and_pauses_double(
    remote: pystac.Item, grid: Grid, server: BadServer, pauses: list[float]
) -> None:
    server.misbehave("B04.tif", status(429, Retry_After="7"), status(500), status(500))
    read_items([remote], grid)
    assert pauses == [7.0, 2.0, 4.0]


LASTING: dict[str, tuple[Fault, str]] = {
    "429": (status(429), r"B04\.tif failed 4 times, at last with: HTTP 429 Too Many Requests"),
    "429 for an hour": (status(429, Retry_After="3600"), r"asks to come back in 3600 seconds"),
    "500": (status(500), r"failed 4 times, at last with: HTTP 500 Internal Server Error"),
    "404": (status(404), r"B04\.tif answers HTTP 404 Not Found; check the address"),
    "403": (status(403), r"B04\.tif refuses access \(HTTP 403 Forbidden\); check the credentials"),
    "cut connection": (cut, r"failed 4 times, at last with: peer closed connection"),
    "short range": (short, r"failed 4 times, at last with: \d+ bytes for the range 0 to"),
    "slow drip": (drip, r"failed 4 times, at last with: only \d+ bytes in 11 seconds"),
    "no ranges": (ignore_range, r"sends the whole file instead of a range"),
    "garbled header": (garble(0), r"B04\.tif is missing or damaged"),
    "garbled tile": (garble(-1), r"B04\.tif is missing or damaged"),
}


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_one_clear_error_and_no_file(
    name: str,
    remote: pystac.Item,
    grid: Grid,
    server: BadServer,
    pauses: list[float],
    tmp_path: Path,
) -> None:
    fault, message = LASTING[name]
    if name == "garbled tile":
        fault = garble(in_tile_data(tmp_path / remote.id / "B04.tif"))
    server.misbehave("B04.tif", always(fault))
    out = tmp_path / "out" / "scene.tif"
    with pytest.raises(S2kitError, match=message) as caught:
        save_items([remote], grid, out)
    assert f"cannot read band B04 of {remote.id}" in str(caught.value)
    assert list(out.parent.iterdir()) == []


def test_an_error_leaves_the_earlier_file_alone(
    remote: pystac.Item, grid: Grid, server: BadServer, pauses: list[float], tmp_path: Path
) -> None:
    out = tmp_path / "scene.tif"
    save_items([remote], grid, out)
    before = out.read_bytes()
    server.misbehave("SCL.tif", always(status(500)))
    with pytest.raises(S2kitError, match="band SCL"):
        save_items([remote], grid, out)
    assert out.read_bytes() == before


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_no_garbled_byte_becomes_a_wrong_pixel(
    remote: pystac.Item,
    local: pystac.Item,
    grid: Grid,
    server: BadServer,
    pauses: list[float],
    tmp_path: Path,
) -> None:
    good = read_items([local], grid)
    red = remote.assets["red"]
    red.extra_fields |= {
        "proj:shape": [SIDE, SIDE],
        "proj:transform": [10, 0, LEFT, 0, -10, TOP],
    }
    start = in_tile_data(tmp_path / remote.id / "B04.tif")
    size = (tmp_path / remote.id / "B04.tif").stat().st_size
    header = (202, 214, 226, 238, 262, 286, 298, 310, 322, 334, 346, 414, 438, 510)  # TIFF tags
    for place in (*header, *np.linspace(start, size - 1, 12).astype(int)):
        server.reset()
        server.misbehave("B04.tif", always(garble(int(place))))
        try:
            scene = read_items([remote], grid)
        except S2kitError as error:
            assert "band B04" in str(error)  # noqa: PT017 - either outcome is right
        else:
            np.testing.assert_array_equal(scene, good)


def test_a_file_truncated_on_the_server_is_an_error(
    remote: pystac.Item, grid: Grid, pauses: list[float], tmp_path: Path
) -> None:
    file = tmp_path / remote.id / "B04.tif"
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(S2kitError, match=r"band B04 .* is missing or damaged"):
        read_items([remote], grid)


def test_a_file_that_changes_while_it_is_read_is_an_error(
    remote: pystac.Item, server: BadServer, tmp_path: Path, pauses: list[float]
) -> None:
    rng = np.random.default_rng(1)
    big = rng.integers(1000, 9000, (600, 600)).astype("uint16")
    file = write_raster(tmp_path / "big.tif", big, 10)
    remote.assets["blue"].href = f"{server.url}/files/big.tif"

    def grow(handler: object) -> bool:
        with file.open("ab") as out:
            out.write(b"more")
        return False

    server.misbehave("big.tif", lambda handler: False, grow)
    grid = Grid(32633, (LEFT, TOP - 6000, LEFT + 6000, TOP), 600, 600)
    with pytest.raises(S2kitError, match=r"big\.tif changed while it was read"):
        read_items([remote], grid)


def test_an_expired_signature_is_renewed(
    remote: pystac.Item, local: pystac.Item, grid: Grid, server: BadServer, pauses: list[float]
) -> None:
    current = ["1"]
    server.misbehave("/files/", signature_needed(current))
    known = {"sig": "1"}

    def sign(href: str, afresh: bool) -> str:
        if afresh:
            known["sig"] = current[0]
        return f"{href}?sig={known['sig']}"

    good = read_items([local], grid)
    np.testing.assert_array_equal(read_items([remote], grid, options=ReadOptions(sign=sign)), good)
    current[0] = "2"  # the first has expired
    np.testing.assert_array_equal(read_items([remote], grid, options=ReadOptions(sign=sign)), good)


def test_a_signature_is_never_shown(
    remote: pystac.Item, grid: Grid, server: BadServer, pauses: list[float]
) -> None:
    server.misbehave("/files/", always(status(403)))
    secret = ReadOptions(sign=lambda href, afresh: f"{href}?sig=SECRET{afresh}")
    with pytest.raises(S2kitError) as caught:
        read_items([remote], grid, options=secret)
    assert "SECRET" not in str(caught.value)


def test_only_the_bytes_of_the_window_travel(
    product: Product, server: BadServer, tmp_path: Path, remote: pystac.Item
) -> None:
    rng = np.random.default_rng(1)
    big = rng.integers(1000, 9000, (2000, 2000)).astype("uint16")
    file = write_raster(tmp_path / "big.tif", big, 10)
    remote.assets["red"].href = f"{server.url}/files/big.tif"
    grid = Grid(32633, (LEFT + 110, TOP - 540, LEFT + 520, TOP - 130), 41, 41)
    scene = read_items([remote], grid, options=ReadOptions(offset=1000))
    server.reset()
    read_items([remote], grid, options=ReadOptions(offset=1000))
    ranges = [span for path, span in server.requests if "big.tif" in path]
    travelled = sum(int(b) - int(a) + 1 for a, b in (s[6:].split("-") for s in ranges))
    assert travelled < file.stat().st_size / 20
    np.testing.assert_array_equal(
        np.round(scene.sel(band="B04") * 10_000 + 1000), big[13:54, 11:52]
    )


def test_a_server_that_is_not_there_is_one_clear_error(
    remote: pystac.Item, grid: Grid, server: BadServer, pauses: list[float]
) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(S2kitError, match=r"B0.\.tif cannot be reached .*; connect to the network"):
        read_items([remote], grid)


def test_retry_after_takes_a_date() -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
    waits = web._retry_after(soon.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert waits is not None
    assert 57 < waits <= 60
    assert web._retry_after("soon") is None


def in_tile_data(file: Path) -> int:
    """Return where in a GeoTIFF the first tile's bytes begin."""
    with rasterio.open(file) as raster:
        return int(raster.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", 1)) + 4
