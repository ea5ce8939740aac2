"""The labelling widget."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import traitlets
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.nomenclature import PAPER, Nomenclature
from s2kit.widgets.labelling.figures import picture_of_points
from s2kit.widgets.labelling.session import Session
from s2kit.widgets.viewer import MapWidget, javascript, stylesheet
from s2kit.widgets.viewer.scenes import SceneImages
from s2kit.widgets.viewer.windows import grid_message, pixel_bytes


class Labeller(MapWidget):
    """Label a random sample of points in JupyterLab, one after the other.

    Shows the image around one point; a digit labels it, S skips it, U takes back, N shows the next
    date. Every label is saved to the file at once, and the next session goes on where the last one
    ended. The mapped class is not shown: it would be believed. Press ``?`` for all keys.

    Parameters
    ----------
    path
        The GeoPackage of points, as `s2kit.write_points` or ``python -m s2kit sample`` makes it.
    scene
        Reflectance (band, y, x): the image that was mapped.
    underlays
        Name → further scenes of the same size and place: other dates to look at.
    palette
        "standard", or "safe" for colour-blind readers.
    nomenclature
        The classes.

    Raises
    ------
    S2kitError
        If the file is no sample, a point lies outside of the scene, or an underlay does not fit.

    Examples
    --------
    >>> Labeller("points.gpkg", scene)  # doctest: +SKIP
    """

    answers = ("hello", "label", "skip", "undo", "pixels")
    _esm = javascript(
        ("s2kit.widgets.digitiser", "panel.js"),
        ("s2kit.widgets.labelling", "point.js"),
        ("s2kit.widgets.labelling", "label.js"),
    )
    _css = stylesheet(
        ("s2kit.widgets.digitiser", "digitise.css"), ("s2kit.widgets.labelling", "label.css")
    )

    path = traitlets.Unicode().tag(sync=True)
    images: traitlets.List[str] = traitlets.List().tag(sync=True)
    bands: traitlets.List[str] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        path: Path | str,
        scene: xr.DataArray,
        *,
        underlays: Mapping[str, xr.DataArray] | None = None,
        palette: str = "standard",
        nomenclature: Nomenclature = PAPER,
    ) -> None:
        require_raster(scene, "the scene", ("band", "y", "x"))
        self.scene = scene
        self._images = SceneImages({str(scene.name or "scene"): scene, **(underlays or {})})
        target = Path(path).expanduser().resolve()
        self._session = Session(target, scene, nomenclature)
        self._saved: dict[str, Any] = {}
        super().__init__(
            nomenclature,
            path=str(target),
            images=list(self._images.scenes),
            bands=[str(band) for band in scene.band.values],
            grid=grid_message(scene),
            attribution=self._images.attribution,
            palette=palette,
        )

    @property
    def points(self) -> gpd.GeoDataFrame:
        """The points as they are now, as from `s2kit.read_points`."""
        points = self._session.points.sort_values("id", ignore_index=True)
        points.attrs = dict(self._session.points.attrs)
        return points

    def label(self, number: int, code: int) -> None:
        """Label a point from Python, as a key does in the widget; S2kitError if impossible."""
        self._session.label(number, code)
        self._save()
        self._tell()

    def on_hello(self, _message: dict[str, Any]) -> None:
        """Send what is to be labelled: a view was opened."""
        self._tell()

    def on_label(self, message: dict[str, Any]) -> None:
        """Label the point that the browser showed, save, and send the next one."""
        self.label(int(message["id"]), int(message["label"]))

    def on_skip(self, message: dict[str, Any]) -> None:
        """Leave the point open."""
        self._session.skip(int(message["id"]))
        self._save()
        self._tell()

    def on_undo(self, _message: dict[str, Any]) -> None:
        """Take the last label or skip back, and show its point again."""
        number = self._session.undo()
        self._save()
        self._tell(number)

    def on_pixels(self, message: dict[str, Any]) -> None:
        """Send a window of a scene in three bands."""
        window, pixels = self._images.pixels(message)
        answer = {"type": "pixels", "key": message["key"], **window.to_message()}
        self.send(answer, [pixel_bytes(pixels)])

    def _save(self) -> None:
        """Save; a failure is told, and tried again with the next label."""
        try:
            self._session.save()
        except S2kitError as error:
            self._saved = {"ok": False, "text": str(error)}
            return
        self._saved = {"ok": True, "text": f"saved {datetime.datetime.now():%H:%M:%S}"}

    def _tell(self, number: int | None = None) -> None:
        """Send the point to label (this one, or the next), the counts, and how saving went."""
        session = self._session
        points = session.points
        row = session.current
        if number is not None:
            row = int((points.id == number).to_numpy().argmax())
        point = None
        if row is not None:
            place = session.places[row]
            point = {"id": int(points.id[row]), "row": int(place[0]), "column": int(place[1])}
            point["skipped"] = bool(points.skipped[row])
        self.send(
            {
                "type": "state",
                "point": point,
                "total": len(points),
                "labelled": int(points.label.notna().sum()),
                "skipped": int(points.skipped.sum()),
                "counts": {int(c): int(n) for c, n in points.label.value_counts().items()},
                "undo": session.undoes,
                "saved": self._saved,
            }
        )

    def describe(self) -> str:
        """Say how many points there are, and in which file."""
        points = self._session.points
        done = int(points.label.notna().sum())
        return f"the labelling widget: {done} of {len(points)} points in {Path(self.path).name}"

    def picture(self) -> tuple[str, bytes]:
        """Draw where the points lie, and those that are labelled in their classes' colours."""
        session = self._session
        return "image/jpeg", picture_of_points(
            self.scene, session.places, session.points.label, self.nomenclature
        )
