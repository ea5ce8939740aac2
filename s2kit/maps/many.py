"""Class maps of many scenes, one after the other or on many machines; one bad scene stops none.

The unit of work is a scene, not a window. What windows share - scale, offset and statistics of the
whole image - takes a pass over it, and a map is put together on one disk; finished windows wait in
a folder beside it, so that a worker that dies loses one window, and the next one goes on. There are
more scenes than workers wherever a cluster is worth its while.
"""

import hashlib
import json
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from s2kit.catalogue.one_grid import files_of, open_any
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.cloud_masks import clear_pixels, hide_clouds
from s2kit.maps.files import map_files, style_of
from s2kit.maps.ledger import Entry, file_sha256, input_sha256, opened_ledger
from s2kit.maps.memory import give_memory_back, usable_cores, window_memory
from s2kit.maps.provenance import provenance_attributes
from s2kit.maps.scene_list import Folders, Listed
from s2kit.maps.streamed import Outputs, Settings, classify_file
from s2kit.network.tensors import tensors_sha256
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network, stored_tensors
from s2kit.scenes.files import open_dataset
from s2kit.scenes.statistics import ImageStatistics
from s2kit.scenes.writer import check_outputs

_ONE = threading.Lock()
"""A process maps one scene at a time, with all its threads: memory stays that of one."""


@dataclass(frozen=True)
class Plan:
    """What all scenes of a list share; it travels to the workers.

    Attributes
    ----------
    weights, weights_sha256
        A file or the name of a shipped network, and the checksum of its tensors.
    settings
        As for one map; the memory is looked up where the work is done.
    statistics, bands
        As for one map; None: each scene's own.
    threads
        Cores for one scene; None: as many as PyTorch is set to use.
    runs
        Processes that share a machine's memory.
    """

    weights: str
    weights_sha256: str
    settings: Settings
    folders: Folders
    statistics: ImageStatistics | None = None
    bands: tuple[str, ...] | None = None
    threads: int | None = None
    runs: int = 1

    @classmethod
    def of(
        cls, network: UNet, weights: str | Path, settings: Settings, folders: Folders, **more: Any
    ) -> "Plan":
        """Return the plan for a network that was loaded from a file or by name."""
        known = str(Path(weights).absolute()) if Path(weights).is_file() else str(weights)
        return cls(known, tensors_sha256(stored_tensors(network)), settings, folders, **more)

    def given(self, scene: Listed) -> dict[str, str]:
        """Return by column of the ledger what the map of a scene depends on."""
        own = self.statistics.to_json() if self.statistics else None
        kinds = [path.suffix for path in _files(self.folders.outputs(scene.name))]
        mapping = self.settings.engine, self.settings.turns, own, self.bands, scene.offset
        settings = [*mapping, kinds, self.folders.min_area]
        try:
            more = files_of(scene.image)[1:]
        except S2kitError:  # reading it will say so
            more = []
        if scene.clouds is not None:
            settings.append(str(scene.clouds))
            more += filter(None, [scene.clouds.scl])
        told = json.dumps(settings)
        return {
            "input_sha256": input_sha256(scene.image, more),
            "weights_sha256": self.weights_sha256,
            "settings_sha256": hashlib.sha256(told.encode()).hexdigest(),
        }


@dataclass(frozen=True)
class Outcome:
    """What became of a scene: why it could not be mapped, or ""; and what was said on the way."""

    reason: str
    seconds: float = 0
    pixels_sha256: str = ""
    map_sha256: str = ""
    notes: tuple[str, ...] = ()


Run = Callable[[Plan, Sequence[Listed]], Iterable[tuple[Listed, Outcome]]]
"""Maps scenes somewhere; gives each back when it is through."""


