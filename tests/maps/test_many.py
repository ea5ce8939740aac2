"""Many scenes: on this machine, on workers of which one is killed, again after a fault."""

import csv
import os
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from distributed import LocalCluster
from scene_files import write

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.maps.layout import bytes_per_pixel
from s2kit.maps.ledger import file_sha256, opened_ledger
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network, save_network

SCENES = ("april", "may", "june", "july")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_network(tmp_path / "w.safetensors", UNet(width=8, depth=1, scaling="both"), recipe="none")
    return tmp_path / "w.safetensors"


@pytest.fixture
def given(tmp_path: Path, landscape: Callable[..., np.ndarray]) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    for number, name in enumerate(SCENES):
        values = np.round(landscape(330, 300 + 10 * number) * 10_000 + 1000).astype("uint16")
        write(folder / f"{name}.tif", values)
    return folder


def classify(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["classify", *map(str, arguments)])


def maps(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "ledger.csv"}


def ledger(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "ledger.csv").open() as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def test_a_folder_is_mapped_and_again_only_what_is_missing(
    tmp_path: Path, given: Path, weights: Path
) -> None:
    out = tmp_path / "maps"
    options = ("--weights", weights, "--no-turns", "--out", out, "--areas", tmp_path / "areas")
    result = classify(given, *options)
    assert result.exit_code == 0, result.output
    first = maps(out)
    assert sorted(each for each in first if each.endswith(".tif")) == [
        f"{name}.tif" for name in sorted(SCENES)
    ]
    assert {p.stem for p in (tmp_path / "areas").iterdir()} == set(SCENES)
    told = ledger(out)
    assert {row["state"] for row in told.values()} == {"done"}
    assert told["may"]["map_sha256"] == file_sha256(out / "may.tif")
    single = classify(given / "may.tif", "--weights", weights, "--no-turns", "--out",
                      tmp_path / "one" / "may.tif")  # fmt: skip
    assert single.exit_code == 0
    assert (tmp_path / "one" / "may.tif").read_bytes() == first["may.tif"]

    assert "4 of 4 scenes are done already" in classify(given, *options).stdout
    (out / "may.tif").write_bytes(b"spoilt")
    (tmp_path / "areas" / "june.csv").unlink()
    again = classify(given, *options)
    assert "2 of 4 scenes are done already" in again.stdout
    assert "2 of 2: " in again.stdout
    assert maps(out) == first
    os.utime(given / "april.tif", ns=(1, 1))
    assert "3 of 4 scenes are done already" in classify(given, *options).stdout
    other = classify(given, *options, "--turns")
    assert "done already" not in other.stdout


