"""What QGIS makes of files: run by a Python that has ``qgis`` (that of the system, not ours).

``python3 look.py PICTURE.png FILE…`` opens each file as a layer, as dragging it into the window
does, styles beside it included. It draws all of them, and prints a JSON list of what it sees.
"""

import json
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize


def main() -> None:
    picture, *paths = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    found = []
    for number, path in enumerate(paths):
        layer = opened(path)
        found.append(seen(layer))
        draw(layer, Path(picture).with_suffix(f".{number}.png"))
        del layer
    print(json.dumps(found))
    application.exitQgis()


def opened(path):
    vector = path.endswith(".gpkg")
    return QgsVectorLayer(path, Path(path).stem, "ogr") if vector else QgsRasterLayer(path)


def seen(layer):
    if not layer.isValid():
        return {"valid": False, "error": layer.error().summary()}
    about = {
        "valid": True,
        "crs": layer.crs().authid(),
        "extent": [round(value, 3) for value in bounds(layer)],
        "renderer": layer.renderer().type(),
    }
    if isinstance(layer, QgsVectorLayer):
        entries = layer.renderer().legendSymbolItems()
        legend = [(entry.label(), entry.symbol().color().name()) for entry in entries]
        about |= {"features": layer.featureCount()}
    else:
        legend = [(label, colour.name()) for label, colour in layer.legendSymbologyItems()]
        about |= {"bands": layer.bandCount()}
    return about | {"legend": legend}


def bounds(layer):
    box = layer.extent()
    return box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()


def draw(layer, path):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(240, 240))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(path))


main()
