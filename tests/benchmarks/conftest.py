"""A small scene's grid to draw polygons on."""

import numpy as np
import pytest
import rioxarray  # noqa: F401  (adds .rio)
import xarray as xr


@pytest.fixture
def grid() -> xr.DataArray:
    """6 × 8 pixels of 10 m in UTM zone 33, upper left corner at (500 000, 5 600 060)."""
    values = xr.DataArray(
        np.zeros((6, 8), "uint8"),
        dims=("y", "x"),
        coords={"y": 5_600_055.0 - 10 * np.arange(6), "x": 500_005.0 + 10 * np.arange(8)},
        name="small",
    )
    return values.rio.write_crs(32633)
