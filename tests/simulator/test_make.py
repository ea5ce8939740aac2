"""The folder of simulated scenes: products, benchmarks, truth; whole or not there at all."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pystac
import pytest
import rasterio
from rasterio.features import rasterize
from small_scenes import small, some_scenes

from s2kit.catalogue.read import read_items
from s2kit.catalogue.search import items_for
from s2kit.catalogue.stac import open_catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BANDS
from s2kit.scenes.grid import grid_of
from s2kit.simulator import (
    ATTRIBUTION,
    make,
    make_landscapes,
    mask_path,
    polygons_path,
    truth_path,
)
from s2kit.simulator.faults import FAULTY
from s2kit.simulator.make import truth
from s2kit.simulator.products import KEYS, baseline_of


def items(folder: Path) -> dict[str, pystac.Item]:
    found = pystac.Catalog.from_file(str(folder / "catalog.json")).get_items(recursive=True)
    return {item.properties["s2kit:scene"]: item for item in found}


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read(path: Path | str) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def test_every_product_has_the_bands_on_their_own_grids(landscapes: Path) -> None:
    for record in some_scenes():
        item = items(landscapes)[record.name]
        assert set(item.assets) == {*KEYS, "scl"}
        for band, key in zip(BANDS, KEYS, strict=True):
            with rasterio.open(item.assets[key].get_absolute_href()) as file:
                assert file.dtypes == ("uint16",)
                assert (file.nodata, file.res) == (0, (band.resolution,) * 2)
                assert file.crs.to_epsg() == record.epsg
                assert all(edge % 20 == 0 for edge in file.bounds)
                assert file.bounds.left < record.bounds[0]
                assert file.bounds.top > record.bounds[3]
                assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
                fields = item.assets[key].extra_fields
                assert list(file.transform)[:6] == fields["proj:transform"]
                assert list(file.shape) == fields["proj:shape"]
                assert file.read(1).min() > 0


def test_items_speak_earth_search(landscapes: Path) -> None:
    item = items(landscapes)["strzegom_20230709"]

    assert item.properties["s2:processing_baseline"] == "05.09"
    assert item.properties["earthsearch:boa_offset_applied"] is False
    assert item.properties["grid:code"] == "MGRS-33UWS"
    assert item.properties["proj:code"] == "EPSG:32633"
    assert item.assets["red"].extra_fields["raster:bands"][0]["offset"] == -0.1
    assert ATTRIBUTION in item.properties["title"]
    assert item.collection_id == "sentinel-2-l2a"


def test_the_offset_follows_the_processing_baseline(landscapes: Path) -> None:
    for record in some_scenes():
        item = items(landscapes)[record.name]
        carries = item.properties["s2:processing_baseline"] >= "04.00"
        assert carries == (baseline_of(record.date) >= "04.00") == (record.offset == 1000)
        dark = np.percentile(read(item.assets["red"].get_absolute_href()), 1)
        assert (dark > 1000) == carries


def test_the_catalogues_own_reader_reads_it_onto_the_exact_grid(landscapes: Path) -> None:
    source = open_catalogue(landscapes)
    for record in some_scenes():
        grid = grid_of(record)
        scene = read_items(
            items_for(source, grid, record.date, record.tile), grid, record.area, source="simulated"
        )
        assert scene.shape == (10, record.height, record.width)
        assert tuple(scene.rio.bounds()) == record.bounds
        assert np.isfinite(scene.to_numpy()).all()
        assert scene.attrs["attribution"] == ATTRIBUTION


def test_the_catalogue_can_be_moved(landscapes: Path) -> None:
    for path in landscapes.rglob("*.json"):
        assert str(landscapes) not in path.read_text("utf-8")


def test_polygons_lie_well_inside_things(landscapes: Path) -> None:
    for record in (each for each in some_scenes() if each.name != FAULTY):
        polygons = gpd.read_file(polygons_path(record.name, landscapes))
        mask, full = (read(p(record.name, landscapes)) for p in (mask_path, truth_path))

        assert polygons.crs.to_epsg() == record.epsg
        assert polygons.is_valid.all()
        assert polygons["label"].between(1, 10).all()
        transform = grid_of(record).transform
        shapes = zip(polygons.geometry, polygons["label"], strict=True)
        drawn = rasterize(shapes, full.shape, transform=transform, dtype=np.uint8)
        assert (mask == drawn).all()
        assert (mask == full)[mask > 0].mean() > 0.93
        assert (full > 0).all()


def test_grassland_stays_unlabelled_at_strzegom(landscapes: Path) -> None:
    name = "strzegom_20230709"

    assert 6 in read(truth_path(name, landscapes))
    assert 6 not in read(mask_path(name, landscapes))


def test_only_fields_change_from_date_to_date(landscapes: Path) -> None:
    june, july = (
        read(truth_path(name, landscapes)) for name in ("strzegom_20210619", "strzegom_20230709")
    )
    field = np.isin(june, (4, 5, 9))

    # Where a field and something else share a pixel half and half, the date decides the tie.
    assert (june == july)[~field].mean() > 0.98
    assert (june != july)[field].mean() > 0.1


def test_the_narrower_thing_wins_a_tie() -> None:
    codes = np.array([[9, 7, 9, 9], [9, 7, 9, 4]], np.uint8)

    assert truth(codes).tolist() == [[7, 9]]


def test_same_seed_same_bytes(landscapes: Path, tmp_path: Path) -> None:
    make_landscapes(tmp_path / "again", 5, some_scenes())
    make_landscapes(tmp_path / "other", 6, some_scenes())

    again, other = contents(tmp_path / "again"), contents(tmp_path / "other")
    assert again == contents(landscapes)
    assert again.keys() == other.keys()
    assert again["truth/strzegom_20230709.tif"] != other["truth/strzegom_20230709.tif"]


def test_what_is_there_already_is_not_made_again(tmp_path: Path) -> None:
    scenes = [small("kolbuszowa_20210725", 60, 60)]
    written = make_landscapes(tmp_path / "s", 1, scenes).stat().st_mtime_ns

    assert make_landscapes(tmp_path / "s", 1, scenes).stat().st_mtime_ns == written
    assert make_landscapes(tmp_path / "s", 2, scenes).stat().st_mtime_ns != written


def test_a_changed_simulator_makes_its_scenes_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes = [small("kolbuszowa_20210725", 60, 60)]
    written = make_landscapes(tmp_path / "s", 1, scenes).stat().st_mtime_ns

    monkeypatch.setattr(make, "version", lambda records: "another")

    assert make_landscapes(tmp_path / "s", 1, scenes).stat().st_mtime_ns != written


def test_an_interrupted_run_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes = [small("kolbuszowa_20210725", 60, 60)]
    make_landscapes(tmp_path / "s", 1, scenes)
    before = contents(tmp_path)

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(make, "_write_benchmark", break_off)
    with pytest.raises(KeyboardInterrupt):
        make_landscapes(tmp_path / "s", 2, scenes)

    assert contents(tmp_path) == before


def test_other_peoples_files_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(S2kitError, match="name an empty or a new folder"):
        make_landscapes(tmp_path, 1, [small("kolbuszowa_20210725", 60, 60)])

    assert (tmp_path / "thesis.txt").exists()


MAKE = """
import sys
from pathlib import Path
from small_scenes import small
from s2kit.simulator import make_landscapes
print(make_landscapes(Path(sys.argv[1]), 5, [small("strzegom_20230709")]))
"""


def test_three_processes_at_once_make_the_scenes_once(tmp_path: Path) -> None:
    folder = tmp_path / "landscapes"
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE, str(folder)],
            env={**os.environ, "PYTHONPATH": paths},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate()[1] for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], said
    assert len(items(folder)) == 1
    made = folder.stat().st_mtime_ns
    make_landscapes(folder, 5, [small("strzegom_20230709")])
    assert folder.stat().st_mtime_ns == made
    assert {each.name for each in tmp_path.iterdir()} == {"landscapes", ".landscapes.lock"}
