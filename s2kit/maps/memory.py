"""What of the machine a run may use: free memory and cores, as this process is limited."""

import contextlib
import ctypes
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path

WINDOW_MEMORY = 400 * 10**6
"""Bytes for one window, if as much is free; all in all a whole tile then takes 1.4 GB."""

SHARE = 0.8
"""Of the free memory; the rest is for reading and writing."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Of ``malloc.h``."""

LARGE, KEPT = 20 * 2**20, 64 * 2**20
"""Bytes: a tensor of a tile (`s2kit.maps.tiled`) is smaller than the first, and all that are alive
at a time take less than the second."""

ROOT = Path("/")
"""Where the system tells of itself."""


def window_memory(root: Path = ROOT, runs: int = 1) -> int:
    """Return how many bytes one window may take: `WINDOW_MEMORY`, or less where less is free.

    ``runs``: how many processes share the machine.
    """
    return int(min([WINDOW_MEMORY, *(SHARE * free / runs for free in _free(root))]))


def give_memory_back() -> None:
    """Let large arrays go back to the system as soon as they are freed, and use small ones again.

    Left alone, the C library of Linux lets the limit between both grow with use. And it gives back
    what the next tile wants: the system then fills it with zeros each time, which takes longer than
    some convolutions.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            library = ctypes.CDLL(None)
            library.mallopt(M_MMAP_THRESHOLD, LARGE)
            library.mallopt(M_TRIM_THRESHOLD, KEPT)
            library.mallopt(M_ARENA_MAX, 1)  # what one thread has freed another one uses


def give_fragments_back() -> None:
    """Give what is free between small arrays back to the system, before large ones are made."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def usable_cores(root: Path = ROOT) -> int:
    """Return the number of cores that this process may use, by affinity and cgroup quota."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    quotas = [_quota(folder) for folder in _cgroups(root, "")]
    return max(1, min([cores, *(math.ceil(quota) for quota in quotas if quota is not None)]))


def _free(root: Path) -> Iterator[int]:
    """Yield the bytes that are free by each of the limits that there are; on Linux only."""
    lines = _text(root / "proc/meminfo").splitlines()
    yield from (int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    for folder in _cgroups(root, "memory"):
        for limit, used in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            bound, now = _number(folder / limit), _number(folder / used)
            if bound is not None and now is not None and bound < 1 << 60:
                yield max(0, bound - now + _cached(folder / "memory.stat"))
    if sys.platform != "win32":
        import resource

        bound, _ = resource.getrlimit(resource.RLIMIT_AS)
        pages = _text(root / "proc/self/statm").split()
        if bound != resource.RLIM_INFINITY and pages:
            yield max(0, bound - int(pages[0]) * resource.getpagesize())


def _cgroups(root: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of this process's cgroups, from its own up to the root."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number != "0" and controller not in controllers.split(","):
            continue
        top = root / "sys/fs/cgroup" / ("" if number == "0" else controllers)
        folder = top / path.lstrip("/")
        yield from (each for each in (folder, *folder.parents) if each.is_relative_to(top))


def _cached(statistics: Path) -> int:
    """Return the bytes of a cgroup that hold files, and are given up when they are needed."""
    for line in _text(statistics).splitlines():
        if line.startswith("inactive_file "):
            return int(line.split()[1])
    return 0


def _quota(folder: Path) -> float | None:
    limit, _, period = _text(folder / "cpu.max").partition(" ")
    return int(limit) / int(period) if limit.isdigit() else None


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
