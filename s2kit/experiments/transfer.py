"""Transfer table: how networks and their baselines do in places that they were not trained on."""

import functools
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from sklearn.tree import DecisionTreeClassifier

from s2kit.accuracy.crosswalk import class_groups
from s2kit.accuracy.group_agreement import assess_groups
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.experiments.own_places import ScoredPlace
from s2kit.maps.classify import classify
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.network.recipes import Recipe
from s2kit.network.unet import UNet
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import NO_DATA, PAPER, require_same_classes

Mapper = Callable[[xr.DataArray], xr.DataArray]
"""Makes a class map (y, x) of reflectance (band, y, x)."""

Labelled = tuple[xr.DataArray, xr.DataArray]

INDICES = {"NDVI": ("B08", "B04"), "NDWI": ("B03", "B08"), "NDMI": ("B8A", "B11")}
"""Normalised differences of two bands: greenness (Rouse et al. 1974), open water (McFeeters 1996),
moisture (Gao 1996)."""

LEAVES = 12
"""Of the tree of indices: as many thresholds as a person would set by hand for ten classes."""

PER_CLASS = 2000
"""Labelled pixels drawn per class and training scene: more do not make a pixel classifier better,
and neighbours are alike."""

GROWING, QUARRY = 9, 10
QUARRIES = "quarries mapped"
"""The group of a transfer table that holds the share of all pixels mapped as quarries."""


def network_mapper(network: UNet) -> Mapper:
    """Return what maps a scene by a network and the scene's own statistics."""
    require_same_classes(network.nomenclature, PAPER)

    def mapped(scene: xr.DataArray) -> xr.DataArray:
        with warnings.catch_warnings():
            # that the image is unlike the training is what the table measures
            warnings.simplefilter("ignore", S2kitWarning)
            return classify(network, scene)[0]

    return mapped


def always_growing(scene: xr.DataArray) -> xr.DataArray:
    """Map every pixel with data as growing crops: what agreement costs nothing."""
    return _coded(scene, np.full(scene.shape[1:], GROWING, np.uint8))


def baseline_mappers(training: Mapping[str, Labelled], seed: int = 0) -> dict[str, Mapper]:
    """Train the baselines on labelled scenes, and return what maps a scene by each.

    Parameters
    ----------
    training
        By name, a scene (reflectance, band, y, x) and its mask (codes, y, x).
    seed
        Of the drawing of `PER_CLASS` pixels and of the classifiers.

    Returns
    -------
    dict
        Random forest and gradient boosting on the network's own inputs, a tree of `LEAVES` leaves
        on the three `INDICES`, and "always growing crops".

    Examples
    --------
    >>> from s2kit import example_polygons, example_scene, rasterise
    >>> scene = example_scene(size=48)
    >>> mappers = baseline_mappers({"a": (scene, rasterise(example_polygons(48), scene))})
    >>> list(mappers)
    ['random forest', 'gradient boosting', 'three indices', 'always growing crops']
    """
    mappers: dict[str, Mapper] = {}
    for kind in ("random forest", "gradient boosting"):
        fitted = train_baseline(kind, training, Recipe.scaling, seed, PER_CLASS)
        mappers[kind] = functools.partial(map_per_pixel, fitted)
    tree = _index_tree(training, seed)
    mappers["three indices"] = lambda scene: _coded(scene, _by_tree(tree, scene))
    mappers["always growing crops"] = always_growing
    return mappers


