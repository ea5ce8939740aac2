"""How hard the simulated scenes are, and how long they take to make.

    python tests/benchmarks/simulated_difficulty.py

A random forest on single pixels, trained on the masks of the simulated training scenes, should
reach an overall accuracy of 78 to 90 % on the simulated test scenes: less, and they are noise;
more, and a network that sees the neighbourhood has nothing to add. It says nothing about the paper.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import confusion_matrix

from s2kit.scenes.catalogue.grid import grid_of
from s2kit.scenes.catalogue.scene import read_items
from s2kit.scenes.catalogue.search import items_for
from s2kit.scenes.catalogue.sources import open_source
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.scenes.nomenclature import CODES
from s2kit.scenes.raster import read_codes
from s2kit.scenes.simulated import SEED, make_landscapes, mask_path, truth_path

PER_CLASS = 1500
"""Training pixels per class and scene."""


def read_bands(folder: Path, record: SceneRecord) -> np.ndarray:
    """Read a scene's reflectance (10, height, width)."""
    items = items_for(open_source(folder), grid_of(record), record.date, record.tile)
    return read_items(items, grid_of(record)).to_numpy()


def training_pixels(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Draw labelled pixels of all training scenes: bands (n, 10) and codes (n,)."""
    rng, pixels, labels = np.random.default_rng(0), [], []
    for record in read_manifest().values():
        if record.split == "train":
            bands = read_bands(folder, record).reshape(10, -1)
            mask = read_codes(mask_path(record.name, folder)).to_numpy().ravel()
            for code in CODES:
                drawn = rng.permutation(np.flatnonzero(mask == code))[:PER_CLASS]
                pixels.append(bands[:, drawn].T)
                labels.append(mask[drawn])
    return np.vstack(pixels), np.concatenate(labels)


def measure(folder: Path, report: bool) -> None:
    """Print the forest's overall accuracy on the benchmarks and on the full truth."""
    forest = RandomForestClassifier(150, min_samples_leaf=2, n_jobs=2, random_state=0)
    forest.fit(*training_pixels(folder))
    for record in read_manifest().values():
        if record.split == "test":
            bands = read_bands(folder, record)
            mapped = forest.predict(bands.reshape(10, -1).T).reshape(bands.shape[1:])
            benchmark, full = (
                read_codes(path(record.name, folder)).to_numpy() for path in (mask_path, truth_path)
            )
            seen = benchmark > 0
            accuracies = (mapped == benchmark)[seen].mean(), (mapped == full).mean()
            print(
                "{}: OA {:.1%} on the benchmark, {:.1%} on the truth".format(
                    record.name, *accuracies
                )
            )
            if report:
                print(confusion_matrix(benchmark[seen], mapped[seen], labels=CODES).T)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, help="keep the scenes here")
    parser.add_argument("--report", action="store_true", help="print the confusion matrices")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch) / "landscapes"
        start = time.perf_counter()
        make_landscapes(folder, arguments.seed)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"made (or found) in {time.perf_counter() - start:.0f} s, peak memory {peak:.2f} GB")
        measure(folder, arguments.report)


if __name__ == "__main__":
    main()
