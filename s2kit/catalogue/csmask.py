"""Clouds found in the image itself, where no scene classification came with it.

The networks are those of ukis-csmask (German Aerospace Center; Wieland, Li and Martinis 2019,
Remote Sensing of Environment 230), a package of its own. They were trained on pixels of about 30 m.
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from s2kit.errors import S2kitError
from s2kit.scenes.scene_file import SceneFile

BANDS = {
    "B02": "blue",
    "B03": "green",
    "B04": "red",
    "B08": "nir",
    "B11": "swir16",
    "B12": "swir22",
}
"""Bands that the networks look at, and what the package calls them."""

FACTOR = 3
"""Pixels of 10 m along a side of one of 30 m."""

BUFFER = 4
"""Pixels of 30 m around cloud and shadow that are left out as well: the package's own default."""

ROWS = 256 * FACTOR
"""Rows that are read at once."""


def clear_of_clouds(scene: SceneFile, threads: int = 0) -> NDArray[np.bool_]:
    """Tell which pixels show the ground, by the networks of ukis-csmask.

    Parameters
    ----------
    scene
        An open scene of Level-2A. The whole of it is held at 30 m; a tile of 110 km takes 3 GB.
    threads
        Cores to compute with; 0: all.

    Returns
    -------
    ndarray
        bool (y, x); False for cloud, cloud shadow and 120 m around them.

    Raises
    ------
    S2kitError
        If the package is not installed.
    """
    mask = csmask_package()
    image = _at_30_m(scene)
    seen = np.isfinite(image).all(axis=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of images below 256 pixels: they are padded
        found = mask(
            np.nan_to_num(image), list(BANDS.values()), "l2a",
            intra_op_num_threads=threads, providers=["CPUExecutionProvider"],
        ).csm[..., 0]  # fmt: skip
    hidden = binary_dilation((found > 0) & seen, iterations=BUFFER)
    height, width = scene.shape
    clear: NDArray[np.bool_] = ~hidden.repeat(FACTOR, axis=0).repeat(FACTOR, axis=1)
    return clear[:height, :width]


def csmask_package() -> type:
    """Return what ukis-csmask finds clouds with; S2kitError if it is not installed."""
    try:
        from ukis_csmask.mask import CSmask
    except ImportError as error:
        raise S2kitError(
            "finding clouds needs the package ukis-csmask (145 MB); install it with python -m pip "
            "install -e '.[clouds]'"
        ) from error
    found: type = CSmask
    return found


def _at_30_m(scene: SceneFile) -> NDArray[np.float32]:
    """Return the means of 3 × 3 pixels, float32 (y, x, band), NaN where none has data."""
    height, width = scene.shape
    strips = []
    for top in range(0, height, ROWS):
        values = scene.read(slice(top, min(top + ROWS, height)), slice(0, width))
        chosen = values.sel(band=list(BANDS)).to_numpy()
        beyond = [(0, 0), *((0, -length % FACTOR) for length in chosen.shape[1:])]
        padded = np.pad(chosen, beyond, constant_values=np.nan)
        bands, rows, columns = padded.shape
        cells = padded.reshape(bands, rows // FACTOR, FACTOR, columns // FACTOR, FACTOR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of cells without data
            strips.append(np.nanmean(cells, axis=(2, 4)))
    return np.moveaxis(np.concatenate(strips, axis=1), 0, -1).astype(np.float32)
