"""Colour composites: three bands of a scene as red, green and blue."""

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.errors import S2kitError

Stretch = Literal["fixed", "percentile"]

FALSE_COLOUR = ("B08", "B04", "B03")
"""The paper's false colour composite (FCC), section 2.2: near infrared, red, green."""

TRUE_COLOUR = ("B04", "B03", "B02")

LIMITS = {
    "B02": (0.01, 0.22),
    "B03": (0.01, 0.25),
    "B04": (0.00, 0.28),
    "B05": (0.02, 0.36),
    "B06": (0.02, 0.50),
    "B07": (0.02, 0.58),
    "B08": (0.02, 0.60),
    "B8A": (0.02, 0.60),
    "B11": (0.02, 0.50),
    "B12": (0.00, 0.42),
}
"""Reflectance drawn as black and as full colour: fields of all seasons keep their structure, only
quarries and roofs are burnt out. Fixed, so that one colour is one reflectance on every date."""

GAMMA = 1.25
"""Lifts the dark half a little: forest and water lie in the lowest tenth of red and green."""

NO_DATA_GREY = 1.0


def false_colour(
    scene: xr.DataArray,
    bands: Sequence[str] = FALSE_COLOUR,
    stretch: Stretch = "fixed",
) -> npt.NDArray[np.float32]:
    """Return a colour composite for drawing.

    With the default bands and stretch, crops in growth and grass look red, forest dark red,
    mature cereals green, bare soil cyan, water black (paper, section 2.2).

    Parameters
    ----------
    scene
        Reflectance (band, y, x), NaN = no data.
    bands
        The bands drawn red, green and blue.
    stretch
        ``fixed``: between :data:`LIMITS`, comparable between scenes; ``percentile``: between the
        2nd and 98th percentile of each band in this scene, for the most contrast.

    Returns
    -------
    ndarray
        float32 (y, x, 3), 0 to 1; pixels without data in any of the bands are white.

    Raises
    ------
    S2kitError
        If the scene lacks one of the bands, or three are not given.

    Examples
    --------
    >>> from s2kit.simulator.example import example_scene
    >>> picture = false_colour(example_scene(size=48))
    >>> picture.shape, str(picture.dtype), bool(((0 <= picture) & (picture <= 1)).all())
    ((48, 48, 3), 'float32', True)
    """
    limits = stretch_limits(scene, bands, stretch)
    composite = np.stack(_channels(scene, bands, limits), axis=-1).astype(np.float32)
    composite[np.isnan(composite).any(axis=-1)] = NO_DATA_GREY
    return composite


def stretch_limits(
    scene: xr.DataArray,
    bands: Sequence[str] = FALSE_COLOUR,
    stretch: Stretch = "fixed",
) -> list[tuple[float, float]]:
    """Return the reflectance drawn as black and as full colour, for each of three bands.

    Parameters and errors as in :func:`false_colour`.

    Examples
    --------
    >>> from s2kit.simulator.example import example_scene
    >>> stretch_limits(example_scene(size=48), ("B04", "B03", "B02"))
    [(0.0, 0.28), (0.01, 0.25), (0.01, 0.22)]
    """
    known = [str(name) for name in scene["band"].values]
    if len(bands) != 3 or not set(bands) <= set(known):
        raise S2kitError(
            f"a composite is made of three of the scene's bands {', '.join(known)}; "
            f"got {', '.join(bands)}"
        )
    if stretch == "fixed":
        return [LIMITS[name] for name in bands]
    percentiles = [np.nanpercentile(scene.sel(band=name).values, (2, 98)) for name in bands]
    return [(float(low), float(high)) for low, high in percentiles]


def composite_pixels(
    scene: xr.DataArray, bands: Sequence[str], limits: Sequence[tuple[float, float]]
) -> npt.NDArray[np.uint8]:
    """Return a colour composite as a browser draws it.

    Parameters
    ----------
    scene
        Reflectance (band, y, x), NaN = no data; it may be a part of the scene.
    bands
        The bands drawn red, green and blue.
    limits
        As from :func:`stretch_limits` of the whole scene.

    Returns
    -------
    ndarray
        uint8 (y, x, 4): red, green, blue and alpha, transparent where there is no data.
    """
    composite = np.stack(_channels(scene, bands, limits), axis=-1)
    known = ~np.isnan(composite).any(axis=-1, keepdims=True)
    pixels = np.rint(255 * np.where(known, np.nan_to_num(composite), 0)).astype(np.uint8)
    alpha = np.where(known, 255, 0).astype(np.uint8)
    return cast(npt.NDArray[np.uint8], np.concatenate([pixels, alpha], axis=-1))


def _channels(
    scene: xr.DataArray, bands: Sequence[str], limits: Sequence[tuple[float, float]]
) -> list[npt.NDArray[Any]]:
    return [
        ((scene.sel(band=name).values - low) / (high - low)).clip(0, 1) ** (1 / GAMMA)
        for name, (low, high) in zip(bands, limits, strict=True)
    ]
