"""The same seed gives the same weights bit for bit; threads change next to no pixel of a map."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
from crashing import child

from s2kit.maps.classify import classify
from s2kit.network.recipes import Recipe
from s2kit.network.training import train
from s2kit.network.weights import load_network, save_network
from s2kit.scenes.bands import BAND_NAMES

TINY = Recipe("tiny", width=4, depth=2, crop=32, batch=2, epochs=2, steps=4)

MOST_CHANGED = 0.001
"""Share of pixels that may fall to another class when sums are added up in another order."""


@pytest.fixture
def field(landscape: Callable[..., np.ndarray]) -> tuple[xr.DataArray, xr.DataArray]:
    values = landscape(128, 128)
    scene = xr.DataArray(values, {"band": list(BAND_NAMES)}, ("band", "y", "x"), "field")
    mask = xr.DataArray(np.where(values[6] > 0.3, 9, 5).astype("uint8"), dims=("y", "x"))
    return scene, mask


@pytest.fixture
def thread_count() -> Iterator[Callable[[int], None]]:
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_the_same_seed_gives_the_same_file_in_another_process(
    tmp_path: Path, field: tuple[xr.DataArray, xr.DataArray], optimiser: str
) -> None:
    recipe = dataclasses.replace(TINY, optimiser=optimiser)

    def job(name: str) -> None:
        save_network(tmp_path / name, train(recipe, {"a": field}, field, seed=7).network)

    job("here")
    assert child(lambda: job("there")) == 0
    assert (tmp_path / "here").read_bytes() == (tmp_path / "there").read_bytes()


@pytest.mark.filterwarnings("ignore::s2kit.errors.S2kitWarning")
def test_threads_change_next_to_no_pixel(
    field: tuple[xr.DataArray, xr.DataArray], thread_count: Callable[[int], None]
) -> None:
    for name in ("strzegom", "simulated"):
        maps = []
        for count in (1, 2):
            thread_count(count)
            maps.append(classify(load_network(name), field[0], turns=False)[0])
        assert len(np.unique(maps[0])) > 1
        assert float((maps[0] != maps[1]).mean()) <= MOST_CHANGED
