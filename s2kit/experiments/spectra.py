"""Measure the table of spectra: ``python -m s2kit.experiments.spectra [MIRROR]``.

Reads the authors' labelled pixels on the training and validation scenes of Strzegom; not on the
test scene, to which the simulated ones thus owe nothing. Columns of the table:

season, day
    of the scenes counted, and the mean of their days of the year;
code, pixels
    the class, and how many pixels were measured (0: derived, see below);
within
    share of the variance (trace of the covariance) found inside the labelled patches, as
    against between them;
statistic, B02 .. B12
    the mean reflectance of the pixels, and the ten rows of their covariance about the mean of
    their scene.

Class 6, permanent grassland, is labelled on no scene of Strzegom. It is **derived**, not measured:
a sward of the season's growing plants (class 9) and dry ones (class 4), mixed as `GRASS` says.
"""

import datetime
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import ndimage

from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import PAPER
from s2kit.scenes.registration import shift_20m_bands
from s2kit.scenes.writer import replacing
from s2kit.simulator.grid import Array
from s2kit.simulator.spectra import TABLE
from s2kit.sources import AuthorsSource

GRASS = {"winter": 0.45, "early summer": 0.75, "high summer": 0.72, "autumn": 0.7}
"""By season, the share of green plants in the derived class 6; dry blades are the rest."""


@dataclass(frozen=True)
class Statistics:
    """A class in a season: ``table`` (11, 10) holds mean and covariance."""

    pixels: int
    within: float
    table: Array


def season_of(date: datetime.date) -> str:
    """Return the season under which a scene's pixels are counted."""
    return list(GRASS)[np.digitize(date.month, [4, 7, 9])]


def measure(authors: AuthorsSource) -> pd.DataFrame:
    """Return the table of spectra; S2kitError if one of the scenes cannot be had."""
    records = authors.records.values()
    names = [r.name for r in records if r.area == "strzegom" and r.split != "test"]
    pixels = pd.concat([labelled_pixels(authors, name) for name in names], ignore_index=True)
    blocks = []
    for season, share in GRASS.items():
        here = pixels[pixels["season"] == season]
        day = round(here["day"].unique().mean())
        found = {code: statistics(here[here["code"] == code]) for code in PAPER.codes if code != 6}
        found[6] = mix(found[9], found[4], share)
        blocks += [_rows(season, day, code, found[code]) for code in PAPER.codes]
    return pd.concat(blocks, ignore_index=True)


def labelled_pixels(authors: AuthorsSource, name: str) -> pd.DataFrame:
    """Return a scene's labelled pixels: ten bands, code, patch, scene, season, day of the year."""
    mask = authors.open_mask(name).to_numpy()
    image = shift_20m_bands(authors.open(name)).to_numpy()
    seen = (mask > 0) & np.isfinite(image).all(axis=0)
    patches = np.zeros(mask.shape, np.int64)
    for code in PAPER.codes:
        found, _ = ndimage.label((mask == code) & seen)
        patches += np.where(found > 0, found + patches.max(), 0)
    date = authors.record(name).date
    table = pd.DataFrame(image[:, seen].T.astype(float), columns=list(BAND_NAMES))
    table["code"], table["patch"], table["scene"] = mask[seen], patches[seen], name
    table["season"], table["day"] = season_of(date), date.timetuple().tm_yday
    return table


def statistics(pixels: pd.DataFrame) -> Statistics:
    """Return mean, covariance and share within patches of the pixels of one class."""
    bands = pixels[list(BAND_NAMES)]
    about_scene = bands - bands.groupby(pixels["scene"]).transform("mean")
    about_patch = bands - bands.groupby([pixels["scene"], pixels["patch"]]).transform("mean")
    covariance = np.cov(about_scene.to_numpy().T)
    within = np.trace(np.cov(about_patch.to_numpy().T)) / np.trace(covariance)
    return Statistics(len(pixels), float(within), np.vstack([bands.mean(), covariance]))


def mix(one: Statistics, other: Statistics, share: float) -> Statistics:
    """Return what ``share`` of the one and the rest of the other give."""
    values = share * one.table + (1 - share) * other.table
    return Statistics(0, share * one.within + (1 - share) * other.within, values)


def _rows(season: str, day: int, code: int, found: Statistics) -> pd.DataFrame:
    frame = pd.DataFrame({"season": season, "day": day, "code": code}, index=range(11))
    frame["pixels"], frame["within"] = found.pixels, round(found.within, 3)
    frame["statistic"] = ["mean", *(f"covariance {band}" for band in BAND_NAMES)]
    values = np.array([[float(f"{v:.5g}") for v in row] for row in found.table])
    return pd.concat([frame, pd.DataFrame(values, columns=list(BAND_NAMES))], axis=1)


def main(mirror: Path | None = None, path: Path = TABLE) -> None:
    """Write the table; ``mirror`` is a copy of the authors' archive."""
    with replacing(path) as part:
        measure(AuthorsSource(Path("data"), mirror)).to_csv(part, index=False, lineterminator="\n")
    print(f"wrote {path}")


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:2]))
    except S2kitError as error:
        raise SystemExit(f"error: {error}") from None
