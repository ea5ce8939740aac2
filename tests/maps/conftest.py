"""A small network that tells classes apart."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import xarray as xr

from s2kit.network.scaling import scale
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.statistics import image_statistics


@pytest.fixture
def network(landscape: Callable[..., np.ndarray]) -> UNet:
    torch.manual_seed(0)
    network = UNet(width=8, depth=1, scaling="both")
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(2, network.channels, 32, 32))
        network.head.weight *= 30
        network.eval()
        field = xr.DataArray(landscape(96, 96), {"band": list(BAND_NAMES)}, ("band", "y", "x"))
        seen = scale(field, "both", image_statistics(field))
        # no class is likelier than the others all over the image
        network.head.bias -= network(torch.from_numpy(seen)[None])[0].mean(dim=(1, 2))
    return network
