"""Children that are killed, interrupted or starved at the n-th step of their writing."""

import io
import itertools
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

Job = Callable[[], object]

STEPS = ("replace", "rename", "link", "unlink", "fsync")
"""Functions of ``os`` before each of which a child may end; opening for writing is another."""

SOME = range(1, 100, 1 if "S2KIT_TEST_EVERY_STEP" in os.environ else 3)
"""Steps at which costly programs are ended: every third, or all if the environment asks for it."""

LONGEST = 60
"""Seconds after which a child that hangs is ended."""


def child(job: Job, before: Job = lambda: None) -> int:
    """Run a job in a process of its own; return its wait status."""
    return wait(start(job, before))


def start(job: Job, before: Job = lambda: None) -> int:
    """Start a job in a process of its own; return its process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        signal.alarm(LONGEST)
        before()
        job()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def wait(pid: int) -> int:
    return os.waitpid(pid, 0)[1]


def stop_at(number: int, how: int = signal.SIGKILL) -> Job:
    """Return what makes this process send itself a signal just before its n-th step (from 1)."""
    seen = iter(range(1, 10**9))

    def step() -> None:
        if next(seen) == number:
            os.kill(os.getpid(), how)

    def install() -> None:
        for name in STEPS:
            setattr(os, name, _counted(getattr(os, name), step))
        opened = io.open

        def counted_open(file, mode="r", *args, **kwargs):
            if set(mode) & set("wax+"):
                step()
            return opened(file, mode, *args, **kwargs)

        io.open = counted_open  # type: ignore[assignment]

    return install


def _counted(function: Callable[..., object], step: Job) -> Callable[..., object]:
    def counted(*args: object, **kwargs: object) -> object:
        step()
        return function(*args, **kwargs)

    return counted


def every_end(
    folder: Path, prepare: Callable[[Path], object], job: Callable[[Path], object],
    how: int = signal.SIGKILL, points: Sequence[int] | None = None,
) -> Iterator[tuple[Path, int]]:  # fmt: skip
    """End a job at each of its steps; yield the folder it left and its wait status, step by step.

    ``prepare`` fills the folder before each, ``job`` writes there. The last one yielded is the
    first child that met no such step.
    """
    for number in points or itertools.count(1):
        here = folder / str(number)
        here.mkdir()
        prepare(here)
        status = child(lambda here=here: job(here), stop_at(number, how))
        yield here, status
        shutil.rmtree(here)
        if status == 0:
            assert number > 3, "no step was counted"
            return


def starved(size: int) -> Job:
    """Return what keeps this process from writing any file beyond a size, as a full disk does."""

    def install() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return install


def names(folder: Path) -> list[str]:
    """Return all files below a folder."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())


def silent() -> None:
    """Send what a child writes, GDAL's words included, nowhere."""
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def say_to(path: Path) -> None:
    """Send what a child says on stderr to a file, and the rest nowhere."""
    # FileIO: this is no step of the job
    sys.stderr = io.TextIOWrapper(io.FileIO(path, "w"), write_through=True)
    sys.stdout = io.TextIOWrapper(io.FileIO(os.devnull, "w"), write_through=True)
