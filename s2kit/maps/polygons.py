"""Polygons of a class map: one for each connected area of a class, the small ones dissolved."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import geopandas as gpd
import rasterio
from rasterio.features import shapes, sieve
from shapely.geometry import shape

from s2kit.cartography.qgis_styles import class_polygons_qml, put_style
from s2kit.maps.areas import SQUARE_METRES_PER_HECTARE
from s2kit.scenes.nomenclature import NO_DATA, Nomenclature

AT_ONCE = 20_000
"""Polygons written at once."""


def write_polygons(
    path: Path, class_map: Path, classes: Nomenclature, min_area: float, name: str
) -> None:
    """Write the polygons of a class map as GeoPackage.

    Areas below the smallest one that is wanted join their largest neighbour (sieve filter); areas
    without data stay as they are and get no polygon.

    Parameters
    ----------
    path
        The GeoPackage, columns ``label`` (code), ``name`` and ``hectares``; in it lies a style, by
        which QGIS opens it in the colours of the classes.
    class_map
        The map as a GeoTIFF in metres.
    classes
        What its codes mean.
    min_area
        Hectares of the smallest polygon.
    name
        Of the layer.
    """
    with rasterio.open(class_map) as file:
        pixel = abs(file.transform.determinant) / SQUARE_METRES_PER_HECTARE
        codes, crs, transform = file.read(1), file.crs, file.transform
    smallest = round(min_area / pixel)
    seen = codes != NO_DATA
    if smallest > 1:
        codes = sieve(codes, smallest, mask=seen)
    names = {c.code: c.name for c in classes.classes}
    found = shapes(codes, seen, transform=transform)
    for number, table in enumerate(_tables(found, names, crs)):
        table.to_file(path, layer=name, driver="GPKG", mode="a" if number else "w")
    put_style(path, name, class_polygons_qml("label", classes, opacity=1))


def _tables(
    found: Iterator[tuple[dict[str, Any], float]], names: dict[int, str], crs: Any
) -> Iterator[gpd.GeoDataFrame]:
    """Yield tables of a limited length, at least one."""
    columns = ["label", "name", "hectares", "geometry"]
    empty = True
    while some := list(islice(found, AT_ONCE)):
        empty = False
        outlines = [(int(code), shape(outline)) for outline, code in some]
        rows = [
            (code, names[code], outline.area / SQUARE_METRES_PER_HECTARE, outline)
            for code, outline in outlines
        ]
        yield gpd.GeoDataFrame(rows, columns=columns, crs=crs)
    if empty:
        yield gpd.GeoDataFrame({name: [] for name in columns}, geometry="geometry", crs=crs)
