"""One date over one landscape: the state of every object, its spectrum, its pixels."""

import datetime
from dataclasses import dataclass

import numpy as np

from s2kit.simulator.crop_calendar import field_states, mown
from s2kit.simulator.grid import Array
from s2kit.simulator.landscape import Landscape
from s2kit.simulator.sensor import observe, sun_elevation, sunlight
from s2kit.simulator.spectra import Spectra, spectra_on
from s2kit.simulator.terrain import noise

CALM = 0.5
"""Water varies less than the authors' pixels of it, which hold shallows and shade of the walls."""


@dataclass(frozen=True)
class Acquisition:
    """What one overpass yields.

    ``bands`` are those of `sensor.observe`; ``codes`` is the class of every object on the date,
    ``sure`` how clearly it is of that class (1, or the largest share of a field's cover).
    """

    bands: list[Array]
    codes: Array
    sure: Array


def acquire(
    land: Landscape, date: datetime.date, crops: tuple[float, ...], haze: float, seed: list[int]
) -> Acquisition:
    """Observe a landscape on a date; ``crops`` are shares, ``haze`` as of `sensor.observe`."""
    spectra, lasting = spectra_on(date), np.random.default_rng([*seed, 1])
    rng = np.random.default_rng([*seed, date.toordinal()])
    codes, sure, mean = object_states(land, date, spectra, crops, seed)
    # Fields change their looks from date to date, buildings and stands of trees much less.
    lasts = np.where(land.codes == 9, 0.3, 0.85)[:, None]
    own = lasts * lasting.standard_normal((len(codes), 10))
    own += np.sqrt(1 - lasts**2) * rng.standard_normal((len(codes), 10))
    own[codes == 8] *= CALM
    mean = mean + np.einsum("nij,nj->ni", spectra.between[codes], own)
    ground = texture(land, codes, spectra, lasting, rng)
    ground += mean.T.astype(np.float32)[:, land.objects]
    gain = 1 + rng.normal(0, 0.03) + rng.normal(0, 0.015, 10)  # what atmospheric correction leaves
    ground *= gain.astype(np.float32)[:, None, None]
    light = sunlight(land.height, sun_elevation(date))
    return Acquisition(observe(np.maximum(ground, 0.002), light, haze, rng), codes, sure)


def object_states(
    land: Landscape,
    date: datetime.date,
    spectra: Spectra,
    crops: tuple[float, ...],
    seed: list[int],
) -> tuple[Array, Array, Array]:
    """Return every object's class code, how sure it is, and its expected spectrum (n, 10)."""
    codes, sure, mean = land.codes.copy(), np.ones(len(land.codes)), spectra.mean[land.codes]
    fields, meadows = np.flatnonzero(codes == 9), np.flatnonzero(codes == 6)
    cover = field_states(date, crops, len(fields), seed)
    codes[fields] = np.array([9, 4, 5], np.uint8)[cover.argmax(axis=1)]
    sure[fields] = cover.max(axis=1)
    mean[fields] = cover @ spectra.mean[[9, 4, 5]]
    mean[meadows] += mown(date, len(meadows), seed)[:, None] * (spectra.mean[4] - spectra.mean[6])
    return codes, sure, mean


def texture(
    land: Landscape,
    codes: Array,
    spectra: Spectra,
    lasting: np.random.Generator,
    rng: np.random.Generator,
) -> Array:
    """Return the differences inside objects, float32 (10, rows, cols).

    Half of them last (soil, crowns), half belong to the date; both are part coarse, part fine.
    Fields are striped by the passes of the tractor.
    """
    shape, cover = land.objects.shape, codes[land.objects]
    parts = ((0.4, 110, lasting), (1.2, 12, lasting), (0.3, 110, rng), (1.4, 10, rng))
    fields = np.stack([sum(a * noise(shape, s, r, 1) for a, s, r in parts) for _ in range(10)])
    rows, cols = np.indices(shape, np.float32)
    passes = rows * np.cos(land.tillage) - cols * np.sin(land.tillage)
    stripes = lasting.standard_normal((10, 512), np.float32)[:, (passes / 3).astype(int) % 512]
    fields += 0.65 * np.where((land.codes == 9)[land.objects], stripes, 0)
    fields *= np.where(cover == 8, np.float32(CALM), 1)
    for code in np.unique(cover):
        there = cover == code
        fields[:, there] = spectra.within[code].astype(np.float32) @ fields[:, there]
    return np.asarray(fields, np.float32)
