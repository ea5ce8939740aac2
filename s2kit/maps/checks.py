"""What a network is given to classify must be what it was trained on."""

import xarray as xr

from s2kit.errors import S2kitError
from s2kit.network.unet import UNet
from s2kit.scenes.arguments import require, require_raster
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.statistics import ImageStatistics


def check_input(
    network: UNet, scene: xr.DataArray, statistics: ImageStatistics | None, window: int
) -> None:
    """Refuse what `s2kit.maps.classify.classify` cannot work on; pixels are not read.

    Raises
    ------
    TypeError
        If an argument is of another type.
    S2kitError
        If the scene has other bands than the network or is too small, or the window is none.
    """
    require(network, UNet, "the network", "a UNet, as load_network returns")
    if statistics is not None:
        require(statistics, ImageStatistics, "statistics", "what image_statistics returns")
    if type(window) is not int or window < 1:
        raise S2kitError(f"the window {window!r} must be a whole number of pixels, 1 or more")
    require_raster(scene, "the scene")
    where = scene.name or "the scene"
    names = tuple(str(name) for name in scene["band"].values) if "band" in scene.coords else ()
    if scene.dims != ("band", "y", "x") or names != BAND_NAMES:
        raise S2kitError(
            f"{where} has the dimensions {scene.dims} and the bands {', '.join(names) or 'unnamed'}"
            f"; the network wants (band, y, x) with {', '.join(BAND_NAMES)}"
        )
    check_size(network, scene.sizes["y"], scene.sizes["x"], str(where))


def check_size(network: UNet, height: int, width: int, where: str) -> None:
    """Refuse an image that is too small to be filled up to the grid of the deepest pooling."""
    smallest = 2**network.depth // 2 + 1
    if min(height, width) < smallest:
        raise S2kitError(
            f"{where} has {height} × {width} pixels; give at least {smallest} × {smallest}"
        )
