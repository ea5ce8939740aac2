"""The options --workers and --cluster, and what they mean."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

import click

from s2kit.maps.cluster import opened_cluster
from s2kit.maps.many import Run, one_by_one

F = TypeVar("F", bound=Callable[..., Any])


def cluster_options(what: str) -> Callable[[F], F]:
    """Return the options --workers and --cluster of a command; ``what`` they do there."""
    workers = click.option(
        "--workers",
        metavar="N",
        type=click.IntRange(min=1),
        help=f"{what} in so many processes on this machine.",
    )
    cluster = click.option(
        "--cluster",
        metavar="tcp://HOST:PORT",
        help=f"{what} on a running cluster of dask.distributed.",
    )
    return lambda command: workers(cluster(command))


def check_one_way(workers: int | None, cluster: str | None) -> None:
    if workers and cluster:
        raise click.UsageError("name --workers or --cluster, not both")


def mapper(workers: int | None, cluster: str | None) -> AbstractContextManager[Run]:
    """Give what maps scenes as --workers and --cluster say: in this process without them."""
    if workers or cluster:
        return opened_cluster(cluster, workers or 1)
    return nullcontext(one_by_one)