def transfer_table(places: Iterable[ScoredPlace], mappers: Mapping[str, Mapper]) -> pd.DataFrame:
    """Score maps by groups of classes in each place.

    Parameters
    ----------
    places
        Scenes with labels of any legend, or without.
    mappers
        By name, what makes the maps.

    Returns
    -------
    DataFrame
        One row per place, mapper and group: ``pixels``, ``blocks``, ``agreement``, ``low`` and
        ``high`` as in `GroupAssessment.agreement`. The group "quarries mapped" holds the share of
        all pixels with data that is mapped as quarries: false where a place has none.

    Raises
    ------
    S2kitError
        If a place cannot be mapped or scored, with its name.

    Examples
    --------
    >>> from s2kit import example_scene
    >>> place = ScoredPlace("a", example_scene(size=48), None, "")
    >>> table = transfer_table([place], {"always growing crops": always_growing})
    >>> table[["mapper", "group", "agreement"]].to_numpy().tolist()
    [['always growing crops', 'quarries mapped', 0.0]]
    """
    rows: list[dict[Any, Any]] = []
    for place in places:
        for name, mapper in mappers.items():
            key: dict[Any, Any] = {"place": place.name, "mapper": name}
            try:
                codes = mapper(place.scene)
                if place.labels is not None:
                    found = assess_groups(codes, place.labels, place.legend).agreement
                    for row in found.rename_axis("group").reset_index().to_dict("records"):
                        rows.append(key | row)
            except S2kitError as error:
                raise S2kitError(f"{place.name}: {error}") from error
            seen = codes.to_numpy() != NO_DATA
            share = float((codes.to_numpy() == QUARRY).sum() / max(seen.sum(), 1))
            rows.append(key | {"group": QUARRIES, "pixels": int(seen.sum()), "agreement": share})
    columns = ["place", "mapper", "group", "pixels", "blocks", "agreement", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def table_lines(table: pd.DataFrame) -> list[str]:
    """Lay a transfer table out for reading: one line per place and mapper, per cent."""
    seen = [group for group in class_groups() if group in set(table["group"])]
    width = max(map(len, table["mapper"]), default=0)
    lines = ["".join([" " * (width + 2), *(f"{g:>20s}" for g in seen), "  quarries mapped"])]
    bare = table.groupby("place")["group"].transform("nunique") == 1
    for place, rows in table[~bare].groupby("place", sort=False):
        lines.append(f"{place!s}")
        for mapper, own in rows.groupby("mapper", sort=False):
            cells = {str(row["group"]): row for row in own.to_dict("records")}
            told = "".join(f"{_cell(cells.get(group)):>20s}" for group in seen)
            quarries = 100 * cells[QUARRIES]["agreement"]
            lines.append(f"  {mapper!s:{width}s}{told}{quarries:17.2f}")
    if bare.any():
        lines.append("quarries mapped in places without a label per pixel")
        shares = table[bare].pivot(index="place", columns="mapper", values="agreement")
        order = list(dict.fromkeys(table["mapper"]))
        lines += (100 * shares[order]).round(2).to_string(index_names=False).splitlines()
    lines.append("mean of the places that have the group; the most quarries of any place")
    for mapper, own in table.groupby("mapper", sort=False):
        by_group = own.groupby("group")["agreement"]
        means, most = by_group.mean().to_dict(), by_group.max().to_dict()
        told = "".join(f"{100 * means[group]:>20.1f}" for group in seen)
        lines.append(f"  {mapper!s:{width}s}{told}{100 * most[QUARRIES]:17.2f}")
    return lines


def _cell(row: Mapping[Any, Any] | None) -> str:
    if row is None:
        return "-"
    ends = "" if np.isnan(row["low"]) else f" ({100 * row['low']:.0f} to {100 * row['high']:.0f})"
    return f"{100 * row['agreement']:.1f}{ends}"


def _indices(scene: xr.DataArray) -> npt.NDArray[Any]:
    """Return the three indices of every pixel, (pixels, 3), NaN without data."""
    found = []
    for plus, minus in INDICES.values():
        a, b = (
            np.maximum(scene.values[BAND_NAMES.index(name)], 1e-4).ravel() for name in (plus, minus)
        )
        found.append((a - b) / (a + b))
    return np.stack(found, axis=1)


def _index_tree(training: Mapping[str, Labelled], seed: int) -> DecisionTreeClassifier:
    random, inputs, labels = np.random.default_rng(seed), [], []
    for scene, mask in training.values():
        values, codes = _indices(scene), mask.to_numpy().ravel()
        for code in np.setdiff1d(codes, NO_DATA):
            here = np.flatnonzero((codes == code) & np.isfinite(values).all(axis=1))
            drawn = random.permutation(here)[:PER_CLASS]
            inputs.append(values[drawn])
            labels.append(codes[drawn])
    tree = DecisionTreeClassifier(
        max_leaf_nodes=LEAVES, class_weight="balanced", random_state=seed
    )  # fmt: skip
    return tree.fit(np.vstack(inputs), np.concatenate(labels))


def _by_tree(tree: DecisionTreeClassifier, scene: xr.DataArray) -> npt.NDArray[Any]:
    codes: npt.NDArray[Any] = tree.predict(np.nan_to_num(_indices(scene)))
    return codes.astype(np.uint8).reshape(scene.shape[1:])


def _coded(scene: xr.DataArray, codes: npt.NDArray[Any]) -> xr.DataArray:
    """Return codes as a class map of the scene, 0 where it has no data."""
    layer = scene.isel(band=0, drop=True)
    missing = np.isnan(scene.to_numpy()).any(axis=0)
    return layer.copy(data=np.where(missing, NO_DATA, codes).astype(np.uint8))
