"""Of a run that is killed, a map stands with its own companions or not at all, and is not lost."""

import contextlib
import itertools
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from crashing import SOME, child, every_end, names, silent, start, starved, stop_at, wait

from s2kit.errors import S2kitError
from s2kit.maps.files import map_files, read_class_map, write_class_map
from s2kit.maps.layers import CONFIDENCE
from s2kit.scenes.land_cover import LandCoverClass
from s2kit.scenes.nomenclature import Nomenclature, with_nomenclature
from s2kit.scenes.writer import replacing, replacing_all

SET = ("a.xml", "a.qml", "a.tif")


def write_set(folder: Path, text: str, legend: str) -> None:
    with replacing_all([folder / name for name in SET]) as parts:
        for part in parts:
            part.write_text(text if part.suffix == ".tif" else legend)


def read_set(folder: Path) -> list[str | None]:
    files = [folder / name for name in SET]
    return [file.read_text() if file.exists() else None for file in files]


@pytest.mark.parametrize("legend", ["same", "changed"])
def test_a_set_after_a_kill_and_after_the_next_run(tmp_path: Path, legend: str) -> None:
    missing = 0
    old, new = ["same", "same", "old"], [legend, legend, "new"]
    for here, _ in every_end(
        tmp_path, lambda f: write_set(f, "old", "same"), lambda f: write_set(f, "new", legend)
    ):
        found = read_set(here)
        if found[2] is None:
            missing += 1
        else:
            assert found in (old, new)
        # The next run puts back what was there, even if it fails itself.
        with pytest.raises(ZeroDivisionError), replacing_all([here / name for name in SET]):
            raise ZeroDivisionError
        assert read_set(here) in (old, new)
        assert names(here) == sorted(SET)
        write_set(here, "newest", "newest")
        assert read_set(here) == ["newest"] * 3
        assert names(here) == sorted(SET)
    assert missing == (0 if legend == "same" else 3)


def test_a_kill_while_a_set_is_put_back(tmp_path: Path) -> None:
    def half_renamed(folder: Path, step: int) -> None:
        write_set(folder, "old", "same")
        child(lambda: write_set(folder, "new", "changed"), stop_at(step))

    def last_rename() -> int:
        """Return the step before which all but the main file have their places."""
        for step in itertools.count(1):
            folder = tmp_path / f"search{step}"
            half_renamed(folder, step)
            if read_set(folder) == ["changed", "changed", None]:
                return step
            assert read_set(folder) != ["changed", "changed", "new"], "no run was half renamed"
        raise AssertionError

    step = last_rename()

    def put_back(folder: Path) -> None:
        with contextlib.suppress(ZeroDivisionError), replacing_all([folder / n for n in SET]):
            raise ZeroDivisionError

    ends = set()
    for here, _ in every_end(tmp_path, lambda f: half_renamed(f, step), put_back):
        found = read_set(here)
        assert found[2] is None or found == ["same", "same", "old"]
        ends.add(found[2])
        put_back(here)
        assert read_set(here) == ["same", "same", "old"]
        assert names(here) == sorted(SET)
    assert ends == {None, "old"}


def test_a_first_set_after_a_kill(tmp_path: Path) -> None:
    for here, _ in every_end(tmp_path, lambda f: None, lambda f: write_set(f, "new", "new")):
        assert read_set(here)[2] is None or read_set(here) == ["new"] * 3
        write_set(here, "newest", "newest")
        assert read_set(here) == ["newest"] * 3
        assert names(here) == sorted(SET)


def test_a_companion_of_the_user_s_own_survives_a_kill(tmp_path: Path) -> None:
    """Nothing says that a legend without its map is ours: it stays until it is replaced."""

    def prepare(folder: Path) -> None:
        (folder / "a.qml").write_text("own")

    for here, _ in every_end(tmp_path, prepare, lambda f: write_set(f, "new", "new")):
        with pytest.raises(ZeroDivisionError), replacing_all([here / name for name in SET]):
            raise ZeroDivisionError
        assert read_set(here) in ([None, "own", None], ["new"] * 3)


