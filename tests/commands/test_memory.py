"""An image larger than the memory ends in one sentence, with nothing left behind."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from s2kit.__main__ import _is_out_of_memory
from s2kit.scenes.bands import BAND_NAMES

CHILD = """
import resource, sys
import s2kit.commands.classify
from s2kit.__main__ import _run

used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
limit = used + int(sys.argv[1]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(_run(["classify", "image.tif", "--no-turns", "--out", "map.tif"]))
"""


# GDAL fails at another block at each of these, and often without saying that it was memory
@pytest.mark.parametrize("spare", [57, 60, 63])
@pytest.mark.skipif(sys.platform != "linux", reason="limits its own memory as Linux can")
def test_too_large_an_image_is_one_sentence(
    spare: int, tmp_path: Path, landscape: Callable[..., np.ndarray]
) -> None:
    side = 1200
    field = np.round(landscape() * 10_000 + 1000).astype(np.uint16)
    with rasterio.open(
        tmp_path / "image.tif", "w", driver="GTiff", count=10, height=side, width=side,
        dtype="uint16", crs="EPSG:32633", transform=from_origin(585420, 5652250, 10, 10),
    ) as file:  # fmt: skip
        for number, name in enumerate(BAND_NAMES, 1):
            file.write(np.tile(field[number - 1], (20, 20)), number)
            file.set_band_description(number, name)

    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(spare)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    told = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    assert len(told) == 1
    assert told[0].startswith("error: ")
    assert "not enough memory for" in told[0]
    assert [path.name for path in tmp_path.iterdir()] == ["image.tif"]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("unable to mmap 9 bytes from file <a.safetensors>: Cannot allocate memory"),
    ],
)
def test_every_word_for_too_little_memory_is_known(error: Exception) -> None:
    assert _is_out_of_memory(error)
    assert not _is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
