"""What a weights file tells of the scenes that its network was trained on."""

from collections.abc import Mapping
from typing import Any

import xarray as xr

from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.statistics import image_statistics

TRAINING_STATISTICS = "training_statistics"
"""Key of a card for what `training_statistics` returned; weights of older versions lack it."""


def training_record(
    training: Mapping[str, tuple[xr.DataArray, xr.DataArray]],
) -> list[dict[str, str]]:
    """Return name and checksums of the scenes that a network is trained on.

    Returns
    -------
    list of dict
        ``scene``, its name; ``sha256`` of its pixels and ``mask_sha256`` of its labels, as
        `pixels_sha256` computes them.
    """
    return [
        {"scene": name, "sha256": pixels_sha256(scene), "mask_sha256": pixels_sha256(mask)}
        for name, (scene, mask) in training.items()
    ]


def training_statistics(
    training: Mapping[str, tuple[xr.DataArray, xr.DataArray]],
) -> list[dict[str, Any]]:
    """Return size and image statistics of the scenes that a network is trained on.

    `s2kit.maps.typical` compares with them whatever the network is to map.

    Returns
    -------
    list of dict
        ``scene``, its name; ``pixels``, those with data in all bands; ``mean`` and ``deviation``
        per band, in reflectance.
    """
    found = []
    for name, (scene, _) in training.items():
        statistics = image_statistics(scene)
        found.append(
            {
                "scene": name,
                "pixels": int(scene.notnull().all("band").sum()),
                "mean": statistics.mean.round(6).tolist(),
                "deviation": statistics.deviation.round(6).tolist(),
            }
        )
    return found
