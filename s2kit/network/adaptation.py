"""Adaptation of a trained network to a new place with few polygons (fine-tuning of the decoder).

A part of the polygons is held back, to say whether it helps. `s2kit.network.tuning` tunes;
`s2kit.experiments.learning_curve` measures what it gains, and what it costs at home.
"""

import copy
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import torch
import xarray as xr

from s2kit.benchmarks.rasterise import pixels_of_polygons, rasterise
from s2kit.errors import S2kitError
from s2kit.network import tuning
from s2kit.network.applicability import REFERENCE
from s2kit.network.patches import IGNORE
from s2kit.network.recipes import check_seed
from s2kit.network.training_record import (
    TRAINING_STATISTICS,
    training_record,
    training_statistics,
)
from s2kit.network.tuning import around, tuned_on
from s2kit.network.unet import UNet
from s2kit.scenes.arguments import require, require_polygons, require_raster
from s2kit.scenes.nomenclature import NO_DATA

HELD_BACK = 0.25  # of each class's polygons, one at least
SMALLEST = 32  # pixels; a smaller image holds a field or two and nothing around them


@dataclass(frozen=True)
class Adapted:
    """An adapted network and what it does to polygons that it has not seen."""

    network: UNet
    """Tuned on all polygons, in evaluation mode, rounded to the float16 of a weights file."""
    scores: pd.DataFrame
    """One row per class with polygons held back: ``code``, ``name``, ``polygons``, ``pixels``, and
    the share of these pixels mapped right ``before`` and ``after``, 0 to 1. After: by a network
    tuned on the other polygons only."""

    @property
    def before(self) -> float:
        """Mean over the classes held back of the share mapped right by the network given."""
        return float(self.scores.before.mean())

    @property
    def after(self) -> float:
        """The same by the network tuned on the other polygons."""
        return float(self.scores.after.mean())

    @property
    def is_worse(self) -> bool:
        """Whether the polygons held back are mapped worse than before: keep the old network."""
        return self.after < self.before


def adapt(network: UNet, scene: xr.DataArray, polygons: gpd.GeoDataFrame, seed: int = 0) -> Adapted:
    """Fine-tune the decoder of a trained network on the polygons of one image.

    A quarter of the polygons of each class is held back and scored before and after; then the
    network is tuned once more, on all of them. Look at ``is_worse`` before you use it.

    Parameters
    ----------
    network
        The network to start from; it is left as it is.
    scene
        The whole image: reflectance (band, y, x), NaN = no data.
    polygons
        Column ``label`` with class codes of the network's nomenclature, in the scene's CRS. Two
        classes or more, two polygons or more of at least two of them.
    seed
        Of the choice of polygons to hold back, of crops and of their turns.

    Returns
    -------
    Adapted
        ``trained_on`` and the training statistics in its network's card have the new image added
        to what the old network had been trained on: both are what the new one knows.

    Raises
    ------
    S2kitError
        If the polygons are too few, of one class, of classes that the network does not know, or
        hold no pixel of the image, the image is too small, or the loss is no number.

    Examples
    --------
    >>> from s2kit.simulator.example import example_polygons, example_scene
    >>> scene, polygons = example_scene(size=64, block=16), example_polygons(size=64, block=16)
    >>> adapted = adapt(UNet(width=2, depth=1, scaling="both"), scene, polygons)
    >>> adapted.scores.polygons.sum(), adapted.network.card["adapted"]["polygons"]
    (np.int64(6), 16)
    """
    require(network, UNet, "the network", "a UNet, as train and load_network return")
    require_raster(scene, "the scene", ("band", "y", "x"))
    require_polygons(polygons, "the layer of polygons")
    check_seed(seed)
    if min(scene.shape[1:]) < SMALLEST:
        raise S2kitError(
            f"{scene.name or 'the image'} has {scene.shape[1]} × {scene.shape[2]} pixels, too few "
            f"to adapt to; give an image of {SMALLEST} × {SMALLEST} or more"
        )
    drawn = _with_pixels(network, scene, polygons)
    held = held_back(drawn, seed)
    mask, kept, back = (
        rasterise(part, scene, nomenclature=network.nomenclature)
        for part in (drawn, drawn[~held], drawn[held])
    )
    part = tuned_on(network, scene, _without(kept, back), seed)
    scores = _scores(network, part, scene, drawn[held])
    tuned = tuned_on(network, scene, mask, seed)
    tuned.card = _card(network, scene, mask, seed, len(drawn))
    return Adapted(tuned, scores)


