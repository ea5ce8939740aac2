"""What the satellite makes of the ground: light and shade, haze, blur, pixels, noise."""

import datetime

import numpy as np
from scipy import ndimage

from s2kit.scenes.bands import BANDS
from s2kit.simulator.grid import PIXEL, Array
from s2kit.simulator.terrain import noise

AZIMUTH = np.radians(160)
"""The sun stands in the south-south-east when Sentinel-2 passes over Poland, about 10 h UTC."""


def sun_elevation(date: datetime.date, latitude: float = 50.5) -> float:
    """Return the height of the sun in radians, a good hour before it is highest.

    Examples
    --------
    >>> import datetime
    >>> round(float(np.degrees(sun_elevation(datetime.date(2023, 6, 21)))))
    60
    """
    declination = np.radians(-23.44) * np.cos(2 * np.pi * (date.timetuple().tm_yday + 10) / 365.25)
    phi, hour = np.radians(latitude), np.radians(-18)
    sine = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour)
    return float(np.arcsin(sine))


def sunlight(height: Array, elevation: float) -> Array:
    """Return the direct light on every pixel: 1 on open level ground, 0 in cast shadow.

    Parameters
    ----------
    height
        Surface in metres on the 5 m grid, row 0 in the north.
    elevation
        Of the sun, radians.
    """
    down, right = np.gradient(height, PIXEL)
    towards = np.array([-np.cos(AZIMUTH), np.sin(AZIMUTH)])  # rows, columns towards the sun
    facing = np.sin(elevation) - (down * towards[0] + right * towards[1]) * np.cos(elevation)
    light = np.clip(facing / np.sqrt(1 + down**2 + right**2) / np.sin(elevation), 0, 1.6)
    for step in range(1, 9):  # does something 5 .. 40 m off stand in the way?
        rows, cols = np.round(step * towards).astype(int)
        ray = height + step * PIXEL * np.tan(elevation)
        light[np.roll(height, (-rows, -cols), (0, 1)) > ray] = 0
    return np.asarray(light, np.float32)


def observe(reflectance: Array, light: Array, haze: float, rng: np.random.Generator) -> list[Array]:
    """Return the ten bands as the instrument delivers them.

    Parameters
    ----------
    reflectance
        Of the ground, float32 (10, rows, cols) on the 5 m grid.
    light
        Direct sunlight as of `sunlight`, (rows, cols).
    haze
        Optical thickness of a patchy veil at 490 nm, 0 for a clear day.

    Returns
    -------
    list of ndarray
        Reflectance, float32; (rows/2, cols/2) for 10 m bands, (rows/4, cols/4) for 20 m bands.
    """
    veil = haze * np.clip(1 + 0.6 * noise(light.shape, 1500, rng, 2), 0, None)[::2, ::2]
    bands = []
    for band, ground in zip(BANDS, reflectance, strict=True):
        sky = 0.45 if band.wavelength < 600 else 0.25  # the share of the light that shade gets too
        seen = _halve(ground * (sky + (1 - sky) * light))
        thickness = veil * (490 / band.wavelength) ** 1.3
        seen = seen * (1 - thickness) + 0.35 * thickness
        seen = ndimage.gaussian_filter(seen, 0.045 * band.resolution)
        seen = seen if band.resolution == 10 else _halve(seen)
        grain = rng.standard_normal(seen.shape, np.float32)
        bands.append(seen + grain * (0.0008 + 0.006 * seen))
    return bands


def _halve(image: Array) -> Array:
    """Return the image on pixels of twice the size, each the mean of four."""
    rows = image[::2] + image[1::2]
    mean: Array = (rows[:, ::2] + rows[:, 1::2]) / 4
    return mean
