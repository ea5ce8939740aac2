"""Figures of chapter 1: histograms of the bands, and where the 20 m bands lie."""

from collections.abc import Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s2kit.cartography.alternative import describe
from s2kit.cartography.elements import attribution
from s2kit.scenes.bands import BANDS
from s2kit.scenes.registration import best_shift

COLOURS = dict(
    zip(
        (band.name for band in BANDS),
        (
            *("#2166ac", "#1b9e3e", "#d7301f", "#f781bf", "#c51b8a", "#54278f"),
            *("#8c510a", "#bf812d", "#4d4d4d", "#999999"),
        ),
        strict=True,
    )
)
"""One colour per band: visible as it is seen, red edge pink, near infrared brown, SWIR grey."""


def show_histograms(panels: Mapping[str, xr.DataArray], unit: str) -> None:
    """Draw one panel of histograms per scene, a line per band, all on one scale.

    Parameters
    ----------
    panels
        Title and values, dims (band, y, x), digital numbers (0 = no data) or float (NaN).
    unit
        Label of the horizontal axis.
    """
    known = {
        title: scene if scene.dtype.kind == "f" else scene.where(scene > 0)
        for title, scene in panels.items()
    }
    high = max(float(scene.quantile(0.999)) for scene in known.values())
    edges = np.linspace(min(0.0, *(float(s.min()) for s in known.values())), high, 120)
    figure, axes = plt.subplots(
        1, len(known), figsize=(9, 2.8), sharex=True, sharey=True, squeeze=False
    )
    for axis, (title, scene) in zip(axes[0], known.items(), strict=True):
        for name, band in zip(scene.band.to_numpy(), scene.to_numpy(), strict=True):
            count, _ = np.histogram(band[np.isfinite(band)], edges)
            centres = (edges[1:] + edges[:-1]) / 2
            axis.plot(centres, count / count.sum(), color=COLOURS[name], lw=1.2, label=name)
        axis.set(title=title, xlabel=unit, yticks=[])
        axis.spines[["top", "right", "left"]].set_visible(False)
        medians = dict(zip(scene.band.values, scene.median(("y", "x")).values, strict=True))
        low, *_, top = sorted(medians, key=medians.__getitem__)
        describe(axis, f"histograms of {len(medians)} bands over {unit}; medians from "
                 f"{medians[low]:.4g} ({low}) to {medians[top]:.4g} ({top})")  # fmt: skip
    axes[0, 0].set_ylabel("share of pixels")
    axes[0, -1].legend(fontsize=7, frameon=False, loc="upper right", ncols=2)
    _attribute(figure, panels.values())


def show_shift(tables: Mapping[str, pd.DataFrame]) -> None:
    """Draw tables of `measure_shift`, a panel each, with the highest correlation marked."""
    figure, axes = plt.subplots(1, len(tables), figsize=(4.2 * len(tables), 3.6), squeeze=False)
    lowest = min(float(table.to_numpy().min()) for table in tables.values())
    for axis, (title, table) in zip(axes[0], tables.items(), strict=True):
        steps = list(table.index)
        reach = steps[-1] + 0.5
        axis.imshow(
            table, origin="lower", extent=(-reach, reach, -reach, reach), vmin=lowest, vmax=1
        )
        for north in steps:
            for east in steps:
                r = table.loc[north, east]
                colour = "black" if r > (1 + lowest) / 2 else "white"
                axis.text(east, north, f"{r:.3f}", color=colour, ha="center", va="center", size=8)
        north, east = best_shift(table)
        describe(axis, f"correlations of {table.size} shifts in a grid; the highest, "
                 f"{table.to_numpy().max():.3f}, at {east} pixels east, {north} north")  # fmt: skip
        axis.plot(east, north, "s", ms=36, mfc="none", mec="red", mew=2)
        axis.set(title=title, xlabel="pixels east", ylabel="pixels north", xticks=steps)
        axis.set_yticks(steps)
    figure.tight_layout()


def show_registration(scenes: Mapping[str, xr.DataArray], row: int, column: int) -> None:
    """Draw B08 in red over B8A in cyan, a detail of 30 x 30 pixels from each scene.

    Where the two lie on one another the picture is grey; where one is displaced, edges have a red
    fringe on one side and a cyan one on the other.
    """
    figure, axes = plt.subplots(1, len(scenes), figsize=(4.2 * len(scenes), 4.2), squeeze=False)
    for axis, (title, scene) in zip(axes[0], scenes.items(), strict=True):
        detail = scene.isel(y=slice(row, row + 30), x=slice(column, column + 30))
        pair = [_stretched(detail.sel(band=name)) for name in ("B08", "B8A", "B8A")]
        axis.imshow(np.dstack(pair))
        _frame(axis, title)
        describe(axis, "detail of 30 × 30 pixels, band 8 in red over band 8A in cyan: grey where "
                 "they lie on one another, fringed where one is displaced")  # fmt: skip
    _attribute(figure, scenes.values())


def _stretched(band: xr.DataArray) -> xr.DataArray:
    low, high = band.quantile([0.02, 0.98]).to_numpy()
    stretched: xr.DataArray = ((band - low) / (high - low)).clip(0, 1).fillna(0)
    return stretched


def _frame(axis: Axes, title: str) -> None:
    axis.set(title=title, xticks=[], yticks=[])


def _attribute(figure: Figure, scenes: Iterable[xr.DataArray]) -> None:
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    figure.text(0.995, 0.01, attribution(scenes), ha="right", size=6, color="0.4")
