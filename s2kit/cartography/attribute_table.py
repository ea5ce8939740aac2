"""The text that gives a class map's codes their names and colours in GDAL.

``.tif.aux.xml``: GDAL's persistent auxiliary metadata (PAM). Element names and the numbers of
types and usages: GDAL, "Raster attribute table" in the raster data model, and ``gdal.h``
(``GDALRATFieldType``, ``GDALRATFieldUsage``). It depends on the nomenclature alone, not on the map.
"""

from xml.etree import ElementTree as ET

from s2kit.cartography.palette import colour_table
from s2kit.scenes.nomenclature import NO_DATA, PAPER, Nomenclature

INTEGER, STRING = 0, 2

COLUMNS = (
    # name, type, usage: 5 MinMax (one value per row), 2 Name, 6 to 9 Red, Green, Blue, Alpha.
    ("Value", INTEGER, 5),
    ("Class", STRING, 2),
    ("Red", INTEGER, 6),
    ("Green", INTEGER, 7),
    ("Blue", INTEGER, 8),
    ("Alpha", INTEGER, 9),
)


def attribute_table_xml(nomenclature: Nomenclature = PAPER) -> str:
    """Return the text of ``.tif.aux.xml``: category names and a raster attribute table."""
    names = {NO_DATA: "no data", **{c.code: c.name for c in nomenclature.classes}}
    colours = colour_table(nomenclature)
    root = ET.Element("PAMDataset")
    band = ET.SubElement(root, "PAMRasterBand", band="1")
    categories = ET.SubElement(band, "CategoryNames")
    for place in range(max(names) + 1):  # the n-th entry names value n: none may be left out
        ET.SubElement(categories, "Category").text = names.get(place, "")
    table = ET.SubElement(band, "GDALRasterAttributeTable", tableType="thematic")
    for index, (column, kind, usage) in enumerate(COLUMNS):
        field = ET.SubElement(table, "FieldDefn", index=str(index))
        for tag, value in (("Name", column), ("Type", kind), ("Usage", usage)):
            ET.SubElement(field, tag).text = str(value)
    for index, (code, name) in enumerate(names.items()):
        row = ET.SubElement(table, "Row", index=str(index))
        for cell in (code, name, *colours[code]):
            ET.SubElement(row, "F").text = str(cell)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"
