"""Figures of the simulator: a real and a simulated date side by side, a year of the crops."""

import datetime

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib import dates
from matplotlib.figure import Figure

from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import CLASSES
from s2kit.scenes.simulated.calendar import CROPS, field_states, mown, sowing
from s2kit.scenes.simulated.grid import Array
from s2kit.scenes.simulated.products import ATTRIBUTION
from s2kit.scenes.simulated.spectra import spectra_on
from s2kit.scenes.simulated.styles import style_of

SIMULATED = "simulated"
FCC = (("B08", 0.5), ("B04", 0.25), ("B03", 0.2))
"""Red, green and blue of the false colour composite, and the reflectance shown at full strength."""


def show_side_by_side(real: xr.DataArray, simulated: xr.DataArray) -> Figure:
    """Show a real and a simulated scene as false colour composites under one stretch.

    Parameters
    ----------
    real, simulated
        Reflectance, dims (band, y, x); name and ``attrs["attribution"]`` go into the titles.
    """
    figure, axes = plt.subplots(1, 2, figsize=(13, 6.8), layout="constrained")
    for axis, scene, what in zip(axes, (real, simulated), ("real", SIMULATED), strict=True):
        rgb = np.dstack([scene.sel(band=band) / white for band, white in FCC])
        axis.imshow(np.nan_to_num(rgb).clip(0, 1), interpolation="nearest")
        attribution = scene.attrs.get("attribution", "")
        axis.set(title=f"{what}: {scene.name}", xlabel=attribution, xticks=[], yticks=[])
    return figure


def show_histograms(
    real: tuple[xr.DataArray, xr.DataArray], simulated: tuple[xr.DataArray, xr.DataArray]
) -> Figure:
    """Show histograms of reflectance per class and band, real and simulated.

    Parameters
    ----------
    real, simulated
        A scene (band, y, x) and its mask (y, x). Classes that one of the masks lacks are left out.
    """
    counts = [np.bincount(mask.to_numpy().ravel(), minlength=11) for _, mask in (real, simulated)]
    classes = [c for c in CLASSES if min(n[c.code] for n in counts) >= 30]
    figure, axes = plt.subplots(
        len(classes),
        len(BAND_NAMES),
        figsize=(13, len(classes) + 1.2),
        squeeze=False,
        layout="constrained",
    )
    looks = {"real": ("0.3", "stepfilled", 0.5), SIMULATED: ("tab:red", "step", 1.0)}
    for row, land in zip(axes, classes, strict=True):
        for axis, band in zip(row, BAND_NAMES, strict=True):
            sets = [
                scene.sel(band=band).to_numpy()[mask.to_numpy() == land.code]
                for scene, mask in (real, simulated)
            ]
            top = max(np.nanpercentile(values, 99.5) for values in sets)
            for (what, (colour, kind, alpha)), values in zip(looks.items(), sets, strict=True):
                axis.hist(
                    values,
                    np.linspace(0, top, 30),
                    density=True,
                    color=colour,
                    histtype=kind,
                    alpha=alpha,
                    label=what,
                )
            axis.set(yticks=[], xlim=(0, top))
            axis.tick_params(labelsize=6)
        row[0].set_ylabel(land.short, rotation=0, ha="right", va="center", fontsize=8)
    for axis, band in zip(axes[0], BAND_NAMES, strict=True):
        axis.set_title(band, fontsize=9)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.suptitle(f"Reflectance by class and band: {real[0].name}, real and simulated")
    return figure


def show_crop_year(year: int = 2022, area: str = "strzegom", fields: int = 1500) -> Figure:
    """Show NDVI through a simulated year: per crop the median and the middle 80 % of fields."""
    days = [datetime.date(year, 1, 1) + datetime.timedelta(d) for d in range(0, 365, 3)]
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
        axis.xaxis.set_major_locator(dates.MonthLocator([1, 4, 7, 10]))
        axis.xaxis.set_major_formatter(dates.DateFormatter("%b"))
    axes.flat[-1].axis("off")
    figure.supylabel("NDVI")
    figure.suptitle(f"A year of the crops, {year}, before light and sensor ({ATTRIBUTION})")
    return figure


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
