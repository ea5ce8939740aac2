"""What a training run is told apart from its recipe: which scenes, which labels, in what state.

Everything that chapter 4 compares is one `Experiment`, and one call of ``python -m s2kit train``.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.network.training import Labelled
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.scenes.radiometry import BRIGHTEST, QUANTIFICATION, normalise_min_max
from s2kit.scenes.registration import shift_20m_bands
from s2kit.sources import Source

STATES = {
    "aligned": "20 m bands moved to where the ground shows them to be",
    "delivered": "as the source delivers them",
    "offset-forgotten": "the 1000 of later processing baselines taken for reflectance",
    "per-date": "every date stretched to its own minimum and maximum",
}
"""In what state the network gets the scenes."""


@dataclass(frozen=True)
class Experiment:
    """Which labelled scenes a network is trained on.

    Attributes
    ----------
    state
        One of `STATES`.
    dates
        So many training scenes, spread evenly over all of them.
    hold_date
        A training scene that is left out, and scored.
    hold_block
        A quarter of each scene, 0 to 3 by rows, whose labels are left out on every date.
    hold_buffer
        Pixels around that quarter whose labels are left out too.
    """

    state: str = "delivered"
    dates: int | None = None
    hold_date: str | None = None
    hold_block: int | None = None
    hold_buffer: int = 0


@dataclass(frozen=True)
class Scenes:
    """Labelled scenes by their part in an experiment."""

    training: dict[str, Labelled]
    validation: dict[str, Labelled]
    held_out: dict[str, Labelled]


def open_scenes(source: Source, experiment: Experiment) -> Scenes:
    """Open the scenes of an experiment, those that are on this machine.

    Raises
    ------
    S2kitError
        If state, date or block are unknown, or nothing is left to train on.
    """
    names = source.available(split="train")
    left_out = [name for name in names if name == experiment.hold_date]
    if experiment.hold_date and not left_out:
        raise S2kitError(
            f"no training scene {experiment.hold_date!r} to leave out; there are {', '.join(names)}"
        )
    names = [name for name in names if name not in left_out]
    if experiment.dates is not None:
        names = evenly_spaced(names, experiment.dates)
    parts = names, source.available(split="validation"), left_out
    return Scenes(
        *({name: open_labelled(source, name, experiment) for name in part} for part in parts)
    )


def open_labelled(source: Source, name: str, experiment: Experiment) -> Labelled:
    """Open a scene in the experiment's state, and its mask without the block that is held out."""
    scene = in_state(source.open(name), experiment.state, source.record(name).offset)
    mask = source.open_mask(name)
    if experiment.hold_block is not None:
        mask = mask.where(~in_block(mask, experiment.hold_block, experiment.hold_buffer), NO_DATA)
    return scene, mask


def evenly_spaced(names: list[str], number: int) -> list[str]:
    """Return ``number`` of the names, evenly spread, always the same ones."""
    if not 1 <= number <= len(names):
        raise S2kitError(f"{number} training scenes asked for; choose 1 to {len(names)}")
    return [names[k] for k in np.linspace(0, len(names) - 1, number).round().astype(int)]


def in_state(scene: xr.DataArray, state: str, offset: int) -> xr.DataArray:
    """Return a scene's reflectance in one of the `STATES`; ``offset`` is the one its DN carry."""
    if state not in STATES:
        raise S2kitError(f"no state {state!r}; choose one of: {', '.join(STATES)}")
    if state == "aligned":
        return shift_20m_bands(scene)
    if state == "offset-forgotten":
        return scene + np.float32(offset / QUANTIFICATION)
    if state == "per-date":
        return normalise_min_max(scene) * np.float32(BRIGHTEST)
    return scene


def in_block(mask: xr.DataArray, block: int, buffer: int = 0) -> xr.DataArray:
    """Return which pixels (bool, y, x) lie in a quarter: 0 and 1 above, 2 and 3 below.

    With a ``buffer``, also those so many pixels or fewer beyond its edges.
    """
    if block not in range(4):
        raise S2kitError(f"no block {block}; a scene has the blocks 0 to 3")
    if not (type(buffer) is int and buffer >= 0):
        raise S2kitError(f"the buffer {buffer!r} must be a whole number of pixels, 0 or more")
    inside = []
    for size, second in zip(mask.shape, divmod(block, 2), strict=True):
        middle = -(-size // 2)
        first, last = (middle, size) if second else (0, middle)
        place = np.arange(size)
        inside.append((place >= first - buffer) & (place < last + buffer))
    return mask.copy(data=inside[0][:, None] & inside[1])
