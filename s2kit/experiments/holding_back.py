"""Scenes of one's own for a training: which part validates, and what its figure then means."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from pyproj import Transformer
from scipy.spatial import KDTree

from s2kit.errors import S2kitError
from s2kit.network.holdout import hold_out_blocks
from s2kit.network.recipes import Recipe, varied
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.sources.labelled import Labelled, LabelledScenes, codes_of

SMALLEST_CROP = 32
"""Pixels. Smaller ones hold a field or two and nothing of their surroundings."""

BLOCKS = (
    "validation on blocks held back from {name}: it tells how well the network fills in the rest "
    "of that image, and says nothing about other dates or places"
)
IMAGE = "validation on {name}, which the network was not trained on; it chose the best epoch"


@dataclass(frozen=True)
class OwnTraining:
    """What a network is trained on, and checked with, on one's own area.

    Attributes
    ----------
    recipe
        With the largest crop that fits into the training images.
    training, validation
        Scenes and masks by name; validation holds one.
    meaning
        A sentence on what the validation figure means.
    notes
        Sentences on what was changed: the crop, labels left out.
    """

    recipe: Recipe
    training: dict[str, Labelled]
    validation: dict[str, Labelled]
    meaning: str
    notes: tuple[str, ...] = ()


def own_training(scenes: LabelledScenes, recipe: Recipe, seed: int = 0) -> OwnTraining:
    """Decide what to train on and what to validate on.

    Without a scene for validation, blocks of the training image with most labels are held back,
    with a buffer of half the receptive field around them; labels of other images on the same
    ground are left out of the training too.

    Parameters
    ----------
    scenes
        As from `s2kit.sources.labelled.labelled_scenes`.
    recipe
        The recipe wanted; its crop is made smaller where an image is.
    seed
        Of the choice of blocks.

    Raises
    ------
    S2kitError
        If an image is smaller than `SMALLEST_CROP`, several scenes are for validation, or too
        little is labelled to hold a part back.
    """
    training, validation = scenes.part("train"), scenes.part("validation")
    if not training:
        raise S2kitError("no scene is for training; give one the split train")
    if len(validation) > 1:
        raise S2kitError(
            f"{len(validation)} scenes are for validation ({', '.join(validation)}), and one "
            "chooses the best epoch; give the others the split test or train"
        )
    fitting = with_fitting_crop(recipe, {name: scene for name, (scene, _) in training.items()})
    notes = []
    if fitting.crop != recipe.crop:
        notes.append(
            f"note: crops of {fitting.crop} pixels instead of {recipe.crop}, the largest that fit"
        )
    if validation:
        meaning = IMAGE.format(name=next(iter(validation)))
        return OwnTraining(fitting, training, validation, meaning, tuple(notes))
    training, validation, more = _held_back(training, fitting, seed)
    meaning = BLOCKS.format(name=next(iter(validation)))
    return OwnTraining(fitting, training, validation, meaning, (*notes, *more))


def with_fitting_crop(recipe: Recipe, images: Mapping[str, xr.DataArray]) -> Recipe:
    """Return the recipe with the largest crop, up to its own, that fits into all images.

    Raises
    ------
    S2kitError
        If that is less than `SMALLEST_CROP`.
    """
    step = 2**recipe.depth
    for name, image in images.items():
        height, width = image.shape[-2:]
        largest = min(height, width) // step * step
        if largest < min(SMALLEST_CROP, recipe.crop):
            raise S2kitError(
                f"{name} has {height} × {width} pixels, too few to train on; give an image of "
                f"{-(-SMALLEST_CROP // step) * step} × {-(-SMALLEST_CROP // step) * step} or more"
            )
        if largest < recipe.crop:
            recipe = varied(recipe, [f"crop={largest}"])
    return recipe


def _held_back(
    training: dict[str, Labelled], recipe: Recipe, seed: int
) -> tuple[dict[str, Labelled], dict[str, Labelled], list[str]]:
    """Return training and validation scenes, parted in blocks, and notes on it."""
    name = max(training, key=lambda each: int((training[each][1] != NO_DATA).sum()))
    scene, mask = training[name]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        kept, held = hold_out_blocks(scene, mask, seed=seed, depth=recipe.depth)
    notes = [f"note: {each.message}" for each in told]
    parted = {name: (scene, kept)}
    for other, (image, labels) in training.items():
        if other == name:
            continue
        far = _away_from(labels, held, int(held.attrs["buffer"]))
        if (far != NO_DATA).any():
            parted[other] = image, far
        else:
            notes.append(f"note: {other} is left out, its labels lie on the ground held back")
    if len(codes_of(parted)) < 2:
        raise S2kitError(
            f"with a part of {name} held back, one class only is left to train on; label more, or "
            "give another image for validation (--scenes)"
        )
    return {each: parted[each] for each in training if each in parted}, {name: (scene, held)}, notes


def _away_from(mask: xr.DataArray, held: xr.DataArray, buffer: int) -> xr.DataArray:
    """Return a mask without the labels within so many pixels of the labels held back."""
    rows, columns = np.nonzero(mask.to_numpy() != NO_DATA)
    ours = np.column_stack([mask.x.to_numpy()[columns], mask.y.to_numpy()[rows]])
    distance = (buffer + 0.5) * abs(float(mask.rio.resolution()[0]))
    near, _ = KDTree(_places(held, mask)).query(ours, p=np.inf, distance_upper_bound=distance)
    values = mask.to_numpy().copy()
    close = np.isfinite(near)
    values[rows[close], columns[close]] = NO_DATA
    return mask.copy(data=values)


def _places(held: xr.DataArray, like: xr.DataArray) -> npt.NDArray[np.float64]:
    """Return x and y of the labelled pixels of one mask in the CRS of another, (pixels, 2)."""
    rows, columns = np.nonzero(held.to_numpy() != NO_DATA)
    x, y = held.x.to_numpy()[columns], held.y.to_numpy()[rows]
    if held.rio.crs != like.rio.crs:
        x, y = Transformer.from_crs(held.rio.crs, like.rio.crs, always_xy=True).transform(x, y)
    return np.column_stack([x, y])
