"""Figures of chapter 1: what they draw and what they say."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from s2kit.cartography.scene_figures import (
    attribution,
    show_histograms,
    show_registration,
    show_shift,
)
from s2kit.scenes.bands import BAND_NAMES


@pytest.fixture(autouse=True)
def no_screen() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


def scene_of(year: int, dtype: type = np.float32) -> xr.DataArray:
    values = np.random.default_rng(year).integers(1, 5000, (10, 40, 40)).astype(dtype)
    text = f"contains modified Copernicus Sentinel data {year}"
    coords = {"band": list(BAND_NAMES)}
    return xr.DataArray(values, coords, ("band", "y", "x"), attrs={"attribution": text})


def test_years_are_joined_and_other_texts_kept() -> None:
    other = xr.DataArray(attrs={"attribution": "simulated landscape, not satellite data"})

    assert attribution([scene_of(2023), scene_of(2021), scene_of(2023), other]) == (
        "contains modified Copernicus Sentinel data 2021, 2023; "
        "simulated landscape, not satellite data"
    )


def test_histograms_share_one_scale_and_leave_no_data_out() -> None:
    scene = scene_of(2021, np.uint16)
    scene[:, :20] = 0

    show_histograms({"a": scene, "b": scene_of(2023, np.uint16)}, unit="digital number")

    left, right = plt.gcf().axes
    assert left.get_xlim() == right.get_xlim()
    assert [line.get_label() for line in left.lines] == list(BAND_NAMES)
    assert float(left.lines[0].get_ydata()[0]) < 0.1  # type: ignore[index,arg-type]
    assert "2021, 2023" in plt.gcf().texts[0].get_text()


def test_the_best_displacement_is_marked() -> None:
    steps = [-1, 0, 1]
    table = pd.DataFrame(0.5, index=steps, columns=steps)
    table.loc[1, 0] = 0.9

    show_shift({"before": table})

    (axis,) = plt.gcf().axes
    mark = axis.lines[0]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (0, 1)  # type: ignore[index]
    assert {text.get_text() for text in axis.texts} == {"0.500", "0.900"}


def test_bands_in_agreement_are_grey() -> None:
    scene = scene_of(2023)
    scene.loc["B8A"] = scene.sel(band="B08")

    show_registration({"here": scene}, row=5, column=5)

    picture = np.asarray(plt.gcf().axes[0].images[0].get_array())
    np.testing.assert_array_equal(picture[..., 0], picture[..., 1])
    assert picture.shape == (30, 30, 3)
