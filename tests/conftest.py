"""Fixtures shared by all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from s2kit.scenes.settings import mirror as mirror_setting


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test away from the user's data: ``S2KIT_HOME`` is an empty folder."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("S2KIT_HOME", str(home))
    return home


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Networks of tests' size spend more time in handing work between threads than in the work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mirror of the authors' archive; the test is skipped where there is none."""
    folder = mirror_setting()
    if folder is None:
        pytest.skip("needs the authors' archive: set S2KIT_MIRROR to a mirror of it")
    monkeypatch.setenv("S2KIT_DATA", "authors")
    return folder
