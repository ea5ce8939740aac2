"""The applicability layer of a map: how unlike the training each pixel is."""

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.maps.checks import check_input
from s2kit.maps.layers import APPLICABILITY
from s2kit.maps.layout import layout_by_side
from s2kit.maps.typical import statistics_for
from s2kit.maps.windows import WINDOW, Floats, looked_windows, reader_of
from s2kit.network.applicability import REFERENCE, Reference
from s2kit.network.unet import UNet
from s2kit.scenes.nomenclature import Nomenclature, nomenclature_of
from s2kit.scenes.statistics import ImageStatistics


def reference(network: UNet) -> Reference:
    """Return what the card of a network holds of its training; S2kitError if it holds nothing."""
    if REFERENCE not in network.card:
        raise S2kitError(
            f"{network.card.get('weights', 'the network')} carries no pixels of its training to "
            "compare with (adapted weights do not, nor older ones); train it anew, or use one that "
            "comes with s2kit"
        )
    return Reference.from_card(network.card[REFERENCE], len(network.nomenclature))


def applicability(
    network: UNet,
    scene: xr.DataArray,
    statistics: ImageStatistics | None = None,
    window: int = WINDOW,
    engine: str = "torch",
) -> xr.DataArray:
    """Return the dissimilarity index of each pixel, 1 = the edge of the area of applicability.

    Parameters
    ----------
    network, scene, statistics, window, engine
        As for `s2kit.classify`, and so are errors and warnings; the network is looked through once.

    Returns
    -------
    DataArray
        float32 (y, x), NaN = no data: 0 where the network has learnt a pixel with the same logits,
        above 1 where it is unlike all of them (Meyer & Pebesma 2021, with the index divided by its
        threshold). There, expect about twice as many mistakes (``transfer --applicability`` counts
        them); a value below 1 promises nothing: the pastures of Ireland look familiar to a network
        that never learnt one. The attribute ``long_name`` says what it is.

    Raises
    ------
    S2kitError
        Also if the network's card holds no reference of its training.

    Examples
    --------
    >>> from s2kit.network.weights import load_network
    >>> from s2kit.simulator.example import example_scene
    >>> unlike = applicability(load_network("simulated"), example_scene(96))
    >>> unlike.dtype, unlike.shape, bool((unlike >= 0).all())
    (dtype('float32'), (96, 96), True)
    """
    known = reference(network)
    check_input(network, scene, statistics, window)
    statistics = statistics_for(network, scene, statistics)
    layer = scene.isel(band=0, drop=True)
    unlike = layer.copy(data=np.full(layer.shape, np.nan, np.float32))
    # Confidence has the same dimensions and type: this name tells the two apart, also in a file.
    unlike.attrs["long_name"] = APPLICABILITY.description
    layout = layout_by_side(network, scene.sizes["y"], scene.sizes["x"], window)
    for (rows, columns), _, logits in looked_windows(
        network, reader_of(scene), statistics, layout.windows(), engine, turns=False
    ):
        unlike[rows, columns] = index_of(known, logits)
    return unlike


def index_of(known: Reference, logits: Floats) -> Floats:
    """Return the dissimilarity index of logits (class, y, x), in units of the threshold."""
    return np.asarray(known.dissimilarity(logits) / np.float32(known.threshold), np.float32)


def unlike_training(class_map: xr.DataArray, unlike: xr.DataArray) -> dict[str, float]:
    """Return which share of the mapped pixels is unlike the training, and as what it is mapped.

    Parameters
    ----------
    class_map
        Codes (y, x), 0 = no data.
    unlike
        The dissimilarity index (y, x), as `applicability` returns it.

    Returns
    -------
    dict
        "all": share of the pixels with data above 1; by name of the class, what part of all pixels
        with data is unlike and mapped as it. Largest first.

    Examples
    --------
    >>> codes = xr.DataArray(np.array([[5, 5, 10, 9]], "uint8"), dims=("y", "x"))
    >>> unlike_training(codes, codes.copy(data=np.array([[2, 0.1, 3, 0.5]])))
    {'all': 0.5, 'bare soil': 0.25, 'quarry areas': 0.25}
    """
    counts = UnlikeCounts()
    counts.add(class_map.to_numpy(), unlike.to_numpy())
    return counts.shares(nomenclature_of(class_map))


class UnlikeCounts:
    """Pixels that are unlike the training, counted window by window."""

    def __init__(self) -> None:
        self.seen = 0
        self.outside = np.zeros(256, np.int64)
        """By the code they are mapped as."""

    def add(self, codes: npt.NDArray[np.integer], unlike: Floats) -> None:
        """Add a window: codes and dissimilarity index (y, x)."""
        seen = np.isfinite(unlike)
        self.seen += int(seen.sum())
        outside = codes[seen & (np.nan_to_num(unlike) > 1)]
        self.outside += np.bincount(outside.astype(np.uint8), minlength=256)

    def shares(self, nomenclature: Nomenclature) -> dict[str, float]:
        """Return what `unlike_training` returns."""
        total = max(self.seen, 1)
        shares = {each.name: self.outside[each.code] / total for each in nomenclature.classes}
        ordered = sorted(shares.items(), key=lambda item: -item[1])
        found = {"all": self.outside.sum() / total} | {n: share for n, share in ordered if share}
        return {name: float(share) for name, share in found.items()}


def told(shares: dict[str, float]) -> str:
    """Say in one line what `unlike_training` found.

    >>> told({"all": 0.38, "roads": 0.3, "water": 0.08}).split(";")[0]
    '38 % of the image is unlike all that was learnt, mostly mapped as roads (30 %), water (8 %)'
    """
    named = [(name, share) for name, share in shares.items() if name != "all" and share >= 0.005]
    mostly = ", ".join(f"{name} ({100 * share:.0f} %)" for name, share in named[:2])
    line = f"{100 * shares['all']:.0f} % of the image is unlike all that was learnt"
    if not mostly:
        return line
    return f"{line}, mostly mapped as {mostly}; doubt the map there"
