"""What writes is killed, interrupted, run in parallel and starved of disk: nothing is lost."""

import datetime as dt
import hashlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pystac
import pytest
import rasterio
import torch
import xarray as xr
from crashing import SOME, child, every_end, names, say_to, silent, start, starved, wait
from rasterio.crs import CRS
from rasterio.transform import from_origin
from shapely import box
from small_scenes import small

from s2kit import __main__ as program
from s2kit.catalogue.read import ReadOptions
from s2kit.catalogue.save import Saved
from s2kit.catalogue.stac import Catalogue
from s2kit.errors import S2kitError
from s2kit.experiments.table import add_run, read_curves, read_runs
from s2kit.maps.files import map_files
from s2kit.network.recipes import Recipe
from s2kit.network.training import train
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network, save_network
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.manifest import ArchiveFile
from s2kit.simulator.make import are_made, make_landscapes
from s2kit.sources.archive import Archive
from s2kit.sources.lock import read_lock, write_lock
from s2kit.widgets.digitiser.drawing import Shape
from s2kit.widgets.digitiser.geopackage import new_layer, open_layer, save_layer

TINY = Recipe("tiny", width=2, depth=1, crop=8, batch=2, epochs=2, steps=2)
INTERRUPTED = 130


def fields(seed: int) -> tuple[xr.DataArray, xr.DataArray]:
    values = np.random.default_rng(seed).normal(0.2, 0.02, (10, 16, 16)).astype("float32")
    scene = xr.DataArray(values, dims=("band", "y", "x"), name=f"fields_{seed}")
    mask = xr.full_like(scene[0], 5, dtype="uint8")
    mask[:, :8] = 9
    return scene, mask


