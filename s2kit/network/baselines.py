"""The network's peers: classifiers that look at one pixel at a time and nothing around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from s2kit.errors import S2kitError
from s2kit.network.inputs import input_of
from s2kit.scenes.nomenclature import NO_DATA

BASELINES = ("random forest", "gradient boosting")


@dataclass(frozen=True)
class PixelClassifier:
    """A fitted scikit-learn classifier, and by which rule its input is made."""

    classifier: Any
    rule: str

    def pixels(self, scene: xr.DataArray) -> np.ndarray:
        """Return the input of every pixel, (pixels, channels), NaN without data."""
        seen = input_of(self.rule, scene)(scene)
        return np.asarray(seen.reshape(len(seen), -1).T)


def train_baseline(
    kind: str,
    training: Mapping[str, tuple[xr.DataArray, xr.DataArray]],
    seed: int = 0,
    per_class: int | None = None,
    rule: str = "brightness",
) -> PixelClassifier:
    """Train a per-pixel classifier on labelled scenes.

    Parameters
    ----------
    kind
        One of `BASELINES`, both of scikit-learn.
    training
        By name, a scene (reflectance, dims (band, y, x)) and its mask (codes, dims (y, x)).
    seed
        Of the drawing of pixels and of the classifier.
    per_class
        Draw at most so many labelled pixels per class and scene; all by default.
    rule
        One of `s2kit.network.inputs.RULES`.

    Raises
    ------
    S2kitError
        If kind or rule are unknown, or no pixel is labelled.
    """
    if kind not in BASELINES:
        raise S2kitError(f"no baseline {kind!r}; choose one of: {', '.join(BASELINES)}")
    if kind == "random forest":
        model = RandomForestClassifier(
            150, min_samples_leaf=2, n_jobs=-1, random_state=seed, max_samples=0.5
        )
    else:
        model = HistGradientBoostingClassifier(random_state=seed)
    fitted = PixelClassifier(model, rule)
    random, pixels, labels = np.random.default_rng(seed), [], []
    for scene, mask in training.values():
        bands, codes = fitted.pixels(scene), mask.to_numpy().ravel()
        whole = np.isfinite(bands).all(axis=1)
        for code in np.setdiff1d(codes, NO_DATA):
            drawn = random.permutation(np.flatnonzero(whole & (codes == code)))[:per_class]
            pixels.append(bands[drawn])
            labels.append(codes[drawn])
    if not sum(map(len, labels)):
        raise S2kitError("no training pixel is labelled; give masks with class codes 1 to 10")
    model.fit(np.vstack(pixels), np.concatenate(labels))
    return fitted


def map_per_pixel(fitted: PixelClassifier, scene: xr.DataArray) -> xr.DataArray:
    """Map a scene (band, y, x) pixel by pixel: uint8 codes (y, x), 0 where it has no data."""
    bands = fitted.pixels(scene)
    whole = np.isfinite(bands).all(axis=1)
    codes = np.full(len(bands), NO_DATA, np.uint8)
    codes[whole] = fitted.classifier.predict(bands[whole])
    flat = scene.isel(band=0, drop=True)
    return flat.copy(data=codes.reshape(flat.shape))
