"""What a class map's file says about itself: that it is one, and what its weights were trained on.

`s2kit classify` writes two tags: ``S2KIT_IMAGE``, a checksum of the pixels of the image that was
mapped, and ``S2KIT_TRAINED_ON``, a JSON list of the scenes the network was trained on, ``scene``
(name) and ``sha256`` (checksum of the pixels) of each.
"""

import json
from pathlib import Path

from s2kit.errors import S2kitError
from s2kit.scenes.files import open_dataset

IMAGE, TRAINED_ON, SCENE = "S2KIT_IMAGE", "S2KIT_TRAINED_ON", "scene"


def check_class_codes(path: Path) -> None:
    """Refuse a raster whose band says that it holds other numbers than class codes.

    Raises
    ------
    S2kitError
        If the file is no raster, or its band has a scale or an offset (that of a confidence image
        is 0.01), or a description of probabilities.
    """
    with open_dataset(path) as file:
        scaled = any(scale != 1 for scale in file.scales) or any(file.offsets)
        described = " ".join(text or "" for text in file.descriptions).lower()
    if scaled or "probability" in described or "confidence" in described:
        raise S2kitError(
            f"{path} is a confidence image or another scaled measurement, not class codes; give "
            "the class map"
        )


def training_warning(path: Path) -> str | None:
    """Return a sentence if a map is of a scene that its weights were trained on; else None.

    Raises
    ------
    S2kitError
        If the file is no raster, or its tag cannot be read.
    """
    with open_dataset(path) as file:
        tags = file.tags()
    if TRAINED_ON not in tags:
        return None
    try:
        trained_on = {
            str(each["sha256"]): str(each["scene"]) for each in json.loads(tags[TRAINED_ON])
        }
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise S2kitError(
            f"{path}: its tag {TRAINED_ON} cannot be read; map the image anew"
        ) from error
    scene = trained_on.get(tags.get(IMAGE, ""))
    if scene is not None:
        return (
            f"warning: the weights of this map were trained on its own image ({scene}); the "
            "figures below say nothing about images that the network has not seen"
        )
    if tags.get(SCENE) in trained_on.values():
        return (
            f"warning: the weights of this map were trained on an image of the same name "
            f"({tags[SCENE]}), with other pixels; unless it is another scene, the figures below "
            "say nothing about images that the network has not seen"
        )
    return None


def reference_warning(path: Path) -> str | None:
    """Return a sentence if a reference is itself a map that a network drew; else None.

    Raises
    ------
    S2kitError
        If the file is no raster.
    """
    with open_dataset(path) as file:
        drawn = TRAINED_ON in file.tags()
    if not drawn:
        return None
    return (
        f"warning: the reference {path} is itself a map that a network drew; the figures below say "
        "how far two maps agree, not how right one is"
    )
