"""Scenes mapped on a cluster of dask.distributed: this machine's cores, or one that runs already.

Nothing of it is home-made: the scheduler hands out scenes, notices workers that die and gives their
scenes to others, which go on with the windows that lie finished beside the map.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from s2kit.errors import S2kitError
from s2kit.maps.many import Outcome, Plan, Run, map_one
from s2kit.maps.memory import usable_cores
from s2kit.maps.scene_list import Listed

Job = TypeVar("Job")
Result = TypeVar("Result")

PATIENCE = 30
"""Seconds after which a scheduler that does not answer, or has no worker, is given up."""


@contextmanager
def connected(address: str | None, workers: int = 1) -> Iterator[Any]:
    """Connect to a scheduler, or start workers on this machine; give the client.

    Parameters
    ----------
    address
        Of a scheduler of dask.distributed, ``tcp://HOST:PORT``; its workers need the same s2kit
        and see all files by the same paths. None: a cluster of processes here.
    workers
        How many processes; each does one thing at a time.

    Raises
    ------
    S2kitError
        If distributed is not installed, or no scheduler with a worker answers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise S2kitError(
            "a cluster needs the package distributed; install it with python -m pip install "
            "distributed"
        ) from error
    with ExitStack() as stack:
        try:
            if address is None:
                local = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    memory_limit=0,  # a window takes what is free
                    dashboard_address="127.0.0.1:0",
                )
                # no default: arrays of this process that are lazy are no concern of the cluster
                client = Client(stack.enter_context(local), set_as_default=False)
            else:
                client = Client(address, timeout=PATIENCE, set_as_default=False)
            stack.enter_context(client)
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            raise S2kitError(
                f"no cluster with a worker answers at {address or 'this machine'} ({error}); start "
                "one with dask scheduler and dask worker"
            ) from error
        yield client


def handed_out(
    client: Any, function: Callable[[Job], Result], jobs: Sequence[Job]
) -> Iterator[tuple[Job, Result | Exception]]:
    """Do jobs on the workers; yield each as it is through, with its result or its error.

    A job whose worker died is given to another one.
    """
    from distributed import as_completed

    futures = {client.submit(function, job, pure=False): job for job in jobs}
    for future in as_completed(futures, loop=client.loop):
        try:
            result = future.result()
        except Exception as error:
            yield futures[future], error
        else:
            yield futures[future], result


@contextmanager
def opened_cluster(address: str | None, workers: int = 1) -> Iterator[Run]:
    """Give what maps scenes on a cluster; parameters and errors as for `connected`."""
    with connected(address, workers) as client:

        def run(plan: Plan, scenes: Sequence[Listed]) -> Iterator[tuple[Listed, Outcome]]:
            if address is None:
                threads = plan.threads or max(1, usable_cores() // workers)
                plan = replace(plan, threads=threads, runs=workers)
            for scene, found in handed_out(client, partial(_on_worker, plan=plan), scenes):
                if isinstance(found, Exception):  # the worker, not the scene
                    told = f"{type(found).__name__}: {found}"
                    found = Outcome(f"its worker was lost ({told}); run again")
                yield scene, found

        yield run


def _on_worker(scene: Listed, plan: Plan) -> Outcome:
    from distributed import get_worker

    return map_one(scene, replace(plan, threads=plan.threads or get_worker().state.nthreads))
