"""What a benchmark cannot see: the pixels that nobody labelled.

People draw polygons where they are sure, well inside things. An accuracy measured there says
nothing of hedges, field edges and the country in between. Only where every pixel's class is known,
as in a simulated landscape, can the two be compared.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from scipy import ndimage

from s2kit.accuracy.confusion import require_same_grid
from s2kit.cartography.palette import OTHER, SAME, UNKNOWN
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import NO_DATA

WHERE = ("labelled", "unlabelled, inside", "unlabelled, at an edge")


def accuracy_by_place(
    class_map: xr.DataArray, truth: xr.DataArray, mask: xr.DataArray
) -> pd.DataFrame:
    """Split overall accuracy by where people draw polygons and where they do not.

    Parameters
    ----------
    class_map, truth, mask
        Codes on one grid, dims (y, x): the map, the class of every pixel, the labelled part of
        it (0 = not labelled).

    Returns
    -------
    DataFrame
        Index `WHERE` and "everywhere"; ``share`` of the mapped pixels and ``OA``, both 0 to 1,
        OA NaN where there is no such pixel. At an edge is a pixel one of whose eight neighbours
        has another class.

    Raises
    ------
    S2kitError
        If the grids differ, or the truth has gaps.
    """
    require_same_grid(class_map, truth)
    require_same_grid(class_map, mask)
    codes = truth.to_numpy()
    if (codes == NO_DATA).any():
        raise S2kitError(
            f"{truth.name}: the truth has pixels without a class, so it is a benchmark; "
            "give the map of every pixel that a simulated landscape comes with"
        )
    mapped = class_map.to_numpy() != NO_DATA
    edge = ndimage.maximum_filter(codes, 3) != ndimage.minimum_filter(codes, 3)
    labelled = mask.to_numpy() != NO_DATA
    right = class_map.to_numpy() == codes
    places = labelled, ~labelled & ~edge, ~labelled & edge, np.ones_like(edge)
    rows = [
        (here.sum() / mapped.sum(), right[here].mean() if here.any() else np.nan)
        for here in (place & mapped for place in places)
    ]
    return pd.DataFrame(rows, index=[*WHERE, "everywhere"], columns=["share", "OA"])


def show_unlabelled(class_map: xr.DataArray, truth: xr.DataArray, mask: xr.DataArray) -> None:
    """Show the errors that the benchmark sees beside all errors; arguments as above."""
    right = class_map.to_numpy() == truth.to_numpy()
    verdict = np.where(class_map.to_numpy() == NO_DATA, 0, 1 + ~right)
    seen = np.where(mask.to_numpy() == NO_DATA, 0, verdict)
    _, axes = plt.subplots(1, 2, figsize=(12, 6.4), layout="constrained")
    titles = "what the benchmark sees", "what is there"
    for axis, codes, title in zip(axes, (seen, verdict), titles, strict=True):
        colours = ListedColormap([UNKNOWN, SAME, OTHER])
        axis.imshow(codes, cmap=colours, vmin=0, vmax=2, interpolation="nearest")
        axis.set(title=title, xticks=[], yticks=[])
    axes[0].set_xlabel(f"{truth.name}: {truth.attrs.get('attribution', '')}")
    named = [Patch(color=SAME, label="right"), Patch(color=OTHER, label="wrong")]
    axes[1].legend(
        handles=named, loc="upper left", bbox_to_anchor=(0, -0.01), ncols=2, frameon=False
    )
