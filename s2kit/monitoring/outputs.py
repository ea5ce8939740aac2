"""What monitoring writes: maps and parcels that QGIS opens in colours, and tables."""

from dataclasses import replace
from math import ceil, inf
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from matplotlib import colormaps
from matplotlib.colors import to_hex

from s2kit.cartography.qgis_styles import (
    Step,
    class_map_qml,
    graded_polygons_qml,
    graded_raster_qml,
)
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import nomenclature_of
from s2kit.scenes.writer import replacing, replacing_all

COLOURS = "YlOrBr"
"""From no bare day to the most: even in lightness, and bare soil is brown."""

CLASSES = 6
BANDS = ("bare days, mean", "bare days, standard deviation")


def write_bare_days(path: Path, found: xr.Dataset) -> None:
    """Write the map of bare days as GeoTIFF of two float32 bands, and its QGIS style beside it.

    Parameters
    ----------
    path
        The GeoTIFF; ``.qml`` stands beside it.
    found
        As `s2kit.bare_days` returns it.

    Raises
    ------
    S2kitError
        If it cannot be written, or has no CRS.
    """
    plane = found["bare_days"]
    if plane.rio.crs is None:
        raise S2kitError("the map of bare days has no CRS; assign it with .rio.write_crs(…)")
    most = float(np.nan_to_num(plane.to_numpy()).max())
    with replacing_all([path.with_suffix(".qml"), path]) as (style, part):
        with rasterio.open(
            part, "w", driver="GTiff", width=plane.sizes["x"], height=plane.sizes["y"], count=2,
            dtype="float32", crs=plane.rio.crs, transform=plane.rio.transform(recalc=True),
            nodata=np.nan, compress="deflate", tiled=True, blockxsize=256, blockysize=256,
        ) as file:  # fmt: skip
            for band, key in enumerate(("bare_days", "deviation"), 1):
                file.write(found[key].to_numpy().astype(np.float32), band)
                file.set_band_description(band, BANDS[band - 1])
            file.update_tags(**{k: str(v) for k, v in found.attrs.items() if k != "nomenclature"})
        style.write_text(graded_raster_qml(_steps(most, inf)), encoding="utf-8")


def write_stack(path: Path, stack: xr.DataArray) -> None:
    """Write a stack of class codes as NetCDF (version 3, CF): dims time, y, x; 0 = no data.

    A style for QGIS stands beside it (``.qml``): the classes of one date, the first to begin with.

    Raises
    ------
    S2kitError
        If it cannot be written, or a class code is above 127.
    """
    classes = nomenclature_of(stack)
    if max(classes.codes) > 127:
        raise S2kitError("NetCDF 3 holds class codes up to 127; number the classes anew")
    plain = stack.astype(np.int8).rename("land_cover")
    plain.attrs = {
        "flag_values": np.array(classes.codes, np.int8),
        "flag_meanings": " ".join(name.replace(" ", "_") for name in classes.names),
        "grid_mapping": "spatial_ref",
        **{key: stack.attrs[key] for key in ("source", "attribution") if key in stack.attrs},
    }
    plain.encoding = {"_FillValue": np.int8(0)}
    dataset = plain.to_dataset().drop_vars("spatial_ref", errors="ignore")
    dataset = dataset.rio.write_crs(stack.rio.crs).rio.write_coordinate_system()
    dataset = dataset.rio.write_transform(stack.rio.transform(recalc=True))
    with replacing_all([path.with_suffix(".qml"), path]) as (style, part):
        dataset.to_netcdf(part, engine="scipy", format="NETCDF3_64BIT")
        style.write_text(class_map_qml(classes), encoding="utf-8")


def write_parcels(path: Path, parcels: gpd.GeoDataFrame) -> None:
    """Write parcels as GeoPackage, with the same table as CSV and a QGIS style beside it."""
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    names = [path.with_suffix(".csv"), path.with_suffix(".qml"), path]
    with replacing_all(names) as (rows, style, part):
        table.to_csv(rows, index=False)
        most = float(parcels.bare_days.max())
        steps = _steps(most, max(ceil(most), 1.0))
        style.write_text(graded_polygons_qml("bare_days", steps), encoding="utf-8")
        parcels.to_file(part, layer="parcels", driver="GPKG", engine="pyogrio")


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, rounded to thousandths."""
    with replacing(path) as part:
        table.round(3).to_csv(part)


def _steps(most: float, last: float) -> list[Step]:
    """Return the steps in which bare days are coloured; the last one ends at ``last``."""
    limits = np.linspace(0, max(ceil(most), 1), CLASSES + 1).tolist()
    colours = [to_hex(colormaps[COLOURS](k / (CLASSES - 1))) for k in range(CLASSES)]
    steps = [
        Step(low, high, f"{low:.0f} to {high:.0f} bare days", colour)
        for low, high, colour in zip(limits[:-1], limits[1:], colours, strict=True)
    ]
    return [*steps[:-1], replace(steps[-1], high=last)]
