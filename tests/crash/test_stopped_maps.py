"""A map whose making is killed goes on, and ends as one that nobody disturbed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from crashing import SOME, child, every_end, names, silent, start, starved, stop_at, wait
from scene_files import write

from s2kit.errors import S2kitError
from s2kit.maps.layout import bytes_per_pixel
from s2kit.maps.streamed import Outputs, Settings, classify_file
from s2kit.network.unet import UNet
from s2kit.scenes.scene_file import open_scene

PIXELS = 26_000
WORK = ".map.tif.work-s2kit"
WHOLE = ["map.qml", "map.tif", "map.tif.aux.xml", "sure.qml", "sure.tif"]


@pytest.fixture(scope="module")
def network() -> UNet:
    torch.manual_seed(0)
    return UNet(width=8, depth=1, scaling="both").eval()


@pytest.fixture
def image(tmp_path: Path, landscape: Callable[..., np.ndarray]) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    values = np.round(landscape(330, 450) * 10_000 + 1000).astype("uint16")
    return write(folder / "image.tif", values)


class Run:
    """Makes the map of an image in a folder; knows how many windows it did and what it said."""

    def __init__(
        self, network: UNet, image: Path, turns: bool = False, pixels: int = PIXELS
    ) -> None:
        self.network, self.image, self.turns, self.pixels = network, image, turns, pixels
        self.windows = 0
        self.said: list[str] = []

    def __call__(self, folder: Path, after: Callable[[int], object] = lambda windows: None) -> None:
        memory = self.pixels * bytes_per_pixel(self.network, self.turns)
        outputs = Outputs(folder / "map.tif", folder / "sure.tif")

        def progress(done: int, before: int) -> None:
            self.windows += 1
            after(self.windows)

        with open_scene(self.image, 1000) as scene:
            classify_file(
                self.network, scene, outputs, Settings("torch", self.turns, memory),
                say=self.said.append, progress=progress,
            )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


@pytest.fixture
def undisturbed(tmp_path: Path, network: UNet, image: Path) -> tuple[dict[str, bytes], int]:
    """The files of a run that nobody disturbed, and how many windows it did."""
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    run = Run(network, image)
    run(folder)
    return contents(folder), run.windows


def kept(folder: Path) -> int:
    """Return how many windows of an unfinished map are kept."""
    work = folder / WORK
    return len(list(work.glob("*.npz"))) if (work / "key.json").exists() else 0


def test_a_killed_map_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    files, count = undisturbed
    assert count > 4
    ends = set()
    for here, _ in every_end(tmp_path, lambda f: None, Run(network, image), points=SOME):
        found, done = names(here), kept(here)
        assert "map.tif" not in found or (here / "map.tif").read_bytes() == files["map.tif"]
        again = Run(network, image)
        again(here)
        assert again.windows == count - done  # no finished window is done twice
        if done > 0:
            assert f"{done} of {count} windows are done" in again.said[0]
        assert contents(here) == files
        ends.add(done)
    assert {0, count} <= ends
    assert len(ends) > 2


def stopped(network: UNet, image: Path, folder: Path, windows: int = 2) -> None:
    """Leave what a run leaves that is killed after some windows."""

    def kill(done: int) -> None:
        if done == windows:
            os.kill(os.getpid(), signal.SIGKILL)

    child(lambda: Run(network, image)(folder, kill))
    assert kept(folder) == windows


@pytest.mark.parametrize("changed", ["image", "weights", "settings", "image and the weights"])
def test_what_changed_since_is_said_and_begins_anew(
    tmp_path: Path, network: UNet, image: Path, changed: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    stopped(network, image, here)
    if "image" in changed:
        os.utime(image, ns=(1, 1))
    if "weights" in changed:
        network = UNet(width=8, depth=1, scaling="both").eval()
    again = Run(network, image, turns=changed == "settings")
    again(here)
    assert again.said == [
        f"starting anew: of an interrupted run 2 windows are done, but the {changed} changed since"
    ]
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    Run(network, image, turns=changed == "settings")(fresh)
    assert contents(here) == contents(fresh)


def test_a_window_that_is_not_whole_is_done_again(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    files, count = undisturbed
    here = tmp_path / "here"
    here.mkdir()
    stopped(network, image, here, 4)
    for number, spoil in enumerate((lambda data: data[:50], lambda data: b"", garbled)):
        path = here / WORK / f"{number}.npz"
        path.write_bytes(spoil(path.read_bytes()))
    again = Run(network, image)
    again(here)
    assert again.windows == count - 1
    assert contents(here) == files


def test_more_memory_goes_on_and_less_begins_anew(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    files, count = undisturbed
    here = tmp_path / "here"
    here.mkdir()
    stopped(network, image, here)
    more = Run(network, image, pixels=4 * PIXELS)
    more(here)
    assert more.windows == count - 2
    assert contents(here) == files
    stopped(network, image, here)
    less = Run(network, image, pixels=20_000)
    less(here)
    assert "but the free memory changed since" in less.said[0]
    assert less.windows > count
    assert contents(here) == files


def test_work_that_is_not_ours_to_read_is_removed(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    for key in ("[1, 2", "[]", '{"image": 3}'):
        here = tmp_path / "here"
        (here / WORK).mkdir(parents=True)
        (here / WORK / "0.npz").write_bytes(b"half a window")
        (here / WORK / "1.part").write_bytes(b"half a window")
        (here / WORK / "key.json").write_text(key)
        Run(network, image)(here)
        assert contents(here) == undisturbed[0]
        shutil.rmtree(here)


def garbled(data: bytes) -> bytes:
    start, end = len(data) // 2, len(data) // 2 + 9
    return data[:start] + bytes(each ^ 0xFF for each in data[start:end]) + data[end:]


def test_of_two_on_one_output_the_second_is_refused(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    here = tmp_path / "here"
    here.mkdir()

    def second(done: int) -> None:
        def refused() -> None:
            with pytest.raises(S2kitError, match=r"map.tif is being made by another run; wait"):
                Run(network, image)(here)

        if done == 2:
            assert child(refused) == 0

    Run(network, image)(here, second)
    assert contents(here) == undisturbed[0]


def test_an_interruption_keeps_the_windows_and_says_so(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    files, count = undisturbed
    here = tmp_path / "here"
    here.mkdir()

    def interrupt(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    run = Run(network, image)
    with pytest.raises(KeyboardInterrupt):
        run(here, interrupt)
    assert run.said == [f"3 of {count} windows are kept; the same command goes on from there"]
    assert kept(here) == 3
    Run(network, image)(here)
    assert contents(here) == files


@pytest.mark.parametrize("room", [40, 300, 3000, 30_000])
def test_a_full_disk_is_one_sentence_and_the_next_run_goes_on(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int], room: int
) -> None:
    here = tmp_path / "here"
    here.mkdir()

    def job() -> None:
        silent()
        with pytest.raises(S2kitError, match=r"cannot be written \(.*free the disk"):
            Run(network, image)(here)

    assert child(job, starved(room)) == 0
    assert not set(names(here)) & set(WHOLE)
    Run(network, image)(here)
    assert contents(here) == undisturbed[0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 16 MB; only root may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is for root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_fills_up_half_way_is_one_sentence_and_the_next_run_goes_on(
    small_disk: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    files, count = undisturbed
    here, rest = small_disk / "here", small_disk / "rest"
    here.mkdir()

    def fill(done: int) -> None:
        if done == count // 2:
            rest.write_bytes(bytes(shutil.disk_usage(small_disk).free))

    with pytest.raises(S2kitError, match=r"map.tif cannot be written \(.*free the disk"):
        Run(network, image)(here, fill)
    assert not set(names(here)) & set(WHOLE)
    rest.unlink()
    again = Run(network, image)
    again(here)
    assert again.windows == count - count // 2
    assert contents(here) == files


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path, network: UNet, image: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()

    def remove(done: int) -> None:
        shutil.rmtree(here)

    with pytest.raises(S2kitError, match=r"map.tif cannot be written \(.*another folder"):
        Run(network, image)(here, remove)
    assert not here.exists()


def test_an_image_that_is_replaced_is_one_sentence(
    tmp_path: Path, network: UNet, image: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    other = image.with_name("other.tif")
    shutil.copy(image, other)

    def replace(done: int) -> None:
        if done == 2:
            other.replace(image)

    with pytest.raises(S2kitError, match=r"image.tif was changed or replaced while it was read"):
        Run(network, image)(here, replace)
    assert not set(names(here)) & set(WHOLE)


def test_kills_one_after_the_other_still_end(
    tmp_path: Path, network: UNet, image: Path, undisturbed: tuple[dict[str, bytes], int]
) -> None:
    """Every run is killed a little later in its own steps; together they make the map."""
    here = tmp_path / "here"
    here.mkdir()
    steps = iter(np.random.default_rng(0).integers(8, 20, 200))
    while child(lambda: Run(network, image)(here), stop_at(int(next(steps)))):
        assert "map.tif" not in names(here)
        if kept(here) == undisturbed[1]:
            break
    wait(start(lambda: Run(network, image)(here)))
    assert contents(here) == undisturbed[0]
