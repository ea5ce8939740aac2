"""Searching a real STAC API (rustac) on loopback, well and badly behaved."""

import datetime as dt
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pystac
import pytest
import torch
from bad_server import BadServer, always, cut, drip, impatient, status
from click.testing import CliRunner
from sentinel_product import LEFT, SIDE, TOP, Product
from shapely import box

from s2kit.__main__ import cli
from s2kit.catalogue import web
from s2kit.catalogue.read import read_items
from s2kit.catalogue.search import find_scenes, items_for
from s2kit.catalogue.series import fetch_series
from s2kit.catalogue.stac import Catalogue, open_catalogue
from s2kit.errors import S2kitError
from s2kit.monitoring.scene_list import list_scenes
from s2kit.network.unet import UNet
from s2kit.network.weights import save_network
from s2kit.scenes.grid import Grid
from s2kit.scenes.raster import read_scene

AREA = (16.218, 51.008, 16.225, 51.013)  # inside the product, in degrees

COLLECTION = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "sentinel-2-l2a",
    "description": "test products",
    "license": "other",
    "links": [],
    "extent": {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2015-06-23T00:00:00Z", None]]},
    },
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BadServer]:
    """A STAC API and its files behind one misbehaving server."""
    rustac = shutil.which("rustac", path=str(Path(sys.executable).parent))
    if rustac is None:
        pytest.skip("needs rustac: pip install 'rustac[cli]'")
    folder = tmp_path_factory.mktemp("api")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    server = BadServer(folder, f"http://{bind}")
    items = [_for_api(item, server) for item in _products(folder)]
    collection, features = folder / "collection.json", folder / "items.json"
    collection.write_text(json.dumps(COLLECTION))
    features.write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    command = [rustac, "serve", "--addr", server.url, "--bind", bind, collection, features]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(bind)
            yield server
        finally:
            server.waiting.set()
            server.shutdown()
            server.server_close()
            process.terminate()


def _products(folder: Path) -> Iterator[pystac.Item]:
    product = Product(folder)
    yield product.add("S2A_33UWS_20230709_0_L2A", baseline="05.09")
    yield product.add("S2A_33UWS_20230709_1_L2A", baseline="05.10")
    yield product.add("S2A_33UWS_20230530_0_L2A", when="2023-05-30T10:00:00Z")
    cloudy = {"eo:cloud_cover": 80.0}
    yield product.add("S2A_33UWS_20230604_0_L2A", when="2023-06-04T10:00:00Z", properties=cloudy)


def _for_api(item: pystac.Item, server: BadServer) -> dict[str, object]:
    written = item.to_dict(include_self_link=False, transform_hrefs=False)
    for asset in written["assets"].values():
        asset["href"] = f"{server.url}/files/{Path(asset['href']).relative_to(server.folder)}"
    return written | {"links": [], "collection": "sentinel-2-l2a"}


def _wait_for(bind: str) -> None:
    host, port = bind.split(":")
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.02)  # the server's start-up has no other sign
    raise RuntimeError("rustac did not start")


@pytest.fixture
def source(api: BadServer, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    api.reset()
    monkeypatch.setattr(web, "PATIENCE", impatient(lambda seconds: None))
    return open_catalogue(api.url)


def test_candidates_are_a_table(source: Catalogue) -> None:
    table = find_scenes(source, AREA, "2023-05-01/2023-07-31", max_cloud=20)
    assert list(table.index) == ["S2A_33UWS_20230530_0_L2A", "S2A_33UWS_20230709_1_L2A"]
    newest = table.loc["S2A_33UWS_20230709_1_L2A"]
    assert (newest["baseline"], newest["versions"]) == ("05.10", 2)
    assert (newest["tile"], newest["cloud"], newest["covers"]) == ("33UWS", 3.5, 100.0)


def test_an_empty_search_is_an_empty_table(source: Catalogue) -> None:
    table = find_scenes(source, AREA, "2019-01-01")
    assert table.empty
    assert "cloud" in table.columns


def test_bounds_may_be_in_metres(source: Catalogue) -> None:
    square = (LEFT + 100, TOP - 500, LEFT + 500, TOP - 100)
    assert len(find_scenes(source, square, "2023-07-09", epsg=32633)) == 1


def test_from_search_to_pixels(source: Catalogue, api: BadServer, grid: Grid) -> None:
    (item,) = items_for(source, grid, dt.date(2023, 7, 9))
    assert item.id == "S2A_33UWS_20230709_1_L2A"
    scene = read_items([item], grid, area="strzegom")
    assert np.isfinite(scene).all()
    assert scene.attrs["item_offsets"] == {item.id: 1000}


@pytest.mark.parametrize("fault", [status(429, Retry_After="1"), status(503), cut, drip])
def test_a_passing_fault_of_the_api_is_borne(source: Catalogue, api: BadServer, fault) -> None:
    api.misbehave("/search", fault)
    assert len(find_scenes(source, AREA, "2023-07-09")) == 1
    assert not api.faults


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (status(500), "failed 4 times, at last with: HTTP 500"),
        (status(400), "answers HTTP 400 Bad Request; check the address"),
        (status(401), "refuses access"),
        (cut, "failed 4 times"),
        (lambda h: h.answer(200, {}, b"<html>busy</html>") or True, "failed 4 times"),
        (lambda h: h.answer(200, {}, b'{"type": "Elephant"}') or True, "as a STAC API"),
        (lambda h: h.answer(200, {}, b"[]") or True, "as a STAC API"),
    ],
)
def test_a_lasting_fault_of_the_api_is_one_clear_error(
    source: Catalogue, api: BadServer, fault, message: str
) -> None:
    api.misbehave("/", always(fault))
    with pytest.raises(S2kitError, match=message):
        find_scenes(source, AREA, "2023-07-09")


