"""Where the 20 m bands lie on the 10 m grid: measured by correlation, mended by shifting."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from s2kit.scenes.bands import TWENTY_METRE
from s2kit.scenes.nodata import no_data_in_all_bands


def shift_20m_bands(scene: xr.DataArray, rows: int = 1) -> xr.DataArray:
    """Move the 20 m bands north by whole pixels of 10 m, to where the ground shows them to be.

    In the authors' patches each 20 m value fills rows (0, 1), (2, 3) ... from an upper edge that
    is no multiple of 20 m, so these bands lie one row too far south; `measure_shift` finds it.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x).
    rows
        Pixels to move them north (south if negative).

    Returns
    -------
    DataArray
        As the scene, NaN in all bands in the rows where the 20 m bands are now unknown.

    Examples
    --------
    >>> from s2kit.simulator.example import example_scene
    >>> scene = example_scene(size=48)
    >>> moved = shift_20m_bands(scene)
    >>> bool((moved.sel(band="B8A")[0] == scene.sel(band="B8A")[1]).all())
    True
    """
    moved = scene.copy()
    coarse = [name in TWENTY_METRE for name in scene.band.to_numpy()]
    moved[coarse] = scene[coarse].shift(y=-rows).to_numpy()
    return no_data_in_all_bands(moved)


def measure_shift(scene: xr.DataArray, reach: int = 2) -> pd.DataFrame:
    """Correlate B08, averaged over 2 x 2 pixels, with B8A at several displacements.

    B8A (20 m, 865 nm) lies inside the spectral window of B08 (10 m, 833 nm): averaged to 20 m the
    two are nearly equal, and the correlation is highest where they lie on one another.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x); blocks with no data are left out.
    reach
        Largest displacement tried, in pixels of 10 m.

    Returns
    -------
    DataFrame
        Pearson's r, index "north" and columns "east": the pixels of 10 m by which B8A would have
        to move. `best_shift` picks the highest value; (0, 0) means that all is well.

    Examples
    --------
    >>> from s2kit.simulator.example import example_scene
    >>> best_shift(measure_shift(example_scene()))
    (0, 0)
    """
    fine = scene.sel(band="B08").to_numpy().astype(np.float64)
    coarse = scene.sel(band="B8A").to_numpy().astype(np.float64)
    steps = range(-reach, reach + 1)
    table = pd.DataFrame(index=pd.Index(steps, name="north"), columns=pd.Index(steps, name="east"))
    row, column = _first_doubled_pixel(coarse)
    height, width = (size - 2 * reach - 1 for size in fine.shape)
    target = _blocks(coarse, reach + row, reach + column, height, width).mean(axis=(1, 3))
    for north in steps:
        for east in steps:
            top, left = reach + row - north, reach + column + east
            moved = _blocks(fine, top, left, height, width).mean(axis=(1, 3))
            both = np.isfinite(moved) & np.isfinite(target)
            table.loc[north, east] = np.corrcoef(moved[both], target[both])[0, 1]
    return table.astype(float)


def best_shift(table: pd.DataFrame) -> tuple[int, int]:
    """Return the pixels (north, east) at which a table of `measure_shift` is highest.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[0.1, 0.2], [0.9, 0.3]], index=[0, 1], columns=[-1, 0])
    >>> best_shift(table)
    (1, -1)
    """
    row, column = divmod(int(np.argmax(table.to_numpy())), table.shape[1])
    return int(table.index[row]), int(table.columns[column])


def _first_doubled_pixel(values: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Return the row and column (0 or 1) at which 2 x 2 blocks of equal values begin."""
    height, width = (size - 1 for size in values.shape)
    starts = [(row, column) for row in (0, 1) for column in (0, 1)]
    unlike = [np.nanmean(np.ptp(_blocks(values, *s, height, width), axis=(1, 3))) for s in starts]
    return starts[int(np.argmin(unlike))]


def _blocks(
    values: npt.NDArray[np.float64], top: int, left: int, height: int, width: int
) -> npt.NDArray[np.float64]:
    """Cut a window into 2 x 2 blocks, axes (block row, 2, block column, 2)."""
    window = values[top : top + height // 2 * 2, left : left + width // 2 * 2]
    return window.reshape(height // 2, 2, width // 2, 2)
