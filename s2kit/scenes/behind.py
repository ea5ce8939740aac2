"""Work that goes on behind the reading of a file, in other threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

Call = Callable[[], object]


@contextmanager
def behind(threads: int) -> Iterator[Callable[..., None]]:
    """Give a function that hands calls to other threads and returns at once.

    The calls that are handed over together run side by side; those of before have ended by then, so
    what one call adds up is added up in order. All have ended when the block is left. What a call
    raises is raised by the next hand-over, or at the end.

    Parameters
    ----------
    threads
        How many calls run at a time; with 1 there is no other thread, and each runs at once.

    Examples
    --------
    >>> seen = []
    >>> with behind(2) as do:
    ...     for number in range(3):
    ...         do(lambda number=number: seen.append(number))
    >>> seen
    [0, 1, 2]
    """
    running: list[Future[object]] = []

    def wait() -> None:
        while running:
            running.pop(0).result()

    with ThreadPoolExecutor(threads) as pool:

        def do(*calls: Call) -> None:
            if threads == 1:
                for call in calls:
                    call()
                return
            wait()
            try:
                running.extend([pool.submit(call) for call in calls])
            except RuntimeError as error:  # the system has no memory left for a thread
                raise MemoryError(str(error)) from error

        yield do
        wait()
