"""``python -m s2kit classify LIST``: class maps of many scenes."""

from dataclasses import replace
from pathlib import Path

import click

from s2kit.commands.cluster_options import check_one_way, mapper
from s2kit.errors import S2kitError
from s2kit.maps.applicability import reference
from s2kit.maps.ledger import LEDGER
from s2kit.maps.many import Plan, map_many
from s2kit.maps.scene_list import Folders, check_apart, read_list
from s2kit.maps.streamed import Settings
from s2kit.network.weights import load_network
from s2kit.scenes.statistics import ImageStatistics


def classify_list(
    path: Path,
    folders: Folders,
    weights: str,
    settings: Settings,
    statistics: ImageStatistics | None,
    offset: str | None,
    bands: str | None,
    threads: int | None,
    workers: int | None,
    cluster: str | None,
) -> None:
    """Map the scenes of a list, here or on a cluster; the arguments are the command's options."""
    check_one_way(workers, cluster)
    scenes = read_list(path)
    if offset is not None:
        scenes = [
            scene if scene.offset is not None else replace(scene, offset=int(offset))
            for scene in scenes
        ]
    folders = _absolute(folders)
    check_apart(folders, scenes)
    network = load_network(weights)
    if folders.applicability:
        reference(network)
    names = tuple(bands.split(",")) if bands else None
    plan = Plan.of(
        network, weights, settings, folders, statistics=statistics, bands=names, threads=threads
    )
    with mapper(workers, cluster) as run:
        failed = map_many(scenes, plan, run, click.echo)
    for entry in failed:
        click.echo(f"warning: {entry.name} has no map: {entry.reason}", err=True)
    click.echo(f"maps in {folders.map}, what they were made of in {folders.map / LEDGER}")
    if failed:
        raise S2kitError(
            f"{len(failed)} of {len(scenes)} scenes could not be mapped; mend them and run again, "
            "only they are left"
        )


def _absolute(folders: Folders) -> Folders:
    """Return the folders by paths that hold wherever a worker was started; refuse files."""
    names = ("map", "confidence", "applicability", "areas", "polygons")
    given = {name: getattr(folders, name) for name in names if getattr(folders, name) is not None}
    for folder in given.values():
        if folder.exists() and not folder.is_dir():
            raise S2kitError(f"{folder} is a file; of a list all outputs are folders")
    return replace(folders, **{name: folder.absolute() for name, folder in given.items()})
