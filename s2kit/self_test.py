"""Is this machine ready for the course? One line per thing that it needs."""

import os
import shutil
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from s2kit.errors import S2kitError
from s2kit.settings import course_source, data_source, home

PACKAGES = ("torch", "rasterio", "geopandas", "jupyterlab", "ipywidgets", "anywidget")

MEMORY = 2.0
"""Gigabytes that the largest chapter takes."""

DISK = 1.0
"""Gigabytes that scenes, weights and maps take."""

STEP_WORK = 0.785 * 123.0
"""Billions of operations that a training step of chapter 4 stands for: it took 0.785 s on a machine
that multiplies matrices with 123 GFLOP/s."""

STEPS = 240
"""Of the training in chapter 4."""


def self_test() -> pd.DataFrame:
    """Look at versions, memory, disk, data source and speed.

    Returns
    -------
    DataFrame
        One row per thing; columns thing, found, verdict ("ok", or how to mend it).
    """
    rows = [
        ("Python", sys.version.split()[0], "ok" if sys.version_info >= (3, 11) else "needs 3.11"),
        *map(_package, PACKAGES),
        _memory(),
        _data(),
        _writable(home()),
        _speed(),
    ]
    return pd.DataFrame(rows, columns=["thing", "found", "verdict"]).set_index("thing")


def _package(name: str) -> tuple[str, str, str]:
    try:
        return name, version(name), "ok"
    except PackageNotFoundError:
        return name, "missing", "install the course again: see the README"


def _memory() -> tuple[str, str, str]:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return "memory", "unknown", f"the course needs {MEMORY:.0f} GB"
    ready = total >= MEMORY
    return "memory", f"{total:.0f} GB", "ok" if ready else "close other programs"


def _data() -> tuple[str, str, str]:
    try:
        source = course_source()
        here, known = len(source.available()), len(source.list())
    except S2kitError as error:
        return "scenes", "none", str(error)
    made = "made when first used" if data_source() == "simulated" else f"{here} of {known} are here"
    return "scenes", f"{source.name}, {made}", "ok"


def _writable(folder: Path) -> tuple[str, str, str]:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not os.access(there, os.W_OK):
        return "results", "not writable", "set S2KIT_HOME to a folder that you may write to"
    free = shutil.disk_usage(there).free / 1e9
    verdict = "ok" if free >= DISK else f"make room: the course needs {DISK:.0f} GB"
    return "room for results", f"{free:.0f} GB", verdict


def _speed() -> tuple[str, str, str]:
    """Multiply matrices, and tell how long chapter 4 would train."""
    import torch

    size, repeats = 1000, 10
    matrix = torch.ones(size, size)
    matrix @ matrix
    start = time.perf_counter()
    for _ in range(repeats):
        matrix @ matrix
    rate = 2 * size**3 * repeats / (time.perf_counter() - start) / 1e9
    minutes = STEPS * STEP_WORK / rate / 60
    return "speed", f"{rate:.0f} GFLOP/s", f"chapter 4 trains about {max(minutes, 1):.0f} min"
