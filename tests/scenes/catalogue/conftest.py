"""Fixtures: a small product on disk and a grid inside it."""

from pathlib import Path

import pystac
import pytest
from sentinel_product import LEFT, TOP, Product

from s2kit.scenes.catalogue.grid import Grid


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
