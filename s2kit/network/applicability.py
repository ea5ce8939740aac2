"""Area of applicability (Meyer & Pebesma 2021): where pixels are like those of the training.

Likeness is measured where the network decides, among its logits: two surfaces with the same logits
are one to it. Confidence does not tell that: far from the training a network may be sure and wrong
(``python -m s2kit transfer --applicability`` compares the two).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from s2kit.errors import S2kitError
from s2kit.network.patches import IGNORE
from s2kit.network.unet import UNet

Floats = npt.NDArray[np.float32]

REFERENCE = "reference"
"""Key of a card for what `Reference.to_card` returned; adapted weights and older ones lack it."""

PER_CLASS = 20
"""Labelled pixels kept per class and training scene: of six scenes they take 74 kB of a file."""

LARGEST = 1024
"""Side in pixels of the largest piece of a training scene that is looked at: memory."""

AT_ONCE = 1 << 26
"""Distances computed at once: 260 MB."""

WHISKER = 1.5
"""Interquartile ranges above the third quartile that still count as like the training."""


@dataclass(frozen=True)
class Reference:
    """What a network says of some pixels of its training, and how unlike they are to one another.

    Attributes
    ----------
    logits
        float32 (pixels, classes).
    mean_distance
        Mean distance of two of them, each class's logits divided by their standard deviation: the
        unit of dissimilarity.
    threshold
        The dissimilarity above which a pixel is unlike the training: the upper whisker of a box
        plot of what each scene's pixels have from those of the others.
    """

    logits: Floats
    mean_distance: float
    threshold: float

    def dissimilarity(self, logits: Floats) -> Floats:
        """Return the dissimilarity index of pixels (Meyer & Pebesma 2021, equation 4).

        Parameters
        ----------
        logits
            float32 (classes, …), NaN = no data.

        Returns
        -------
        ndarray
            float32 (…): distance to the nearest pixel of the reference, in units of
            ``mean_distance``; NaN without data.

        Examples
        --------
        >>> reference = Reference(np.array([[0, 0], [2, 4]], "float32"), 2.0, 0.5)
        >>> reference.dissimilarity(np.array([[0, 2, 4], [0, 4, 4]], "float32")).tolist()
        [0.0, 0.0, 1.0]
        """
        spread = _spread(self.logits)
        known = torch.from_numpy(self.logits / spread)
        pixels = torch.from_numpy(logits.reshape(len(logits), -1).T / spread)
        step = max(1, AT_ONCE // len(known))
        nearest = [torch.cdist(part, known).amin(dim=1) for part in pixels.split(step)]
        found = torch.cat(nearest).numpy() / np.float32(self.mean_distance)
        return np.asarray(found.reshape(logits.shape[1:]), np.float32)

    def to_card(self) -> dict[str, Any]:
        """Return it as JSON can hold it, logits in hundredths."""
        return {
            "logits": self.logits.round(2).astype(float).round(2).tolist(),
            "mean_distance": self.mean_distance,
            "threshold": self.threshold,
        }

    @classmethod
    def from_card(cls, card: object, classes: int) -> "Reference":
        """Return what `to_card` wrote; S2kitError if it is none of a network of so many classes."""
        try:
            logits = np.array(card["logits"], np.float32)  # type: ignore[index]
            numbers = float(card["mean_distance"]), float(card["threshold"])  # type: ignore[index]
        except (TypeError, KeyError, ValueError, OverflowError) as error:
            raise S2kitError(f"its {REFERENCE} cannot be read ({error!r:.80})") from error
        whole = logits.ndim == 2 and logits.shape[1] == classes and len(logits) > 1
        if not whole or not np.isfinite(logits).all() or not all(0 < n < 1e9 for n in numbers):
            raise S2kitError(f"its {REFERENCE} is not of {classes} classes, or holds no numbers")
        return cls(logits, *numbers)


def reference_of(
    network: UNet, labelled: Sequence[tuple[Tensor, Tensor]], seed: int = 0
) -> Reference | None:
    """Return the reference of a trained network.

    Parameters
    ----------
    network
        In evaluation mode.
    labelled
        Input (channels, H, W) and target (H, W) of each training scene, as
        `s2kit.network.patches.to_tensors` makes them.
    seed
        Of the choice of `PER_CLASS` labelled pixels per class and scene.

    Returns
    -------
    Reference or None
        None where two pixels are too few, or all alike. With one scene, its upper half of
        labelled pixels is compared with the lower one.
    """
    random = np.random.default_rng(seed)
    logits, folds = [], []
    for scene, (image, target) in enumerate(labelled):
        found = _labelled_logits(network, image, target, random)
        logits.append(found)
        halves = np.arange(len(found)) >= len(found) / 2
        folds.append(halves if len(labelled) == 1 else np.full(len(found), scene))
    known, fold = np.concatenate(logits), np.concatenate(folds)
    if len(np.unique(fold)) < 2:
        return None
    scaled = torch.from_numpy(known / _spread(known))
    distances = torch.cdist(scaled, scaled).numpy()
    mean = float(distances[np.triu_indices(len(known), 1)].mean())
    distances[fold[:, None] == fold[None]] = np.inf
    unlike = distances.min(axis=1) / max(mean, 1e-12)
    quartiles = np.percentile(unlike, (25, 75))
    whisker = quartiles[1] + WHISKER * (quartiles[1] - quartiles[0])
    threshold = float(unlike[unlike <= whisker].max())
    if not (mean > 0 and threshold > 0):
        return None
    return Reference(known, round(mean, 4), round(threshold, 4))


@torch.inference_mode()
def _labelled_logits(
    network: UNet, image: Tensor, target: Tensor, random: np.random.Generator
) -> Floats:
    """Return the logits (pixels, classes) of some labelled pixels, from top to bottom."""
    labels = torch.nonzero(target != IGNORE)
    middle = labels.float().median(dim=0).values.long().tolist()
    window = tuple(
        slice(max(0, min(at - LARGEST // 2, size - LARGEST)), max(at + LARGEST // 2, LARGEST))
        for at, size in zip(middle, target.shape, strict=True)
    )
    image, target = image[:, *window], target[window]
    device = next(network.parameters()).device
    batch = image[None].to(device, memory_format=torch.channels_last)
    logits = network(batch)[0].float().flatten(1).cpu().numpy().T
    codes = target.flatten().cpu().numpy()
    drawn = [
        random.permutation(np.flatnonzero(codes == code))[:PER_CLASS]
        for code in np.unique(codes[codes != IGNORE])
    ]
    return np.asarray(logits[np.sort(np.concatenate(drawn))], np.float32)


def _spread(logits: Floats) -> Floats:
    """Return the standard deviation of each class's logits, 1 where they are all the same."""
    spread = logits.std(axis=0)
    return np.where(spread > 1e-6, spread, 1).astype(np.float32)
