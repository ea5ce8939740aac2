"""Measure the command on an image of any size: seconds, megapixels/s and peak memory.

    python tests/speed/whole_tile.py [SIDE [OPTION …]]

SIDE is 10980 by default, a whole tile. The image is a simulated landscape, laid side by side, in
ten bands of 16 bit, compressed, in blocks of 512; options go to ``classify`` (``--turns``,
``--threads 1``). Stop other programs first.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window

from s2kit.scenes.bands import BAND_NAMES
from s2kit.simulator.example import example_scene

PIECE = 512


def write_image(path: Path, side: int) -> None:
    """Write an image that needs no memory of its own size."""
    numbers = np.rint(example_scene(PIECE) * 10_000 + 1000).to_numpy().astype("uint16")
    random = np.random.default_rng(0)
    with rasterio.open(
        path, "w", driver="GTiff", count=10, height=side, width=side, dtype="uint16",
        crs="EPSG:32633", transform=rasterio.Affine(10, 0, 499_980, 0, -10, 5_700_000),
        tiled=True, blockxsize=PIECE, blockysize=PIECE, compress="deflate", zlevel=1, predictor=2,
        bigtiff="if_safer",
    ) as file:  # fmt: skip
        file.descriptions = BAND_NAMES
        for top in range(0, side, PIECE):
            for left in range(0, side, PIECE):
                height, width = min(PIECE, side - top), min(PIECE, side - left)
                noise = random.integers(-20, 21, numbers.shape)
                piece = (numbers + noise).astype("uint16")[:, :height, :width]
                file.write(piece, window=Window(left, top, width, height))


def measure(command: list[str]) -> tuple[float, float, float]:
    """Run a command; return seconds, core-seconds and the peak of its resident memory in GB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(os.waitstatus_to_exitcode(status))
    busy = used.ru_utime + used.ru_stime
    return time.perf_counter() - start, busy, used.ru_maxrss * 1024 / 1e9


def main(arguments: list[str]) -> None:
    """Print the figures."""
    side = int(arguments[0]) if arguments else 10_980
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.tif"
        write_image(image, side)
        outputs = ["--out", f"{folder}/map.tif", "--confidence", f"{folder}/confidence.tif"]
        command = [sys.executable, "-m", "s2kit", "classify", str(image), *outputs, *arguments[1:]]
        seconds, busy, peak = measure(command)
    print(
        f"{side} × {side} pixels: {seconds:.0f} s, {side**2 / seconds / 1e6:.2f} megapixels/s, "
        f"{busy:.0f} core-seconds, peak {peak:.2f} GB"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
