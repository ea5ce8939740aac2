"""What a widget with a network can do beside drawing; PyTorch is loaded for those alone."""

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import traitlets
import xarray as xr

from s2kit.cartography.palette import ACCENT
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import Nomenclature
from s2kit.widgets.viewer import MapWidget, Window
from s2kit.widgets.viewer.windows import pixel_bytes

if TYPE_CHECKING:
    from s2kit.network.unet import UNet
    from s2kit.widgets.digitiser.learner import Learner, Outcome


def learner_of(network: "UNet", scene: xr.DataArray, nomenclature: Nomenclature) -> "Learner":
    """Return a `Learner`, loading PyTorch."""
    from s2kit.widgets.digitiser.learner import Learner

    return Learner(network, scene, nomenclature)


class NetworkedWidget(MapWidget):
    """A map widget with a network, or without one: then it answers that there is none.

    ``learnt`` tells the browser how retraining goes: ``state`` ("", "running", "better", "worse",
    "failed"), ``text``, and the ``version`` of the map beneath: how often it was replaced.
    """

    networked = traitlets.Bool(False).tag(sync=True)
    learnt: "traitlets.Dict[str, Any]" = traitlets.Dict(
        default_value={"state": "", "text": "", "version": 0}
    ).tag(sync=True)
    show_map = traitlets.Bool(True).tag(sync=True)
    show_changed = traitlets.Bool(False).tag(sync=True)
    opacity = traitlets.Float(0.5, min=0, max=1).tag(sync=True)
    changed_colour = traitlets.Unicode(ACCENT).tag(sync=True)

    _learner: "Learner | None" = None

    @property
    def polygons(self) -> gpd.GeoDataFrame:
        """The polygons as they are now."""
        raise NotImplementedError

    @property
    def _drawn(self) -> object:
        """An object that is another one after every change of the polygons."""
        raise NotImplementedError

    @property
    def network(self) -> "UNet | None":
        """The network whose map lies beneath, as it was given or adapted; None without one."""
        return None if self._learner is None else self._learner.known.network

    @property
    def class_map(self) -> xr.DataArray | None:
        """The map beneath, codes (y, x); None without a network."""
        return None if self._learner is None else self._learner.known.class_map

    def retrain(self, wait: bool = False) -> None:
        """Adapt the network to the polygons drawn so far, in the background, as a click does.

        Parameters
        ----------
        wait
            Return only when it is done.

        Raises
        ------
        S2kitError
            If there is no network, nothing is drawn, or it is running already.
        """
        learner = self._require_network()
        learner.retrain(self.polygons, self._tell_outcome)
        if wait:
            learner.wait()

    def _tell_outcome(self, outcome: "Outcome") -> None:
        better = outcome.state == "better"
        version = self.learnt["version"] + better
        self.learnt = {"state": outcome.state, "text": outcome.text, "version": version}
        if better:
            self.show_changed = True

    def _require_network(self) -> "Learner":
        if self._learner is None:
            raise S2kitError(
                "this widget has no network; make it anew with network=s2kit.load_network(…)"
            )
        return self._learner

    def on_codes(self, message: dict[str, Any]) -> None:
        """Send a window of the map beneath, or of what has changed."""
        window = Window.from_message(message, self.grid["height"], self.grid["width"])
        key = str(message["key"])
        codes = self._require_network().codes(key, window)
        self.send({"type": "pixels", "key": key, **window.to_message()}, [pixel_bytes(codes)])

    def on_next(self, message: dict[str, Any]) -> None:
        """Send the next place to draw, or the one before; ``serial`` names the view that asks."""
        learner, step = self._require_network(), 1 if int(message["step"]) > 0 else -1
        place = learner.place(self.polygons, self._drawn, step)
        if place is None:
            raise S2kitError(
                "there is no place left to propose: all that is mapped is drawn, or the image is "
                "smaller than a field"
            )
        told = f"place {place.number} of {place.of}: {place.why}"
        bounds = list(place.bounds)
        self.send({"type": "place", "serial": message["serial"], "bounds": bounds, "text": told})

    def on_retrain(self, _message: dict[str, Any]) -> None:
        """Begin to retrain."""
        self.retrain()
