"""Figures of the benchmarks: how polygons become pixels, and how much was labelled when."""

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr

from s2kit.benchmarks.rasterise import rasterise
from s2kit.cartography.alternative import describe
from s2kit.cartography.palette import class_colormap, class_places
from s2kit.scenes.nomenclature import PAPER, Nomenclature, nomenclature_of


def show_pixel_rules(
    polygons: gpd.GeoDataFrame,
    like: xr.DataArray,
    polygon: object,
    margin: int = 3,
    nomenclature: Nomenclature | None = None,
) -> None:
    """Draw one polygon's surroundings twice: burnt by pixel centres, and by every touch.

    Parameters
    ----------
    polygons
        reference polygons in the CRS of ``like``.
    like
        scene or map, dims (…, y, x).
    polygon
        row label of the polygon in the middle.
    margin
        pixels to show around it.
    nomenclature
        the classes; default as in `s2kit.benchmarks.rasterise.rasterise`.
    """
    left, bottom, right, top = polygons.geometry[polygon].bounds
    pad = margin * abs(float(like.rio.resolution()[0]))
    window = {"x": slice(left - pad, right + pad), "y": slice(top + pad, bottom - pad)}
    figure, axes = plt.subplots(1, 2, figsize=(8, 4), sharey=True, layout="constrained")
    titles = ("pixel centre", "all touched")
    labelled = []
    for axis, title, touched in zip(axes, titles, (False, True), strict=True):
        mask = rasterise(polygons, like, touched, nomenclature).sel(window)
        west, south, east, north = mask.rio.bounds()
        classes = nomenclature_of(mask)
        labelled.append(int((mask != 0).sum()))
        axis.imshow(
            class_places(mask), cmap=class_colormap(classes), vmin=-0.5, vmax=len(classes) + 0.5,
            alpha=0.75, extent=(west, east, south, north),
        )  # fmt: skip
        polygons.boundary.plot(ax=axis, color="black", linewidth=1.2)
        x, y = np.meshgrid(mask.x, mask.y)
        axis.plot(x.ravel(), y.ravel(), ".", color="black", markersize=2)
        axis.set(xlim=(west, east), ylim=(south, north), aspect="equal", title=title)
        axis.set(xlabel="", ylabel="")
        axis.ticklabel_format(useOffset=False, style="plain")
        axis.tick_params(labelsize=7)
        axis.locator_params(nbins=3)
    figure.supxlabel(f"easting, northing in metres ({like.rio.crs})", fontsize=8)
    describe(figure, f"One narrow polygon and its surroundings, twice. By pixel centres "
             f"{labelled[0]} pixels get a label, by every touch {labelled[1]}.")  # fmt: skip


def show_labelled_area(areas: pd.DataFrame, nomenclature: Nomenclature = PAPER) -> None:
    """Draw one bar per scene, its labelled hectares stacked by class.

    Parameters
    ----------
    areas
        as from `s2kit.benchmarks.area.labelled_area`.
    nomenclature
        the classes of its index.
    """
    nomenclature.require_codes(areas.index, "the table of areas")
    height = 1.4 + 0.32 * areas.shape[1]
    figure, axis = plt.subplots(figsize=(9, height), layout="constrained")
    start = pd.Series(0.0, index=areas.columns)
    for code, row in areas.iterrows():
        if not row.any():
            continue
        land_cover = nomenclature[int(str(code))]
        label = f"{land_cover.code} {land_cover.short}"
        axis.barh(areas.columns, row, left=start, color=land_cover.colour, label=label)
        start += row
    axis.invert_yaxis()
    axis.set_xlabel("labelled area, ha")
    axis.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    totals = ", ".join(f"{name} {hectares:.0f}" for name, hectares in areas.sum().items())
    describe(figure, f"One bar per scene, its labelled hectares stacked by class: {totals}.")
