"""The network's peers: classifiers that look at one pixel at a time and nothing around it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import NO_DATA

BASELINES = ("random forest", "gradient boosting")


def train_baseline(
    kind: str,
    training: Mapping[str, tuple[xr.DataArray, xr.DataArray]],
    seed: int = 0,
    per_class: int | None = None,
) -> Any:
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

    Returns
    -------
    A fitted scikit-learn classifier from reflectance (n, bands) to class codes.

    Raises
    ------
    S2kitError
        If the kind is unknown or no pixel is labelled.
    """
    if kind not in BASELINES:
        raise S2kitError(f"no baseline {kind!r}; choose one of: {', '.join(BASELINES)}")
    random, pixels, labels = np.random.default_rng(seed), [], []
    for scene, mask in training.values():
        bands, codes = scene.to_numpy().reshape(len(scene), -1), mask.to_numpy().ravel()
        whole = np.isfinite(bands).all(axis=0)
        for code in np.setdiff1d(codes, NO_DATA):
            drawn = random.permutation(np.flatnonzero(whole & (codes == code)))[:per_class]
            pixels.append(bands[:, drawn].T)
            labels.append(codes[drawn])
    if not sum(map(len, labels)):
        raise S2kitError("no training pixel is labelled; give masks with class codes 1 to 10")
    if kind == "random forest":
        classifier = RandomForestClassifier(
            150, min_samples_leaf=2, n_jobs=-1, random_state=seed, max_samples=0.5
        )
    else:
        classifier = HistGradientBoostingClassifier(random_state=seed)
    return classifier.fit(np.vstack(pixels), np.concatenate(labels))


def map_per_pixel(classifier: Any, scene: xr.DataArray) -> xr.DataArray:
    """Map a scene (band, y, x) pixel by pixel: uint8 codes (y, x), 0 where it has no data."""
    bands = scene.to_numpy().reshape(len(scene), -1)
    whole = np.isfinite(bands).all(axis=0)
    codes = np.full(bands.shape[1], NO_DATA, np.uint8)
    codes[whole] = classifier.predict(bands[:, whole].T)
    flat = scene.isel(band=0, drop=True)
    return flat.copy(data=codes.reshape(flat.shape))
