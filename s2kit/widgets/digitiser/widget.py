"""The digitising widget."""

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
import traitlets
import xarray as xr

from s2kit.benchmarks.rasterise import rasterise
from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_polygons, require_raster
from s2kit.scenes.nomenclature import PAPER, Nomenclature
from s2kit.widgets.digitiser.drawing import Drawing, Shape, Shapes
from s2kit.widgets.digitiser.figures import picture_of_drawing
from s2kit.widgets.digitiser.findings import Survey
from s2kit.widgets.digitiser.geopackage import new_layer, open_layer, save_layer
from s2kit.widgets.digitiser.messages import geometry_of, message_of
from s2kit.widgets.digitiser.networked import NetworkedWidget, learner_of
from s2kit.widgets.viewer import javascript, stylesheet
from s2kit.widgets.viewer.scenes import SceneImages
from s2kit.widgets.viewer.windows import grid_message, pixel_bytes

if TYPE_CHECKING:
    from s2kit.network.unet import UNet

SCRIPTS = (
    "polygons.js",
    "strokes.js",
    "tools.js",
    "canvas.js",
    "panel.js",
    "network.js",
    "keys.js",
    "digitise.js",
)


class Digitiser(NetworkedWidget):
    """Draw benchmark polygons over a scene in JupyterLab.

    Every change is saved to the GeoPackage at once. Press ``?`` in the widget for its keys.

    Parameters
    ----------
    path
        The GeoPackage (``.gpkg``): opened if it exists, whoever made it, else begun.
    scene
        Reflectance (band, y, x): what is drawn over, and whose grid and CRS count.
    start
        Polygons to begin with (columns label and geometry) if there is no such file yet, for
        instance those of another file that must not be changed.
    underlays
        Name → further scenes, any grid of the same size: other dates to look at.
    permanent
        Name → polygons of other dates, from which forest, grassland and roads can be copied; with
        a nomenclature of one's own, all polygons.
    label_column
        The column of the class codes in an existing file, if it has an unusual name.
    palette
        "standard", or "safe" for colour-blind readers.
    nomenclature
        The classes to draw.
    network
        A trained network of these classes: its map lies beneath, it proposes where to draw, and
        a click adapts it to what is drawn (`s2kit.adapt`), in the background. ``network`` and
        ``class_map`` are then the newest that were no worse. A whole tile takes minutes to map.

    Raises
    ------
    TypeError
        If an argument is of another type.
    S2kitError
        If the file cannot be used as a benchmark of this scene, an underlay does not fit, or the
        network has other classes or cannot map the scene.

    Examples
    --------
    >>> Digitiser("data/results/mine.gpkg", scene)  # doctest: +SKIP
    >>> Digitiser("mine.gpkg", scene, network=load_network("strzegom"))  # doctest: +SKIP
    """

    answers = ("hello", "edit", "pixels", "codes", "next", "retrain")
    _esm = javascript(*(("s2kit.widgets.digitiser", name) for name in SCRIPTS))
    _css = stylesheet(("s2kit.widgets.digitiser", "digitise.css"))

    path = traitlets.Unicode().tag(sync=True)
    images: traitlets.List[str] = traitlets.List().tag(sync=True)
    bands: traitlets.List[str] = traitlets.List().tag(sync=True)
    sources: traitlets.List[str] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        path: Path | str,
        scene: xr.DataArray,
        *,
        start: gpd.GeoDataFrame | None = None,
        underlays: Mapping[str, xr.DataArray] | None = None,
        permanent: Mapping[str, gpd.GeoDataFrame] | None = None,
        label_column: str | None = None,
        palette: str = "standard",
        nomenclature: Nomenclature = PAPER,
        network: "UNet | None" = None,
    ) -> None:
        require_raster(scene, "the scene", ("band", "y", "x"))
        self.scene = scene
        self._images = SceneImages({str(scene.name or "scene"): scene, **(underlays or {})})
        for name, polygons in (permanent or {}).items():
            require_polygons(polygons, f"permanent {name!r}")
        self._permanent = {
            name: polygons.to_crs(scene.rio.crs) for name, polygons in (permanent or {}).items()
        }
        target = Path(path).expanduser().resolve()
        if target.exists():
            self._file, shapes = open_layer(target, scene.rio.crs, label_column, nomenclature)
        else:
            self._file = new_layer(target, scene.rio.crs, nomenclature)
            shapes = _shapes_of(start, scene, nomenclature) if start is not None else {}
        self._drawing = Drawing(shapes, nomenclature)
        self._survey = Survey(scene, nomenclature)
        self._saved: dict[str, Any] = {}
        if network is not None:
            self._learner = learner_of(network, scene, nomenclature)
        super().__init__(
            nomenclature,
            path=str(target),
            images=list(self._images.scenes),
            bands=[str(band) for band in scene.band.values],
            sources=list(self._permanent),
            grid=grid_message(scene),
            attribution=self._images.attribution,
            palette=palette,
            networked=network is not None,
        )
        if shapes and not target.exists():
            self._save()

    @property
    def polygons(self) -> gpd.GeoDataFrame:
        """The polygons as they are now: columns label and geometry, index the row numbers."""
        shapes = self._drawing.shapes
        table = {"label": [shape.label for shape in shapes.values()]}
        geometry = [shape.geometry for shape in shapes.values()]
        index = list(shapes)
        polygons = gpd.GeoDataFrame(table, index=index, geometry=geometry, crs=self.scene.rio.crs)
        return polygons.astype({"label": "int64"})

    @property
    def _drawn(self) -> Shapes:
        """The polygons by number, as they are now: never altered, but replaced."""
        return self._drawing.shapes

    @property
    def mask(self) -> xr.DataArray:
        """The polygons burnt into the scene's grid, uint8 (y, x), 0 = unlabelled."""
        return rasterise(self.polygons, self.scene, nomenclature=self.nomenclature)

    def draw(self, label: int, geometry: shapely.Geometry, trim: bool = False) -> int:
        """Draw a polygon from Python, as a hand does in the widget; return its number.

        Parameters and errors as in `s2kit.widgets.digitiser.drawing.Drawing.draw`.
        """
        before = self._drawing.shapes
        number = self._drawing.draw(label, geometry, trim)
        self._save()
        self._tell(before, {})
        return number

    def on_hello(self, _message: dict[str, Any]) -> None:
        """Send everything: a view was opened."""
        self._tell({}, {})

    def on_edit(self, message: dict[str, Any]) -> None:
        """Make one change, save, and send what became of it.

        ``message["serial"]`` is the browser's number of the change; its answer carries it, also
        when the change was impossible, so that the browser can forget what it had drawn ahead.
        """
        serial, before = message["serial"], self._drawing.shapes
        problem = ""
        try:
            self._change(message["action"], message)
        except (S2kitError, shapely.errors.ShapelyError) as error:
            problem = str(error)
        if self._drawing.shapes is not before:
            self._save()
        self._tell(before, {"serial": serial, "problem": problem})

    def _change(self, action: str, message: Mapping[str, Any]) -> None:
        drawing = self._drawing
        number, label = int(message.get("number", 0)), int(message.get("label", 0))
        trim = bool(message.get("trim"))
        actions: dict[str, Callable[[], object]] = {
            "draw": lambda: drawing.draw(label, geometry_of(message["parts"]), trim),
            "reshape": lambda: drawing.reshape(number, geometry_of(message["parts"]), trim),
            "relabel": lambda: drawing.relabel(number, label),
            "delete": lambda: drawing.delete(number),
            "split": lambda: drawing.split(number, shapely.LineString(message["line"])),
            "trim": lambda: drawing.trim(number),
            "repair": drawing.repair,
            "copy": lambda: self._copy(str(message["source"])),
            "undo": drawing.undo,
            "redo": drawing.redo,
            "restore": lambda: drawing.restore(
                (int(each["number"]), int(each["label"]), geometry_of(each["parts"]))
                for each in message["polygons"]
            ),
        }
        actions[action]()

    def _copy(self, source: str) -> None:
        if not self._drawing.copy_permanent(self._permanent[source], source):
            raise S2kitError(f"all permanent polygons of {source} are here already")

    def on_pixels(self, message: dict[str, Any]) -> None:
        """Send a window of a scene in three bands."""
        window, pixels = self._images.pixels(message)
        answer = {"type": "pixels", "key": message["key"], **window.to_message()}
        self.send(answer, [pixel_bytes(pixels)])

    def _save(self) -> None:
        """Save; a failure is told, and tried again with the next change."""
        now = f"{datetime.datetime.now():%H:%M:%S}"
        try:
            before = self._file.path
            self._file = save_layer(self._file, self._drawing.shapes)
        except S2kitError as error:
            self._saved = {"ok": False, "text": str(error)}
            return
        text = f"saved {now}"
        if self._file.path != before:
            text = f"{before.name} was changed by another program: saved to {self._file.path.name}"
        self._saved = {"ok": True, "text": text}
        self.path = str(self._file.path)

    def _tell(self, before: Shapes, answer: Mapping[str, Any]) -> None:
        """Send what changed since ``before``, the counts, the findings, and how saving went."""
        shapes = self._drawing.shapes
        findings = self._survey.findings(shapes)
        self.send(
            {
                "type": "state",
                "whole": not before,
                "changed": [
                    message_of(number, shape)
                    for number, shape in shapes.items()
                    if before.get(number) is not shape
                ],
                "removed": [number for number in before if number not in shapes],
                "pixels": self._survey.counts(shapes),
                "findings": [finding.to_message() for finding in findings],
                "undo": self._drawing.undoes,
                "redo": self._drawing.redoes,
                "saved": self._saved,
                **answer,
            }
        )

    def describe(self) -> str:
        """Say what is drawn over, and into which file."""
        scene = next(iter(self._images.scenes))
        return f"the digitising widget over {scene}, saving to {self._file.path.name}"

    def picture(self) -> tuple[str, bytes]:
        """Draw the polygons over the false colour composite, and the pixels of each class."""
        counts = self._survey.counts(self._drawing.shapes)
        shapes = self._drawing.shapes
        return "image/jpeg", picture_of_drawing(self.scene, shapes, counts, self.nomenclature)


def _shapes_of(
    polygons: gpd.GeoDataFrame, scene: xr.DataArray, nomenclature: Nomenclature
) -> Shapes:
    """Return polygons numbered from 1 on, in the CRS of the scene; S2kitError for other classes."""
    require_polygons(polygons, "start")
    strange = polygons.label[~polygons.label.isin(nomenclature.codes)]
    if len(strange):
        raise S2kitError(
            f"polygon {strange.index[0]} to start with has class {strange.iloc[0]}; the codes are "
            f"{nomenclature.told}: correct its label"
        )
    rows = polygons.to_crs(scene.rio.crs)
    pairs = zip(rows.label, rows.geometry, strict=True)
    return {
        n: Shape(int(label), outline or shapely.Polygon())
        for n, (label, outline) in enumerate(pairs, 1)
    }
