"""How much of each class is labelled, scene by scene."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER, common_nomenclature

SQUARE_METRES_PER_HECTARE = 10_000


def pixel_area(grid: xr.DataArray) -> float:
    """Return the area of one pixel in hectares; S2kitError unless the CRS is in metres."""
    crs = grid.rio.crs
    if crs is None or not crs.is_projected or crs.linear_units_factor[1] != 1.0:
        raise S2kitError(
            f"areas need a projected CRS in metres and {grid.name or 'the grid'} has {crs}; "
            "reproject it to its UTM zone"
        )
    return float(abs(grid.rio.transform().determinant)) / SQUARE_METRES_PER_HECTARE


def labelled_area(masks: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    """Tabulate the labelled area per class and scene.

    Parameters
    ----------
    masks
        scene name → mask, integer codes, dims (y, x), projected CRS in metres.

    Returns
    -------
    pandas.DataFrame
        hectares, float64; index ``class`` (the codes), one column per scene.
    """
    nomenclature = common_nomenclature(masks.values()) if masks else PAPER
    areas = {}
    for name, mask in masks.items():
        places = nomenclature.positions(mask.to_numpy(), name).ravel()
        counts = np.bincount(places[places >= 0], minlength=len(nomenclature))
        areas[name] = counts * pixel_area(mask)
    return pd.DataFrame(areas, index=pd.Index(nomenclature.codes, name="class"), dtype="float64")
