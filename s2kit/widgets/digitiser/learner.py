"""A network beside the drawing: its map, where to draw next, and its adaptation in the background.

What it knows changes as a whole, by one assignment: the browser asks while a thread works.
"""

import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from s2kit.benchmarks.rasterise import rasterise
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.applicability import applicability
from s2kit.maps.classify import classify
from s2kit.maps.where_next import where_next
from s2kit.network.adaptation import Adapted, adapt
from s2kit.network.applicability import REFERENCE
from s2kit.network.unet import UNet
from s2kit.scenes.arguments import require
from s2kit.scenes.nomenclature import NO_DATA, Nomenclature, require_same_classes
from s2kit.widgets.viewer.windows import Window

ROUND = 10
"""Places of one round; then those are looked for that are best by then."""


@dataclass(frozen=True)
class Known:
    """A network and what it says of the scene; ``changed`` is 1 where another one said else."""

    network: UNet
    class_map: xr.DataArray
    confidence: xr.DataArray
    unlike: xr.DataArray | None
    changed: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Outcome:
    """How retraining goes or ended, and a line that says so."""

    state: Literal["running", "better", "worse", "failed"]
    text: str


@dataclass(frozen=True)
class Place:
    """A proposal: its number in this round, of how many, its bounds in the scene's CRS, why."""

    number: int
    of: int
    bounds: tuple[float, float, float, float]
    why: str


class Learner:
    """A network that maps a scene, proposes where to draw, and learns what was drawn.

    Parameters
    ----------
    network
        Where every adaptation starts from: polygons it was tuned on could not check the next one.
    scene
        Reflectance (band, y, x).
    nomenclature
        The classes that are drawn.

    Raises
    ------
    TypeError
        If the network is none.
    S2kitError
        If it has other classes, or cannot map the scene.
    """

    def __init__(self, network: UNet, scene: xr.DataArray, nomenclature: Nomenclature) -> None:
        require(network, UNet, "the network", "a UNet, as load_network returns")
        try:
            require_same_classes(network.nomenclature, nomenclature)
        except S2kitError as error:
            raise S2kitError(
                f"{error}: draw the network's classes (nomenclature=network.nomenclature), or give "
                "a network of yours"
            ) from error
        self.given, self.scene = network, scene
        self.known = _look(network, scene, None)
        self.is_running = False
        self._thread: threading.Thread | None = None
        self._places: gpd.GeoDataFrame | None = None
        self._at = -1
        self._ranked_for: tuple[object, ...] = ()

    def codes(self, key: str, window: Window) -> npt.NDArray[np.uint8]:
        """Return a window of the layer "map" (class codes) or "changed" (1 where it changed)."""
        layers = {"map": self.known.class_map, "changed": self.known.changed}
        layer = xr.DataArray(layers[key], dims=("y", "x"))
        return np.asarray(window.of(layer).values, np.uint8)

    def place(self, polygons: gpd.GeoDataFrame, state: object, step: int) -> Place | None:
        """Go one place on (``step`` 1) or back (-1) and return it; None if there is none.

        ``state`` is another object whenever the polygons are others: then the places still to come
        are looked for anew. A new map begins a new round, and so does the end of the last one.
        """
        known = self.known
        over = self._places is None or (step > 0 and self._at + 1 >= len(self._places))
        if over or (self._ranked_for and self._ranked_for[0] is not known):
            self._places, self._at, step = self._ranked(polygons, None), -1, 1
            self._ranked_for = (known, state)
        elif step > 0 and self._ranked_for[1] is not state:
            assert self._places is not None
            self._places = self._ranked(polygons, self._places.iloc[: self._at + 1])
            self._ranked_for = (known, state)
        if self._places is None or self._places.empty:
            return None
        self._at = min(max(self._at + step, 0), len(self._places) - 1)
        row = self._places.iloc[self._at]
        return Place(self._at + 1, len(self._places), row.geometry.bounds, str(row.why))

    def _ranked(
        self, polygons: gpd.GeoDataFrame, seen: gpd.GeoDataFrame | None
    ) -> gpd.GeoDataFrame:
        """Return the places seen and behind them the best of the others."""
        known, mask = self.known, rasterise(polygons, self.known.class_map)
        left = ROUND - (0 if seen is None else len(seen))
        more = where_next(
            known.class_map, known.confidence, known.unlike, mask, seen, count=max(left, 1)
        )
        return more if seen is None else pd.concat([seen, more], ignore_index=True)

    def retrain(self, polygons: gpd.GeoDataFrame, tell: Callable[[Outcome], None]) -> None:
        """Adapt the network to these polygons in the background.

        ``tell`` is called before it begins, and again, in another thread, at its end.

        Raises
        ------
        S2kitError
            If it is running already, or there are no polygons.
        """
        if self.is_running:
            raise S2kitError(
                "retraining is running; draw on, and retrain once more when it is done"
            )
        if polygons.empty:
            raise S2kitError("nothing is drawn; draw two polygons or more of at least two classes")
        self.is_running = True
        count = f"{len(polygons)} polygon{'s' if len(polygons) > 1 else ''}"
        text = f"retraining on {count}; draw on, what is drawn now counts the next time"
        tell(Outcome("running", text))
        # A daemon: a kernel that is shut down does not wait for it.
        self._thread = threading.Thread(
            target=self._run, args=(polygons, tell), name="s2kit retraining", daemon=True
        )
        self._thread.start()

    def wait(self) -> None:
        """Return when nothing runs any more."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, polygons: gpd.GeoDataFrame, tell: Callable[[Outcome], None]) -> None:
        try:
            outcome = self._retrained(polygons)
        except S2kitError as error:
            outcome = Outcome("failed", str(error))
        except Exception as error:  # a thread has nobody to raise it to: memory, or a defect
            text = f"retraining broke off ({error!r:.100}); the network and its map stay"
            outcome = Outcome("failed", text)
        try:
            tell(outcome)
        finally:
            self.is_running = False

    def _retrained(self, polygons: gpd.GeoDataFrame) -> Outcome:
        adapted = adapt(self.given, self.scene, polygons)
        if adapted.is_worse:
            return Outcome(
                "worse",
                f"worse, so the old network stays: {_scores(adapted)}; draw more polygons, of "
                "every class that the map mixes up",
            )
        self.known = _look(adapted.network, self.scene, self.known)
        mapped = int((self.known.class_map.to_numpy() != NO_DATA).sum())
        share = 100 * int(self.known.changed.sum()) / max(mapped, 1)
        return Outcome(
            "better", f"{_scores(adapted)}; {share:.1f} % of the pixels changed their class"
        )


def _look(network: UNet, scene: xr.DataArray, before: Known | None) -> Known:
    """Map the scene in one look, and compare with what was known before."""
    class_map, confidence = classify(network, scene, turns=False)
    unlike = None
    if REFERENCE in network.card:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", S2kitWarning)  # what classify has just said
            unlike = applicability(network, scene)
    old = class_map if before is None else before.class_map
    changed = class_map.to_numpy() != old.to_numpy()
    return Known(network, class_map, confidence, unlike, changed.astype(np.uint8))


def _scores(adapted: Adapted) -> str:
    """Say which share of the pixels of polygons held back was mapped right before and after."""
    held = int(adapted.scores.polygons.sum())
    what = f"{held} polygon{'s' if held > 1 else ''} held back"
    before, after = 100 * adapted.before, 100 * adapted.after
    return f"{what}: {before:.0f} % right before, {after:.0f} % after (mean of their classes)"
