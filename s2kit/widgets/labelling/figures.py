"""The picture that stands for the labelling widget where no kernel runs."""

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from s2kit.cartography.composite import false_colour
from s2kit.scenes.nomenclature import Nomenclature
from s2kit.widgets.viewer.windows import overview


def picture_of_points(
    scene: xr.DataArray,
    places: npt.NDArray[Any],
    labels: "pd.Series[Any]",
    nomenclature: Nomenclature,
) -> bytes:
    """Return a JPEG: the points over the false colour composite, labelled ones in their colours.

    Parameters
    ----------
    scene
        Reflectance (band, y, x).
    places
        Row and column of each point.
    labels
        Class code of each, empty where nobody looked.
    nomenclature
        The classes.
    """
    with plt.ioff():
        figure, axis = plt.subplots(figsize=(6.4, 5.4), layout="constrained")
        seen = overview(scene.sizes["y"], scene.sizes["x"]).of(scene)
        axis.imshow(false_colour(seen), extent=(0, scene.sizes["x"], scene.sizes["y"], 0))
        open_ = labels.isna().to_numpy()
        rows, columns = (places + 0.5).T
        axis.scatter(columns[open_], rows[open_], s=14, c="none", edgecolors="white", lw=0.9)
        for code in np.unique(labels[~open_].to_numpy(int)):
            here = (labels == code).fillna(False).to_numpy(bool)
            c = nomenclature[int(code)]
            axis.scatter(
                columns[here], rows[here], s=20, c=c.colour, edgecolors="white", lw=0.8,
                label=f"{c.code}  {c.short}",
            )  # fmt: skip
        if not open_.all():
            axis.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, fontsize=8)
        axis.set(xticks=[], yticks=[])
        done = f"{int((~open_).sum())} of {len(labels)} random points labelled"
        axis.set_title(done, loc="left", fontsize=9)
        credit = str(scene.attrs.get("attribution", ""))
        axis.set_xlabel(credit, loc="right", fontsize=6.5, color="0.4", labelpad=4)
        target = io.BytesIO()
        figure.savefig(target, format="jpeg", dpi=110, pil_kwargs={"quality": 82})
        plt.close(figure)
    return target.getvalue()
