"""From scenes and masks to batches of augmented training patches."""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor
from torch.nn import functional

from s2kit.errors import S2kitError
from s2kit.network.scaling import scale
from s2kit.scenes.nomenclature import PAPER, Nomenclature, nomenclature_of
from s2kit.scenes.statistics import ImageStatistics, image_statistics

IGNORE = -1
"""Target of pixels without a label; cross-entropy leaves them out. `Nomenclature.positions` gives
it to no data."""


def to_tensors(
    scene: xr.DataArray,
    mask: xr.DataArray,
    scaling: str,
    statistics: ImageStatistics | None = None,
) -> tuple[Tensor, Tensor]:
    """Return network input and target of one labelled scene.

    Parameters
    ----------
    scene
        Reflectance, dims (band, y, x).
    mask
        Class codes, dims (y, x), 0 = unlabelled, with its nomenclature.
    scaling
        One of `s2kit.network.scaling.SCALINGS`.
    statistics
        Of the whole image, where the scene is a piece of one; by default the scene's own.

    Returns
    -------
    image
        float32 (channels, H, W), no-data pixels 0.
    target
        int64 (H, W): place of the class in the nomenclature, from 0 on; ``IGNORE`` where
        unlabelled or without data.

    Raises
    ------
    S2kitError
        If scene and mask differ in size, the scene has no data, or there is no such scaling.

    Examples
    --------
    >>> scene = xr.DataArray(np.full((10, 1, 2), 0.3, "float32"), dims=("band", "y", "x"))
    >>> mask = xr.DataArray(np.array([[9, 0]], "uint8"), dims=("y", "x"))
    >>> image, target = to_tensors(scene, mask, scaling="fixed")
    >>> image.shape, target
    (torch.Size([10, 1, 2]), tensor([[ 8, -1]]))
    """
    if scene.shape[1:] != mask.shape:
        raise S2kitError(
            f"{scene.name}: the scene has {scene.shape[1:]} pixels and its mask {mask.shape}; "
            "rasterise the polygons onto the scene's own grid"
        )
    image = scale(scene, scaling, statistics or image_statistics(scene))
    where = f"the mask of {scene.name}"
    target = nomenclature_of(mask).positions(mask.to_numpy(), where).astype(np.int64)
    target[np.isnan(image).any(axis=0)] = IGNORE
    return torch.from_numpy(np.nan_to_num(image)), torch.from_numpy(target)


class Patches:
    """Draws batches of random crops, each holding at least one labelled pixel.

    A scene is drawn with equal chance, then one of its labelled pixels, then a crop around it:
    where labels are sparse, most uniform crops would hold none.

    Parameters
    ----------
    labelled
        Image float32 (bands, H, W) and target int64 (H, W) of each scene.
    crop, batch
        Side of a crop in pixels; crops per batch.
    gain_jitter
        Standard deviation of a factor per band around 1.
    seed
        The same seed draws the same batches.
    turns
        Turn and mirror the crops at random.
    chances
        Of each scene to be drawn; by default they are equal.
    zoom
        Pieces from 1 / (1 + zoom) to 1 + zoom times as wide as a crop are drawn, as far as the
        scene is that large, and resampled: the image bilinear, the target to the nearest pixel. A
        lone labelled pixel can fall between the pixels of a reduced crop.
    """

    def __init__(
        self,
        labelled: Sequence[tuple[Tensor, Tensor]],
        crop: int,
        batch: int,
        gain_jitter: float,
        seed: int,
        turns: bool = True,
        chances: Sequence[float] | None = None,
        zoom: float = 0.0,
    ) -> None:
        for _, target in labelled:
            if min(target.shape) < crop:
                raise S2kitError(
                    f"a training scene of {tuple(target.shape)} pixels is smaller than the crop "
                    f"of {crop}; choose a smaller crop"
                )
        self.labelled = labelled
        self.crop, self.batch, self.gain_jitter, self.turns = crop, batch, gain_jitter, turns
        self.chances, self.zoom = chances, zoom
        self.positions = [torch.nonzero(target != IGNORE) for _, target in labelled]
        self.random = torch.Generator().manual_seed(seed)

    def draw(self) -> tuple[Tensor, Tensor]:
        """Return images (N, bands, crop, crop) and targets (N, crop, crop)."""
        images, targets = zip(*(self._one() for _ in range(self.batch)), strict=True)
        return torch.stack(images), torch.stack(targets)

    def _one(self) -> tuple[Tensor, Tensor]:
        which = self._scene()
        image, target = self.labelled[which]
        row, column = self.positions[which][self._integer(len(self.positions[which]))].tolist()
        side = self._side(min(target.shape))
        top = self._start(row, target.shape[0], side)
        left = self._start(column, target.shape[1], side)
        window = (slice(top, top + side), slice(left, left + side))
        image, target = self._resampled(image[:, *window], target[window])

        if self.turns:
            turns, flip = self._integer(4), self._integer(2)
            image, target = torch.rot90(image, turns, (-2, -1)), torch.rot90(target, turns)
            if flip:
                image, target = image.flip(-1), target.flip(-1)
        if self.gain_jitter:
            gain = 1 + self.gain_jitter * torch.randn(len(image), generator=self.random)
            image = image * gain[:, None, None]
        return image, target

    def _scene(self) -> int:
        if self.chances is None:
            return self._integer(len(self.labelled))
        chances = torch.tensor(self.chances, dtype=torch.float64)
        return int(torch.multinomial(chances, 1, generator=self.random))

    def _side(self, largest: int) -> int:
        """Return the width of the piece of a scene that becomes a crop."""
        if not self.zoom:
            return self.crop
        power = 2 * torch.rand((), generator=self.random).item() - 1
        return min(round(self.crop * float((1 + self.zoom) ** power)), largest)

    def _start(self, around: int, size: int, side: int) -> int:
        """Return the first row (or column) of a piece that holds ``around`` and fits in."""
        lowest = max(0, around - side + 1)
        highest = min(around, size - side)
        return lowest + self._integer(highest - lowest + 1)

    def _resampled(self, image: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return a piece of a scene in the size of a crop."""
        if target.shape[0] == self.crop:
            return image, target
        size = (self.crop, self.crop)
        image = functional.interpolate(image[None], size, mode="bilinear")[0]
        # float64 holds the places of all classes, and IGNORE, exactly
        found = functional.interpolate(target[None, None].double(), size, mode="nearest-exact")
        return image, found[0, 0].to(target.dtype)

    def _integer(self, end: int) -> int:
        return int(torch.randint(end, (), generator=self.random))


def class_weights(
    targets: Sequence[Tensor], power: float, nomenclature: Nomenclature = PAPER
) -> Tensor:
    """Return float32 (classes,): (1 / frequency) ** power, mean 1 over labelled pixels.

    A class without a labelled pixel gets weight 0; power 0 weighs every pixel alike.

    >>> class_weights([torch.tensor([0, 0, 0, 1])], power=1)[:3]
    tensor([0.6667, 2.0000, 0.0000])
    """
    labels = torch.cat([t[t != IGNORE] for t in targets])
    frequency = torch.bincount(labels, minlength=len(nomenclature)).float() / len(labels)
    weights = torch.where(frequency > 0, frequency.clamp(min=1e-12) ** -power, 0.0)
    return weights / (weights * frequency).sum()
