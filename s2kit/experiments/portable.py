"""What the recipe ``portable`` begins with: the network of Strzegom, and scenes from elsewhere.

A simulated country has what the real scenes of one place lack, other dates and other fields, and
the class of every pixel; it has no real town. Real places have everything but our classes: their
labels know crops, not ripe from growing ones. There the network of Strzegom says which crops.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import xarray as xr

from s2kit.accuracy.crosswalk import class_groups, legend_of
from s2kit.experiments.own_places import ScoredPlace
from s2kit.experiments.plan import FOLDER
from s2kit.maps.layout import layout_by_side
from s2kit.maps.windows import WINDOW, looked_windows, reader_of
from s2kit.network.beginning import Beginning
from s2kit.network.scaling import channels_of
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network
from s2kit.scenes.nomenclature import NO_DATA, with_nomenclature
from s2kit.scenes.statistics import image_statistics
from s2kit.sources.simulated import SimulatedSource

SIMULATED, REAL = 0.3, 0.2
"""Of the crops, those from the simulated country and from real places; without real places theirs
go to the simulated country. The rest is from home."""

WEIGHTS = {"Denmark": 10, "Chile": 10, "Austria": 3, "Ireland": 3}
"""Real places to learn from, by country: whole landscapes count more than the small patches of
fields and of pasture."""


def portable_beginning(
    simulated: SimulatedSource, places: Iterable[ScoredPlace], scaling: str
) -> Beginning:
    """Return the network of Strzegom, the simulated training scenes, and real places.

    Parameters
    ----------
    simulated
        Its training scenes are labelled by their truth.
    places
        Of them the labelled ones in the countries of `WEIGHTS` are taken; those of one country
        share its weight.
    scaling
        What the network's input is to be scaled by from now on, if it has the same channels.
    """
    network = load_network("strzegom")
    if channels_of(scaling) == network.channels:
        # What it learnt by its scenes' own statistics holds by shrunk ones as well: on the
        # validation date even better (OA 95.8 for 95.4).
        network.scaling = scaling
    elsewhere = {
        f"simulated {name}": (simulated.open(name), simulated.open_truth(name))
        for name in simulated.list(split="train")
    }
    real: dict[str, list[ScoredPlace]] = {}
    for place in places:
        country = str(place.scene.attrs.get("area"))
        if place.labels is not None and country in WEIGHTS:
            real.setdefault(country, []).append(place)
    share = (SIMULATED if real else SIMULATED + REAL) / len(elsewhere)
    shares = dict.fromkeys(elsewhere, share)
    all_weights = sum(WEIGHTS[country] for country in real)
    for country, labelled in real.items():
        for place in labelled:
            elsewhere[place.name] = place.scene, likeliest_of_group(network, place)
            shares[place.name] = REAL * WEIGHTS[country] / all_weights / len(labelled)
    return Beginning(network, elsewhere, shares)


def likeliest_of_group(network: UNet, place: ScoredPlace) -> xr.DataArray:
    """Return a mask of the network's classes from labels that only tell groups of them.

    Of the classes of a label's group a pixel gets the one that the network finds likeliest.

    Parameters
    ----------
    network
        A trained network.
    place
        With labels, of a legend of the crosswalk.

    Returns
    -------
    DataArray
        uint8 (y, x), 0 where the label says nothing, or the scene has no data.
    """
    assert place.labels is not None
    labels, codes = place.labels.to_numpy(), np.array(network.nomenclature.codes)
    may_be = np.zeros((len(codes), *labels.shape), bool)
    groups = class_groups()
    for label, comparable in legend_of(place.legend).items():
        if comparable.group:
            may_be[np.isin(codes, groups[comparable.group])] |= labels == label
    mask = np.full(labels.shape, NO_DATA, np.uint8)
    height, width = labels.shape
    layout = layout_by_side(network, height, width, WINDOW)
    statistics = image_statistics(place.scene)
    for window, probabilities, _ in looked_windows(
        network, reader_of(place.scene), statistics, layout.windows(), "torch", turns=False
    ):
        possible = np.where(may_be[:, *window], np.nan_to_num(probabilities, nan=-1), -1)
        likeliest = codes[possible.argmax(axis=0)]
        mask[window] = np.where(possible.max(axis=0) < 0, NO_DATA, likeliest)
    return with_nomenclature(place.labels.copy(data=mask), network.nomenclature)


def portable_trials() -> pd.DataFrame:
    """Return what was tried for places never seen, and what it gave, per cent.

    Each network was scored in places that it had not seen, as ``tests/speed/leaving_out.py`` does:
    the share of a group's pixels that is mapped to the group; of unseen Irish pasture that mapped
    as grassland or as growing crops; at home overall accuracy and mean F1 on the validation date.
    ``seeds`` says of how many networks a row is the mean. The networks of the rows between the two
    with five seeds that begin with "half kept" were trained on a GPU, in TF32, by a program that is
    not part of s2kit: the trials can be tried again by changing the recipe, not repeated.

    >>> portable_trials()["Denmark trees"].iloc[[0, -1]].tolist()
    [60, 97]
    """
    return pd.read_csv(FOLDER / "portable_trials.csv", index_col="network")
