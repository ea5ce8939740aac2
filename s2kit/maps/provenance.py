"""How a map came about, as attributes of arrays and as tags of files.

`s2kit.maps.classify` gives each map these attributes, all of them text:

statistics
    The image statistics that scaled the input, as JSON (`ImageStatistics.to_json`).
scaling
    The input scaling of the network, one of `s2kit.network.scaling.SCALINGS`.
looks
    How often the network looked at each pixel: 8 with test-time augmentation, else 1.
weights, weights_sha256
    The weights file, where there is one, and the checksum of the network's tensors.
image
    The checksum of the image's pixels.
trained_on
    JSON list of the scenes that the network was trained on: ``scene`` and ``sha256`` of each.

In a file the tag of each is called ``S2KIT_`` and its name in capitals.
"""

from collections.abc import Mapping
from pathlib import Path

from s2kit.scenes.files import open_dataset
from s2kit.scenes.statistics import ImageStatistics

PROVENANCE = (
    "statistics", "scaling", "looks", "weights", "weights_sha256", "image", "trained_on",
)  # fmt: skip


def provenance_tags(attributes: Mapping[str, object]) -> dict[str, str]:
    """Return the tags of a map with these attributes.

    >>> provenance_tags({"looks": "8", "area": "strzegom"})
    {'S2KIT_LOOKS': '8'}
    """
    return {f"S2KIT_{k.upper()}": str(attributes[k]) for k in PROVENANCE if k in attributes}


def provenance_attributes(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes of a map with these tags.

    >>> provenance_attributes({"S2KIT_LOOKS": "8", "AREA_OR_POINT": "Area"})
    {'looks': '8'}
    """
    return {k: tags[f"S2KIT_{k.upper()}"] for k in PROVENANCE if f"S2KIT_{k.upper()}" in tags}


def map_statistics(path: Path) -> ImageStatistics | None:
    """Return the image statistics that a class map carries; None for a raster without them.

    Raises
    ------
    S2kitError
        If the file is no readable raster, or its tag holds no statistics.
    """
    with open_dataset(path) as file:
        text = file.tags().get("S2KIT_STATISTICS")
    return None if text is None else ImageStatistics.from_json(text)
