"""Expected accuracy without labels: from confidence and dissimilarity, beside the true one."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression

from s2kit.accuracy.crosswalk import OURS, class_groups, group_positions
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.experiments.own_places import ScoredPlace
from s2kit.maps.applicability import applicability
from s2kit.maps.classify import class_probabilities
from s2kit.network.unet import UNet
from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.nomenclature import PAPER, require_same_classes

WAYS = ("mean confidence", "thresholded confidence", "confidence and dissimilarity")
"""How accuracy is expected. The first needs nothing else. The second counts the pixels above a
threshold that is met by as many pixels as are right where labels are known (average thresholded
confidence, Garg et al. 2022). The third is a logistic regression of being right, fitted there."""

PIXELS = 5000
"""Drawn of each known scene: neighbours are alike."""

MARKERS = "osD^v"
"""Of networks in the figure."""

Values = npt.NDArray[np.floating]


@dataclass(frozen=True)
class _Pixels:
    """Comparable pixels of a place: confidence in their group, dissimilarity, whether right."""

    sure: Values
    unlike: Values
    right: npt.NDArray[np.bool_]

    def features(self) -> Values:
        sure = np.clip(self.sure, 1e-4, 1 - 1e-4)
        return np.column_stack([np.log(sure / (1 - sure)), np.log1p(self.unlike)])


def expected_table(
    places: Iterable[ScoredPlace],
    networks: Mapping[str, UNet],
    known: Sequence[ScoredPlace],
    seed: int = 0,
) -> pd.DataFrame:
    """Estimate the accuracy of maps without labels, and compare it with the labels' word.

    Accuracy is the share of the comparable pixels that are mapped to the right group of classes.

    Parameters
    ----------
    places
        Scenes with labels of any legend; those without are left out.
    networks
        By name; each carries the reference of its training.
    known
        Labelled scenes to learn from how right a network is. Those that a network was trained on
        are passed over.
    seed
        Of the drawing of `PIXELS` pixels from each known scene.

    Returns
    -------
    DataFrame
        One row per place and network, shares 0 to 1: ``accuracy``, by the labels, and a column for
        each of `WAYS`.

    Raises
    ------
    S2kitError
        If a network has been trained on all known scenes or holds no reference, or no labelled
        pixel of a place can be compared.

    Examples
    --------
    >>> from s2kit.network.weights import load_network
    >>> from s2kit.simulator.example import example_polygons, example_scene
    >>> from s2kit.benchmarks.rasterise import rasterise
    >>> scene = example_scene(192)
    >>> labels = rasterise(example_polygons(192), scene).astype("int32")
    >>> place = ScoredPlace("example", scene, labels, "paper")
    >>> table = expected_table([place], {"simulated": load_network("simulated")}, [place])
    >>> table.columns.tolist()[:4]
    ['place', 'network', 'accuracy', 'mean confidence']
    """
    random = np.random.default_rng(seed)
    learnt = {name: _learn(name, network, known, random) for name, network in networks.items()}
    rows = []
    for place in places:
        if place.labels is None:
            continue
        for name, network in networks.items():
            pixels = _pixels(network, place)
            threshold, regression = learnt[name]
            ways = (
                pixels.sure.mean(),
                (pixels.sure >= threshold).mean(),
                regression.predict_proba(pixels.features())[:, 1].mean(),
            )
            row = {"place": place.name, "network": name, "accuracy": pixels.right.mean()}
            rows.append(row | dict(zip(WAYS, map(float, ways), strict=True)))
    return pd.DataFrame(rows, columns=["place", "network", "accuracy", *WAYS])


def mean_errors(table: pd.DataFrame) -> pd.DataFrame:
    """Return by network and way the mean absolute error of the expectation, and its bias.

    Parameters
    ----------
    table
        As `expected_table` returns it.

    Returns
    -------
    DataFrame
        Index network and way; ``mean absolute error`` and ``bias`` (expected minus true), as
        shares: 0.1 = ten points.

    Examples
    --------
    >>> table = pd.DataFrame([["a", "n", 0.5, 0.9, 0.6, 0.4]])
    >>> table.columns = ["place", "network", "accuracy", *WAYS]
    >>> mean_errors(table)["bias"].round(2).tolist()
    [0.4, 0.1, -0.1]
    """
    names = list(dict.fromkeys(table.network))
    index = pd.MultiIndex.from_product([names, WAYS], names=["network", "way"])
    differences = [
        (own[way] - own.accuracy) for _, own in table.groupby("network", sort=False) for way in WAYS
    ]
    rows = [(each.abs().mean(), each.mean()) for each in differences]
    return pd.DataFrame(rows, index=index, columns=["mean absolute error", "bias"])


def show_expected(table: pd.DataFrame) -> None:
    """Draw expected against true accuracy: panels are ways, colours are places.

    ``table`` as `expected_table` returns it.
    """
    _, axes = plt.subplots(
        1, len(WAYS), figsize=(12.5, 3.9), sharey=True, sharex=True, layout="constrained"
    )
    places, several = list(dict.fromkeys(table.place)), table.network.nunique() > 1
    for ax, way in zip(axes, WAYS, strict=True):
        ax.plot([0, 100], [0, 100], color="0.7", zorder=0)
        for marker, (name, own) in zip(
            cycle(MARKERS), table.groupby("network", sort=False), strict=False
        ):
            for row in own.to_dict("records"):
                label = f"{row['place']}, {name}" if several else row["place"]
                colour = f"C{places.index(row['place'])}"
                at = 100 * row["accuracy"], 100 * row[way]
                ax.scatter(*at, s=32, marker=marker, color=colour, label=label)
        ax.set(title=way, xlabel="true (%)", xlim=(-3, 103), ylim=(-3, 103), aspect="equal")
    axes[0].set_ylabel("expected (%)")
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False, fontsize=8)


def _learn(
    name: str, network: UNet, known: Sequence[ScoredPlace], random: np.random.Generator
) -> tuple[float, LogisticRegression]:
    """Return the threshold of confidence, and the fitted regression."""
    taught = {each["sha256"] for each in network.card.get("trained_on", [])}
    unseen = [place for place in known if pixels_sha256(place.scene) not in taught]
    if not unseen:
        raise S2kitError(
            f"{name} has been trained on all scenes that would tell how right it is; give "
            "labelled scenes that it has not seen"
        )
    drawn = [_drawn(_pixels(network, place), random) for place in unseen]
    sure, right = (np.concatenate([getattr(d, w) for d in drawn]) for w in ("sure", "right"))
    if right.all() or not right.any():
        raise S2kitError(
            f"{name} maps all or none of the known pixels right, which teaches nothing; give more "
            "labelled scenes"
        )
    features = np.concatenate([each.features() for each in drawn])
    threshold = float(np.quantile(sure, 1 - right.mean()))
    return threshold, LogisticRegression().fit(features, right)


def _pixels(network: UNet, place: ScoredPlace) -> _Pixels:
    require_same_classes(network.nomenclature, PAPER)
    assert place.labels is not None
    reference = group_positions(place.labels.to_numpy(), place.legend)
    with warnings.catch_warnings():
        # that the image is unlike the training is what is measured
        warnings.simplefilter("ignore", S2kitWarning)
        probabilities = class_probabilities(network, place.scene, turns=False)
        unlike = applicability(network, place.scene).to_numpy()
    groups = group_positions(probabilities["class"].to_numpy(), OURS)
    values = probabilities.to_numpy()
    shares = np.stack([values[groups == g].sum(axis=0) for g in range(len(class_groups()))])
    mapped = groups[np.nan_to_num(values).argmax(axis=0)]
    both = (reference >= 0) & np.isfinite(values[0])
    if not both.any():
        raise S2kitError(
            f"{place.name}: no pixel with data has a label that can be compared; check that image "
            "and labels belong together, and the legend"
        )
    sure = np.take_along_axis(shares, mapped[None], axis=0)[0]
    return _Pixels(sure[both], unlike[both], (reference == mapped)[both])


def _drawn(pixels: _Pixels, random: np.random.Generator) -> _Pixels:
    some = random.permutation(len(pixels.right))[:PIXELS]
    return _Pixels(pixels.sure[some], pixels.unlike[some], pixels.right[some])