def test_what_a_running_process_writes_is_left_alone(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as slow:
        slow.write_text("slow")

        def other() -> None:
            with replacing(tmp_path / "a.txt") as part:
                part.write_text("fast")

        assert child(other) == 0
        assert slow.read_text() == "slow"
    assert (tmp_path / "a.txt").read_text() == "slow"
    assert names(tmp_path) == ["a.txt"]


MOST = sorted({*SOME, *range(17, 24)})
"""All steps at which files are renamed, and some of those before."""


def coded(grid: xr.DataArray, classes: int) -> xr.DataArray:
    """A map of the last class of a nomenclature with so many classes."""
    own = [
        LandCoverClass(k, f"class {k} of {classes}", f"{k}", f"#0000{k:02d}", f"#0000{k:02d}")
        for k in range(1, classes + 1)
    ]
    return with_nomenclature(xr.full_like(grid, classes), Nomenclature("own", tuple(own)))


def write_maps(folder: Path, classes: xr.DataArray) -> None:
    sure = classes.astype("float32") / 10
    write_class_map(folder / "map.tif", classes, layers=[(folder / "sure.tif", CONFIDENCE, sure)])


def kind(folder: Path) -> int | None:
    """Return how many classes map, legend and confidence speak of, all the same; None: no map."""
    files = [*map_files(folder / "map.tif"), folder / "sure.tif"]
    if not files[0].exists():
        return None
    code = int(read_class_map(files[0])[0, 0])
    with rasterio.open(files[3]) as file:
        assert (file.read(1) == code * 10).all()
    for text in files[1:3]:
        assert f"class 1 of {code}" in text.read_text("utf-8")
    return code


def test_map_legend_and_confidence_after_a_kill(tmp_path: Path, grid: xr.DataArray) -> None:
    old, new = coded(grid, 4), coded(grid, 7)
    ends = []
    for here, _ in every_end(
        tmp_path, lambda f: write_maps(f, old), lambda f: write_maps(f, new), points=MOST
    ):
        ends.append(kind(here))
        write_maps(here, new)
        assert kind(here) == 7
        assert names(here) == ["map.qml", "map.tif", "map.tif.aux.xml", "sure.qml", "sure.tif"]
    assert set(ends) == {4, None, 7}
    assert ends == sorted(ends, key=[4, None, 7].index)  # old, then for a moment none, then new


def test_two_that_write_one_map_both_end_right(tmp_path: Path, grid: xr.DataArray) -> None:
    """The last one's map stays, with its own legend and confidence."""
    kinds = [coded(grid, n) for n in (3, 4, 5, 6)]
    for _ in range(3):
        running = [start(lambda m=m: write_maps(tmp_path, m)) for m in kinds]
        assert [wait(pid) for pid in running] == [0] * 4
        assert kind(tmp_path) in (3, 4, 5, 6)
        assert len(names(tmp_path)) == 5


@pytest.mark.parametrize("old", [True, False])
def test_a_full_disk_leaves_the_whole_set_of_before(tmp_path: Path, old: bool) -> None:
    size = 400
    values = np.random.default_rng(0).integers(1, 8, (size, size)).astype("uint8")
    coords = {"y": 5e6 - 10 * np.arange(size), "x": 5e5 + 10 * np.arange(size)}
    grid = xr.DataArray(values, coords, ("y", "x")).rio.write_crs(32633)
    new = coded(grid, 7).copy(data=values)
    write_class_map(tmp_path / "whole.tif", new)
    whole = (tmp_path / "whole.tif").stat().st_size
    for room in (50, 1000, 30_000, whole - 3000, whole - 1):
        here = tmp_path / str(room)
        here.mkdir()
        if old:
            write_maps(here, coded(grid, 4))
        before = {name: (here / name).read_bytes() for name in names(here)}

        def job(here: Path = here) -> None:
            silent()  # libtiff prints what it cannot write
            with pytest.raises(S2kitError, match=r"cannot be written \(.*free the disk"):
                write_class_map(
                    here / "map.tif", new, layers=[(here / "sure.tif", CONFIDENCE, new / 10)]
                )

        assert child(job, starved(room)) == 0
        assert {name: (here / name).read_bytes() for name in names(here)} == before
