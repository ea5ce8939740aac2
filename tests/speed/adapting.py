"""The learning curve of ``adapt`` in Denmark and Chile: ``python tests/speed/adapting.py``.

It begins with the network that the command begins with, in a place that this network has not seen:
that of the recipe ``portable``, trained with the seed of the drawing and without the country
(``tests/speed/leaving_out.py`` trains the same ones, and they are kept), or with another one of
those that come with the package (``--start strzegom``).

Places of S2KIT_ELSEWHERE (github IBM/terramind, Apache-2.0; TerraMesh, CC-BY-SA-4.0; labels: a
model's map). Home is the authors' validation scene (S2KIT_MIRROR). Both test scenes are not read.
"""

import argparse
import time
import warnings

import pandas as pd
from leaving_out import FOLDS, country, trained_without

import s2kit
from s2kit.experiments.experiment import Experiment, open_scenes
from s2kit.experiments.learning_curve import one_drawing
from s2kit.experiments.own_places import listed_places
from s2kit.settings import authors_source, elsewhere
from s2kit.sources.places import Places

NAMES = ("vendsyssel_20171030", "temuco_20200408")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--polygons", type=int, nargs="+", default=[5, 10, 20, 50])
    parser.add_argument("--start", choices=("portable", "strzegom"), default="portable")
    parser.add_argument("--out", default="adapting.csv")
    options = parser.parse_args()
    warnings.simplefilter("ignore", s2kit.S2kitWarning)  # of small scenes
    scenes = open_scenes(authors_source(), Experiment())
    (home,) = scenes.validation.values()
    places = {place.name: place for place in listed_places(Places(elsewhere()))}
    rows: list[dict[str, object]] = []
    for seed in options.seeds:
        for name in NAMES:
            place = places[name]
            if options.start == "portable":
                (fold,) = (fold for fold in FOLDS if country(place) in fold)
                network = trained_without(fold, seed, list(places.values()), scenes)
            else:
                network = s2kit.load_network(options.start)
            for number in options.polygons:
                start = time.perf_counter()
                for row in one_drawing(network, place.scene, place.labels, number, seed, home):
                    print(*row.values(), flush=True)
                    rows.append(row)
                print(f"{time.perf_counter() - start:.0f} s", flush=True)
                pd.DataFrame(rows).to_csv(options.out, index=False)
    table = pd.DataFrame(rows).groupby(["place", "polygons", "network"])
    print(table[["crops", "trees", "built", "mean", "home"]].agg(["mean", "std"]).round(1))


if __name__ == "__main__":
    main()
