"""The one switch: what can be had is found, what cannot is said once."""

import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from s2kit.errors import S2kitError
from s2kit.scenes import authors, source
from s2kit.scenes.archive import ArchiveUnreachableError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.manifest import ArchiveFile, SceneRecord


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse every download, and note which files were asked for."""
    asked: list[str] = []

    def refuse(file: ArchiveFile, target: Path, address: str, sleep: object) -> Path:
        asked.append(file.path)
        raise ArchiveUnreachableError(f"{address} cannot be reached; set S2KIT_MIRROR")

    monkeypatch.setattr("s2kit.scenes.archive._download", refuse)
    authors.look_again()
    return asked


@pytest.fixture
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2KIT_DATA", "authors")
    monkeypatch.delenv("S2KIT_MIRROR", raising=False)


def test_the_scenes_of_the_mirror_go_on_without_the_others(mirror: Path) -> None:
    assert source.scene_names("train") == [
        "strzegom_20210619",
        "strzegom_20220619",
        "strzegom_20220719",
        "strzegom_20221012",
        "strzegom_20230209",
        "strzegom_20230301",
    ]
    assert source.scene_names("validation") == ["strzegom_20230530"]
    assert source.scene_names("test") == ["strzegom_20230709"]
    assert source.scene_names(area="kolbuszowa") == []


def test_availability_says_of_every_file_whether_it_is_there(mirror: Path) -> None:
    table = source.availability()

    assert table.loc["strzegom_20230709", "image":].to_list() == ["yes"] * 4 + [""]  # type: ignore[misc]
    assert table.loc["kolbuszowa_20210725", "image":].to_list() == [  # type: ignore[misc]
        *("no", "yes", "yes", "yes", "its image is in no archive")
    ]
    assert table.loc["krakow_20220603_1", "image"] == "no"
    assert table.loc["krakow_20220603_1", "polygons"] == ""
    assert "cannot be reached" in table.loc["krakow_20220603_1", "problem"]


def test_an_archive_that_does_not_answer_is_asked_once(
    nothing_at_hand: None, no_network: list[str]
) -> None:
    with pytest.raises(S2kitError, match=r"no scene can be had: .*cannot be reached.*S2KIT_MIRROR"):
        source.scene_names()
    with pytest.raises(S2kitError, match="cannot be reached"):
        source.open_mask("krakow_20220603_2")

    assert no_network == ["img_train/strzegom_20210619_33u.tif"]


def test_looking_again_asks_again(nothing_at_hand: None, no_network: list[str]) -> None:
    source.availability()
    source.availability()

    assert len(no_network) == 2


def test_a_damaged_file_costs_one_scene_not_the_course(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "e17964e249ae5b6acdbcd75d45ee0efef65bab80"
    for folder in mirror.iterdir():
        if folder.name != commit:
            (tmp_path / folder.name).symlink_to(folder)
    damaged = tmp_path / commit / "img_train" / "strzegom_20230709_33u.tif"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("damaged")
    monkeypatch.setenv("S2KIT_MIRROR", str(tmp_path))

    assert source.scene_names("test") == []
    assert len(source.scene_names("train")) == 6
    with pytest.raises(S2kitError, match=r"strzegom_20230709_33u.tif is damaged"):
        source.open_scene("strzegom_20230709")


def test_a_scene_carries_its_date_area_source_and_attribution(mirror: Path) -> None:
    scene = source.open_scene("strzegom_20230709")

    assert scene.name == "strzegom_20230709"
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
    assert scene.rio.bounds() == source.record("strzegom_20230709").bounds


@pytest.mark.parametrize(
    ("name", "count", "invalid", "epsg"),
    [("strzegom_20230709", 191, 0, 32633), ("kolbuszowa_20210725", 213, 15, 32634)],
)
def test_reference_polygons_have_a_label_each(
    mirror: Path, name: str, count: int, invalid: int, epsg: int
) -> None:
    polygons = source.open_polygons(name)

    assert isinstance(polygons, gpd.GeoDataFrame)
    assert list(polygons.columns) == ["label", "geometry"]
    assert polygons.label.between(1, 10).all()
    assert (len(polygons), int((~polygons.is_valid).sum())) == (count, invalid)
    assert polygons.crs.to_epsg() == epsg


def test_the_authors_class_maps_cover_their_scenes(mirror: Path) -> None:
    for name in ("strzegom_20230709", "kolbuszowa_20210725"):
        class_map, mask = source.open_class_map(name), source.open_mask(name)
        assert class_map.shape == mask.shape
        assert int(class_map.min()) == 1


def test_a_scene_without_polygons_names_those_that_have_some(mirror: Path) -> None:
    with pytest.raises(
        S2kitError, match="no polygons of strzegom_20230530; it has one of strzegom_20230709"
    ):
        source.open_polygons("strzegom_20230530")


def test_a_record_tells_where_and_when() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("S2KIT_DATA", "authors")
        record = source.record("krakow_20220603_3")

    assert isinstance(record, SceneRecord)
    assert (record.date, record.area) == (datetime.date(2022, 6, 3), "krakow")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: source.record("warsaw"), "there is no scene 'warsaw'; choose one of strzegom_"),
        (lambda: source.scene_names("tests"), "no split 'tests'; choose one of train, valid"),
        (lambda: source.scene_names(area="Krakow"), "no area 'Krakow'; choose one of strzegom, "),
    ],
)
def test_unknown_names_are_errors_that_list_the_known(
    nothing_at_hand: None, call: object, says: str
) -> None:
    assert callable(call)
    with pytest.raises(S2kitError, match=says):
        call()
