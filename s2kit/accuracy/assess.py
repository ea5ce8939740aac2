"""One class map against its reference: both of the paper's approaches at once."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from s2kit.accuracy.confusion import confusion_matrix, majority_classes, pixel_matrix
from s2kit.accuracy.metrics import overall_accuracy
from s2kit.benchmarks.polygon_checks import class_conflicts
from s2kit.benchmarks.rasterise import rasterise
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require, require_polygons, require_raster
from s2kit.scenes.nomenclature import NO_DATA, PAPER, Nomenclature, nomenclature_of


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
    nomenclature
        the classes of both matrices.
    conflicts
        a sentence for each pair of polygons that overlap and have different classes.
    """

    pixels: pd.DataFrame
    objects: pd.DataFrame | None
    unmapped_pixels: int
    unmapped_polygons: int = 0
    invalid_polygons: int = 0
    nomenclature: Nomenclature = PAPER
    conflicts: tuple[str, ...] = ()

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
    polygons through `s2kit.benchmarks.polygon_checks.repair_polygons` first.

    Parameters
    ----------
    class_map
        codes, dims (y, x), 0 = no data, with CRS.
    reference
        mask on the same grid, or polygons with column ``label`` in the same CRS; its classes are
        those of the map.

    Returns
    -------
    Assessment

    Raises
    ------
    S2kitError
        for another CRS or grid, unknown codes, or a reference that the map nowhere covers.

    Examples
    --------
    >>> import rioxarray
    >>> from shapely import box
    >>> class_map = xr.DataArray(
    ...     np.array([[4, 4, 9], [4, 5, 9]], "uint8"),
    ...     coords={"y": [15.0, 5.0], "x": [5.0, 15.0, 25.0]}, dims=("y", "x"),
    ... ).rio.write_crs(32633)
    >>> fields = [box(0, 0, 20, 20), box(20, 0, 30, 20)]
    >>> reference = gpd.GeoDataFrame({"label": [4, 5]}, geometry=fields, crs=32633)
    >>> result = assess(class_map, reference)
    >>> result.pixel_oa, result.object_oa
    (0.5, 0.5)
    """
    require_raster(class_map, "the class map", ("y", "x"))
    kinds = (xr.DataArray, gpd.GeoDataFrame)
    require(reference, kinds, "the reference", "a mask (DataArray) or polygons (GeoDataFrame)")
    if isinstance(reference, xr.DataArray):
        require_raster(reference, "the reference", ("y", "x"))
    else:
        require_polygons(reference, "the reference")
    classes = nomenclature_of(class_map)
    if not isinstance(reference, gpd.GeoDataFrame):
        pixels, unmapped = _compare_pixels(class_map, reference)
        return Assessment(pixels, None, unmapped, nomenclature=classes)
    pixels, unmapped = _compare_pixels(class_map, rasterise(reference, class_map))
    valid = reference[reference.geometry.is_valid]
    majority = majority_classes(class_map, valid)
    return Assessment(
        pixels=pixels,
        objects=confusion_matrix(majority, valid.label, classes),
        unmapped_pixels=unmapped,
        unmapped_polygons=int((majority == NO_DATA).sum()),
        invalid_polygons=len(reference) - len(valid),
        nomenclature=classes,
        conflicts=tuple(class_conflicts(reference)),
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