def held_back(polygons: gpd.GeoDataFrame, seed: int) -> np.ndarray:
    """Return which polygons (bool) are held back: `HELD_BACK` of each class that has two."""
    random = np.random.default_rng(seed)
    labels = polygons.label.to_numpy()
    held = np.zeros(len(labels), bool)
    for code in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == code))
        if len(rows) > 1:
            held[rows[: max(1, round(HELD_BACK * len(rows)))]] = True
    return held


def _with_pixels(
    network: UNet, scene: xr.DataArray, polygons: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the polygons that hold pixels with data; refuse those of which nothing is learnt."""
    classes = network.nomenclature
    for row, label in enumerate(polygons.label, start=1):
        if label not in classes:
            raise S2kitError(
                f"polygon {row} has class {label}, and the weights know the classes "
                f"{classes.told}: correct its label, or start from weights of your classes"
            )
    owner, pixel = pixels_of_polygons(polygons, scene)
    seen = np.isfinite(scene.to_numpy()).all(axis=0).ravel()
    drawn = polygons.iloc[np.unique(owner[seen[pixel]])]
    if drawn.empty:
        raise S2kitError(
            "no polygon holds a pixel of the image with data; check the CRS of both, and draw "
            "inside the image, larger than a pixel"
        )
    counts = drawn.label.value_counts()
    if len(counts) < 2:
        raise S2kitError(
            f"all polygons in the image are of class {counts.index[0]}; draw at least two classes"
        )
    if (counts > 1).sum() < 2:
        raise S2kitError(
            f"{len(drawn)} polygons in the image are too few: one of each class is held back to "
            "check the result; draw two or more of at least two classes"
        )
    return drawn


def _without(mask: xr.DataArray, other: xr.DataArray) -> xr.DataArray:
    """Return a mask without what is labelled in the other; refuse if nothing is left."""
    left = mask.copy(data=np.where(other.to_numpy() == NO_DATA, mask.to_numpy(), NO_DATA))
    if not left.any():
        raise S2kitError("the polygons lie on one another; delete those that are there twice")
    return left


def _scores(
    before: UNet, after: UNet, scene: xr.DataArray, polygons: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return how two networks map the pixels of polygons, one row per class."""
    classes = before.nomenclature
    pairs = [_mapped(each, scene, polygons) for each in (before, after)]
    rows = []
    for code in sorted(polygons.label.unique()):
        right = [np.concatenate([m == code for c, m in pair if c == code]) for pair in pairs]
        drawn = int((polygons.label == code).sum())
        shares = (float(each.mean()) for each in right)
        rows.append((code, classes[code].name, drawn, len(right[0]), *shares))
    return pd.DataFrame(rows, columns=["code", "name", "polygons", "pixels", "before", "after"])


@torch.inference_mode()
def _mapped(
    network: UNet, scene: xr.DataArray, polygons: gpd.GeoDataFrame
) -> list[tuple[int, np.ndarray]]:
    """Return class and mapped codes of the pixels of each polygon, seen with what is around it."""
    network = copy.deepcopy(network).eval()
    codes = np.array(network.nomenclature.codes)
    found = []
    for row in range(len(polygons)):
        polygon = polygons.iloc[[row]]
        mask = rasterise(polygon, scene, nomenclature=network.nomenclature)
        image, target = around(network, scene, mask)
        mapped = codes[network(image[None])[0].argmax(dim=0).numpy()]
        found.append((int(polygon.label.iloc[0]), mapped[(target != IGNORE).numpy()]))
    return found


def _card(
    network: UNet, scene: xr.DataArray, mask: xr.DataArray, seed: int, polygons: int
) -> dict[str, object]:
    """Return the card of the network with the new image added to what it was trained on."""
    old, new = network.card, {str(scene.name or "image"): (scene, mask)}
    # the logits of the old training pixels are not those of the tuned network
    card = {key: value for key, value in old.items() if key != REFERENCE} | {
        "trained_on": [*old.get("trained_on", []), *training_record(new)],
        "adapted": {
            "from": old.get("weights", ""),
            "from_sha256": old.get("sha256", ""),
            "seed": seed,
            "polygons": polygons,
            "steps": tuning.STEPS,
            "learning_rate": tuning.LEARNING_RATE,
            "keep": tuning.KEEP,
        },
    }
    # Weights of older versions lack them, and those of one image are no range of what is known.
    if TRAINING_STATISTICS in old:
        card[TRAINING_STATISTICS] = [*old[TRAINING_STATISTICS], *training_statistics(new)]
    return card
