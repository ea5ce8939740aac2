"""The learning curve of ``adapt`` in Denmark and Chile: ``python tests/speed/adapting.py``.

Places of S2KIT_ELSEWHERE (github IBM/terramind, Apache-2.0; TerraMesh, CC-BY-SA-4.0; labels: a
model's map). Home is the authors' validation scene (S2KIT_MIRROR). Both test scenes are not read.
"""

import argparse
import time
import warnings

import pandas as pd

import s2kit
from s2kit.experiments.learning_curve import one_drawing
from s2kit.settings import authors_source, elsewhere
from s2kit.sources.places import Places

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
parser.add_argument("--polygons", type=int, nargs="+", default=[5, 10, 20, 50])
parser.add_argument("--out", default="adapting.csv")
given = parser.parse_args()
warnings.simplefilter("ignore", s2kit.S2kitWarning)  # of small scenes
network, places, authors = s2kit.load_network("strzegom"), Places(elsewhere()), authors_source()
validation = "strzegom_20230530"
home = authors.open(validation), authors.open_mask(validation)
rows: list[dict[str, object]] = []
for seed in given.seeds:
    for number in given.polygons:
        for name in ("vendsyssel_20171030", "temuco_20200408"):
            start = time.perf_counter()
            scene, labels = places.open(name), places.open_labels(name)
            for row in one_drawing(network, scene, labels, number, seed, home):
                print(*row.values(), flush=True)
                rows.append(row)
            print(f"{time.perf_counter() - start:.0f} s", flush=True)
            pd.DataFrame(rows).to_csv(given.out, index=False)
table = pd.DataFrame(rows).groupby(["place", "polygons", "network"])
print(table[["crops", "trees", "built", "mean", "home"]].agg(["mean", "std"]).round(1))
