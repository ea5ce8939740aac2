"""Layer styles of QGIS, applied when QGIS opens a file: a ``.qml`` beside it, or within.

Names of elements and attributes: the QGIS 3 layer definition, with the renderers
"Paletted/Unique values", "Singleband pseudocolor", "Categorized" and "Graduated".
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from s2kit.scenes.nomenclature import PAPER, Nomenclature

FILL_OPACITY = 0.35
"""Of benchmark polygons: the image beneath them is what they are drawn from."""


@dataclass(frozen=True)
class Step:
    """Values above ``low``, up to ``high``, in one colour.

    Attributes
    ----------
    high
        The last step of a raster goes to infinity: QGIS leaves what lies above it empty.
    colour
        As #rrggbb.
    """

    low: float
    high: float
    label: str
    colour: str


def class_map_qml(nomenclature: Nomenclature = PAPER) -> str:
    """Return the style of a class map: one palette entry per class; no data stays transparent."""
    root = _root()
    renderer = _raster(root, type="paletted")
    ET.SubElement(renderer, "rasterTransparency")
    palette = ET.SubElement(renderer, "colorPalette")
    for c in nomenclature.classes:
        ET.SubElement(
            palette, "paletteEntry", value=str(c.code), color=c.colour,
            label=f"{c.code} {c.name}", alpha="255",
        )  # fmt: skip
    ET.SubElement(root, "blendMode").text = "0"
    return _text(root)


def graded_raster_qml(steps: Sequence[Step]) -> str:
    """Return the style of a raster of numbers in steps."""
    root = _root()
    low, high = steps[0].low, steps[-1].low
    renderer = _raster(
        root, type="singlebandpseudocolor", classificationMin=f"{low:g}",
        classificationMax=f"{high:g}",
    )  # fmt: skip
    shader = ET.SubElement(
        ET.SubElement(renderer, "rastershader"), "colorrampshader",
        colorRampType="DISCRETE", classificationMode="2", clip="0",
    )  # fmt: skip
    for step in steps:
        ET.SubElement(
            shader, "item", value=repr(step.high), label=step.label, color=step.colour, alpha="255"
        )
    return _text(root)


def graded_polygons_qml(column: str, steps: Sequence[Step]) -> str:
    """Return the style of polygons that a column of numbers colours in steps."""
    root = _root()
    renderer = ET.SubElement(
        root, "renderer-v2", type="graduatedSymbol", attr=column,
        graduatedMethod="GraduatedColor", enableorderby="0", forceraster="0",
    )  # fmt: skip
    ranges, symbols = ET.SubElement(renderer, "ranges"), ET.SubElement(renderer, "symbols")
    for number, step in enumerate(steps):
        ET.SubElement(
            ranges, "range", lower=repr(step.low), upper=repr(step.high), symbol=str(number),
            label=step.label, render="true",
        )  # fmt: skip
        _fill(symbols, number, step.colour, 1)
    return _text(root)


def class_polygons_qml(
    column: str, nomenclature: Nomenclature = PAPER, opacity: float = FILL_OPACITY
) -> str:
    """Return the style of polygons whose class codes stand in a column.

    Outlines are in the colours of the classes, and fillings too, more or less see-through.
    """
    root = _root()
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=column, symbollevels="0"
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for place, c in enumerate(nomenclature.classes):
        ET.SubElement(
            categories, "category", symbol=str(place), value=str(c.code), type="integer",
            label=f"{c.code} {c.name}", render="true",
        )  # fmt: skip
        _fill(symbols, place, c.colour, opacity, outlined=True)
    return _text(root)


def put_style(path: Path, layer: str, style: str) -> None:
    """Put a style into a GeoPackage, as the default of one of its layers.

    QGIS looks for it in a table ``layer_styles`` of its own. So it needs no file beside, and a map
    and its polygons may have one name.
    """
    now = "2000-01-01T00:00:00.000Z"  # no clock: the same map gives the same bytes
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
            "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
            "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
            "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            "update_time DATETIME)"
        )
        file.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "ui, update_time) SELECT '', '', table_name, column_name, 'classes', ?, '', 1, "
            "'classes', '', '', ? FROM gpkg_geometry_columns WHERE table_name = ?",
            (style, now, layer),
        )
        file.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (now,),
        )


def _root() -> ET.Element:
    return ET.Element("qgis", version="3.0.0", styleCategories="Symbology")


def _raster(root: ET.Element, **attributes: str) -> ET.Element:
    found = {"band": "1", "opacity": "1", "alphaBand": "-1", **attributes}
    return ET.SubElement(ET.SubElement(root, "pipe"), "rasterrenderer", found)


def _fill(
    symbols: ET.Element, number: int, colour: str, opacity: float, outlined: bool = False
) -> None:
    symbol = ET.SubElement(symbols, "symbol", name=str(number), type="fill", alpha="1")
    layer = ET.SubElement(symbol, "layer", attrib={"class": "SimpleFill", "enabled": "1"})
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    properties = {"color": f"{red},{green},{blue},{round(255 * opacity)}", "style": "solid"}
    if outlined:
        properties |= {
            "outline_color": f"{red},{green},{blue},255",
            "outline_style": "solid",
            "outline_width": "0.5",
            "outline_width_unit": "MM",
        }
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        ET.SubElement(options, "Option", name=key, type="QString", value=value)
        ET.SubElement(layer, "prop", k=key, v=value)  # as QGIS before 3.26 reads it


def _text(root: ET.Element) -> str:
    ET.indent(root)
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode") + "\n"
