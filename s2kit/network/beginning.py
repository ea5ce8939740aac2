"""What a training begins with: a trained network, and scenes that it learns beside its own.

A network of one place is trained on with scenes of many others, and then the mean of its weights
before and after is taken (robust fine-tuning by weight-space ensembling, Wortsman et al. 2022):
near the old weights it is still right at home, near the new ones it knows more of the world.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr
from torch import Tensor

from s2kit.errors import S2kitError
from s2kit.network.recipes import Recipe
from s2kit.network.unet import UNet
from s2kit.scenes.nomenclature import Nomenclature


@dataclass(frozen=True)
class Beginning:
    """A trained network, and labelled scenes from elsewhere.

    Attributes
    ----------
    network
        Of the recipe's width, depth and scaling, and of the scenes' classes.
    elsewhere
        Scenes (reflectance, band, y, x) and masks (codes, y, x) by name.
    shares
        Of all crops, by the same names; the rest is from the training's own scenes.
    """

    network: UNet
    elsewhere: Mapping[str, tuple[xr.DataArray, xr.DataArray]]
    shares: Mapping[str, float]

    def __post_init__(self) -> None:
        """Refuse shares that leave no crop to the training's own scenes."""
        wrong = self.shares.keys() ^ self.elsewhere.keys()
        if wrong:
            raise S2kitError(f"{min(wrong)} has a share or a scene, and needs both")
        if not all(share > 0 for share in self.shares.values()) or self._all >= 1:
            raise S2kitError(
                f"the shares of the scenes elsewhere add up to {self._all:.2f}; give each more "
                "than 0, and less than 1 in all"
            )

    def chances(self, scenes: int) -> list[float]:
        """Return the chance of each of so many own scenes to be drawn, then of those elsewhere.

        >>> network = UNet(scaling="both")
        >>> Beginning(network, {"far": (None, None)}, {"far": 0.4}).chances(2)
        [0.3, 0.3, 0.4]
        """
        own = [(1 - self._all) / scenes] * scenes
        return own + [self.shares[name] for name in self.elsewhere]

    @property
    def _all(self) -> float:
        return sum(self.shares.values())


def check_beginning(beginning: Beginning | None, recipe: Recipe, classes: Nomenclature) -> None:
    """Refuse a recipe that keeps of nothing, and a network of another shape or other classes."""
    if beginning is None:
        if recipe.kept:
            raise S2kitError(
                f"recipe {recipe.name!r} keeps {recipe.kept:.0%} of the weights that it begins "
                "with; name a trained network to begin with, or choose another recipe"
            )
        return
    network = beginning.network
    for what, has, wants in (
        ("classes", network.nomenclature.told, classes.told),
        ("scaling", network.scaling, recipe.scaling),
        ("width", network.width, recipe.width),
        ("depth", network.depth, recipe.depth),
    ):
        if has != wants:
            raise S2kitError(
                f"the network to begin with has {what} {has}, and this training {wants}; begin "
                "with another network, or choose another recipe"
            )


def between(
    before: Mapping[str, Tensor], after: Mapping[str, Tensor], kept: float
) -> dict[str, Tensor]:
    """Return the mean of two networks' weights, ``kept`` of the first; counts are the second's.

    >>> import torch
    >>> between({"a": torch.tensor([4.0])}, {"a": torch.tensor([8.0])}, 0.75)
    {'a': tensor([5.])}
    """
    return {
        name: before[name].to(tensor) * kept + tensor * (1 - kept)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in after.items()
    }
