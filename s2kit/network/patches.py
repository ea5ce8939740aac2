"""From scenes and masks to batches of augmented training patches."""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import CODES
from s2kit.scenes.radiometry import normalise

IGNORE = -1
"""Target of pixels without a label; cross-entropy leaves them out."""


def to_tensors(scene: xr.DataArray, mask: xr.DataArray) -> tuple[Tensor, Tensor]:
    """Return network input and target of one labelled scene.

    Returns
    -------
    image
        float32 (bands, H, W), normalised to 0–1, no-data pixels 0.
    target
        int64 (H, W): class code − 1, ``IGNORE`` where unlabelled or without data.
    """
    if scene.shape[1:] != mask.shape:
        raise S2kitError(
            f"{scene.name}: the scene has {scene.shape[1:]} pixels and its mask {mask.shape}; "
            "rasterise the polygons onto the scene's own grid"
        )
    image = normalise(scene).to_numpy()
    target = mask.to_numpy().astype(np.int64) - 1
    target[np.isnan(image).any(axis=0)] = IGNORE
    return torch.from_numpy(np.nan_to_num(image)), torch.from_numpy(target)


class Patches:
    """Draws batches of random crops, each holding at least one labelled pixel.

    A scene is drawn with equal chance, then one of its labelled pixels, then a crop around it:
    where labels are sparse, most uniform crops would hold none.
    """

    def __init__(
        self,
        labelled: Sequence[tuple[Tensor, Tensor]],
        crop: int,
        batch: int,
        gain_jitter: float,
        seed: int,
    ) -> None:
        for _, target in labelled:
            if min(target.shape) < crop:
                raise S2kitError(
                    f"a training scene of {tuple(target.shape)} pixels is smaller than the crop "
                    f"of {crop}; choose a smaller crop"
                )
        self.labelled = labelled
        self.crop, self.batch, self.gain_jitter = crop, batch, gain_jitter
        self.positions = [torch.nonzero(target != IGNORE) for _, target in labelled]
        self.random = torch.Generator().manual_seed(seed)

    def draw(self) -> tuple[Tensor, Tensor]:
        """Return images (N, bands, crop, crop) and targets (N, crop, crop)."""
        images, targets = zip(*(self._one() for _ in range(self.batch)), strict=True)
        return torch.stack(images), torch.stack(targets)

    def _one(self) -> tuple[Tensor, Tensor]:
        which = self._integer(len(self.labelled))
        image, target = self.labelled[which]
        row, column = self.positions[which][self._integer(len(self.positions[which]))].tolist()
        top = self._start(row, target.shape[0])
        left = self._start(column, target.shape[1])
        window = (slice(top, top + self.crop), slice(left, left + self.crop))
        image, target = image[:, *window], target[window]

        turns, flip = self._integer(4), self._integer(2)
        image, target = torch.rot90(image, turns, (-2, -1)), torch.rot90(target, turns)
        if flip:
            image, target = image.flip(-1), target.flip(-1)
        if self.gain_jitter:
            gain = 1 + self.gain_jitter * torch.randn(len(image), generator=self.random)
            image = image * gain[:, None, None]
        return image, target

    def _start(self, around: int, size: int) -> int:
        """Return the first row (or column) of a crop that holds ``around`` and fits in."""
        lowest = max(0, around - self.crop + 1)
        highest = min(around, size - self.crop)
        return lowest + self._integer(highest - lowest + 1)

    def _integer(self, end: int) -> int:
        return int(torch.randint(end, (), generator=self.random))


def class_weights(targets: Sequence[Tensor], power: float) -> Tensor:
    """Return float32 (classes,): (1 / frequency) ** power, mean 1 over labelled pixels.

    A class without a labelled pixel gets weight 0; power 0 weighs every pixel alike.
    """
    labels = torch.cat([t[t != IGNORE] for t in targets])
    frequency = torch.bincount(labels, minlength=len(CODES)).float() / len(labels)
    weights = torch.where(frequency > 0, frequency.clamp(min=1e-12) ** -power, 0.0)
    return weights / (weights * frequency).sum()
