"""Measure the engines that map a scene, and how far their maps agree.

    python -m pip install openvino nncf
    S2KIT_DATA=authors python tests/speed/engines.py

Prints, for the validation scene and one look at it: the time of each engine as a ratio to the
network as it was trained, and the share of pixels whose class is the same. The eight bit integers
are measured only: no command uses them. Their ranges are taken from the training scenes.
"""

import nncf
import numpy as np
import torch
from speed import median_seconds
from torch import Tensor

from s2kit.maps.engines import (
    LogitsOf,
    engine,
    fold_batch_norms,
    openvino_model,
    run_openvino,
)
from s2kit.maps.tiled import Tile
from s2kit.network.scaling import scale
from s2kit.network.unet import UNet, pad_to_multiple
from s2kit.network.weights import load_network, shipped_weights
from s2kit.scenes.statistics import image_statistics
from s2kit.settings import course_source
from s2kit.sources import Source


def seen(source: Source, name: str, network: UNet) -> Tensor:
    """Return what the network sees of a scene: float32 (1, channels, y, x), filled up."""
    scene = source.open(name)
    bands = scale(scene, network.scaling, image_statistics(scene))
    return pad_to_multiple(torch.from_numpy(np.nan_to_num(bands))[None], 2**network.depth)


def rounded(run: LogitsOf) -> LogitsOf:
    """Return the same in bfloat16."""

    def in_bfloat16(x: Tensor, core: Tile) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return run(x, core)

    return in_bfloat16


def eight_bits(source: Source, network: UNet) -> LogitsOf:
    """Return the network in eight bit integers, its ranges from the training scenes."""
    scenes = [seen(source, each, network) for each in source.available(split="train")]
    nncf.set_log_level("ERROR")
    model = nncf.quantize(
        openvino_model(fold_batch_norms(network)), nncf.Dataset([x.numpy() for x in scenes])
    )
    return run_openvino(model)


def main() -> None:
    """Print one line per engine."""
    source = course_source()
    source.fetch()
    network = load_network(shipped_weights(source.name))
    (name,) = source.available(split="validation")
    x = seen(source, name, network)
    plain = torch.inference_mode()(network)
    whole = slice(0, x.shape[-2]), slice(0, x.shape[-1])
    engines = {
        "as trained": lambda x, core: plain(x),
        "torch: batch norms folded": engine("torch", network),
        "openvino": engine("openvino", network),
        "torch in bfloat16 (measured only)": rounded(engine("torch", network)),
        "openvino in eight bits (measured only)": eight_bits(source, network),
    }
    seconds = median_seconds(lambda: plain(x), 9)
    right = plain(x).argmax(dim=1)
    print(f"{name}, {tuple(x.shape[-2:])} pixels, {1000 * seconds:.0f} ms as trained")
    for label, run in engines.items():
        ratio = median_seconds(lambda run=run: run(x, whole), 9) / seconds
        same = (run(x, whole).argmax(dim=1) == right).double().mean().item()
        print(f"{label:<40} time {ratio:.2f}  same class {100 * same:.3f} %")


if __name__ == "__main__":
    main()