def test_an_item_that_is_not_there_is_named(source: Catalogue) -> None:
    with pytest.raises(S2kitError, match="has no item S2A_NOWHERE; look it up with"):
        source.item("S2A_NOWHERE")


def test_too_many_items_are_not_a_short_list(
    source: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s2kit.catalogue.stac_api.MOST", 2)
    with pytest.raises(S2kitError, match="more than 2 items meet the search; ask for fewer days"):
        find_scenes(source, AREA, "2023-01-01/2023-12-31")


def test_the_commands_search_and_fetch(source: Catalogue, api: BadServer, tmp_path: Path) -> None:
    bounds = ["--bounds", *map(str, AREA)]
    run = CliRunner().invoke
    found = run(cli, ["scene", "search", *bounds, "--dates", "2023-07-09", "--catalogue", api.url])
    assert found.exit_code == 0, found.output
    assert "S2A_33UWS_20230709_1_L2A 2023-07-09 33UWS    3.5   100.0    05.10" in found.output
    out = tmp_path / "mine.tif"
    item = "S2A_33UWS_20230709_1_L2A"
    done = run(cli, ["scene", "fetch", item, *bounds, "--catalogue", api.url, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert f"{item}: offset 1000; baseline 05.10 says 1000" in done.output
    scene = read_scene(out)  # as `classify` reads it
    pixels = scene[0].size
    assert f"0 of {pixels} pixels (0.0 %) are cloud or cloud shadow and" in done.output
    assert scene.attrs["attribution"] == "contains modified Copernicus Sentinel data 2023"
    assert np.isfinite(scene).all()


def test_a_whole_tile_is_fetched(source: Catalogue, api: BadServer, tmp_path: Path) -> None:
    out = tmp_path / "tile.tif"
    item = "S2A_33UWS_20230530_0_L2A"
    arguments = ["scene", "fetch", item, "--whole-tile", "--catalogue", api.url, "--out", str(out)]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    scene = read_scene(out)
    assert scene.shape == (10, SIDE, SIDE)
    assert scene.rio.bounds() == (LEFT, TOP - SIDE * 10, LEFT + SIDE * 10, TOP)


def test_wrong_usage_ends_with_2() -> None:
    run = CliRunner().invoke
    assert run(cli, ["scene"]).exit_code == 2
    assert run(cli, ["scene", "search", "--dates", "2023-07-09"]).exit_code == 2
    both = ["--whole-tile", "--area", "strzegom", "--out", "x.tif"]
    assert run(cli, ["scene", "fetch", "X", *both]).exit_code == 2


@pytest.mark.parametrize(
    ("dates", "message"),
    [("09.07.2023", "is no date; write 2023-07-09"), ("2023-08-01/2023-07-01", "ends before")],
)
def test_dates_are_checked(source: Catalogue, dates: str, message: str) -> None:
    with pytest.raises(S2kitError, match=message):
        find_scenes(source, AREA, dates)


def test_a_year_is_fetched_and_monitored(source: Catalogue, api: BadServer, tmp_path: Path) -> None:
    run, out = CliRunner().invoke, tmp_path / "scenes"
    arguments = [
        "scene", "series", "--bounds", *map(str, AREA), "--catalogue", api.url,
        "--dates", "2023-01-01/2023-12-31", "--out", str(out),
    ]  # fmt: skip
    done = run(cli, arguments)
    assert done.exit_code == 0, done.output
    assert "2023-05-30: 100 % clear, S2A_33UWS_20230530_0_L2A.tif" in done.output
    assert "2 scenes in" in done.output  # the day of 80 % cloud was not looked at
    first, second = (path.stat().st_mtime_ns for path in sorted(out.glob("*.tif")))

    more = run(cli, [*arguments, "--max-cloud", "90"])  # only the new day is read
    assert more.exit_code == 0, more.output
    assert "3 scenes in" in more.output
    assert "2023-05-30:" not in more.output
    kept = {path.name: path.stat().st_mtime_ns for path in out.glob("*.tif")}
    assert first == kept["S2A_33UWS_20230530_0_L2A.tif"]
    assert second == kept["S2A_33UWS_20230709_1_L2A.tif"]

    dates = [str(scene.date) for scene in list_scenes([out])]  # one grid, or it would refuse
    assert dates == ["2023-05-30", "2023-06-04", "2023-07-09"]

    moved = [*arguments[:3], *map(str, (16.219, *AREA[1:])), *arguments[7:]]
    other = run(cli, moved)
    assert other.exit_code == 1
    assert "holds scenes of another area; name another folder" in str(other.exception)


def test_one_command_goes_from_the_catalogue_to_parcels(
    source: Catalogue, api: BadServer, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    save_network(tmp_path / "w.safetensors", UNet(width=2, depth=1, scaling="both"), recipe="none")
    fields = gpd.GeoDataFrame(geometry=[box(*AREA)], crs=4326)
    fields.to_file(tmp_path / "fields.gpkg")
    out = tmp_path / "year"
    arguments = [
        "monitor", "--dates", "2023-01-01/2023-12-31", "--parcels", str(tmp_path / "fields.gpkg"),
        "--catalogue", api.url, "--weights", str(tmp_path / "w.safetensors"), "--no-turns",
        "--out", str(out),
    ]  # fmt: skip
    api.misbehave("/files/S2A_33UWS_20230530_0_L2A/B04.tif", always(status(404)))
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    assert "warning: 2023-05-30 could not be read and is a gap" in done.stderr
    assert pd.read_csv(out / "areas.csv").date.tolist() == ["2023-07-09"]
    assert len(gpd.read_file(out / "parcels.gpkg")) == 1
    api.reset()
    again = CliRunner().invoke(cli, arguments)
    assert again.exit_code == 0, again.output
    assert "1 of 2 scenes are done already" in again.stdout
    assert pd.read_csv(out / "areas.csv").date.tolist() == ["2023-05-30", "2023-07-09"]
    arguments[2] = "2023-06-01/2023-12-31"  # a shorter period uses what it asks for
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert pd.read_csv(out / "areas.csv").date.tolist() == ["2023-07-09"]


def test_a_day_that_cannot_be_read_stops_no_other(
    source: Catalogue, api: BadServer, tmp_path: Path
) -> None:
    api.misbehave("/files/S2A_33UWS_20230530_0_L2A/B04.tif", always(status(404)))
    days, failed = fetch_series(source, AREA, 4326, "2023-05-01/2023-07-31", tmp_path)
    assert [day.date for day in days] == ["2023-07-09"]
    assert list(failed) == ["2023-05-30"]
    assert "404" in failed["2023-05-30"]
    api.reset()
    days, failed = fetch_series(source, AREA, 4326, "2023-05-01/2023-07-31", tmp_path)
    assert ([day.date for day in days], failed) == (["2023-05-30", "2023-07-09"], {})


def test_a_day_on_which_the_area_is_not_clear_is_left_out(
    source: Catalogue, tmp_path: Path
) -> None:
    said: list[str] = []
    dates, limits = "2023-07-09", {"max_cloud": 60.0, "min_clear": 100.1}
    days, _ = fetch_series(source, AREA, 4326, dates, tmp_path, **limits, say=said.append)
    assert [(day.clear, day.file) for day in days] == [(100.0, "")]
    assert said == ["2023-07-09: 100 % clear, left out"]
    assert not list(tmp_path.glob("*.tif"))
    fetch_series(source, AREA, 4326, dates, tmp_path, **limits, say=said.append)
    assert len(said) == 1  # it is known
