"""Scenes mapped on a cluster of dask.distributed: this machine's cores, or one that runs already.

Nothing of it is home-made: the scheduler hands out scenes, notices workers that die and gives their
scenes to others, which go on with the windows that lie finished beside the map.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from s2kit.errors import S2kitError
from s2kit.maps.many import Outcome, Plan, Run, map_one
from s2kit.maps.memory import usable_cores
from s2kit.maps.scene_list import Listed

PATIENCE = 30
"""Seconds after which a scheduler that does not answer, or has no worker, is given up."""


@contextmanager
def opened_cluster(address: str | None, workers: int = 1) -> Iterator[Run]:
    """Connect to a scheduler, or start workers on this machine; give what maps scenes there.

    Parameters
    ----------
    address
        Of a scheduler of dask.distributed, ``tcp://HOST:PORT``; its workers need the same s2kit
        and see images and outputs by the same paths. None: a cluster of processes here.
    workers
        How many processes; each maps one scene at a time.

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

        def run(plan: Plan, scenes: Sequence[Listed]) -> Iterator[tuple[Listed, Outcome]]:
            if address is None:
                threads = plan.threads or max(1, usable_cores() // workers)
                plan = replace(plan, threads=threads, runs=workers)
            return _run(client, plan, scenes)

        yield run


def _run(client: Any, plan: Plan, scenes: Sequence[Listed]) -> Iterator[tuple[Listed, Outcome]]:
    """Hand the scenes out; yield each as it is through."""
    from distributed import as_completed

    futures = {client.submit(_on_worker, scene, plan, pure=False): scene for scene in scenes}
    for future in as_completed(futures, loop=client.loop):
        try:
            outcome = future.result()
        except Exception as error:  # the worker, not the scene: KilledWorker, a lost connection
            why = S2kitError(f"its worker was lost ({type(error).__name__}: {error}); run again")
            outcome = Outcome(str(why))
        yield futures[future], outcome


def _on_worker(scene: Listed, plan: Plan) -> Outcome:
    from distributed import get_worker

    return map_one(scene, replace(plan, threads=plan.threads or get_worker().state.nthreads))
