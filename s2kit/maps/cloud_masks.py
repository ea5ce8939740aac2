"""Clouds taken out of a class map: what the network says of a cloud is no land cover."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from s2kit.catalogue.clouds import valid
from s2kit.catalogue.csmask import clear_of_clouds
from s2kit.maps.files import read_class_map, write_class_map
from s2kit.scenes.files import open_dataset
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.scenes.scene_file import SceneFile


@dataclass(frozen=True)
class CloudSource:
    """What tells where the clouds of a scene are.

    Attributes
    ----------
    scl
        A raster with the scene classification; None: they are found in the image, by
        `s2kit.catalogue.csmask`.
    band
        Its band, from 1 on.
    """

    scl: Path | None = None
    band: int = 1


def clear_pixels(scene: SceneFile, clouds: CloudSource) -> npt.NDArray[np.bool_]:
    """Tell which pixels (y, x) of a scene show the ground."""
    if clouds.scl is None:
        return clear_of_clouds(scene, torch.get_num_threads())
    height, width = scene.shape
    grid = {"crs": scene.grid.rio.crs, "transform": scene.grid.rio.transform(recalc=True)}
    with (
        open_dataset(clouds.scl) as file,
        WarpedVRT(
            file, **grid, height=height, width=width, resampling=Resampling.nearest, nodata=0
        ) as warped,
    ):
        return valid(np.asarray(warped.read(clouds.band)))


def hide_clouds(path: Path, clear: npt.NDArray[np.bool_]) -> float:
    """Make all that is not clear no data in the file of a class map.

    Returns
    -------
    float
        Which share of the pixels that were mapped is hidden.
    """
    codes = read_class_map(path)
    mapped = codes.to_numpy() != NO_DATA
    write_class_map(path, codes.where(clear, NO_DATA).astype(np.uint8))
    return 1 - float(clear[mapped].mean()) if mapped.any() else 0.0
