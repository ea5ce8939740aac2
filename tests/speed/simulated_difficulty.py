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

import xarray as xr

from s2kit.accuracy.confusion import confusion_matrix
from s2kit.accuracy.unlabelled import accuracy_by_place
from s2kit.catalogue.read import read_items
from s2kit.catalogue.search import items_for
from s2kit.catalogue.stac import open_catalogue
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.scenes.codes import read_codes
from s2kit.scenes.grid import grid_of
from s2kit.scenes.manifest import read_manifest
from s2kit.simulator import SEED, make_landscapes, mask_path, truth_path

PER_CLASS = 1500
"""Training pixels per class and scene."""


def open_all(folder: Path, split: str) -> dict[str, tuple[xr.DataArray, xr.DataArray]]:
    """Return scene and mask of a split's records by name."""
    labelled = {}
    for record in read_manifest().values():
        if record.split == split:
            grid = grid_of(record)
            items = items_for(open_catalogue(folder), grid, record.date, record.tile)
            labelled[record.name] = (
                read_items(items, grid),
                read_codes(mask_path(record.name, folder)),
            )
    return labelled


def measure(folder: Path, report: bool) -> None:
    """Print the forest's overall accuracy on the benchmarks and on the full truth."""
    training = open_all(folder, "train")
    forest = train_baseline("random forest", training, "brightness", per_class=PER_CLASS)
    for name, (scene, benchmark) in open_all(folder, "test").items():
        mapped = map_per_pixel(forest, scene)
        truth = read_codes(truth_path(name, folder))
        print(f"{name}:", (100 * accuracy_by_place(mapped, truth, benchmark)).round(1), sep="\n")
        if report:
            print(confusion_matrix(mapped, benchmark))


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
