"""What monitoring writes: maps and parcels that QGIS opens in colours, and tables."""

from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from matplotlib import colormaps
from matplotlib.colors import to_hex

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
    most = float(np.nan_to_num(plane.to_numpy()).max()) or 1.0
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
        style.write_text(_raster_style(most), encoding="utf-8")


def write_stack(path: Path, stack: xr.DataArray) -> None:
    """Write a stack of class codes as NetCDF (version 3, CF): dims time, y, x; 0 = no data.

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
    with replacing(path) as part:
        dataset.to_netcdf(part, engine="scipy", format="NETCDF3_64BIT")


def write_parcels(path: Path, parcels: gpd.GeoDataFrame) -> None:
    """Write parcels as GeoPackage, with the same table as CSV and a QGIS style beside it."""
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    names = [path.with_suffix(".csv"), path.with_suffix(".qml"), path]
    with replacing_all(names) as (rows, style, part):
        table.to_csv(rows, index=False)
        style.write_text(_parcel_style(float(parcels.bare_days.max()) or 1.0), encoding="utf-8")
        parcels.to_file(part, layer="parcels", driver="GPKG", engine="pyogrio")


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, rounded to thousandths."""
    with replacing(path) as part:
        table.round(3).to_csv(part)


def _steps(most: float) -> list[tuple[float, float, str]]:
    """Return lower and upper limit and colour of each class of bare days."""
    limits = np.linspace(0, most, CLASSES + 1)
    colours = [to_hex(colormaps[COLOURS](k / (CLASSES - 1))) for k in range(CLASSES)]
    return list(zip(limits[:-1].tolist(), limits[1:].tolist(), colours, strict=True))


def _raster_style(most: float) -> str:
    root = ET.Element("qgis", version="3.0.0", styleCategories="Symbology")
    renderer = ET.SubElement(
        ET.SubElement(root, "pipe"), "rasterrenderer", type="singlebandpseudocolor", band="1",
        opacity="1", alphaBand="-1", classificationMin="0", classificationMax=f"{most:g}",
    )  # fmt: skip
    shader = ET.SubElement(
        ET.SubElement(renderer, "rastershader"), "colorrampshader",
        colorRampType="DISCRETE", classificationMode="2", clip="0",
    )  # fmt: skip
    for low, high, colour in _steps(most):
        label = f"{low:.0f} to {high:.0f} bare days"
        ET.SubElement(shader, "item", value=f"{high:g}", label=label, color=colour, alpha="255")
    return _text(root)


def _parcel_style(most: float) -> str:
    root = ET.Element("qgis", version="3.0.0", styleCategories="Symbology")
    renderer = ET.SubElement(
        root, "renderer-v2", type="graduatedSymbol", attr="bare_days",
        graduatedMethod="GraduatedColor", enableorderby="0", forceraster="0",
    )  # fmt: skip
    ranges, symbols = ET.SubElement(renderer, "ranges"), ET.SubElement(renderer, "symbols")
    for number, (low, high, colour) in enumerate(_steps(most)):
        ET.SubElement(
            ranges, "range", lower=f"{low:g}", upper=f"{high:g}", symbol=str(number),
            label=f"{low:.0f} to {high:.0f} bare days", render="true",
        )  # fmt: skip
        symbol = ET.SubElement(symbols, "symbol", type="fill", name=str(number), alpha="1")
        layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1"})
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        ET.SubElement(layer, "prop", k="color", v=f"{red},{green},{blue},255")
        ET.SubElement(layer, "prop", k="style", v="solid")
    return _text(root)


def _text(root: ET.Element) -> str:
    ET.indent(root)
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode") + "\n"
