"""How the recipe ``portable`` does in places that it has not seen.

    python tests/speed/leaving_out.py --seeds 0 1 2 --out results.csv

Every run leaves the places of two countries out, trains on all the rest, and is scored in those:
the share of each group's pixels that the map puts into the group, what becomes of pasture, the
share of pixels mapped as quarries (none of the places has one), and at home overall accuracy and
mean F1 on the validation date. Needs the authors' scenes (S2KIT_MIRROR) and the places (beside the
checkout, or S2KIT_ELSEWHERE). A run takes some minutes on two cores.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from s2kit.accuracy.assess import assess
from s2kit.benchmarks.agreement import mean_f1
from s2kit.experiments.experiment import Experiment, Scenes, open_scenes
from s2kit.experiments.own_places import ScoredPlace, listed_places
from s2kit.experiments.portable import portable_beginning
from s2kit.experiments.transfer import Mapper, network_mapper, transfer_table
from s2kit.network.recipes import recipe_named
from s2kit.network.training import train
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network
from s2kit.settings import authors_source, elsewhere, home
from s2kit.sources.places import Places
from s2kit.sources.simulated import SimulatedSource

FOLDS = (("Denmark", "Austria"), ("Chile", "Ireland"))
"""Countries that are left out together: half as many trainings as one by one."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    scenes = open_scenes(authors_source(), Experiment())
    (validation,) = scenes.validation.values()
    places = list(listed_places(Places(elsewhere())))
    strzegom, shrunk = load_network("strzegom"), load_network("strzegom")
    shrunk.scaling = "shrunk"
    tables = [
        scored(strzegom, places, validation, "strzegom", 2),
        scored(shrunk, places, validation, "strzegom, shrunk", 2),
    ]
    for seed in options.seeds:
        for left_out in FOLDS:
            network = trained_without(left_out, seed, places, scenes)
            unseen = [place for place in places if country(place) in left_out]
            tables.append(scored(network, unseen, validation, "portable", seed))
            print(tables[-1].to_string(), flush=True)
            pd.concat(tables).to_csv(options.out, index=False)


def trained_without(
    left_out: tuple[str, ...],
    seed: int,
    places: list[ScoredPlace],
    scenes: Scenes,
    trial: object = "",
) -> UNet:
    """Return the network of the recipe that has not seen some countries; at once if it is kept.

    ``trial``: names a folder of its own for a recipe that is not quite `portable`.
    """
    kept = [place for place in places if country(place) not in left_out]
    recipe = recipe_named("portable")
    beginning = portable_beginning(SimulatedSource(home()), kept, recipe.scaling)
    (validation,) = scenes.validation.values()
    folder = home() / "leaving_out" / str(trial)
    return train(recipe, scenes.training, validation, seed, folder, beginning=beginning).network


def scored(
    network: UNet,
    places: list[ScoredPlace],
    validation: tuple,
    name: str,
    seed: int,
) -> pd.DataFrame:
    """Return the mean agreement per country and group, and the accuracy at home, per cent."""
    mapper, found = network_mapper(network), pd.DataFrame()
    if places:
        table = transfer_table(places, {name: mapper})
        table["country"] = table["place"].map({place.name: country(place) for place in places})
        found = table.groupby(["country", "group"]).agreement.mean().mul(100).round(1).reset_index()
        found = pd.concat([found, pasture_as(mapper, places)])
    result = assess(mapper(validation[0]), validation[1])
    at_home = {"OA": result.pixel_oa, "mean F1": mean_f1(result.pixels.to_numpy())}
    rows = [("home", group, round(100 * value, 1)) for group, value in at_home.items()]
    found = pd.concat([found, pd.DataFrame(rows, columns=["country", "group", "agreement"])])
    return found.assign(network=name, seed=seed)


def pasture_as(mapper: Mapper, places: list[ScoredPlace]) -> pd.DataFrame:
    """Return what becomes of patches of nothing but pasture: the share of each group, per cent."""
    patches = [p for p in places if p.labels is not None and country(p) == "Ireland"]
    if not patches:
        return pd.DataFrame()
    codes = np.concatenate([mapper(place.scene).to_numpy().ravel() for place in patches])
    shares = {
        "6 or 9": (6, 9), "trees": (1, 2), "built": (3, 7), "4 or 5": (4, 5), "quarries": (10,)
    }  # fmt: skip
    rows = [
        ("Ireland", f"pasture as {name}", round(100 * np.isin(codes, of).mean(), 1))
        for name, of in shares.items()
    ]
    return pd.DataFrame(rows, columns=["country", "group", "agreement"])


def country(place: ScoredPlace) -> str:
    return str(place.scene.attrs["area"])


if __name__ == "__main__":
    main()