def train_into(folder: Path) -> None:
    trained = train(TINY, {"a": fields(1)}, fields(2), 3, folder / "runs")
    save_network(folder / "tiny.safetensors", trained.network)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a training that nobody disturbed."""
    folder = tmp_path_factory.mktemp("reference")
    train_into(folder)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


def test_a_killed_training_goes_on_and_ends_with_the_same_bits(
    tmp_path: Path, reference: dict[str, bytes]
) -> None:
    for here, _ in every_end(tmp_path, lambda folder: None, train_into, points=SOME):
        for name in {*reference} & {*names(here)}:
            load = load_network if name == "tiny.safetensors" else Path.read_bytes
            load(here / name)
        train_into(here)
        assert contents(here) == reference


def test_parallel_trainings_of_one_run_all_end_right(
    tmp_path: Path, reference: dict[str, bytes]
) -> None:
    running = [start(lambda: train_into(tmp_path)) for _ in range(3)]
    assert [wait(pid) for pid in running] == [0] * 3
    assert contents(tmp_path) == reference


@pytest.mark.parametrize("room", [100, 3000])
def test_a_training_on_a_full_disk_leaves_nothing(tmp_path: Path, room: int) -> None:
    def job() -> None:
        with pytest.raises(S2kitError, match=r"safetensors cannot be written \(.*free the disk"):
            train_into(tmp_path)

    assert child(job, starved(room)) == 0
    assert names(tmp_path) == []


def run_rows(number: int) -> tuple[list[dict[str, object]], pd.DataFrame]:
    index = pd.RangeIndex(1, 3, name="epoch")
    return [{"seed": number, "pixel_OA": 90.0}], pd.DataFrame({"loss": [0.5, 0.4]}, index=index)


def add(number: int, folder: Path) -> None:
    add_run(f"run {number}", *run_rows(number), folder)


def test_tables_after_a_kill(tmp_path: Path) -> None:
    for here, _ in every_end(tmp_path, lambda f: add(1, f), lambda f: add(2, f), points=SOME):
        runs, curves = set(read_runs(here)["run"]), set(read_curves(here)["run"])
        assert {"run 1"} <= runs <= curves <= {"run 1", "run 2"}
        add(2, here)
        assert read_runs(here)["run"].to_list() == ["run 1", "run 2"]
        assert len(read_curves(here)) == 4
        assert names(here) == ["curves.csv", "runs.csv"]


def test_parallel_searches_add_to_one_table(tmp_path: Path) -> None:
    running = [start(lambda n=n: add(n, tmp_path)) for n in range(6)]
    assert [wait(pid) for pid in running] == [0] * 6
    assert sorted(read_runs(tmp_path)["run"]) == [f"run {n}" for n in range(6)]
    assert len(read_curves(tmp_path)) == 12
    assert names(tmp_path) == ["curves.csv", "runs.csv"]


def lock(number: int, path: Path) -> None:
    item = pystac.Item(
        "item", None, None, dt.datetime(2023, 7, 9), {"s2:processing_baseline": "05.09"}
    )
    saved = Saved(path, {"item": 0}, {"item": "flag"}, 1, 0, 0, dict.fromkeys(BAND_NAMES, "0" * 64))
    catalogue = Catalogue("https://example.org", "sentinel-2-l2a")
    write_lock(path, f"scene {number}", catalogue, [item], ReadOptions(), saved)


def test_parallel_processes_add_to_one_lock_file(tmp_path: Path) -> None:
    path = tmp_path / "scenes.lock.json"
    running = [start(lambda n=n: lock(n, path)) for n in range(6)]
    assert [wait(pid) for pid in running] == [0] * 6
    assert all(read_lock(path, f"scene {n}") for n in range(6))
    assert names(tmp_path) == [path.name]


def test_a_lock_file_after_a_kill(tmp_path: Path) -> None:
    name = "scenes.lock.json"
    for here, _ in every_end(tmp_path, lambda f: lock(1, f / name), lambda f: lock(2, f / name)):
        assert read_lock(here / name, "scene 1")
        lock(2, here / name)
        assert read_lock(here / name, "scene 2")
        assert names(here) == [name]


UTM = CRS.from_epsg(32633)
FIELD = box(500_000, 5_600_000, 500_050, 5_600_050)


def draw(folder: Path, count: int) -> None:
    path = folder / "mine.gpkg"
    file = open_layer(path, UTM)[0] if path.exists() else new_layer(path, UTM)
    save_layer(file, {k: Shape(4, FIELD) for k in range(1, count + 1)})


def test_a_drawing_after_a_kill(tmp_path: Path) -> None:
    for here, _ in every_end(tmp_path, lambda f: draw(f, 1), lambda f: draw(f, 2), points=SOME):
        assert len(open_layer(here / "mine.gpkg", UTM)[1]) in (1, 2)
        draw(here, 3)
        assert len(open_layer(here / "mine.gpkg", UTM)[1]) == 3
        assert names(here) == ["mine.gpkg", "mine.qml"]


def test_a_drawing_on_a_full_disk_keeps_the_old_one(tmp_path: Path) -> None:
    draw(tmp_path, 1)
    before = contents(tmp_path)
    size = len(before["mine.gpkg"])

    def job() -> None:
        silent()
        with pytest.raises(S2kitError, match=r"mine.gpkg cannot be written \("):
            draw(tmp_path, 2000)

    for room in (1000, size // 2, size, size + 4096, size + 30_000):
        assert child(job, starved(room)) == 0, room
        assert contents(tmp_path) == before


def test_landscapes_after_a_kill(tmp_path: Path) -> None:
    scenes = [small("strzegom_20230709", 48, 48)]
    made = make_landscapes(tmp_path / "made" / "sim", 5, scenes).parent
    folder = "sim"
    ends = []
    for here, _ in every_end(
        tmp_path,
        lambda f: shutil.copytree(made, f / folder),
        lambda f: make_landscapes(f / folder, 6, scenes),
        points=(1, 11, 12, 13, 20),
    ):
        ends.append([n for n in (5, 6) if are_made(here / folder, n, scenes)])
        assert ends[-1] or not (here / folder).exists()
        make_landscapes(here / folder, 6 if ends[-1] == [6] else 5, scenes)
        assert sorted(p.name for p in here.iterdir()) == [".sim.lock", "sim"]
    assert [5] in ends
    assert [6] in ends


def test_parallel_processes_make_the_landscapes_once(tmp_path: Path) -> None:
    scenes = [small("strzegom_20230709", 48, 48)]

    def job() -> None:
        make_landscapes(tmp_path / "sim", 5, scenes)

    running = [start(job) for _ in range(3)]
    assert [wait(pid) for pid in running] == [0] * 3
    assert are_made(tmp_path / "sim", 5, scenes)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".sim.lock", "sim"]


def test_landscapes_on_a_full_disk_are_one_sentence_and_no_file(tmp_path: Path) -> None:
    def job() -> None:
        silent()
        with pytest.raises(S2kitError, match=r"cannot be written to .*free the disk.*S2KIT_HOME"):
            make_landscapes(tmp_path / "sim", 5, [small("strzegom_20230709", 48, 48)])

    for room in (500, 4000):
        assert child(job, starved(room)) == 0
        assert names(tmp_path) == [".sim.lock"]


CONTENT = bytes(range(256)) * 400
COMMIT = "c0ffee" + "0" * 34
BLOB = hashlib.sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest()
FILE = ArchiveFile(COMMIT, "img/scene.tif", len(CONTENT), BLOB)


@pytest.fixture
def slow_server() -> Iterator[tuple[str, Callable[[int], None]]]:
    """An archive that sends the second half only when so many clients have had the first."""
    together = [threading.Barrier(1)]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers["Range"]
            begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(CONTENT) - begin))
            if asked:
                end = len(CONTENT)
                self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{end}")
            self.end_headers()
            half = max(begin, len(CONTENT) // 2)
            self.wfile.write(CONTENT[begin:half])
            together[0].wait(30)
            self.wfile.write(CONTENT[half:])

        def log_message(self, *_: object) -> None:
            pass

    def meet(count: int) -> None:
        together[0] = threading.Barrier(count)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", meet
        server.shutdown()


def test_a_download_after_a_kill(
    tmp_path: Path, slow_server: tuple[str, Callable[[int], None]]
) -> None:
    address, _ = slow_server
    for here, _ in every_end(
        tmp_path, lambda folder: None, lambda folder: Archive(folder, address=address).fetch(FILE)
    ):
        path = here / COMMIT / FILE.path
        assert not path.exists() or path.read_bytes() == CONTENT
        assert Archive(here, address=address).fetch(FILE).read_bytes() == CONTENT
        assert [n for n in names(here) if not n.endswith(".lock")] == [f"{COMMIT}/{FILE.path}"]


def test_parallel_downloads_from_a_slow_server_all_end_right(
    tmp_path: Path, slow_server: tuple[str, Callable[[int], None]]
) -> None:
    address, meet = slow_server
    meet(4)
    archive = Archive(tmp_path, address=address)
    running = [start(lambda: archive.fetch(FILE)) for _ in range(4)]
    assert [wait(pid) for pid in running] == [0] * 4
    assert contents(tmp_path) == {f"{COMMIT}/{FILE.path}": CONTENT}


@pytest.fixture
def image(tmp_path: Path, landscape: Callable[..., np.ndarray]) -> Path:
    path = tmp_path / "image.tif"
    values = np.round(landscape(40, 40) * 10_000 + 1000).astype("uint16")
    with rasterio.open(
        path, "w", driver="GTiff", height=40, width=40, count=10, dtype="uint16", crs=UTM,
        transform=from_origin(500_000, 5_600_000, 10, 10),
    ) as file:  # fmt: skip
        file.write(values)
        file.descriptions = BAND_NAMES
    return path


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_ends_with_one_line_and_leaves_nothing(
    tmp_path: Path, image: Path, how: int
) -> None:
    weights, said = tmp_path / "tiny.safetensors", tmp_path / "said.txt"
    torch.manual_seed(0)
    save_network(weights, UNet(width=2, depth=2, scaling="both"))

    def classify(folder: Path) -> None:
        out = ["--out", str(folder / "map.tif"), "--confidence", str(folder / "sure.tif")]
        sys.argv = ["s2kit", "classify", str(image), "--weights", str(weights), "--no-turns", *out]
        say_to(said)
        program.main()

    files = [*map_files(Path("map.tif")), Path("sure.qml"), Path("sure.tif")]
    whole = sorted(path.name for path in files)
    points = SOME if how == signal.SIGINT else (2, 16)
    ends = set()
    for here, status in every_end(tmp_path, lambda folder: None, classify, how, points):
        assert names(here) in ([], whole)
        if status:
            assert os.waitstatus_to_exitcode(status) == INTERRUPTED
            assert said.read_text().split() == ["interrupted"]
        ends.add((status != 0, len(names(here))))
    assert {(True, 0)} <= ends <= {(True, 0), (True, 5), (False, 5)}


def test_an_interrupted_course_ends_its_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notebooks").mkdir()
    ready, said = tmp_path / "ready", tmp_path / "said.txt"
    os.mkfifo(ready)
    code = f"import os, time\nopen({str(ready)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(book, tmp_path / "notebooks" / "01_long.ipynb")

    class Source:
        def fetch(self) -> None:
            pass

    monkeypatch.setattr("s2kit.commands.course.project_root", lambda: tmp_path)
    monkeypatch.setattr("s2kit.commands.course.course_source", Source)

    def course() -> None:
        sys.argv = ["s2kit", "course", "--out", str(tmp_path / "out")]
        say_to(said)
        program.main()

    for how in (signal.SIGINT, signal.SIGTERM):
        running = start(course)
        kernel = int(ready.read_text())
        os.kill(running, how)
        assert os.waitstatus_to_exitcode(wait(running)) == INTERRUPTED
        assert said.read_text().split() == ["interrupted"]
        with pytest.raises(ProcessLookupError):
            os.kill(kernel, 0)
        assert names(tmp_path / "out") == []
