"""``python -m s2kit assess``: a class map against polygons or a mask."""

from pathlib import Path

import click
import geopandas as gpd
import xarray as xr

from s2kit.accuracy.assess import Assessment
from s2kit.accuracy.assess import assess as compare
from s2kit.accuracy.tables import metrics_table
from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.raster import read_codes

RASTER_SUFFIXES = (".tif", ".tiff", ".vrt")


@click.command(
    epilog="""\b
Examples:
  python -m s2kit assess MAP.tif strzegom_ref.gpkg
  python -m s2kit assess MAP.tif kolbuszowa_ref.gpkg --label DN
  python -m s2kit assess MAP.tif mask.tif

Exit codes: 0 done, 1 input that cannot be compared, 2 wrong usage."""
)
@click.argument("map_file", metavar="MAP.tif", type=click.Path(path_type=Path))
@click.argument("reference", metavar="REFERENCE", type=click.Path(path_type=Path))
@click.option("--label", metavar="COLUMN", help="Column of the class codes [default: found].")
def assess(map_file: Path, reference: Path, label: str | None) -> None:
    """Say how well a class map agrees with a reference.

    REFERENCE is a vector file of polygons with class codes 1 to 10, or a mask (GeoTIFF) on the
    map's grid. Prints the metrics of the paper's Table 1 per class, in per cent, then overall
    accuracy by pixels and, for polygons, by objects: the majority inside each polygon.
    """
    class_map = read_codes(map_file)
    if reference.suffix.lower() in RASTER_SUFFIXES:
        if label is not None:
            raise S2kitError(f"--label {label}: {reference} is a mask and has no columns; drop it")
        result = compare(class_map, read_codes(reference))
    else:
        polygons = read_polygons(reference, label)
        result = compare(class_map, _in_crs_of(class_map, polygons))
    for line in _report(result):
        click.echo(line)


def _in_crs_of(class_map: xr.DataArray, polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the polygons in the map's CRS, saying so where that changes them."""
    if class_map.rio.crs is None or polygons.crs == class_map.rio.crs:
        return polygons
    target = class_map.rio.crs.to_string()
    click.echo(f"polygons reprojected from {polygons.crs.to_string()} to {target}")
    return polygons.to_crs(class_map.rio.crs)


def _report(result: Assessment) -> list[str]:
    """Return the lines of the report, the overall accuracies last."""
    lines = metrics_table(result.pixels, names=True).to_string(index_names=False).splitlines()
    if result.unmapped_pixels:
        lines.append(f"left out: {result.unmapped_pixels} reference pixels without map data")
    if result.unmapped_polygons:
        lines.append(f"left out: {result.unmapped_polygons} polygons without a mapped pixel")
    if result.invalid_polygons:
        lines.append(
            f"left out of the object approach: {result.invalid_polygons} polygons with an "
            "invalid geometry"
        )
    total = int(result.pixels.to_numpy().sum())
    lines.append(f"pixel OA {100 * result.pixel_oa:.2f} ({total} pixels)")
    if result.objects is not None:
        total = int(result.objects.to_numpy().sum())
        lines.append(f"object OA {100 * result.object_oa:.2f} ({total} polygons)")
    return lines
