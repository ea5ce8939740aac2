"""Figures of the simulator: a real and a simulated date side by side, a year of the crops."""

import datetime

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from s2kit.cartography.alternative import describe
from s2kit.cartography.composite import false_colour
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import PAPER
from s2kit.simulator.crop_calendar import CROPS, field_states, mown, sowing
from s2kit.simulator.grid import Array
from s2kit.simulator.products import ATTRIBUTION
from s2kit.simulator.spectra import spectra_on
from s2kit.simulator.styles import style_of

SIMULATED = "simulated"
FEWEST = 30
"""Pixels of a class that make a histogram."""


def show_side_by_side(real: xr.DataArray, simulated: xr.DataArray) -> None:
    """Show a real and a simulated scene as false colour composites under one stretch.

    Parameters
    ----------
    real, simulated
        Reflectance, dims (band, y, x); name and ``attrs["attribution"]`` go into the titles.
    """
    _, axes = plt.subplots(1, 2, figsize=(13, 6.8), layout="constrained")
    for axis, scene in zip(axes, (real, simulated), strict=True):
        what = _what(scene)
        axis.imshow(false_colour(scene), interpolation="nearest")
        attribution = scene.attrs.get("attribution", "")
        axis.set(title=f"{what}: {scene.name}", xlabel=attribution, xticks=[], yticks=[])
        describe(axis, "satellite image in false colour, under one stretch with the other")


def show_class_histograms(
    real: tuple[xr.DataArray, xr.DataArray], simulated: tuple[xr.DataArray, xr.DataArray]
) -> None:
    """Show histograms of reflectance per class and band, real and simulated.

    Parameters
    ----------
    real, simulated
        A scene (band, y, x) and its mask (y, x). Classes that a mask hardly has are left out.
    """
    pixels = [scene.to_numpy()[:, m.to_numpy() > 0] for scene, m in (real, simulated)]
    codes = [m.to_numpy()[m.to_numpy() > 0] for _, m in (real, simulated)]
    classes = [c for c in PAPER.classes if min((seen == c.code).sum() for seen in codes) >= FEWEST]
    figure, axes = plt.subplots(
        len(classes), len(BAND_NAMES), figsize=(13, len(classes) + 1.2), layout="constrained"
    )
    for (row, col), axis in np.ndenumerate(axes.reshape(len(classes), -1)):
        sets = [p[col][seen == classes[row].code] for p, seen in zip(pixels, codes, strict=True)]
        edges = np.linspace(0, max(np.nanpercentile(values, 99.5) for values in sets), 30)
        looks = {"color": "0.65"}, {"color": "tab:red", "histtype": "step"}
        for values, (scene, _), look in zip(sets, (real, simulated), looks, strict=True):
            axis.hist(values, edges, density=True, label=_what(scene), **look)
        axis.set(yticks=[], xlim=(0, edges[-1]), title=BAND_NAMES[col] if row == 0 else "")
        axis.tick_params(labelsize=6)
        if col == 0:
            axis.set_ylabel(classes[row].short, rotation=0, ha="right", va="center", fontsize=8)
    figure.legend(*axis.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    named = " and ".join(_what(scene) for scene, _ in (real, simulated))
    title = f"Reflectance by class and band: {real[0].name}, {named}"
    figure.suptitle(title)
    rows = ", ".join(c.short for c in classes)
    describe(figure, f"{title}. A row of histograms for each of {rows}; "
             f"a column for each of {len(BAND_NAMES)} bands.")  # fmt: skip


def _what(scene: xr.DataArray) -> str:
    return SIMULATED if scene.attrs.get("source") == SIMULATED else "real"


def show_crop_year(year: int = 2022, area: str = "strzegom", fields: int = 1500) -> None:
    """Show NDVI through a simulated year: per crop the median and the middle 80 % of fields."""
    days = [datetime.date(year, 1, 1) + datetime.timedelta(d) for d in range(0, 365, 3)]
    quarters = [datetime.date(year, month, 1) for month in (1, 4, 7, 10)]
    crop = sowing(year, style_of(area).crops, fields, [0])["crop"]
    ndvi = np.stack([_field_ndvi(day, area, fields) for day in days])
    grass = np.stack([_meadow_ndvi(day, 300) for day in days])
    figure, axes = plt.subplots(
        2, 4, figsize=(13, 5.4), sharex=True, sharey=True, layout="constrained"
    )
    panels = [(c.name, ndvi[:, crop == k]) for k, c in enumerate(CROPS)] + [("meadow", grass)]
    for axis, (name, values) in zip(axes.flat, panels, strict=False):
        low, middle, high = np.percentile(values, [10, 50, 90], axis=1)
        axis.fill_between(days, low, high, color="tab:green", alpha=0.25, lw=0)
        axis.plot(days, middle, color="tab:green")
        axis.set_title(name, fontsize=10)
        axis.set_xticks(quarters, [f"{day:%b}" for day in quarters])
    axes.flat[-1].axis("off")
    figure.supylabel("NDVI")
    figure.suptitle(f"A year of the crops, {year}, before light and sensor ({ATTRIBUTION})")
    peaks = (f"{name} in {days[int(np.median(v, axis=1).argmax())]:%B}" for name, v in panels)
    describe(figure, f"NDVI through a simulated year, a panel per crop, with its median and the "
             f"middle 80 % of the fields. It is highest for {', '.join(peaks)}.")  # fmt: skip


def _ndvi(mean: Array) -> Array:
    red, nir = mean[:, BAND_NAMES.index("B04")], mean[:, BAND_NAMES.index("B08")]
    ndvi: Array = (nir - red) / (nir + red)
    return ndvi


def _field_ndvi(day: datetime.date, area: str, fields: int) -> Array:
    return _ndvi(
        field_states(day, style_of(area).crops, fields, [0]) @ spectra_on(day).mean[[9, 4, 5]]
    )


def _meadow_ndvi(day: datetime.date, meadows: int) -> Array:
    mean = spectra_on(day).mean
    return _ndvi(mean[6] + mown(day, meadows, [0])[:, None] * (mean[4] - mean[6]))
