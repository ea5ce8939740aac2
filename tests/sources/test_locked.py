"""The paper's scenes from a catalogue: locked, checked, compared with the archive."""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from sentinel_product import Product, reflectance, write_raster

from s2kit.__main__ import cli
from s2kit.catalogue.compare import compare_scenes
from s2kit.catalogue.read import ReadOptions, read_items
from s2kit.catalogue.stac import open_catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES, TEN_METRE
from s2kit.scenes.grid import Grid
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.settings import authors_source, course_source
from s2kit.sources.lock import read_lock
from s2kit.sources.locked import LockedScenes

NAME = "strzegom_20230709"
ITEM = "S2A_33UWS_20230709_0_L2A"


@pytest.fixture
def record(grid: Grid) -> SceneRecord:
    """The test scene of Strzegom, cut down to the small grid."""
    whole = read_manifest()[NAME]
    return dataclasses.replace(whole, bounds=grid.bounds, width=grid.width, height=grid.height)


@pytest.fixture
def catalogue(product: Product, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A catalogue with one item of the date, the default source; call it after changing it."""
    product.add(ITEM)

    def save() -> None:
        monkeypatch.setenv("S2KIT_CATALOGUE", str(product.save()))

    save()
    return save


@pytest.fixture
def scenes(catalogue: Callable[[], None], product: Product, own_home: Path) -> LockedScenes:
    return LockedScenes(own_home / "catalogue", open_catalogue(product.save()))


def repaint(product: Product, band: str) -> None:
    """Change one pixel of a band of the item, inside the small grid."""
    file = product.folder / ITEM / f"{band}.tif"
    with rasterio.open(file) as raster:
        pixels = raster.read(1)
        resolution = int(raster.res[0])
    pixels[15, 15] += 1
    write_raster(file, pixels, resolution)


def test_what_was_found_goes_to_the_lock_file(record: SceneRecord, scenes: LockedScenes) -> None:
    saved = scenes.fetch(record)
    entry = json.loads(scenes.lock_path.read_text())[NAME]
    (item,) = entry["items"]
    assert (item["id"], item["baseline"], item["offset"]) == (ITEM, "05.09", 1000)
    assert item["why"].startswith("baseline 05.09 says 1000; flags")
    assert entry["source"] == scenes.catalogue.address
    assert entry["sha256"] == saved.sha256
    assert set(entry["sha256"]) == set(BAND_NAMES)
    assert entry["read"].endswith("+00:00")


def test_the_next_run_gives_the_same_pixels(record: SceneRecord, scenes: LockedScenes) -> None:
    first = scenes.fetch(record).sha256
    assert scenes.fetch(record).sha256 == first


def test_other_pixels_are_an_error_and_the_file_stays(
    record: SceneRecord, scenes: LockedScenes, catalogue, product: Product
) -> None:
    scenes.fetch(record)
    before = scenes.path(record).read_bytes()
    repaint(product, "B05")
    with pytest.raises(S2kitError, match=rf"{NAME} no longer gives .*: B05 differs .*--relock"):
        scenes.fetch(record)
    assert scenes.path(record).read_bytes() == before
    scenes.fetch(record, relock=True)
    scenes.fetch(record)


def test_a_newer_version_does_not_replace_the_locked_one(
    record: SceneRecord, scenes: LockedScenes, catalogue, product: Product
) -> None:
    scenes.fetch(record)
    product.add("S2A_33UWS_20230709_1_L2A", baseline="05.10")
    catalogue()
    assert list(scenes.fetch(record).offsets) == [ITEM]
    assert list(scenes.fetch(record, relock=True).offsets) == ["S2A_33UWS_20230709_1_L2A"]


def test_an_item_that_is_gone_is_said_so(
    record: SceneRecord, scenes: LockedScenes, catalogue, product: Product
) -> None:
    scenes.fetch(record)
    product.catalogue.remove_item(ITEM)
    product.add("S2A_33UWS_20230709_1_L2A", baseline="05.10")
    catalogue()
    with pytest.raises(S2kitError, match=f"has no item {ITEM}"):
        scenes.fetch(record)


def test_other_options_than_the_locked_ones_are_refused(
    record: SceneRecord, scenes: LockedScenes
) -> None:
    scenes.fetch(record)
    with pytest.raises(S2kitError, match=r"is locked to .*; leave catalogue and options out"):
        scenes.fetch(record, options=ReadOptions("cubic"))
    with pytest.raises(S2kitError, match="is locked to"):
        scenes.fetch(record, catalogue=open_catalogue("earth-search"))


def test_a_date_without_an_item_is_an_error_and_locks_nothing(
    record: SceneRecord, scenes: LockedScenes
) -> None:
    with pytest.raises(S2kitError, match="has no item of 2023-07-10 for the grid"):
        scenes.fetch(dataclasses.replace(record, date=dt.date(2023, 7, 10)))
    assert read_lock(scenes.lock_path, NAME) is None


def test_a_damaged_lock_file_is_named(record: SceneRecord, scenes: LockedScenes) -> None:
    scenes.fetch(record)
    scenes.lock_path.write_text("{")
    with pytest.raises(S2kitError, match=r"scenes\.lock\.json is damaged"):
        scenes.fetch(record)
    scenes.lock_path.write_text(json.dumps({NAME: {"items": []}}))
    with pytest.raises(S2kitError, match=f"the entry {NAME} is incomplete"):
        scenes.fetch(record)


def test_a_file_that_is_not_the_locked_one_is_read_anew(
    record: SceneRecord, scenes: LockedScenes
) -> None:
    scene = scenes.open(record)
    scenes.path(record).write_bytes(scenes.path(record).read_bytes()[:5000])
    np.testing.assert_array_equal(scenes.open(record), scene)


def test_digital_numbers_come_back_as_they_were(record: SceneRecord, scenes: LockedScenes) -> None:
    numbers = scenes.open_numbers(record)
    full = np.round(reflectance()["B02"] * 10_000 + 1000).astype("uint16")
    np.testing.assert_array_equal(numbers.sel(band="B02"), full[13:54, 11:52])


def test_digital_numbers_can_be_written_again_by_rioxarray(
    record: SceneRecord, scenes: LockedScenes, tmp_path: Path
) -> None:
    """A tag `offsets` would be taken for one offset per band."""
    scenes.fetch(record)
    numbers = scenes.open_numbers(record)
    numbers.rio.to_raster(tmp_path / "mine.tif")
    with rasterio.open(tmp_path / "mine.tif") as written:
        assert (written.read() == numbers.values).all()


def test_the_command_writes_the_paper_s_scene(catalogue, tmp_path: Path) -> None:
    out = tmp_path / "scene.tif"
    done = CliRunner().invoke(cli, ["scene", "--from-manifest", NAME, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert f"{ITEM}: offset 1000; baseline 05.09 says 1000" in done.output
    with rasterio.open(out) as raster:
        assert raster.bounds == read_manifest()[NAME].bounds
        assert raster.shape == (401, 401)
        assert raster.tags()["attribution"] == "contains modified Copernicus Sentinel data 2023"
        assert raster.tags()["items"] == ITEM
    unknown = CliRunner().invoke(cli, ["scene", "--from-manifest", "nowhere_20230709"])
    assert isinstance(unknown.exception, S2kitError)


def test_the_course_opens_scenes_from_the_catalogue(
    catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S2KIT_DATA", "catalogue")
    source = course_source()
    assert source.available() == []
    scene = source.open(NAME)
    assert scene.shape == (10, 401, 401)
    assert scene.name == NAME
    assert (scene.attrs["source"], scene.attrs["area"]) == ("catalogue", "strzegom")
    numbers = source.open_numbers(NAME)
    rebuilt = (numbers.where(numbers > 0) - source.record(NAME).offset) / 10_000
    np.testing.assert_allclose(rebuilt, scene, atol=1e-6)


@pytest.mark.usefixtures("mirror")
def test_benchmarks_come_from_the_archive(catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2KIT_DATA", "catalogue")
    source = course_source()
    problems = source.fetch()
    assert source.available() == [NAME]  # the one date that this catalogue has
    assert len(source.open_polygons(NAME)) == 191
    assert NAME not in problems
    assert "has no item of 2021-06-19" in problems["strzegom_20210619"]["image"]


@pytest.fixture
def original(mirror: Path, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """The product that the archive's test image was cut from, as its numbers allow to rebuild it.

    The archive doubled the 20 m pixels from its own upper edge, 10 m south of where they are.
    """
    image = read_manifest()[NAME].image
    assert image is not None
    with rasterio.open(mirror / image.commit / image.path) as raster:
        values, place = raster.read(), raster.transform
    product.add(ITEM)
    for band, numbers in zip(BAND_NAMES, values, strict=True):
        file, corner = product.folder / ITEM / f"{band}.tif", (place.c, place.f)
        if band in TEN_METRE:
            transform = rasterio.transform.from_origin(*corner, 10, 10)
            write_raster(file, numbers, 10, transform=transform)
        else:
            transform = rasterio.transform.from_origin(corner[0], corner[1] + 10, 20, 20)
            write_raster(file, numbers[:400:2, :400:2], 20, transform=transform)
    monkeypatch.setenv("S2KIT_CATALOGUE", str(product.save()))


@pytest.mark.usefixtures("original")
def test_the_archive_s_image_is_recognised_in_its_product(product: Product, own_home: Path) -> None:
    scenes = LockedScenes(own_home / "catalogue", open_catalogue(product.save()))
    authors = authors_source()
    table = compare_scenes(scenes.open(authors.record(NAME)), authors.open(NAME))
    ten = list(TEN_METRE)
    assert (table.loc[ten, "identical"] == 1).all()
    assert (table[["east", "offset"]] == 0).all(axis=None)
    assert (table.loc[ten, "north"] == 0).all()
    coarse = table.drop(ten)
    assert (coarse["north"] == 1).all()  # the archive's 20 m bands lie 10 m too far south
    assert (coarse["identical"] < 0.6).all()
    assert (coarse["identical_then"] > 0.999).all()


@pytest.mark.usefixtures("original")
def test_the_report_is_a_command() -> None:
    done = CliRunner().invoke(cli, ["scene", "compare", NAME])
    assert done.exit_code == 0, done.output
    assert " B02 " in done.output
    assert "100.0 %" in done.output


@pytest.mark.parametrize(("north", "east"), [(0, 0), (1, 0), (-1, 2), (2, -1)])
def test_a_displacement_and_an_offset_are_measured(
    product: Product, grid: Grid, north: int, east: int
) -> None:
    ours = read_items([product.add()], grid)
    theirs = ours.shift(y=north, x=-east) + 0.1  # moving it north and east brings it back
    table = compare_scenes(ours, theirs)
    assert (table["north"] == north).all()
    assert (table["east"] == east).all()
    assert (table["offset"] == -1000).all()
    assert (table["identical_then"] == 1).all()
    assert (table["identical"] < 0.01).all()


def test_scenes_of_different_grids_are_not_compared(product: Product, grid: Grid) -> None:
    ours = read_items([product.add()], grid)
    with pytest.raises(S2kitError, match="compare scenes of one grid"):
        compare_scenes(ours, ours[:, 1:, 1:])
    with pytest.raises(S2kitError, match="share no pixel with data"):
        compare_scenes(ours, ours * np.nan)
