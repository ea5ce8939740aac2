"""Fixtures: a small product on disk or behind a server, and a grid inside it."""

from collections.abc import Iterator
from pathlib import Path

import pystac
import pytest
from bad_server import BadServer, impatient
from safe_product import write_safe, write_zip
from sentinel_product import LEFT, TOP, Product

from s2kit.catalogue import web
from s2kit.scenes.grid import Grid


@pytest.fixture
def grid() -> Grid:
    """41 × 41 pixels inside the product, its corner on an odd multiple of 10 m like the paper's."""
    left, top = LEFT + 110, TOP - 130
    return Grid(32633, (left, top - 410, left + 410, top), 41, 41)


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product(tmp_path)


@pytest.fixture
def item(product: Product) -> pystac.Item:
    """One good product of baseline 05.09, its offset in the pixels and nothing taken off."""
    return product.add()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are asked for instead of taken."""
    asked: list[float] = []
    monkeypatch.setattr(web, "PATIENCE", impatient(asked.append))
    return asked


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BadServer]:
    with BadServer(tmp_path) as server:
        yield server
        server.waiting.set()
        server.shutdown()


@pytest.fixture
def local(product: Product) -> pystac.Item:
    return product.add()


@pytest.fixture
def remote(local: pystac.Item, server: BadServer, tmp_path: Path) -> pystac.Item:
    """The item of `local`, its assets behind the server."""
    item = local.clone()
    for asset in item.assets.values():
        asset.href = f"{server.url}/files/{Path(asset.href).relative_to(tmp_path)}"
    return item


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    """A .SAFE folder."""
    return write_safe(tmp_path)


@pytest.fixture
def zipped(safe: Path, tmp_path: Path) -> Path:
    """A zip of it."""
    return write_zip(safe, tmp_path / "download.zip")
