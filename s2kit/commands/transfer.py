"""``python -m s2kit transfer``: how networks do in places that they were not trained on."""

from collections.abc import Iterator
from pathlib import Path

import click
import pandas as pd

from s2kit.errors import S2kitError
from s2kit.experiments.expected import expected_table, mean_errors
from s2kit.experiments.experiment import Experiment, open_scenes
from s2kit.experiments.invariance import invariance
from s2kit.experiments.own_places import (
    ScoredPlace,
    known_places,
    listed_places,
    read_own_places,
)
from s2kit.experiments.transfer import (
    Mapper,
    baseline_mappers,
    network_mapper,
    table_lines,
    transfer_table,
)
from s2kit.experiments.trust import trust_table
from s2kit.network.unet import UNet
from s2kit.network.weights import SHIPPED_NAMES, load_network
from s2kit.scenes.writer import check_outputs, replacing
from s2kit.settings import authors_source, elsewhere, home
from s2kit.sources.places import Places
from s2kit.sources.simulated import SimulatedSource

PATH = click.Path(path_type=Path, dir_okay=False)
VALIDATION = "validation"


@click.command(
    epilog="""\b
Examples:
  python -m s2kit transfer
  python -m s2kit transfer --weights mine.safetensors --no-baselines
  python -m s2kit transfer --places my_places.csv --out transfer.csv
  python -m s2kit transfer --invariance
  python -m s2kit transfer --applicability
  python -m s2kit transfer --expected

Exit codes: 0 done, 1 places or weights that cannot be used, 2 wrong usage."""
)
@click.option(
    "--weights",
    metavar="FILE",
    multiple=True,
    help="A network, as classify takes it; may be given again. Default: those that come with s2kit "
    f"({', '.join(SHIPPED_NAMES)}).",
)
@click.option(
    "--places",
    "own",
    metavar="FILE.csv",
    type=PATH,
    help="Your own places instead: columns image, labels, legend; if wanted name, offset, bands, "
    "label_column.",
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    show_default=True,
    help="Also classifiers of single pixels, trained on the authors' training scenes.",
)
@click.option("--download", is_flag=True, help="Download those listed places that can be.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Of the baselines.")
@click.option(
    "--invariance",
    "invariant",
    is_flag=True,
    help="Instead: how many pixels keep their class in cut-outs and changed images.",
)
@click.option(
    "--applicability",
    "trusted",
    is_flag=True,
    help="Instead: how well dissimilarity to the training and confidence foretell the mistakes.",
)
@click.option(
    "--expected",
    is_flag=True,
    help="Instead: the accuracy that is expected without labels, beside the true one. What to "
    "expect is learnt on simulated scenes.",
)
@click.option("--out", metavar="TABLE.csv", type=PATH, help="Also write the table.")
def transfer(
    weights: tuple[str, ...],
    own: Path | None,
    baselines: bool,
    download: bool,
    seed: int,
    invariant: bool,
    trusted: bool,
    expected: bool,
    out: Path | None,
) -> None:
    """Score networks in places that they were not trained on.

    Classes are compared in groups. The places are those of S2KIT_ELSEWHERE, or of a list. Prints
    per place and group the share of the reference's pixels that the map puts into the group (95 %
    intervals from blocks of 320 m), and the share mapped as quarries; none of the places of
    S2KIT_ELSEWHERE has one.
    """
    if invariant and (own or download):
        raise click.UsageError("--invariance takes places at hand: drop --places, --download")
    if invariant + trusted + expected > 1:
        raise click.UsageError(
            "--invariance, --applicability and --expected make a table each; name one of them"
        )
    if own and download:
        raise click.UsageError("--download fetches listed places; drop it, or --places")
    if out is not None:
        check_outputs([out], [own] if own else [])
    networks = {_name(each): load_network(each) for each in weights or SHIPPED_NAMES}
    if invariant:
        table = invariance_table(networks)
        lines = (100 * table).round(2).to_string().splitlines()
    elif trusted:
        opened = read_own_places(own) if own else _listed(download)
        table = trust_table(opened, networks)
        lines = table.round(3).to_string(index=False).splitlines()
    elif expected:
        opened = read_own_places(own) if own else _listed(download)
        known = known_places(SimulatedSource(home()))
        table = expected_table(opened, networks, known)
        lines = [
            *table.round(3).to_string(index=False).splitlines(),
            *mean_errors(table).round(3).to_string().splitlines(),
        ]
    else:
        opened = read_own_places(own) if own else _listed(download)
        mappers: dict[str, Mapper] = {n: network_mapper(each) for n, each in networks.items()}
        if baselines:
            source = authors_source()
            if not source.available(split="train"):
                raise S2kitError(
                    "the baselines need the authors' training scenes; set S2KIT_MIRROR, fetch them "
                    "(S2KIT_DATA=authors python -m s2kit data), or say --no-baselines"
                )
            mappers |= baseline_mappers(open_scenes(source, Experiment()).training, seed)
        table = transfer_table(opened, mappers)
        lines = table_lines(table)
    click.echo("\n".join(lines))
    if out is not None:
        with replacing(out) as part:
            table.to_csv(part, index=invariant)


def _listed(download: bool) -> Iterator[ScoredPlace]:
    """Open the places that are scored, those that can be had; say which cannot."""
    places = Places(elsewhere(), home() / "elsewhere" if download else None)
    names = places.list(scored=True)
    obtainable = [name for name in names if places.is_obtainable(name)]
    if not obtainable:
        raise S2kitError(
            "none of the places outside Strzegom is at hand; set S2KIT_ELSEWHERE to a folder of "
            "them, say --download, or list your own with --places"
        )
    if left_out := [name for name in names if name not in obtainable]:
        click.echo(f"left out, not at hand: {', '.join(left_out)}")
    return listed_places(places, obtainable)


def _name(weights: str) -> str:
    return weights if weights in SHIPPED_NAMES else Path(weights).stem


def invariance_table(networks: dict[str, UNet]) -> pd.DataFrame:
    """Return the share of kept pixels by change, for each network on each scene at hand."""
    places, source = Places(elsewhere()), authors_source()
    scenes = {name: source.open(name) for name in source.available(split=VALIDATION)}
    twins = {}
    for name in places.list(level="L1C"):
        surface = name.removesuffix("_l1c")
        if surface in places.list(level="L2A") and places.is_obtainable(name):
            scenes[surface], twins[surface] = places.open(surface), places.open(name)
    if not scenes:
        raise S2kitError(
            "neither the authors' validation scene nor a place with a twin is at hand; set "
            "S2KIT_MIRROR or S2KIT_ELSEWHERE"
        )
    return pd.DataFrame(
        {
            (label, name): invariance(network, scene, twins.get(name))
            for label, network in networks.items()
            for name, scene in scenes.items()
        }
    )
