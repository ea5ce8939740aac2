"""Measure training and inference against what this machine can do at best.

    python tests/benchmarks/speed.py

Prints, all in one run: the fp32 matrix-multiply rate; the share of it that a training step
(width 16, 8 crops of 128, channels_last, fused AdamW) reaches; pixels per second of a class map
of 401 × 401. Times are medians; stop other programs first.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
import xarray as xr
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from s2kit.maps.classify import class_probabilities
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    """Return the median time of ``run`` after one call to warm up."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def matmul_rate(size: int = 2048) -> float:
    """Return the fp32 matrix-multiply rate in FLOP/s (2 size³ operations per product)."""
    a, b = torch.rand(size, size), torch.rand(size, size)
    return 2 * size**3 / median_seconds(lambda: a @ b, 10)


def training_step() -> Callable[[], None]:
    """Return one optimiser step of the short recipe on random patches."""
    network = UNet(width=16).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3, fused=True)
    images = torch.rand(8, 10, 128, 128).to(memory_format=torch.channels_last)
    targets = torch.randint(0, 10, (8, 128, 128))

    def step() -> None:
        loss = functional.cross_entropy(network(images), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def main() -> None:
    """Print the three figures."""
    rate = matmul_rate()
    print(f"threads               {torch.get_num_threads()}")
    print(f"matrix multiply       {rate / 1e9:.0f} GFLOP/s")

    step = training_step()
    with FlopCounterMode(display=False) as counter:
        step()
    seconds = median_seconds(step, 15)
    share = counter.get_total_flops() / seconds / rate
    print(f"training step         {1000 * seconds:.0f} ms, {100 * share:.0f} % of that rate")

    scene = xr.DataArray(
        np.random.default_rng(0).random((10, 401, 401), dtype="float32") * 0.5,
        dims=("band", "y", "x"),
        coords={"band": list(BAND_NAMES)},
    )
    network = UNet(width=16).eval()
    seconds = median_seconds(lambda: class_probabilities(network, scene), 9)
    print(f"class map, 401 × 401  {401 * 401 / seconds / 1e6:.2f} million pixels/s")


if __name__ == "__main__":
    main()
