"""Sources of scenes: what is listed, what is here, what can be had, and why not."""

import datetime
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from catalogue_fixtures import grid, product, server  # noqa: F401 - fixtures
from sentinel_product import Product

from s2kit.catalogue import web
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.manifest import SceneRecord, read_manifest
from s2kit.sources import (
    SOURCES,
    AuthorsSource,
    NoSceneError,
    SimulatedSource,
    Source,
    open_source,
)

TEST = "strzegom_20230709"


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that refuses every connection."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are asked for anything."""
    seen: list[str] = []
    with_retries = web.with_retries

    def note(url: str, once: Callable[[], object]) -> object:
        seen.append(url)
        return with_retries(url, once)

    monkeypatch.setattr("s2kit.catalogue.web.with_retries", note)
    monkeypatch.setattr("s2kit.catalogue.download.with_retries", note)
    return seen


@pytest.fixture
def authors(mirror: Path, own_home: Path, dead: str) -> AuthorsSource:
    """The authors' scenes as far as the mirror has them, without a network."""
    return AuthorsSource(own_home, mirror, dead)


@pytest.mark.parametrize("name", SOURCES)
def test_listing_makes_no_request_and_no_file(
    name: str, tmp_path: Path, dead: str, asked: list[str]
) -> None:
    source = open_source(name, tmp_path / "home", archive=dead, catalogue=dead)

    assert source.list() == list(read_manifest())
    assert source.list(split="validation") == ["strzegom_20230530"]
    assert source.list("test", area="kolbuszowa") == ["kolbuszowa_20210725"]
    assert source.available() == []
    assert source.record(TEST).tile == "33UWS"
    assert asked == []
    assert list(tmp_path.iterdir()) == []


def test_two_sources_open_at_once_give_their_own_scenes(
    authors: AuthorsSource, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: read_manifest()[name] for name in ("strzegom_20210619", TEST)}
    monkeypatch.setattr("s2kit.sources.simulated.read_manifest", lambda: few)
    simulated = SimulatedSource(own_home)
    assert simulated.available() == []

    assert simulated.fetch() == {}
    assert simulated.available() == list(few)
    real, invented = authors.open(TEST), simulated.open(TEST)
    assert (real.attrs["source"], invented.attrs["source"]) == ("authors", "simulated")
    assert real.rio.bounds() == invented.rio.bounds()
    assert not np.allclose(real, invented, atol=0.01, equal_nan=True)
    assert "simulated" in simulated.open_mask(TEST).attrs["attribution"]
    assert "Copernicus" in authors.open_mask(TEST).attrs["attribution"]
    assert (simulated.open_truth(TEST) > 0).all()
    rebuilt = (simulated.open_numbers(TEST) - simulated.record(TEST).offset) / 10_000
    np.testing.assert_allclose(rebuilt, invented, atol=1e-6)
    with pytest.raises(S2kitError, match="nobody has published a class map of the simulated"):
        simulated.open_class_map(TEST)


def test_the_scenes_of_the_mirror_go_on_without_the_others(authors: AuthorsSource) -> None:
    assert authors.available("train") == [
        "strzegom_20210619",
        "strzegom_20220619",
        "strzegom_20220719",
        "strzegom_20221012",
        "strzegom_20230209",
        "strzegom_20230301",
    ]
    assert authors.available("validation") == ["strzegom_20230530"]
    assert authors.available("test") == [TEST]
    assert authors.available(area="kolbuszowa") == []


def test_fetch_reports_what_cannot_be_had_by_scene_and_part(authors: AuthorsSource) -> None:
    problems = authors.fetch()

    assert TEST not in problems
    assert problems["kolbuszowa_20210725"] == {"image": "its image is in no archive"}
    assert list(problems["krakow_20220603_1"]) == ["image"]
    assert "cannot be reached" in problems["krakow_20220603_1"]["image"]
    assert authors.fetch([TEST]) == {}


def test_a_server_that_does_not_answer_is_asked_once_per_call(
    own_home: Path, dead: str, asked: list[str]
) -> None:
    source = AuthorsSource(own_home, address=dead)
    with pytest.raises(
        NoSceneError, match=r"no scene can be had: .*cannot be reached.*MIRROR"
    ) as e:
        source.fetch()
    assert set(e.value.problems) == set(source.list())
    assert len(asked) == 1
    with pytest.raises(S2kitError, match="cannot be reached"):
        source.fetch()
    assert len(asked) == 2


def test_the_catalogue_and_the_archive_are_remembered_apart(
    mirror: Path, own_home: Path, dead: str, asked: list[str]
) -> None:
    source = open_source("catalogue", own_home, mirror, archive=dead, catalogue=dead)
    with pytest.raises(NoSceneError, match="cannot be reached") as caught:
        source.fetch(["strzegom_20210619", TEST])
    assert [list(each) for each in caught.value.problems.values()] == [["image"], ["image"]]
    assert len(asked) == 1


