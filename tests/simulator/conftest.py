"""A small simulated area, made once."""

from pathlib import Path

import pytest
from small_scenes import some_scenes

from s2kit.simulator import make_landscapes


@pytest.fixture(scope="session")
def landscapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `some_scenes`."""
    return make_landscapes(tmp_path_factory.mktemp("sim") / "landscapes", 5, some_scenes()).parent
