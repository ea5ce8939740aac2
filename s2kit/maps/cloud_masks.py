"""Clouds taken out of a class map: what the network says of a cloud is no land cover."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr
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


def hide_clouds(path: Path, scene: SceneFile, clouds: CloudSource) -> float:
    """Make cloud and cloud shadow no data in the file of a class map.

    Parameters
    ----------
    path
        The class map, on the grid of the scene.
    scene
        What it is a map of.
    clouds
        What tells where they are.

    Returns
    -------
    float
        Which share of the pixels that were mapped is hidden.
    """
    codes = read_class_map(path)
    mapped = codes.to_numpy() != NO_DATA
    shown = clear_of_clouds(scene) if clouds.scl is None else _clear(clouds.scl, clouds.band, codes)
    write_class_map(path, codes.where(shown, NO_DATA).astype(np.uint8))
    return 1 - float(shown[mapped].mean()) if mapped.any() else 0.0


def _clear(scl: Path, band: int, codes: xr.DataArray) -> npt.NDArray[np.bool_]:
    """Return where a scene classification shows the ground, on the grid of a map."""
    height, width = codes.shape
    grid = {"crs": codes.rio.crs, "transform": codes.rio.transform(recalc=True)}
    with (
        open_dataset(scl) as file,
        WarpedVRT(
            file, **grid, height=height, width=width, resampling=Resampling.nearest, nodata=0
        ) as warped,
    ):
        return valid(np.asarray(warped.read(band)))
