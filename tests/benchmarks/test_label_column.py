"""Which column is taken for the class codes, and when the user is asked."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from s2kit.benchmarks.label_column import find_label_column
from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError

HERE = Path("fields.gpkg")


def layer(**columns):
    size = len(next(iter(columns.values())))
    shapes = [box(i, 0, i + 1, 1) for i in range(size)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=32633)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"label": [4, 9, 9]}, "label"),
        ({"Label": [4, 9, 9], "zone": [1, 1, 2], "id": [1, 2, 3]}, "Label"),
        ({"DN": [4, 9, 9], "id": [7, 8, 9]}, "DN"),
        ({"class": [4, 9, 9], "year": [2023, 2022, 2023]}, "class"),
        ({"crop": [4, 9, 9], "id": list("abc")}, "crop"),
        ({"crop": [4, 9, 9], "parcel": [1, 2, 3], "done": [True, False, True]}, "crop"),
    ],
)
def test_the_column_without_doubt(columns, found):
    column, reason = find_label_column(layer(**columns), HERE)
    assert column == found
    assert reason.startswith("by its name" if column != "crop" else "the only one of whole")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": list(range(1, 11))}, r"None is known to; name it \(label_column=, --label\)"),
        ({"parcel": [3, 1, 2]}, r"None is known to.* columns: parcel"),
        ({"crop_id": [3, 3, 2]}, r"None is known to.* columns: crop_id"),
        ({"parcel": [1, 2, 3]}, r"None is known to.* columns: parcel"),
        ({"forest": [True, False, True]}, r"None is known to.* columns: forest"),
        ({"first": [4, 9, 9], "second": [9, 9, 4]}, "first and second could"),
        ({"class": [4, 9, 9], "lulc": [5, 9, 9]}, "class and lulc could"),
        ({"class": list("abc"), "lulc": [5, 9, 9]}, "class and lulc could"),
        ({"label": [4, 9, 9], "DN": [9, 9, 4]}, "label and DN could"),
        ({"year": [2021, 2022, 2021]}, r"None is known to.* columns: year"),
        ({"name": list("abc")}, r"None is known to.* columns: name"),
    ],
)
def test_a_doubt_is_a_question(columns, message):
    with pytest.raises(S2kitError, match=message):
        find_label_column(layer(**columns), HERE)


def test_yes_and_no_are_no_codes(tmp_path):
    layer(class_=[True, False]).to_file(tmp_path / "yes.gpkg")
    with pytest.raises(S2kitError, match="'class_' holds yes and no, no class codes; name"):
        read_polygons(tmp_path / "yes.gpkg", "class_")


def test_a_number_of_the_row_is_taken_if_asked_for_and_said_so(tmp_path):
    layer(id=[3, 1, 2]).to_file(tmp_path / "ids.gpkg")
    reason = read_polygons(tmp_path / "ids.gpkg", "id").attrs["label_reason"]
    assert reason == "as asked, though it seems to number the rows"


def test_what_is_no_code_is_told_as_it_stands_in_the_file(tmp_path):
    layer(label=[4.0, 4.5]).to_file(tmp_path / "half.gpkg")
    with pytest.raises(S2kitError, match=r"'label' of row 2 holds 4\.5, no class code"):
        read_polygons(tmp_path / "half.gpkg")


def test_polygons_remember_where_their_codes_come_from(tmp_path):
    layer(DN=[4, 9]).to_file(tmp_path / "dn.gpkg")
    assert read_polygons(tmp_path / "dn.gpkg").attrs == {
        "label_column": "DN",
        "label_reason": "by its name",
    }
    assert read_polygons(tmp_path / "dn.gpkg", "DN").attrs["label_reason"] == "as asked"
