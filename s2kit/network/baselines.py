"""The network's peers: classifiers that look at one pixel at a time and nothing around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from s2kit.errors import S2kitError
from s2kit.network.scaling import check_scaling, scale
from s2kit.scenes.nomenclature import (
    NO_DATA,
    Nomenclature,
    common_nomenclature,
    with_nomenclature,
)
from s2kit.scenes.statistics import ImageStatistics, image_statistics

BASELINES = ("random forest", "gradient boosting")


@dataclass(frozen=True)
class PixelClassifier:
    """A fitted scikit-learn classifier, the scaling of its input, and its classes."""

    classifier: Any
    scaling: str
    nomenclature: Nomenclature

    def pixels(self, scene: xr.DataArray, statistics: ImageStatistics | None = None) -> np.ndarray:
        """Return the input of every pixel, (pixels, channels), NaN without data."""
        seen = scale(scene, self.scaling, statistics or image_statistics(scene))
        return np.asarray(seen.reshape(len(seen), -1).T)


def train_baseline(
    kind: str,
    training: Mapping[str, tuple[xr.DataArray, xr.DataArray]],
    scaling: str,
    seed: int = 0,
    per_class: int | None = None,
) -> PixelClassifier:
    """Train a per-pixel classifier on labelled scenes.

    Parameters
    ----------
    kind
        One of `BASELINES`, both of scikit-learn.
    training
        By name, a scene (reflectance, dims (band, y, x)) and its mask (codes, dims (y, x)).
    scaling
        One of `s2kit.network.scaling.SCALINGS`.
    seed
        Of the drawing of pixels and of the classifier, 0 to 2^32 - 1.
    per_class
        Draw at most so many labelled pixels per class and scene; all by default.

    Raises
    ------
    S2kitError
        If kind, scaling or seed are none that can be had, or no pixel is labelled.

    Examples
    --------
    >>> bands = np.full((10, 4, 4), 0.1, "float32")
    >>> bands[:, 2:] = 0.3
    >>> scene = xr.DataArray(bands, dims=("band", "y", "x"))
    >>> mask = xr.DataArray(np.repeat([[8], [5]], [2, 2], 0).repeat(4, 1), dims=("y", "x"))
    >>> fitted = train_baseline("random forest", {"one": (scene, mask)}, "fixed")
    >>> map_per_pixel(fitted, scene)[:, 0].values
    array([8, 8, 5, 5], dtype=uint8)
    """
    check_scaling(scaling)
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise S2kitError(f"the seed {seed!r:.30} must be a whole number from 0 to 2^32 - 1")
    if kind not in BASELINES:
        raise S2kitError(f"no baseline {kind!r}; choose one of: {', '.join(BASELINES)}")
    if kind == "random forest":
        model = RandomForestClassifier(
            150, min_samples_leaf=2, n_jobs=-1, random_state=seed, max_samples=0.5
        )
    else:
        model = HistGradientBoostingClassifier(random_state=seed)
    if not training:
        raise S2kitError("no training scene; give scenes with their masks")
    classes = common_nomenclature(mask for _, mask in training.values())
    fitted = PixelClassifier(model, scaling, classes)
    random, pixels, labels = np.random.default_rng(seed), [], []
    for scene, mask in training.values():
        bands, codes = fitted.pixels(scene), mask.to_numpy().ravel()
        whole = np.isfinite(bands).all(axis=1)
        for code in np.setdiff1d(codes, NO_DATA):
            drawn = random.permutation(np.flatnonzero(whole & (codes == code)))[:per_class]
            pixels.append(bands[drawn])
            labels.append(codes[drawn])
    if not sum(map(len, labels)):
        raise S2kitError(f"no training pixel is labelled; give masks with codes {classes.told}")
    model.fit(np.vstack(pixels), np.concatenate(labels))
    return fitted


def map_per_pixel(
    fitted: PixelClassifier, scene: xr.DataArray, statistics: ImageStatistics | None = None
) -> xr.DataArray:
    """Map a scene (band, y, x) pixel by pixel: uint8 codes (y, x), 0 where it has no data.

    ``statistics`` are those of the whole image, where the scene is a piece of one.
    """
    bands = fitted.pixels(scene, statistics)
    whole = np.isfinite(bands).all(axis=1)
    codes = np.full(len(bands), NO_DATA, np.uint8)
    codes[whole] = fitted.classifier.predict(bands[whole])
    flat = scene.isel(band=0, drop=True)
    return with_nomenclature(flat.copy(data=codes.reshape(flat.shape)), fitted.nomenclature)
