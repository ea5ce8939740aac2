"""The QGIS style of a benchmark: one colour per class, outlines over a see-through filling.

A ``.qml`` beside the layer's file is applied when QGIS opens it. Renderer "Categorized" of the
QGIS 3 layer definition; symbol properties as ``QgsSimpleFillSymbolLayer`` names them.
"""

from xml.etree import ElementTree as ET

from s2kit.scenes.nomenclature import PAPER, Nomenclature

FILL_OPACITY = 0.35


def polygon_style_qml(label_column: str, nomenclature: Nomenclature = PAPER) -> str:
    """Return the text of the ``.qml`` for a layer whose class codes stand in ``label_column``."""
    root = ET.Element("qgis", version="3.0.0", styleCategories="Symbology")
    renderer = ET.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=label_column, symbollevels="0"
    )
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for place, c in enumerate(nomenclature.classes):
        name = str(place)
        ET.SubElement(
            categories, "category", symbol=name, value=str(c.code), type="integer",
            label=f"{c.code} {c.name}", render="true",
        )  # fmt: skip
        symbol = ET.SubElement(symbols, "symbol", name=name, type="fill", alpha="1")
        layer = ET.SubElement(symbol, "layer", attrib={"class": "SimpleFill", "enabled": "1"})
        options = ET.SubElement(layer, "Option", type="Map")
        red, green, blue = (int(c.colour[at : at + 2], 16) for at in (1, 3, 5))
        properties = {
            "color": f"{red},{green},{blue},{round(255 * FILL_OPACITY)}",
            "style": "solid",
            "outline_color": f"{red},{green},{blue},255",
            "outline_style": "solid",
            "outline_width": "0.5",
            "outline_width_unit": "MM",
        }
        for key, value in properties.items():
            ET.SubElement(options, "Option", name=key, type="QString", value=value)
    ET.indent(root)
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + ET.tostring(root, encoding="unicode") + "\n"
