"""A class map of a scene in a file, window by window: memory does not grow with the image."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

from s2kit.maps.applicability import UnlikeCounts, index_of, reference
from s2kit.maps.areas import write_areas
from s2kit.maps.checks import check_size
from s2kit.maps.classify import likeliest, provenance
from s2kit.maps.files import CODES, write_windows
from s2kit.maps.layers import APPLICABILITY, CONFIDENCE, Layer
from s2kit.maps.layout import Layout, Window, layout_by_memory
from s2kit.maps.polygons import write_polygons
from s2kit.maps.tiled import pixels_of
from s2kit.maps.typical import warn_if_untypical
from s2kit.maps.windows import Floats, looked_windows
from s2kit.maps.work import Layers, Work, check_disk, resumable
from s2kit.network.applicability import Reference
from s2kit.network.tensors import tensors_sha256
from s2kit.network.unet import UNet
from s2kit.network.weights import stored_tensors
from s2kit.scenes.scene_file import SceneFile
from s2kit.scenes.statistics import ImageStatistics

EIGHT_LOOKS = 4_000_000
"""Pixels up to which a map is made of eight looks, unless it is said otherwise: 20 km × 20 km, a
minute or two on two cores. A whole tile, of 120 million, would take half an hour."""

STATE = "state"
"""Name of what a window counts, beside its layers."""


@dataclass(frozen=True)
class Outputs:
    """Where a map goes, and what else is wanted of it; None for what is not."""

    map: Path
    confidence: Path | None = None
    applicability: Path | None = None
    areas: Path | None = None
    polygons: Path | None = None
    min_area: float = 0.5
    """Hectares of the smallest polygon."""

    @property
    def layers(self) -> list[tuple[Path, Layer]]:
        """Return the images beside the map."""
        both = ((self.confidence, CONFIDENCE), (self.applicability, APPLICABILITY))
        return [(path, layer) for path, layer in both if path is not None]


@dataclass(frozen=True)
class Settings:
    """How a scene is mapped.

    Attributes
    ----------
    turns
        Whether eight looks are taken; None: up to `EIGHT_LOOKS` pixels.
    memory
        Bytes for one window.
    """

    engine: str
    turns: bool | None
    memory: int

    def looks_turned(self, pixels: int) -> bool:
        """Return whether eight looks are taken of an image of so many pixels."""
        return pixels <= EIGHT_LOOKS if self.turns is None else self.turns


@dataclass(frozen=True)
class Mapped:
    """What a map shows.

    Attributes
    ----------
    pixels
        int64 (256,), how many pixels have which code.
    unlike
        What `s2kit.maps.applicability.unlike_training` returns; None if it was not asked for.
    """

    pixels: npt.NDArray[np.int64]
    unlike: dict[str, float] | None


def classify_file(
    network: UNet,
    scene: SceneFile,
    outputs: Outputs,
    settings: Settings,
    statistics: ImageStatistics | None = None,
    say: Callable[[str], object] = lambda sentence: None,
    progress: Callable[[int, int], object] = lambda done, pixels: None,
) -> Mapped:
    """Classify a scene in a file, and write its map.

    The map is that of `s2kit.maps.classify.classify` to the last bit. A run that is killed leaves
    its finished windows, and the next one with the same image, weights and settings goes on.

    Parameters
    ----------
    network
        A trained network.
    scene
        From `s2kit.scenes.scene_file.open_scene`.
    outputs, settings
        What is written, and how.
    statistics
        What the input is scaled by; by default that of the scene.
    say
        Called with a sentence about windows of a run before.
    progress
        Called with the pixels that are done and those that a run before had done.

    Raises
    ------
    S2kitError
        If the scene is too small, memory or disk do not suffice, another run makes the same map,
        or the scene changes while it is read.

    Warns
    -----
    S2kitWarning
        As `s2kit.maps.classify.classify`.
    """
    height, width = scene.shape
    name = str(scene.grid.name)
    check_size(network, height, width, name)
    if statistics is None:
        used = scene.statistics
        warn_if_untypical(network, name, used, scene.pixels)
    else:
        used = statistics
        warn_if_untypical(network, name, used)
    turns = settings.looks_turned(height * width)
    layout = layout_by_memory(network, height, width, settings.memory, turns, settings.engine)
    check_disk(outputs.map, _disk_space(height * width, outputs) + scene.scratch)
    known = reference(network) if outputs.applicability else None
    key = {
        "image": json.dumps([scene.stamp, scene.statistics.to_json()]),
        "weights": tensors_sha256(stored_tensors(network)),
        "settings": json.dumps(
            [
                used.to_json(), settings.engine, turns, network.scaling,
                *scene.decisions, [layer.name for _, layer in outputs.layers],
            ]
        ),
    }  # fmt: skip

    def fits(before: Layout) -> bool:
        return before.memory(network, turns, settings.engine) <= settings.memory

    with resumable(outputs.map, key, layout, fits, say) as work:
        wanted = [layer for _, layer in outputs.layers]
        parts = _finish(network, scene, used, settings.engine, turns, work, wanted, known)
        for done, before in parts:
            progress(done, before)
        scene.check_unchanged()
        grid = scene.grid.assign_attrs(
            scene.grid.attrs | provenance(network, scene.sha256(work.folder), used, turns)
        )
        return _write(network, grid, work, outputs)


def _finish(
    network: UNet,
    scene: SceneFile,
    statistics: ImageStatistics,
    engine: str,
    turns: bool,
    work: Work,
    wanted: Sequence[Layer],
    known: Reference | None,
) -> Iterator[tuple[int, int]]:
    """Do the windows that are left; yield the pixels done, and those done before, after each."""
    windows = list(enumerate(work.layout.windows()))
    left = [(number, both) for number, both in windows if number not in work.done]
    before = done = sum(pixels_of(core) for number, (core, _) in windows if number in work.done)
    classes = np.array(network.nomenclature.codes)
    looked = looked_windows(
        network, scene.read, statistics, (both for _, both in left), engine, turns
    )
    for number, (core, _) in left:
        _, probabilities, logits = next(looked)  # a zip would hold them while the next are made
        layers: Layers = {CODES: likeliest(probabilities, classes)}
        if CONFIDENCE in wanted:
            layers[CONFIDENCE.name] = _counts(CONFIDENCE, probabilities.max(axis=0))
        if known is not None:
            unlike = index_of(known, logits)
            counted = UnlikeCounts()
            counted.add(layers[CODES], unlike)
            layers[APPLICABILITY.name] = _counts(APPLICABILITY, unlike)
            layers[STATE] = np.append(counted.outside, counted.seen)
        del probabilities, logits
        work.save(number, layers)
        done += pixels_of(core)
        yield done, before


def _write(network: UNet, grid: xr.DataArray, work: Work, outputs: Outputs) -> Mapped:
    """Put the windows together, and write all files."""
    cores = [core for core, _ in work.layout.windows()]
    pixels, unlike = np.zeros(256, np.int64), UnlikeCounts()

    def windows() -> Iterator[tuple[Window, Layers]]:
        for number, core in enumerate(cores):
            yield core, work.load(number)

    for _, layers in windows():
        pixels += np.bincount(layers[CODES].ravel(), minlength=256)
        if STATE in layers:
            unlike.outside += layers[STATE][:-1]
            unlike.seen += int(layers[STATE][-1])
    classes = network.nomenclature
    more: dict[Path, Callable[[Path, Path], object]] = {}
    if outputs.areas:
        more[outputs.areas] = lambda part, _: write_areas(part, pixels, grid, classes)
    if outputs.polygons:
        more[outputs.polygons] = lambda part, of: write_polygons(
            part, of, classes, outputs.min_area, str(grid.name)
        )
    write_windows(outputs.map, grid, classes, windows, outputs.layers, more=more)
    shares = unlike.shares(classes) if outputs.applicability else None
    return Mapped(pixels, shares)


def _counts(layer: Layer, values: Floats) -> npt.NDArray[np.generic]:
    counts = layer.counts(xr.DataArray(values, dims=("y", "x"))).to_numpy()
    return np.asarray(counts)


def _disk_space(pixels: int, outputs: Outputs) -> int:
    """Return the bytes that windows, the largest scratch file and all images take at most."""
    sizes = [1, *(np.dtype(layer.dtype).itemsize for _, layer in outputs.layers)]
    return int(pixels * (max(sizes) + 2.4 * sum(sizes)))