def map_many(
    scenes: Sequence[Listed], plan: Plan, run: Run, tell: Callable[[str], object]
) -> list[Entry]:
    """Map the scenes of a list that have no map yet, and keep the ledger; return what failed.

    Parameters
    ----------
    scenes
        From `s2kit.maps.scene_list.read_list`.
    plan
        What they share.
    run
        `one_by_one`, or what `s2kit.maps.cluster.opened_cluster` gives.
    tell
        Called with a line for each scene.

    Raises
    ------
    S2kitError
        If another run maps into the same folder, or the ledger cannot be read or written.
    """
    with opened_ledger(plan.folders.map) as ledger:
        given = {scene.name: plan.given(scene) for scene in scenes}
        left = [
            scene
            for scene in scenes
            if not ledger.is_done(
                scene.name, given[scene.name], _files(plan.folders.outputs(scene.name))
            )
        ]
        if len(left) < len(scenes):
            tell(f"{len(scenes) - len(left)} of {len(scenes)} scenes are done already")
        failed = []
        for number, (scene, outcome) in enumerate(run(plan, left), start=1):
            entry = Entry(
                name=scene.name,
                image=str(scene.image),
                **given[scene.name],
                pixels_sha256=outcome.pixels_sha256,
                map_sha256=outcome.map_sha256,
                seconds=f"{outcome.seconds:.1f}",
                state="failed" if outcome.reason else "done",
                reason=outcome.reason,
            )
            ledger.add(entry)
            if outcome.reason:
                failed.append(entry)
            for note in outcome.notes:
                tell(f"{scene.name}: {note}")
            tell(f"{number} of {len(left)}: {scene.name} {entry.state}, {outcome.seconds:.0f} s")
    return failed


def one_by_one(plan: Plan, scenes: Sequence[Listed]) -> Iterator[tuple[Listed, Outcome]]:
    """Map scenes in this process."""
    for scene in scenes:
        yield scene, map_one(scene, plan)


def map_one(scene: Listed, plan: Plan) -> Outcome:
    """Map one scene; what is wrong with it becomes a reason, not an error."""
    notes: list[str] = []
    with _ONE, warnings.catch_warnings(record=True) as caught:
        start = time.monotonic()
        warnings.simplefilter("always", S2kitWarning)
        try:
            pixels, reason = _map(scene, plan, notes.append), ""
        except S2kitError as error:
            pixels, reason = "", str(error)
        except Exception as error:  # of one scene; the others are mapped all the same
            pixels, reason = "", str(S2kitError(f"{type(error).__name__}: {error}"))
        seconds = time.monotonic() - start
        notes += [f"warning: {w.message}" for w in caught if issubclass(w.category, S2kitWarning)]
    out = plan.folders.outputs(scene.name).map
    return Outcome(reason, seconds, pixels, "" if reason else file_sha256(out), tuple(notes))


def _map(scene: Listed, plan: Plan, say: Callable[[str], object]) -> str:
    """Map a scene; return the checksum of its pixels."""
    give_memory_back()
    torch.set_num_threads(min(plan.threads or torch.get_num_threads(), usable_cores()))
    outputs = plan.folders.outputs(scene.name)
    styles = [style_of(path) for path, _ in outputs.layers]
    check_outputs([*map_files(outputs.map), *_files(outputs)[1:], *styles], files_of(scene.image))
    network = load_network(plan.weights)
    if tensors_sha256(stored_tensors(network)) != plan.weights_sha256:
        raise S2kitError(
            f"{plan.weights} is another network on this machine; install the same s2kit, and lay "
            "weights where all workers see them"
        )
    settings = replace(plan.settings, memory=window_memory(runs=plan.runs))
    offset = scene.offset
    with open_any(
        scene.image, "auto" if offset is None else offset, plan.bands, torch.get_num_threads()
    ) as opened:
        # before the map is made: where clouds cannot be told, no map is left with them in it
        clear = clear_pixels(opened, scene.clouds) if scene.clouds is not None else None
        classify_file(network, opened, outputs, settings, plan.statistics, say)
        if clear is not None:
            say(f"{hide_clouds(outputs.map, clear):.0%} of it cloud or shadow")
    with open_dataset(outputs.map) as file:
        return provenance_attributes(file.tags())["image"]


def _files(outputs: Outputs) -> list[Path]:
    """Return the files of a map, itself first."""
    rest = (outputs.areas, outputs.polygons)
    return [outputs.map, *(path for path, _ in outputs.layers), *(p for p in rest if p)]
