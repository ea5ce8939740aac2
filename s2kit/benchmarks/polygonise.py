"""From a mask back to polygons: one for each connected area of a class."""

import geopandas as gpd
import xarray as xr
from rasterio.features import shapes
from shapely.geometry import shape

from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.nomenclature import NO_DATA


def polygonise(mask: xr.DataArray) -> gpd.GeoDataFrame:
    """Vectorise a mask or class map: one polygon per connected area of equal codes.

    Pixels belong together when they share an edge. `s2kit.benchmarks.rasterise.rasterise` turns
    the result into the same mask again.

    Parameters
    ----------
    mask
        Class codes, uint8, dims (y, x), 0 = no data, with CRS.

    Returns
    -------
    GeoDataFrame
        Columns ``label`` (class code, int64) and ``geometry``, in the CRS of the mask.

    Raises
    ------
    S2kitError
        If the mask has no CRS.

    Examples
    --------
    >>> from s2kit.benchmarks.rasterise import rasterise
    >>> from s2kit.simulator.example import example_polygons, example_scene
    >>> mask = rasterise(example_polygons(48), like=example_scene(48))
    >>> outlines = polygonise(mask)
    >>> sorted(outlines.label), outlines.area.tolist()[:1]
    ([1, 3, 4, 5], [32400.0])
    """
    require_raster(mask, "the mask", ("y", "x"))
    if mask.rio.crs is None:
        raise S2kitError("the mask names no CRS; assign it (rio.write_crs) and try again")
    codes = mask.to_numpy().astype("uint8")
    found = shapes(codes, codes != NO_DATA, transform=mask.rio.transform(recalc=True))
    outlines = [(shape(geometry), int(code)) for geometry, code in found]
    return gpd.GeoDataFrame(
        {"label": [code for _, code in outlines]},
        geometry=[outline for outline, _ in outlines],
        crs=mask.rio.crs,
    ).astype({"label": "int64"})
