"""Labelled area per class and date."""

import pytest
import xarray as xr

from s2kit.benchmarks.area import labelled_area
from s2kit.errors import S2kitError


def test_hectares_per_class_and_scene(grid: xr.DataArray) -> None:
    spring, summer = grid.copy(), grid.copy()
    spring[0, :] = 9
    summer[0, :5] = 4
    areas = labelled_area({"spring": spring, "summer": summer})
    assert areas.columns.tolist() == ["spring", "summer"]
    assert areas.index.tolist() == list(range(1, 11))
    assert areas.loc[9, "spring"] == pytest.approx(0.08)
    assert areas.loc[4, "summer"] == pytest.approx(0.05)
    assert areas.to_numpy().sum() == pytest.approx(0.13)


def test_degrees_are_no_metres(grid: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match="projected CRS in metres"):
        labelled_area({"spring": grid.rio.write_crs(4326)})
