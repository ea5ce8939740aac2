"""Small pieces of an image: by which statistics they should be scaled.

    python tests/speed/pieces.py

Cuts the validation date and two places elsewhere into pieces of 128 × 128 pixels, and maps each by
its own statistics, by typical ones (`classify --statistics typical`) and by those of the whole
image. Prints, per cent: inner pixels with the class that the whole image gives them, scaled
likewise; and agreement with the labels, on the inner pixels of all pieces. Then what becomes of
patches of 120 × 120 pixels that nobody has the whole of. Needs the authors' scenes and the places.
"""

import warnings

import numpy as np
import pandas as pd
from leaving_out import country

from s2kit.accuracy.crosswalk import OURS
from s2kit.errors import S2kitWarning
from s2kit.experiments.experiment import Experiment, open_scenes
from s2kit.experiments.invariance import CUT, INNER, cut_outs
from s2kit.experiments.own_places import ScoredPlace, listed_places
from s2kit.experiments.transfer import transfer_table
from s2kit.maps.classify import classify
from s2kit.network.scaling import TYPICAL
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network
from s2kit.scenes.statistics import ImageStatistics, image_statistics
from s2kit.settings import authors_source, elsewhere
from s2kit.sources.places import Places

NETWORKS = ("portable", "strzegom")


def main() -> None:
    warnings.simplefilter("ignore", S2kitWarning)
    scenes = open_scenes(authors_source(), Experiment())
    ((scene, mask),) = scenes.validation.values()
    places = list(listed_places(Places(elsewhere())))
    large = [p for p in places if p.labels is not None and min(p.scene.shape[1:]) > CUT]
    small = [p for p in places if p.labels is not None and min(p.scene.shape[1:]) <= CUT]
    rows = {}
    for name in NETWORKS:
        network = load_network(name)
        for place in (ScoredPlace("home", scene, mask.astype(int), OURS), *large):
            rows[name, place.name] = in_pieces(network, place)
        for land in sorted({country(place) for place in small}):
            patches = [place for place in small if country(place) == land]
            rows[name, f"{land}: patches"] = {
                "agreement, own": agreement(network, patches, None),
                "agreement, typical": agreement(network, patches, TYPICAL),
            }
    print(pd.DataFrame(rows).T.mul(100).round(1).to_string())


def in_pieces(network: UNet, place: ScoredPlace) -> dict[str, float]:
    """Return which inner pixels of pieces keep their class, and which agree with the labels."""
    whole = image_statistics(place.scene)
    found = {}
    for name, statistics in (("own", None), ("typical", TYPICAL), ("whole", whole)):
        expected = classify(network, place.scene, statistics)[0].to_numpy()
        pasted = np.zeros_like(expected)
        for rows, columns in cut_outs(*place.scene.shape[1:]):
            codes = classify(network, place.scene[:, rows, columns], statistics)[0].to_numpy()
            pasted[rows, columns][INNER] = codes[INNER]
        seen = pasted > 0
        found[f"as the whole, {name}"] = float((pasted == expected)[seen].mean())
        found[f"agreement, {name}"] = agreement_of(place, pasted)
    return found


def agreement(
    network: UNet, places: list[ScoredPlace], statistics: ImageStatistics | None
) -> float:
    return float(
        np.mean(
            [agreement_of(p, classify(network, p.scene, statistics)[0].to_numpy()) for p in places]
        )
    )


def agreement_of(place: ScoredPlace, codes: np.ndarray) -> float:
    """Return the mean agreement of groups that a map has where it holds a class."""
    assert place.labels is not None
    labels = place.labels.where(codes > 0, 0).astype(int)
    table = transfer_table(
        [ScoredPlace(place.name, place.scene, labels, place.legend)],
        {"map": lambda scene: scene[0].copy(data=codes).astype("uint8")},
    )
    return float(
        table.groupby("group").agreement.mean().drop("quarries mapped", errors="ignore").mean()
    )


if __name__ == "__main__":
    main()
