"""The digitiser never saves what it cannot open again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from rasterio.crs import CRS
from shapely import Polygon, box

from s2kit.errors import S2kitError
from s2kit.widgets.digitiser.drawing import Shape
from s2kit.widgets.digitiser.geopackage import layer_table, new_layer, open_layer, save_layer

UTM = CRS.from_epsg(32633)
FIELD = box(500_000, 5_600_000, 500_050, 5_600_050)
TYPES: dict[str, list[Any]] = {
    "text": ["ź '; DROP TABLE x; --", ""],
    "long": ["a" * 70_000, None],
    "whole": pd.array([2**62, None], dtype="Int64"),
    "small": pd.array([1, None], dtype="Int16"),
    "flag": pd.array([True, None], dtype="boolean"),
    "real": [float("inf"), float("nan")],
    "short real": pd.array([0.1, None], dtype="Float32"),
    "day": pd.to_datetime(["2023-07-09", None]),
    "moment": pd.to_datetime(["2023-07-09T10:00:00.123Z", None]),
    "bytes": [b"\x00\xff", None],
    'Größe "in" m\'': [1.5, None],
}


def again(path: Path) -> Mapping[int, Shape]:
    """Open a file, save it, and open it again."""
    file, shapes = open_layer(path, UTM)
    save_layer(file, shapes)
    return open_layer(path, UTM)[1]


@pytest.mark.parametrize("column", TYPES)
def test_every_kind_of_column_survives(tmp_path: Path, column: str) -> None:
    path = tmp_path / "mine.gpkg"
    table = gpd.GeoDataFrame(
        {"label": [4, 8], column: TYPES[column]}, geometry=[FIELD] * 2, crs=UTM
    )
    table.to_file(path)
    _, before = open_layer(path, UTM)
    after = again(path)
    assert repr({n: s.attributes for n, s in before.items()}) == repr(
        {n: s.attributes for n, s in after.items()}
    )
    shown = gpd.read_file(path)
    assert shown.equals(gpd.read_file(path))
    assert list(shown.columns) == ["label", column, "geometry"]


GEOMETRIES = {
    "bow tie": Polygon([(0, 0), (50, 50), (50, 0), (0, 50)]),
    "empty": Polygon(),
    "flat": Polygon([(0, 0), (1, 1), (2, 2)]),
    "hole outside": Polygon(FIELD.exterior, [box(0, 0, 1, 1).exterior]),
    "multi with an empty part": shapely.MultiPolygon([FIELD, Polygon()]),
    "far away": box(1e30, 1e30, 1e31, 1e31),
    "three dimensions": shapely.force_3d(FIELD, 7),
}


@pytest.mark.parametrize("kind", GEOMETRIES)
def test_every_geometry_can_be_opened_again(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    save_layer(file, {1: Shape(4, FIELD), 5: Shape(8, GEOMETRIES[kind])})
    opened = open_layer(path, UTM)[1]
    assert set(opened) == {1, 5}
    assert opened[5].geometry.is_empty == GEOMETRIES[kind].is_empty
    assert again(path).keys() == {1, 5}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("coordinate", [float("nan"), float("inf")])
def test_a_place_that_is_no_number_is_refused_or_opens_again(
    tmp_path: Path, coordinate: float
) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    before = path.read_bytes()
    nowhere = Polygon([(0, 0), (coordinate, 1), (1, 0)])
    try:
        save_layer(file, {1: Shape(4, FIELD), 2: Shape(8, nowhere)})
    except S2kitError as error:
        assert "mine.gpkg would not open again" in str(error)  # noqa: PT017 - either is right
        assert path.read_bytes() == before
    else:
        assert set(open_layer(path, UTM)[1]) == {1, 2}


def test_text_that_no_file_can_hold_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    before = path.read_bytes()
    with pytest.raises(S2kitError, match=r"mine.gpkg cannot be written \("):
        save_layer(file, {1: Shape(4, FIELD, {"name": "\ud800"})})
    assert path.read_bytes() == before


def test_what_would_not_open_again_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    before = path.read_bytes()
    table = layer_table(file, {1: Shape(4, FIELD)})
    monkeypatch.setattr("s2kit.widgets.digitiser.geopackage.layer_table", lambda *_: table)
    with pytest.raises(S2kitError, match=r"mine.gpkg would not open again \(.*undo the last"):
        save_layer(file, {1: Shape(4, FIELD), 2: Shape(8, FIELD)})
    assert path.read_bytes() == before


def test_an_empty_layer_and_one_that_became_empty(tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {})
    assert again(path) == {}
    file = save_layer(open_layer(path, UTM)[0], {3: Shape(4, FIELD)})
    save_layer(file, {})
    assert again(path) == {}
    assert list(gpd.read_file(path).columns) == ["label", "name", "geometry"]
