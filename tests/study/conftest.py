import pytest

from s2kit.network.recipes import RECIPES, Recipe
from s2kit.scenes import source


@pytest.fixture(autouse=True)
def tiny_scenes(monkeypatch):
    """``S2KIT_DATA`` names scenes of 32 x 32 pixels, and the recipe "short" trains on them."""
    monkeypatch.setitem(source.SOURCES, "authors", "tiny_source")
    monkeypatch.setenv("S2KIT_DATA", "authors")
    tiny = Recipe(
        "short", width=4, depth=1, crop=16, batch=4, epochs=3, steps=15, learning_rate=2e-2,
        averaging=0.5,
    )  # fmt: skip
    monkeypatch.setitem(RECIPES, "short", tiny)
