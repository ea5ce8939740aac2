import pytest
from tiny_source import TinySource

from s2kit.network.recipes import RECIPES, Recipe


@pytest.fixture
def source():
    return TinySource()


@pytest.fixture(autouse=True)
def tiny_scenes(monkeypatch):
    """The course's scenes have 32 x 32 pixels, and the recipe "short" trains on them."""
    for command in ("train", "search"):
        monkeypatch.setattr(f"s2kit.commands.{command}.course_source", TinySource)
    tiny = Recipe(
        "short", width=4, depth=1, crop=16, batch=4, epochs=3, steps=15, learning_rate=2e-2,
        averaging=0.5,
    )  # fmt: skip
    monkeypatch.setitem(RECIPES, "short", tiny)
