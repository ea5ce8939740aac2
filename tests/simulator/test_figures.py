"""The figures say that they show simulated scenes; a picture sets a real date beside one."""

import os
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from s2kit.catalogue.read import read_items
from s2kit.catalogue.search import items_for
from s2kit.catalogue.stac import open_catalogue
from s2kit.scenes.codes import read_codes
from s2kit.scenes.grid import grid_of
from s2kit.scenes.manifest import read_manifest
from s2kit.settings import authors_source
from s2kit.simulator import make_landscapes, mask_path
from s2kit.simulator.figures import (
    show_class_histograms,
    show_crop_year,
    show_side_by_side,
)


@pytest.fixture(autouse=True)
def no_screen() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


def test_the_crop_year_says_that_it_is_simulated() -> None:
    show_crop_year(fields=200)

    figure = plt.gcf()
    assert "simulated" in figure.get_suptitle()
    assert "maize" in [axis.get_title() for axis in figure.axes]


def simulated_scene(name: str, folder: Path) -> tuple[xr.DataArray, xr.DataArray]:
    record = read_manifest()[name]
    make_landscapes(folder, records=[record])
    found = items_for(open_catalogue(folder), grid_of(record), record.date, record.tile)
    scene = read_items(found, grid_of(record), record.area, source="simulated")
    return scene, read_codes(mask_path(name, folder))


@pytest.mark.usefixtures("mirror")
def test_a_simulated_date_looks_like_the_real_one(tmp_path: Path) -> None:
    """The pictures are kept in the folder S2KIT_PICTURES, where that is set."""
    name = "strzegom_20220719"
    authors = authors_source()
    real = authors.open(name), authors.open_mask(name)
    simulated = simulated_scene(name, tmp_path / "s")
    pictures = Path(os.environ.get("S2KIT_PICTURES", tmp_path))

    show_side_by_side(real[0], simulated[0])
    plt.savefig(pictures / f"{name}_side_by_side.png")
    show_class_histograms(real, simulated)
    plt.savefig(pictures / f"{name}_histograms.png")

    for code in (1, 2, 4, 5, 9, 10):
        medians = [
            np.nanmedian(scene.to_numpy()[:, mask.to_numpy() == code], axis=1)
            for scene, mask in (real, simulated)
        ]
        assert np.abs(medians[0] - medians[1]).max() < 0.06, f"class {code}"