def test_a_scene_that_cannot_be_read_is_told_at_the_end_and_stops_no_other(
    tmp_path: Path, given: Path, weights: Path
) -> None:
    whole = (given / "may.tif").read_bytes()
    (given / "may.tif").write_bytes(whole[: len(whole) // 2])
    listed = tmp_path / "scenes.csv"
    listed.write_text(
        "image,name,offset\ngiven/april.tif,,1000\ngiven/may.tif,broken,\n"
        "given/none.tif,,\ngiven/june.tif,June 2024,\n"
    )
    out = tmp_path / "maps"
    options = ("--weights", weights, "--no-turns", "--out", out)
    result = classify(listed, *options)
    assert isinstance(result.exception, S2kitError)
    assert "2 of 4 scenes could not be mapped" in str(result.exception)
    assert "broken has no map: " in result.stderr
    assert "none has no map: " in result.stderr
    assert {p.name for p in out.glob("*.tif")} == {"april.tif", "June 2024.tif"}
    rows = ledger(out)
    assert rows["broken"]["state"] == "failed"
    assert "may.tif is damaged or incomplete" in rows["broken"]["reason"]
    (given / "may.tif").write_bytes(whole)
    (given / "none.tif").write_bytes(whole)
    mended = classify(listed, *options)
    assert mended.exit_code == 0, mended.output
    assert "2 of 4 scenes are done already" in mended.stdout
    assert ledger(out)["broken"]["reason"] == ""


WORKER = """
import os, signal
from s2kit.maps import many, work

many.window_memory = lambda runs: {memory}
def save_and_die(self, number, layers, save=work.Work.save):
    save(self, number, layers)
    if len(self.done) == 2:
        try:
            os.close(os.open({mark!r}, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

work.Work.save = save_and_die
"""
"""Loaded by each worker: it cuts scenes into many windows, and one is killed after two of them."""


def test_a_worker_that_is_killed_loses_nothing_and_the_bytes_are_those_of_one_machine(
    tmp_path: Path, given: Path, weights: Path
) -> None:
    options = ("--weights", weights, "--no-turns")
    assert classify(given, *options, "--out", tmp_path / "alone").exit_code == 0
    memory = 26_000 * bytes_per_pixel(load_network(weights), False)
    mark = tmp_path / "killed"
    (tmp_path / "worker.py").write_text(WORKER.format(memory=memory, mark=str(mark)))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0",
        preload=[str(tmp_path / "worker.py")],
    ) as cluster:  # fmt: skip
        address = cluster.scheduler_address
        out = tmp_path / "maps"
        result = classify(given, *options, "--out", out, "--cluster", address)
        assert result.exit_code == 0, result.output
        assert mark.exists()
        assert "going on with an interrupted run: 2 of " in result.stdout
        assert maps(out) == maps(tmp_path / "alone")
        assert {row["state"] for row in ledger(out).values()} == {"done"}
        again = classify(given, *options, "--out", out, "--cluster", address)
        assert "4 of 4 scenes are done already" in again.stdout


def test_workers_of_this_machine_tell_of_a_scene_that_cannot_be_read(
    tmp_path: Path, given: Path, weights: Path
) -> None:
    (tmp_path / "list.txt").write_text("# two\ngiven/may.tif\ngiven/none.tif\n")
    result = classify(
        tmp_path / "list.txt", "--weights", weights, "--no-turns", "--workers", 2,
        "--out", tmp_path / "maps",
    )  # fmt: skip
    assert "1 of 2 scenes could not be mapped" in str(result.exception)
    assert "none has no map: " in result.stderr
    assert (tmp_path / "maps" / "may.tif").exists()


def test_a_cluster_that_is_not_there_is_one_sentence(
    tmp_path: Path, given: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s2kit.maps.cluster.PATIENCE", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        for where in (address, "nonsense://here"):
            result = classify(given, "--weights", weights, "--out", tmp_path / "maps",
                              "--cluster", where)  # fmt: skip
            assert isinstance(result.exception, S2kitError)
            assert f"no cluster with a worker answers at {where}" in str(result.exception)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("image\n", "names no scene"),
        ("image\na/x.tif\nb/x.tif\n", "names two scenes x; tell them apart"),
        ("image,name\nx.tif,../x\n", "'../x' cannot name a file"),
        ("image,offset\nx.tif,5\n", "row 2: the offset is '5'; give 0 or 1000"),
        ("image,name\n,x\n", "row 2 has no image"),
        ("image,date\nx.tif,1\n", "column 'date' is not known"),
        ("image\nmaps/x.tif\n", "would overwrite an input"),
    ],
)
def test_a_list_that_makes_no_sense_is_one_sentence(
    tmp_path: Path, weights: Path, lines: str, says: str
) -> None:
    (tmp_path / "scenes.csv").write_text(lines)
    result = classify(tmp_path / "scenes.csv", "--weights", weights, "--out", tmp_path / "maps")
    assert isinstance(result.exception, S2kitError)
    assert says in str(result.exception)
    assert not (tmp_path / "maps").exists()


def test_what_belongs_to_a_list_or_to_one_scene_is_said(
    tmp_path: Path, given: Path, weights: Path
) -> None:
    out = tmp_path / "maps"
    (tmp_path / "file.tif").write_text("")
    may = given / "may.tif"
    for arguments, says in (
        ((may, "--out", out / "m.tif", "--workers", 2), "name a CSV, a text file or a folder"),
        ((given, "--out", tmp_path / "file.tif"), "of a list all outputs are folders"),
        ((given, "--out", out, "--confidence", out), "go to different folders"),
    ):
        error = classify(*arguments, "--weights", weights).exception
        assert isinstance(error, S2kitError)
        assert says in str(error)
    assert classify(given, "--out", out, "--workers", 2, "--cluster", "tcp://a:1").exit_code == 2


def test_of_two_runs_into_one_folder_the_second_is_refused(
    tmp_path: Path, given: Path, weights: Path
) -> None:
    out = tmp_path / "maps"
    with opened_ledger(out):
        error = classify(given, "--out", out, "--weights", weights).exception
    assert "another run maps scenes into" in str(error)
