"""One class map against its reference: both of the paper's approaches at once."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from s2kit.accuracy.confusion import confusion_matrix, majority_classes, pixel_matrix
from s2kit.accuracy.metrics import overall_accuracy
from s2kit.benchmarks.rasterise import rasterise
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import NO_DATA


@dataclass(frozen=True)
class Assessment:
    """What a comparison of a class map with its reference yields.

    Attributes
    ----------
    pixels, objects
        confusion matrices of the pixel and the object approach, map in rows; ``objects`` is
        None where the reference is a mask.
    unmapped_pixels, unmapped_polygons
        reference pixels, and polygons, left out because the map has no data there.
    invalid_polygons
        polygons left out of the object approach because their geometry is invalid.
    """

    pixels: pd.DataFrame
    objects: pd.DataFrame | None
    unmapped_pixels: int
    unmapped_polygons: int = 0
    invalid_polygons: int = 0

    @property
    def pixel_oa(self) -> float:
        """Overall accuracy of the pixel approach, 0 to 1."""
        return overall_accuracy(self.pixels)

    @property
    def object_oa(self) -> float:
        """Overall accuracy of the object approach, 0 to 1; NaN without polygons."""
        return float("nan") if self.objects is None else overall_accuracy(self.objects)


def assess(class_map: xr.DataArray, reference: xr.DataArray | gpd.GeoDataFrame) -> Assessment:
    """Compare a class map with a mask, or with polygons.

    Polygons are burnt onto the map's grid by pixel centres for the pixel approach. For the
    object approach those with an invalid geometry are left out and counted: so did the tool
    behind the paper's Table 8 (198 of Kolbuszowa's 213 polygons). To count them, pass the
    polygons through `s2kit.benchmarks.polygons.repair_polygons` first.

    Parameters
    ----------
    class_map
        codes, dims (y, x), 0 = no data, with CRS.
    reference
        mask on the same grid, or polygons with column ``label`` in the same CRS.

    Returns
    -------
    Assessment

    Raises
    ------
    S2kitError
        for another CRS or grid, unknown codes, or a reference that the map nowhere covers.
    """
    if not isinstance(reference, gpd.GeoDataFrame):
        pixels, unmapped = _compare_pixels(class_map, reference)
        return Assessment(pixels=pixels, objects=None, unmapped_pixels=unmapped)
    pixels, unmapped = _compare_pixels(class_map, rasterise(reference, class_map))
    valid = reference[reference.geometry.is_valid]
    majority = majority_classes(class_map, valid)
    return Assessment(
        pixels=pixels,
        objects=confusion_matrix(majority, valid.label),
        unmapped_pixels=unmapped,
        unmapped_polygons=int((majority == NO_DATA).sum()),
        invalid_polygons=len(reference) - len(valid),
    )


def _compare_pixels(class_map: xr.DataArray, mask: xr.DataArray) -> tuple[pd.DataFrame, int]:
    """Return the pixel matrix and the number of reference pixels without a map class."""
    matrix = pixel_matrix(class_map, mask)
    unmapped = int(np.count_nonzero((mask.to_numpy() != NO_DATA) & (class_map.to_numpy() == 0)))
    if not matrix.to_numpy().sum():
        raise S2kitError(
            "no labelled pixel of the reference lies where the map has data; "
            "check that both are of the same place"
        )
    return matrix, unmapped
