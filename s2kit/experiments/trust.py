"""Whether dissimilarity and confidence foretell the mistakes of a map in places never seen."""

import warnings
from collections.abc import Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from s2kit.accuracy.crosswalk import OURS, group_positions
from s2kit.errors import S2kitWarning
from s2kit.experiments.own_places import ScoredPlace
from s2kit.maps.applicability import applicability
from s2kit.maps.classify import classify
from s2kit.network.unet import UNet

PARTS = 5
"""Parts of equal size that the pixels of a place are sorted into, by dissimilarity."""

Values = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


def trust_table(places: Iterable[ScoredPlace], networks: Mapping[str, UNet]) -> pd.DataFrame:
    """Score how well a map's mistakes are foretold, by groups of classes.

    Returns
    -------
    DataFrame
        One row per place and network, shares 0 to 1: ``outside``, pixels unlike the training;
        ``wrong_inside`` and ``wrong_outside``, those mapped to another group than the labels say,
        among the pixels like and unlike it; ``wrong_1`` … ``wrong_5``, the same from the fifth
        most like the training to the fifth least like it; ``AUC_dissimilarity`` and
        ``AUC_confidence``, the chance that a wrong pixel is less like the training (less sure)
        than a right one, 0.5 by guessing (area under the ROC curve, Fawcett 2006).

    Examples
    --------
    >>> from s2kit.network.weights import load_network
    >>> from s2kit.simulator.example import example_polygons, example_scene
    >>> from s2kit.benchmarks.rasterise import rasterise
    >>> scene = example_scene(192)
    >>> labels = rasterise(example_polygons(192), scene).astype("int32")
    >>> place = ScoredPlace("example", scene, labels, "paper")
    >>> trust_table([place], {"simulated": load_network("simulated")}).place.item()
    'example'
    """
    rows = []
    for place in places:
        if place.labels is None:
            continue
        reference = group_positions(place.labels.to_numpy(), place.legend)
        for name, network in networks.items():
            with warnings.catch_warnings():
                # that the image is unlike the training is what the table measures
                warnings.simplefilter("ignore", S2kitWarning)
                codes, sure = classify(network, place.scene)
                unlike = applicability(network, place.scene).to_numpy()
            mapped = group_positions(codes.to_numpy(), OURS, "the map")
            both = (reference >= 0) & (mapped >= 0)
            wrong = (reference != mapped)[both]
            row: dict[str, object] = {"place": place.name, "network": name}
            rows.append(row | _foretold(wrong, unlike[both], sure.to_numpy()[both]))
    return pd.DataFrame(rows)


def show_fifths(table: pd.DataFrame) -> None:
    """Draw the share of mistakes by fifths of dissimilarity, a line per place and network.

    ``table`` as `trust_table` returns it.
    """
    _, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
    columns = [f"wrong_{number}" for number in range(1, PARTS + 1)]
    several = table.network.nunique() > 1
    for row in table.to_dict("records"):
        label = f"{row['place']}, {row['network']}" if several else row["place"]
        ax.plot([100 * row[each] for each in columns], marker="o", label=label)
    ax.set_xticks(range(PARTS), ["most alike", *map(str, range(2, PARTS)), "least alike"])
    ax.set_xlabel("fifths of a place's pixels, by dissimilarity to the training")
    ax.set_ylabel("mapped to another group (%)")
    ax.set_ylim(0, 105)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=8)


def _foretold(wrong: Flags, unlike: Values, sure: Values) -> dict[str, float]:
    outside = unlike > 1
    order = np.argsort(unlike, kind="stable")
    fifths = {
        f"wrong_{number}": _share(wrong[part])
        for number, part in enumerate(np.array_split(order, PARTS), 1)
    }
    both_kinds = 0 < wrong.sum() < len(wrong)
    curves = {"AUC_dissimilarity": unlike, "AUC_confidence": -sure}
    return {
        "pixels": len(wrong),
        "outside": _share(outside),
        "wrong_inside": _share(wrong[~outside]),
        "wrong_outside": _share(wrong[outside]),
        **fifths,
        **{
            name: float(roc_auc_score(wrong, by)) if both_kinds else float("nan")
            for name, by in curves.items()
        },
    }


def _share(flags: Flags) -> float:
    return float(flags.mean()) if flags.size else float("nan")
