"""Compare a scene from a catalogue with the archive's, band by band."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from s2kit.errors import S2kitError
from s2kit.scenes.radiometry import QUANTIFICATION


def compare_scenes(ours: xr.DataArray, theirs: xr.DataArray, reach: int = 2) -> pd.DataFrame:
    """Compare two scenes of one grid and date.

    Parameters
    ----------
    ours, theirs
        Reflectance (band, y, x), NaN = no data.
    reach
        Largest displacement tried, in pixels of 10 m.

    Returns
    -------
    DataFrame
        One row per band. pixels: how many have data in both. identical: share of them that are
        equal to the digital number, in place. north, east: by how many pixels theirs has to
        move for the two to correlate best. offset: median of ours - theirs then, in digital
        numbers. identical_then: the share that is equal after displacement and offset.

    Raises
    ------
    S2kitError
        If the grids differ or no pixel has data in both.
    """
    same = (
        ours.shape == theirs.shape
        and ours.rio.crs == theirs.rio.crs
        and np.allclose(ours.rio.bounds(recalc=True), theirs.rio.bounds(recalc=True))
    )
    if not same:
        raise S2kitError(
            f"{ours.name} is on the grid {ours.rio.bounds(recalc=True)}, {theirs.name} on "
            f"{theirs.rio.bounds(recalc=True)}; compare scenes of one grid"
        )
    rows = {}
    for band in ours.band.to_numpy():
        a, b = _numbers(ours, band), _numbers(theirs, band)
        if not np.isfinite(a - b).any():
            raise S2kitError(f"{ours.name} and {theirs.name} share no pixel with data")
        rows[str(band)] = _compare_band(a, b, reach)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("band")


def _numbers(scene: xr.DataArray, band: str) -> NDArray[np.float64]:
    values: NDArray[np.float64] = scene.sel(band=band).to_numpy().astype(np.float64)
    return np.round(values * QUANTIFICATION)


def _compare_band(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], reach: int
) -> dict[str, float]:
    in_place = (ours - theirs)[np.isfinite(ours - theirs)]
    steps = [
        (north, east) for north in range(-reach, reach + 1) for east in range(-reach, reach + 1)
    ]
    steps.sort(key=lambda step: abs(step[0]) + abs(step[1]))  # of equals, the nearest
    north, east = max(steps, key=lambda step: _correlation(*_overlap(ours, theirs, *step)))
    a, b = _overlap(ours, theirs, north, east)
    offset = float(np.median(a - b))
    return {
        "pixels": in_place.size,
        "identical": float((in_place == 0).mean()),
        "north": north,
        "east": east,
        "offset": offset,
        "identical_then": float((a - b == offset).mean()),
    }


def _overlap(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], north: int, east: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pixel pairs with data once theirs has been moved north and east."""
    height, width = ours.shape
    # Moving north takes a row from `north` rows further down.
    a = ours[max(0, -north) : height - max(0, north), max(0, east) : width - max(0, -east)]
    b = theirs[max(0, north) : height - max(0, -north), max(0, -east) : width - max(0, east)]
    both = np.isfinite(a) & np.isfinite(b)
    return a[both], b[both]


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    if a.size < 2 or a.std() == 0 or b.std() == 0:
        return -1.0
    return float(np.corrcoef(a, b)[0, 1])
