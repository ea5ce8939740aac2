"""Measure training and inference against what this machine can do at best.

    python tests/speed/speed.py

Prints, all in one run: the fp32 matrix-multiply rate; the time of a training step of the short
recipe in float32 and bfloat16, as share of that rate; of it, what the optimisers take; pixels per
second of a class map of 401 × 401, one look and eight. Times are medians; stop other programs
first.
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
from s2kit.network.recipes import RECIPES
from s2kit.network.training import optimisers_of
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


def training_step(dtype: torch.dtype) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return one step of the short recipe on random patches, and its optimisers' part alone."""
    recipe = RECIPES["short"]
    network = UNet(recipe.width, recipe.depth, scaling=recipe.scaling)
    network.to(memory_format=torch.channels_last)
    optimisers = optimisers_of(network, recipe)
    images = torch.rand(recipe.batch, network.channels, recipe.crop, recipe.crop)
    images = images.to(memory_format=torch.channels_last)
    targets = torch.randint(0, 10, (recipe.batch, recipe.crop, recipe.crop))

    def optimise() -> None:
        for optimiser in optimisers:
            optimiser.step()

    def step() -> None:
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            logits = network(images)
        network.zero_grad()
        functional.cross_entropy(logits.float(), targets).backward()
        optimise()

    return step, optimise


def main() -> None:
    """Print the figures."""
    rate = matmul_rate()
    print(f"threads               {torch.get_num_threads()}")
    print(f"matrix multiply       {rate / 1e9:.0f} GFLOP/s")

    for dtype in (torch.float32, torch.bfloat16):
        step, optimise = training_step(dtype)
        with FlopCounterMode(display=False) as counter:
            step()
        seconds = median_seconds(step, 15)
        share = counter.get_total_flops() / seconds / rate
        name = str(dtype).removeprefix("torch.")
        print(
            f"step in {name:<13} {1000 * seconds:.0f} ms, {100 * share:.0f} % of that rate, "
            f"{100 * median_seconds(optimise, 15) / seconds:.0f} % of it in the optimisers"
        )

    scene = xr.DataArray(
        np.random.default_rng(0).random((10, 401, 401), dtype="float32") * 0.5,
        dims=("band", "y", "x"),
        coords={"band": list(BAND_NAMES)},
    )
    network = UNet(width=16, scaling="both").eval()
    for turns, looks in ((False, "one look"), (True, "eight")):
        seconds = median_seconds(
            lambda turns=turns: class_probabilities(network, scene, turns=turns), 9
        )
        print(f"class map, {looks:<10} {401 * 401 / seconds / 1e6:.2f} million pixels/s")


if __name__ == "__main__":
    main()
