"""Figures of the accuracy: matrices as tiles, polygons as right or wrong."""

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from matplotlib.colors import LogNorm
from matplotlib.patches import Patch

from s2kit.accuracy.confusion import majority_classes
from s2kit.cartography.alternative import describe
from s2kit.cartography.palette import OTHER, SAME, UNKNOWN
from s2kit.scenes.nomenclature import NO_DATA, PAPER, Nomenclature


def show_matrix(matrix: pd.DataFrame, title: str = "", nomenclature: Nomenclature = PAPER) -> None:
    """Draw a confusion matrix as tiles, darker on a logarithmic scale, with its counts.

    Parameters
    ----------
    matrix
        counts, map classes in rows and reference classes in columns.
    title
        what was compared with what.
    nomenclature
        the classes of its rows and columns.

    Raises
    ------
    S2kitError
        if these are not the classes of the matrix.
    """
    nomenclature.require_codes(matrix.index, "the matrix")
    counts = matrix.to_numpy()
    names = [c.short for c in nomenclature.classes]
    _, axis = plt.subplots(figsize=(8, 6.2), layout="constrained")
    scale = LogNorm(1, max(10, counts.max()))
    axis.imshow(np.where(counts > 0, counts, np.nan), cmap="Blues", norm=scale)
    for row, column in zip(*np.nonzero(counts), strict=True):
        count = int(counts[row, column])
        colour = "white" if scale(count) > 0.6 else "black"
        weight = "bold" if row == column else "normal"
        axis.text(column, row, str(count), ha="center", va="center", fontsize=8, color=colour,
                  fontweight=weight)  # fmt: skip
    labels = [f"{code} {name}" for code, name in zip(matrix.index, names, strict=True)]
    axis.set_xticks(range(len(labels)), labels, rotation=45, ha="left", fontsize=8)
    axis.set_yticks(range(len(labels)), labels, fontsize=8)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set(xlabel="reference", ylabel="map", title=title)
    right, total = int(np.trace(counts)), int(counts.sum())
    describe(axis, f"Confusion matrix, map in rows and reference in columns: {right} of {total} "
             f"lie on the diagonal. {_largest_errors(counts, names)}")  # fmt: skip


def _largest_errors(counts: npt.NDArray[np.int64], names: list[str], most: int = 3) -> str:
    """Name the largest counts beside the diagonal."""
    wrong = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    places = [divmod(int(place), len(counts)) for place in np.argsort(-wrong, axis=None)[:most]]
    errors = [
        f"{wrong[row, column]} of {names[column]} mapped as {names[row]}"
        for row, column in places
        if wrong[row, column]
    ]
    return f"Largest errors: {', '.join(errors)}." if errors else "Nothing lies beside it."


def show_objects(class_map: xr.DataArray, polygons: gpd.GeoDataFrame, title: str = "") -> None:
    """Draw the polygons, pale where the majority of the map agrees, dark where it does not.

    Parameters
    ----------
    class_map
        codes, dims (y, x).
    polygons
        reference polygons in the map's CRS.
    title
        the scene.
    """
    majority = majority_classes(class_map, polygons)
    verdict = np.where(majority == polygons.label, SAME, OTHER)
    verdict = np.where(majority == NO_DATA, UNKNOWN, verdict)
    _, axis = plt.subplots(figsize=(7, 6), layout="constrained")
    polygons.plot(ax=axis, color=verdict, edgecolor="black", linewidth=0.3)
    wrong = polygons[verdict == OTHER]
    for index, point in wrong.representative_point().items():
        text = f"{majority[index]} for {polygons.label[index]}"
        axis.annotate(text, (point.x, point.y), fontsize=6, xytext=(3, 3),
                      textcoords="offset points")  # fmt: skip
    names = {SAME: "majority right", OTHER: "majority wrong (map for reference)"}
    if (verdict == UNKNOWN).any():
        names[UNKNOWN] = "no mapped pixel"
    handles = [Patch(color=colour, label=name) for colour, name in names.items()]
    axis.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.06), ncols=3,
                frameon=False, fontsize=8)  # fmt: skip
    axis.set(title=title, xlabel="easting, m", ylabel="northing, m", aspect="equal")
    axis.ticklabel_format(useOffset=False, style="plain")
    axis.tick_params(labelsize=7)
    describe(axis, f"Map of {len(polygons)} reference polygons: the majority of the map agrees in "
             f"{int((verdict == SAME).sum())} and disagrees in {len(wrong)}, which are dark and "
             "carry both codes.")  # fmt: skip
    axis.annotate(class_map.attrs.get("attribution", ""), (1, 0), xycoords="axes fraction",
                  xytext=(-4, 4), textcoords="offset points", ha="right", fontsize=6)  # fmt: skip
