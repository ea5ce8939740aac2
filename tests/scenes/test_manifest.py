"""The list of scenes: true to the archive, and clear about what is wrong with a row."""

import csv
import datetime
from collections import Counter
from pathlib import Path

import pytest
import rasterio

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import PARTS, manifest_path, read_manifest
from s2kit.sources.archive import git_blob_id


def test_it_lists_14_training_scenes_2_test_scenes_and_1_validation_scene() -> None:
    records = read_manifest()

    assert Counter(r.split for r in records.values()) == {"train": 14, "validation": 1, "test": 2}
    assert [n for n, r in records.items() if r.split == "validation"] == ["strzegom_20230530"]
    assert [n for n, r in records.items() if r.image is None] == ["kolbuszowa_20210725"]


def test_a_record_holds_what_its_row_says() -> None:
    record = read_manifest()["strzegom_20230709"]

    assert record.date == datetime.date(2023, 7, 9)
    assert record.bounds == (585420, 5648240, 589430, 5652250)
    assert (record.tile, record.epsg, record.offset) == ("33UWS", 32633, 1000)
    assert record.image is not None
    assert record.image.path == "img_train/strzegom_20230709_33u.tif"
    assert record.label_column == "label"


def test_every_file_of_the_mirror_has_the_listed_size_and_blob(mirror: Path) -> None:
    seen = 0
    for record in read_manifest().values():
        for file in (getattr(record, part) for part in PARTS):
            path = mirror / file.commit / file.path if file else None
            if path is None or not path.exists():
                assert file is None or file.size is None, f"{path}: size of a file nobody has"
                continue
            assert (path.stat().st_size, git_blob_id(path)) == (file.size, file.blob), path
            seen += 1
    assert seen == 8 + 17 + 2 + 2  # images, masks, polygons, class maps


def test_every_raster_of_the_mirror_lies_on_the_listed_grid(mirror: Path) -> None:
    for record in read_manifest().values():
        for file in (record.image, record.mask, record.class_map):
            path = mirror / file.commit / file.path if file else None
            if path is not None and path.exists():
                with rasterio.open(path) as raster:
                    found = raster.crs.to_epsg(), tuple(raster.bounds), raster.width, raster.height
                assert found == (record.epsg, record.bounds, record.width, record.height), path


def test_the_offset_follows_from_the_darkest_pixels(mirror: Path) -> None:
    """Blue band, 1st percentile: 84 in 2021, 1024 to 1245 from 2022 on."""
    for record in read_manifest().values():
        path = mirror / record.image.commit / record.image.path if record.image else None
        if path is not None and path.exists():
            with rasterio.open(path) as raster:
                blue = sorted(raster.read(1).ravel())
            one_percent = blue[len(blue) // 100]
            assert record.offset == (1000 if one_percent > 900 else 0), record.name


@pytest.fixture
def rows() -> list[dict[str, str]]:
    with manifest_path().open(newline="") as file:
        return list(csv.DictReader(file))


def _written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("name", "strzegom_20210620", "strzegom_20210619 .area and date."),
        ("date", "19.06.2021", "not a date YYYY-MM-DD"),
        ("split", "training", "one of train, validation, test"),
        ("tile", "33UW", "an MGRS tile"),
        ("epsg", "32634", "tile 33UWS lies in EPSG:32633"),
        ("left", "585420 m", "a number of metres"),
        ("width", "400", "400 pixels of 10 m do not fill bounds that are 4010 m long"),
        ("height", "-1", "a whole number"),
        ("offset", "-1000", "one of 0, 1000"),
        ("image_blob", "65743db3", "40 hexadecimal digits"),
        ("image_path", "../secret.tif", "does not stay inside the archive"),
        ("image_path", "..\\..\\secret.tif", "does not stay inside the archive"),
        ("image_path", "C:secret.tif", "does not stay inside the archive"),
        ("mask_commit", "", "40 hexadecimal digits"),
        ("mask_size", "0.6 MB", "a whole number"),
        ("label_column", "label", "where there are polygons"),
        ("source", "", "a web address"),
    ],
)
def test_a_wrong_value_is_named_with_row_column_and_remedy(
    tmp_path: Path, rows: list[dict[str, str]], column: str, value: str, says: str
) -> None:
    rows[0][column] = value
    path = _written(tmp_path / "list.csv", rows)

    with pytest.raises(S2kitError, match=rf"list.csv, row 2, column {column}: .*{says}.*correct"):
        read_manifest(path)


def test_a_scene_listed_twice_is_an_error(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = _written(tmp_path / "list.csv", [*rows, rows[0]])

    with pytest.raises(S2kitError, match="row 19, column name: strzegom_20210619 stands"):
        read_manifest(path)


def test_a_missing_column_is_named(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    for row in rows:
        del row["offset"]

    with pytest.raises(S2kitError, match="row 1 lacks the column offset"):
        read_manifest(_written(tmp_path / "list.csv", rows))


def test_a_row_with_too_many_fields_is_named(tmp_path: Path) -> None:
    text = manifest_path().read_text().rstrip("\n")
    path = tmp_path / "list.csv"
    path.write_text(text + ",one more\n")

    with pytest.raises(S2kitError, match=r"row 18: .* values for .* columns"):
        read_manifest(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(S2kitError, match=r"nowhere.csv does not exist"):
        read_manifest(tmp_path / "nowhere.csv")
