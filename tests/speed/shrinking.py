"""What a network gains and loses as the statistics it is scaled by are drawn to typical ones.

    python tests/speed/shrinking.py --out shrinking.csv
    python tests/speed/shrinking.py --train --seed 0 --out shrinking.csv

For each share, from 0 (the image's own statistics) to 1 (none of them): the pixels that keep their
class in cut-outs and changed images (`python -m s2kit transfer --invariance`, mean of its scenes),
the agreement in places elsewhere, and overall accuracy and mean F1 at home on the validation date,
per cent. By default all rows are the weights of ``strzegom``, which have not seen the places. With
``--train`` the recipe ``portable`` is trained for each share, on all places, so that nothing can be
said of them. Needs the authors' scenes and the places, as `leaving_out.py`; a training takes some
minutes on two cores.
"""

import argparse
from pathlib import Path

import pandas as pd
from leaving_out import scored, trained_without

from s2kit.commands.transfer import invariance_table
from s2kit.experiments.experiment import Experiment, open_scenes
from s2kit.experiments.own_places import listed_places
from s2kit.network import scaling
from s2kit.network.weights import load_network
from s2kit.settings import authors_source, elsewhere
from s2kit.sources.places import Places

SHARES = (0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6, 1)
"""The third of them is what s2kit uses."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    scenes = open_scenes(authors_source(), Experiment())
    (validation,) = scenes.validation.values()
    places = list(listed_places(Places(elsewhere())))
    rows = []
    for share in options.shares:
        scaling.SHRINKAGE = share  # a constant of s2kit; nothing but this trial changes it
        if options.train:
            name, network = "portable", trained_without((), options.seed, places, scenes, share)
        else:
            name, network = "strzegom", load_network("strzegom")
            network.scaling = "shrunk"
        kept = invariance_table({name: network}).mean(axis="columns").mul(100).round(1)
        unseen = [] if options.train else places
        table = scored(network, unseen, validation, name, options.seed)
        groups = table.set_index(table.country + " " + table.group).agreement
        rows.append(
            {"network": name, "seed": options.seed, "share": round(share, 3), **kept, **groups}
        )
        print(pd.Series(rows[-1]).to_string(), flush=True)
        pd.DataFrame(rows).to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
