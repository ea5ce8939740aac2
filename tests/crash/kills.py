"""Kill the command that makes a map 20 times, at random moments, and compare what comes out.

    python tests/crash/kills.py [KILLS]

Every run goes on with what the killed one before has finished; the last one ends. The files must be
those of a run that nobody disturbed. Prints each kill and how many windows were kept.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
import torch
from rasterio.transform import from_origin

from s2kit.network.unet import UNet
from s2kit.network.weights import save_network
from s2kit.scenes.bands import BAND_NAMES
from s2kit.simulator.example import example_scene

SIDE = 1500
CHILD = """
import sys
from s2kit.commands import classify
from s2kit.__main__ import main

classify.window_memory = lambda: 20 * 10**6
main()
"""


def start(image: Path, weights: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start the command with so little memory that there are many windows."""
    folder.mkdir(exist_ok=True)
    options = ["--weights", weights, "--no-turns", "--threads", "1", "--out", folder / "map.tif"]
    words = ["classify", image, *options, "--confidence", folder / "sure.tif"]
    return subprocess.Popen([sys.executable, "-c", CHILD, *map(str, words)])


def windows(folder: Path) -> int:
    """Return how many windows are kept in a folder."""
    return len(list(folder.glob(".*.work-s2kit/*.npz")))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def main(kills: int) -> None:
    """Kill, go on, compare."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image, weights = folder / "image.tif", folder / "w.safetensors"
        numbers = np.rint(example_scene(SIDE) * 10_000 + 1000).to_numpy().astype("uint16")
        with rasterio.open(
            image, "w", driver="GTiff", count=10, height=SIDE, width=SIDE, dtype="uint16",
            crs="EPSG:32633", transform=from_origin(499_980, 5_700_000, 10, 10),
        ) as file:  # fmt: skip
            file.write(numbers)
            file.descriptions = BAND_NAMES
        torch.manual_seed(0)
        save_network(weights, UNet(width=8, depth=2, scaling="both"))
        assert start(image, weights, folder / "undisturbed").wait() == 0
        random = np.random.default_rng(0)
        for kill in range(1, kills + 1):
            run = start(image, weights, folder / "killed")
            target = windows(folder / "killed") + int(random.integers(0, 4))
            while windows(folder / "killed") < target and run.poll() is None:
                time.sleep(0.02)
            time.sleep(float(random.uniform(0, 0.3)))
            run.kill()
            ended = run.wait() == 0
            kept = windows(folder / "killed")
            print(f"kill {kill}: {'too late' if ended else f'{kept} windows kept'}", flush=True)
            if ended:
                assert contents(folder / "killed") == contents(folder / "undisturbed")
                (folder / "killed").rename(folder / f"ended{kill}")
        assert start(image, weights, folder / "killed").wait() == 0
        assert contents(folder / "killed") == contents(folder / "undisturbed")
        print("the files are those of a run that nobody disturbed")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
