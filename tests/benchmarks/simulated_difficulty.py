"""How hard the simulated scenes are: ``python -m tests.benchmarks.simulated_difficulty``.

A random forest on single pixels, trained on the masks of the simulated training scenes, should
reach an overall accuracy of 78 to 90 % on the simulated test scenes: less, and they are noise;
more, and a network that sees the neighbourhood has nothing to add. It says nothing about the paper.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pystac
import rasterio
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import confusion_matrix

from s2kit.scenes.bands import BANDS
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.scenes.nomenclature import CODES
from s2kit.scenes.simulated.grid import crop, ground_of
from s2kit.scenes.simulated.make import SEED, make_landscapes, mask_path, truth_path
from s2kit.scenes.simulated.products import KEYS

PER_CLASS = 1500
"""Training pixels per class and scene."""


def read_reflectance(catalogue: Path, record: SceneRecord) -> np.ndarray:
    """Read a scene's ten bands on its 10 m grid (10, height, width), without the catalogue room."""
    items = pystac.Catalog.from_file(str(catalogue)).get_items(recursive=True)
    item = next(i for i in items if i.properties["s2kit:scene"] == record.name)
    bands = []
    for band, key in zip(BANDS, KEYS, strict=True):
        with rasterio.open(item.assets[key].get_absolute_href()) as file:
            image = np.kron(file.read(1), np.ones((band.resolution // 10,) * 2))
        bands.append((crop(image, 10, ground_of(record), record) - record.offset) / 10_000)
    return np.stack(bands)


def read_codes(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def measure(folder: Path, seed: int, report: bool) -> dict[str, tuple[float, float]]:
    """Return per test scene the forest's accuracy on the benchmark and on the full truth."""
    catalogue = make_landscapes(folder, seed)
    records, rng = read_manifest().values(), np.random.default_rng(0)
    pixels, labels = [], []
    for record in (r for r in records if r.split == "train"):
        mask, bands = (
            read_codes(mask_path(record.name, folder)),
            read_reflectance(catalogue, record),
        )
        for code in CODES:
            where = np.flatnonzero(mask == code)
            where = rng.permutation(where)[:PER_CLASS]
            pixels.append(bands.reshape(10, -1)[:, where].T)
            labels.append(np.full(where.size, code))
    forest = RandomForestClassifier(150, min_samples_leaf=2, n_jobs=2, random_state=0)
    forest.fit(np.vstack(pixels), np.concatenate(labels))
    accuracies = {}
    for record in (r for r in records if r.split == "test"):
        bands = read_reflectance(catalogue, record)
        mapped = forest.predict(bands.reshape(10, -1).T).reshape(bands.shape[1:])
        references = (
            read_codes(mask_path(record.name, folder)),
            read_codes(truth_path(record.name, folder)),
        )
        accuracies[record.name] = tuple(float((mapped == r)[r > 0].mean()) for r in references)
        if report:
            seen = references[0] > 0
            print(record.name, "map in rows, reference in columns")
            print(confusion_matrix(mapped[seen], references[0][seen], labels=CODES))
    return accuracies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, help="keep the scenes here")
    parser.add_argument("--report", action="store_true", help="print the confusion matrices")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch) / "simulated"
        for name, (benchmark, full) in measure(folder, arguments.seed, arguments.report).items():
            print(f"{name}: OA {benchmark:.1%} on the benchmark, {full:.1%} on the full truth")


if __name__ == "__main__":
    main()
