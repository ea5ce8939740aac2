"""Compare `classify` with what one would pick instead, on one image and machine, in one run.

    python tests/speed/peers.py [SIDE [THREADS [PYTHON]]]

SIDE is 1024 by default. PYTHON is an interpreter that has segmentation_models.pytorch beside what
s2kit needs (in an environment of its own); without it, that row is left out with the reason. The
image is simulated and the peers' weights mean nothing: what is compared is seconds, memory, seams
(pixels that differ from the map of one window over all; up to 1500 × 1500 only), and whether a run
that was stopped goes on. Core-seconds and what follows from them hardly depend on what else runs.

Useful FLOPs are those of one look at each pixel, without the margins of windows, over the rate of
fp32 matrix multiplication in the same run.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import rasterio
import torch
from rasterio.windows import Window
from sklearn.ensemble import RandomForestClassifier
from torch.utils.flop_counter import FlopCounterMode
from whole_tile import measure, write_image

from s2kit.maps.classify import classify
from s2kit.maps.files import write_class_map
from s2kit.maps.layout import Layout, layout_by_memory
from s2kit.maps.memory import WINDOW_MEMORY
from s2kit.network.weights import load_network
from s2kit.scenes.raster import read_scene

SEAMS = 1500
"""Side of the largest image that is mapped by one window as well."""

WEIGHTS = "portable"

Predict = Callable[[np.ndarray], np.ndarray]
"""From reflectance (10, y, x) to codes (y, x)."""


def forest(image: Path, threads: int) -> Predict:
    """Return a random forest on single pixels, as scikit-learn makes it by default."""
    with rasterio.open(image) as file:
        pixels = _reflectance(file.read(window=Window(0, 0, 512, 512))).reshape(10, -1).T
    random = np.random.default_rng(0)
    some = random.choice(len(pixels), 20_000, replace=False)
    labels = np.digitize(pixels[some, 6] - pixels[some, 2], np.linspace(0, 0.4, 9)) + 1
    model = RandomForestClassifier(n_jobs=threads, random_state=0).fit(pixels[some], labels)

    def predict(values: np.ndarray) -> np.ndarray:
        return model.predict(values.reshape(10, -1).T).reshape(values.shape[1:])

    return predict


def resnet(image: Path, threads: int) -> Predict:
    """Return a U-Net on a ResNet-18 of random weights, of segmentation_models.pytorch."""
    # torchvision's own operators do not load beside the CPU build of PyTorch; none is needed
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor a, Tensor b, float c) -> Tensor")
    import segmentation_models_pytorch as smp

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = smp.Unet("resnet18", encoder_weights=None, in_channels=10, classes=10).eval()

    @torch.inference_mode()
    def predict(values: np.ndarray) -> np.ndarray:
        height, width = values.shape[1:]
        padded = np.pad(values, ((0, 0), (0, -height % 32), (0, -width % 32)), mode="reflect")
        codes = model(torch.from_numpy(padded)[None])[0].argmax(dim=0).numpy() + 1
        return codes[:height, :width]

    return predict


PEERS = {"random forest per pixel": forest, "U-Net resnet18 (smp)": resnet}


def map_by(name: str, image: Path, out: Path, threads: int, whole: bool) -> None:
    """Map an image by a peer, through the windows that ``classify`` uses, or one over all."""
    predict = PEERS[name](image, threads)
    with rasterio.open(image) as file:
        height, width = file.shape
        layout = layout_by_memory(load_network(WEIGHTS), height, width, WINDOW_MEMORY, False)
        if whole:
            layout = Layout(height, width, height, width, 0)
        elif layout.count == 1:
            layout = Layout(height, width, 512, 512, layout.margin)
        profile = {"driver": "GTiff", "count": 1, "dtype": "uint8", "crs": file.crs}
        with rasterio.open(
            out, "w", height=height, width=width, transform=file.transform, **profile
        ) as target:
            for (rows, columns), (around, across) in layout.windows():
                codes = predict(_reflectance(file.read(window=_window(around, across))))
                top, left = rows.start - around.start, columns.start - across.start
                core = codes[top:, left:][: rows.stop - rows.start, : columns.stop - columns.start]
                target.write(core.astype("uint8"), 1, window=_window(rows, columns))


def map_whole(engine: str, image: Path, out: Path) -> None:
    """Map an image by ours in memory, one window over all."""
    scene = read_scene(image, 1000)
    side = max(scene.shape)
    network = load_network(WEIGHTS)
    codes, _ = classify(network, scene, window=side, engine=engine, turns=False)
    write_class_map(out, codes)


def rows_of(image: Path, side: int, threads: int, python: str) -> Iterator[list[str]]:
    """Yield a line of the table for each contestant."""
    folder = image.parent
    network = load_network(WEIGHTS)
    rate, busy_rate = matmul_rates(threads)
    yield [f"fp32 matrix multiplication: {rate / 1e9:.0f} GFLOP/s, "
           f"{busy_rate / 1e9:.0f} GFLOP a core-second"]  # fmt: skip
    useful = flop_per_pixel(network) * side**2
    for engine in ("torch", "openvino"):
        out, whole = folder / f"{engine}.tif", folder / f"{engine}_whole.tif"
        if side <= SEAMS:  # in another process: a child's peak begins with its parent's memory
            subprocess.run([sys.executable, __file__, "--whole", engine, image, whole], check=True)
        command = [sys.executable, "-m", "s2kit", "classify", str(image), "--no-turns", "--offset",
                   "1000", "--weights", WEIGHTS, "--engine", engine, "--threads",
                   str(threads)]  # fmt: skip
        found = measure([*command, "--out", str(out)])
        shares = [100 * useful / found[0] / rate, 100 * useful / found[1] / busy_rate]
        yield [f"s2kit classify, {engine}", *told(found, side), seams(side, out, whole), "yes",
               *(f"{share:.0f} %" for share in shares)]  # fmt: skip
    for name in PEERS:
        out, whole = folder / "peer.tif", folder / "whole.tif"
        own = python if PEERS[name] is resnet else sys.executable
        command = [own, __file__, "--map", name, str(image)]
        try:
            found = measure([*command, str(out), str(threads), ""])
            if side <= SEAMS:
                subprocess.run([*command, str(whole), str(threads), "whole"], check=True)
        except (SystemExit, OSError):
            yield [name, "left out: PYTHON lacks segmentation_models_pytorch"]
            continue
        yield [name, *told(found, side), seams(side, out, whole), "no", "", ""]


def told(found: tuple[float, float, float], side: int) -> list[str]:
    """Return seconds, core-seconds, peak memory and square kilometres per core-hour."""
    seconds, busy, peak = found
    area = (side / 100) ** 2
    return [f"{seconds:.0f}", f"{busy:.0f}", f"{peak:.2f} GB", f"{area / busy * 3600:,.0f}"]


def seams(side: int, path: Path, whole: Path) -> str:
    """Return how many pixels differ from the map of one window."""
    if side > SEAMS:
        return "–"
    with rasterio.open(path) as one, rasterio.open(whole) as other:
        return f"{(one.read(1) != other.read(1)).sum():,}"


def flop_per_pixel(network: torch.nn.Module) -> float:
    """Return the FLOPs of one look at a pixel."""
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network(torch.zeros(1, network.channels, 512, 512))
    return counter.get_total_flops() / 512**2


def matmul_rates(threads: int, size: int = 2048) -> tuple[float, float]:
    """Return FLOPs of fp32 matrix multiplication per second, and per core-second; medians."""
    torch.set_num_threads(threads)
    a, b = torch.rand(size, size), torch.rand(size, size)
    a @ b
    times = []
    for _ in range(7):
        start, busy = time.perf_counter(), time.process_time()
        a @ b
        times.append((time.perf_counter() - start, time.process_time() - busy))
    wall, cores = np.median(times, axis=0)
    return 2 * size**3 / wall, 2 * size**3 / cores


def _reflectance(numbers: np.ndarray) -> np.ndarray:
    return (numbers.astype("float32") - 1000) / 10_000


def _window(rows: slice, columns: slice) -> Window:
    return Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)


def main(arguments: list[str]) -> None:
    """Print the table."""
    if arguments[:1] == ["--map"]:
        name, image, out, threads, whole = arguments[1:]
        map_by(name, Path(image), Path(out), int(threads), bool(whole))
        return
    if arguments[:1] == ["--whole"]:
        map_whole(arguments[1], Path(arguments[2]), Path(arguments[3]))
        return
    side = int(arguments[0]) if arguments else 1024
    threads = int(arguments[1]) if len(arguments) > 1 else torch.get_num_threads()
    python = arguments[2] if len(arguments) > 2 else sys.executable
    print(f"{side} × {side} pixels, {threads} threads, simulated")
    print("| | s | core-s | peak | km² per core-hour | seams | resumes | useful FLOPs | of cores |")
    with tempfile.TemporaryDirectory() as folder:
        write_image(Path(folder) / "image.tif", side)
        for row in rows_of(Path(folder) / "image.tif", side, threads, python):
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