def test_a_damaged_file_costs_one_scene_not_the_course(
    mirror: Path, tmp_path: Path, own_home: Path, dead: str
) -> None:
    commit = "e17964e249ae5b6acdbcd75d45ee0efef65bab80"
    for folder in mirror.iterdir():
        if folder.name != commit:
            (tmp_path / folder.name).symlink_to(folder)
    damaged = tmp_path / commit / "img_train" / "strzegom_20230709_33u.tif"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("damaged")
    source = AuthorsSource(own_home, tmp_path, dead)

    assert source.available("test") == []
    assert len(source.available("train")) == 6
    assert "is damaged" in source.fetch()[TEST]["image"]
    with pytest.raises(S2kitError, match=r"strzegom_20230709_33u.tif is damaged"):
        source.open(TEST)


def test_a_scene_carries_its_date_area_source_and_attribution(authors: AuthorsSource) -> None:
    scene = authors.open(TEST)

    assert scene.name == TEST
    assert (scene.dims, scene.shape, scene.dtype) == (
        ("band", "y", "x"),
        (10, 401, 401),
        np.float32,
    )
    assert tuple(scene.band.to_numpy()) == BAND_NAMES
    assert scene.attrs == {
        "date": "2023-07-09",
        "area": "strzegom",
        "source": "authors",
        "attribution": "contains modified Copernicus Sentinel data 2023",
    }
    assert scene.rio.bounds() == authors.record(TEST).bounds


@pytest.mark.parametrize(
    ("name", "count", "invalid", "epsg"),
    [(TEST, 191, 0, 32633), ("kolbuszowa_20210725", 213, 15, 32634)],
)
def test_reference_polygons_have_a_label_each(
    authors: AuthorsSource, name: str, count: int, invalid: int, epsg: int
) -> None:
    polygons = authors.open_polygons(name)

    assert isinstance(polygons, gpd.GeoDataFrame)
    assert list(polygons.columns) == ["label", "geometry"]
    assert polygons.label.between(1, 10).all()
    assert (len(polygons), int((~polygons.is_valid).sum())) == (count, invalid)
    assert polygons.crs.to_epsg() == epsg


def test_the_authors_class_maps_cover_their_scenes(authors: AuthorsSource) -> None:
    for name in (TEST, "kolbuszowa_20210725"):
        class_map, mask = authors.open_class_map(name), authors.open_mask(name)
        assert class_map.shape == mask.shape
        assert int(class_map.min()) == 1


def test_a_scene_without_polygons_names_those_that_have_some(authors: AuthorsSource) -> None:
    with pytest.raises(
        S2kitError, match="no polygons of strzegom_20230530; it has one of strzegom_20230709"
    ):
        authors.open_polygons("strzegom_20230530")


def test_a_record_tells_where_and_when(tmp_path: Path) -> None:
    record = AuthorsSource(tmp_path).record("krakow_20220603_3")

    assert isinstance(record, SceneRecord)
    assert (record.date, record.area) == (datetime.date(2022, 6, 3), "krakow")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda s: s.record("warsaw"), "there is no scene 'warsaw'; choose one of strzegom_"),
        (lambda s: s.open("warsaw"), "there is no scene 'warsaw'"),
        (lambda s: s.fetch(["warsaw"]), "there is no scene 'warsaw'"),
        (lambda s: s.list("tests"), "no split 'tests'; choose one of train, valid"),
        (lambda s: s.available(area="Krakow"), "no area 'Krakow'; choose one of strzegom, "),
    ],
)
def test_unknown_names_are_errors_that_list_the_known(
    tmp_path: Path, call: Callable[[Source], object], says: str
) -> None:
    with pytest.raises(S2kitError, match=says):
        call(AuthorsSource(tmp_path, address=None))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"name": "usgs"}, "no source 'usgs'; choose one of: simulated, authors, catalogue"),
        ({"name": "authors", "mirror": "nowhere"}, "the mirror nowhere is not a folder"),
        ({"name": "catalogue", "catalogue": "nowhere"}, "nowhere is no catalogue; name one of"),
    ],
)
def test_a_source_that_cannot_be_opened_is_named(arguments: dict[str, str], says: str) -> None:
    with pytest.raises(S2kitError, match=says):
        open_source(**arguments)


def test_a_catalogue_scene_is_available_once_it_was_fetched(
    mirror: Path,
    own_home: Path,
    dead: str,
    product: Product,  # noqa: F811
) -> None:
    product.add("S2A_33UWS_20230709_0_L2A")
    source = open_source("catalogue", own_home, mirror, dead, product.save())
    assert source.available() == []
    assert source.fetch([TEST]) == {}
    assert source.available() == [TEST]
