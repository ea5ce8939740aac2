"""What QGIS's plugin Deepness reads in an ONNX file, and the tiles that it should cut."""

import json
from dataclasses import dataclass

from s2kit.maps.layout import margin_of
from s2kit.network.unet import UNet

TILE = 1024
"""Deepness' tiles are at least so large, in pixels."""


@dataclass(frozen=True)
class Tiles:
    """How Deepness cuts an image: side in pixels, and overlap in per cent of it."""

    side: int
    overlap: int


def tiles_of(network: UNet) -> Tiles:
    """Return tiles whose overlap, about a quarter, is a whole per cent and hides seams.

    Side and overlap are multiples of 2^depth, so that all tiles share the pooling's grid.

    >>> tiles_of(UNet(scaling="fixed"))
    Tiles(side=1280, overlap=25)
    """
    step, least = 2**network.depth, 2 * margin_of(network)
    for side in range(-(-max(TILE, 4 * least) // step) * step, 200 * least, step):
        for overlap in range(1, 51):
            pixels, rest = divmod(side * overlap, 100)
            if not rest and not pixels % (2 * step) and pixels >= least:
                return Tiles(side, overlap)
    raise AssertionError("some multiple of 100 fits")  # pragma: no cover


def metadata(network: UNet, tiles: Tiles, no_data: bool) -> dict[str, str]:
    """Return what Deepness reads; it takes each value as JSON."""
    names = [each.name for each in network.nomenclature.classes]
    codes = list(network.nomenclature.codes)
    facts = {
        "model_type": "Segmentor",
        "class_names": dict(enumerate(["no data", *names] if no_data else names)),
        "codes": [0, *codes] if no_data else codes,
        "resolution": 1000,  # cm
        "tile_size": tiles.side,
        "tiles_size": tiles.side,
        "tiles_overlap": tiles.overlap,
        "seg_thresh": 0,  # doubtful pixels keep their class
        "seg_small_segment": 0,  # and small fields their place
    }
    return {key: json.dumps(value) for key, value in facts.items()}
