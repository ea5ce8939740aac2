"""The digitiser's file: as QGIS makes it, and never lost."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from rasterio.crs import CRS
from shapely import Polygon, box

from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.nomenclature import PAPER
from s2kit.widgets.digitiser.drawing import Shape
from s2kit.widgets.digitiser.geopackage import new_layer, open_layer, save_layer

UTM = CRS.from_epsg(32633)
X, Y = 500_000, 5_600_000
FIELD, POND = box(X, Y, X + 50, Y + 50), box(X + 60, Y, X + 80, Y + 20)


@pytest.fixture
def qgis_file(tmp_path: Path) -> Path:
    """Make a layer as somebody drew it in QGIS: gaps in the fids, an own column, a stored style."""
    path = tmp_path / "from qgis.gpkg"
    columns = {"fid": [3, 9], "Class": [4, 8], "owner": ["Nowak", None]}
    table = gpd.GeoDataFrame(
        {**columns, "area": pd.array([17, None], dtype="Int64")}, geometry=[FIELD, POND], crs=32633
    )
    table.to_file(path, layer="fields 2022")
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)")
        database.execute("INSERT INTO layer_styles (styleQML) VALUES ('<qgis/>')")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
    return path


def test_a_new_file_has_the_layout_that_qgis_users_expect(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mine.gpkg"
    save_layer(new_layer(path, UTM), {1: Shape(4, FIELD), 2: Shape(8, POND)})
    listed = gpd.list_layers(path)
    assert listed.to_numpy().tolist() == [["mine", "MultiPolygon"]]
    table = gpd.read_file(path, fid_as_index=True)
    assert table.crs == 32633
    assert table.index.to_list() == [1, 2]
    assert table.label.to_list() == [4, 8]
    assert table.name.to_list() == ["mature crops", "water"]
    assert read_polygons(path).geometry.geom_equals(table.geometry.reset_index(drop=True)).all()
    assert sorted(p.name for p in path.parent.iterdir()) == ["mine.gpkg", "mine.qml"]


def test_the_name_follows_the_class_unless_somebody_gave_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    save_layer(new_layer(path, UTM), {1: Shape(4, FIELD), 2: Shape(8, POND, {"name": "staw"})})
    file, shapes = open_layer(path, UTM)
    save_layer(file, {n: replace(shape, label=5) for n, shape in shapes.items()})
    assert gpd.read_file(path).name.to_list() == ["bare soil", "staw"]


def test_an_empty_drawing_is_a_layer_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    save_layer(file, {})
    _, shapes = open_layer(path, UTM)
    assert shapes == {}


def test_a_layer_of_qgis_keeps_its_columns_numbers_name_and_styles(qgis_file: Path) -> None:
    file, shapes = open_layer(qgis_file, UTM)
    assert (file.layer, file.label_column) == ("fields 2022", "Class")
    assert {n: s.label for n, s in shapes.items()} == {3: 4, 9: 8}
    save_layer(file, {**shapes, 10: Shape(9, FIELD)})
    table = gpd.read_file(qgis_file, layer="fields 2022", fid_as_index=True)
    assert table.index.to_list() == [3, 9, 10]
    assert table.columns.to_list() == ["Class", "owner", "area", "geometry"]
    assert table.owner.fillna("").to_list() == ["Nowak", "", ""]
    assert table["area"].iloc[0] == 17
    with sqlite3.connect(qgis_file) as database:
        assert database.execute("SELECT styleQML FROM layer_styles").fetchall() == [("<qgis/>",)]


def test_invalid_and_empty_geometries_come_and_go_unchanged(tmp_path: Path) -> None:
    bow_tie = Polygon([(X, Y), (X + 40, Y + 40), (X + 40, Y), (X, Y + 40)])
    path = tmp_path / "broken.gpkg"
    table = gpd.GeoDataFrame({"DN": [4, 5]}, geometry=[bow_tie, None], crs=32633)
    table.to_file(path)
    file, shapes = open_layer(path, UTM)
    assert not shapes[1].geometry.is_valid
    assert shapes[2].geometry.is_empty
    save_layer(file, shapes)
    _, again = open_layer(path, UTM)
    for number, shape in shapes.items():
        parts = shapely.get_parts(again[number].geometry), shapely.get_parts(shape.geometry)
        assert shapely.equals_exact(*parts).all()


def test_the_style_names_and_colours_the_ten_classes(tmp_path: Path) -> None:
    save_layer(new_layer(tmp_path / "mine.gpkg", UTM), {})
    style = (tmp_path / "mine.qml").read_text()
    assert 'attr="label"' in style
    for c in PAPER.classes:
        assert f'value="{c.code}" type="integer" label="{c.code} {c.name}"' in style
    (tmp_path / "mine.qml").write_text("made in QGIS")
    file, shapes = open_layer(tmp_path / "mine.gpkg", UTM)
    save_layer(file, shapes)
    assert (tmp_path / "mine.qml").read_text() == "made in QGIS"


def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(S2kitError, match=r"mine\.gpkg cannot be written .*No space left"):
        save_layer(file, {})
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.gpkg", "mine.qml"]


def test_changes_of_another_program_are_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    gpd.GeoDataFrame({"label": [8]}, geometry=[POND], crs=32633).to_file(path, layer="mine")
    moved = save_layer(file, {1: Shape(4, FIELD), 2: Shape(5, POND)})
    assert moved.path.name == "mine_2.gpkg"
    assert read_polygons(path).label.to_list() == [8]
    assert read_polygons(moved.path).label.to_list() == [4, 5]
    assert save_layer(moved, {}).path == moved.path


def test_a_file_that_was_only_touched_is_still_ours(tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    os.utime(path, (1, 1))
    assert save_layer(file, {}).path == path


def test_a_file_that_was_deleted_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "mine.gpkg"
    file = save_layer(new_layer(path, UTM), {1: Shape(4, FIELD)})
    path.unlink()
    save_layer(file, {1: Shape(4, FIELD)})
    assert read_polygons(path).label.to_list() == [4]


def test_what_cannot_be_a_benchmark_is_refused(qgis_file: Path, tmp_path: Path) -> None:
    with pytest.raises(S2kitError, match=r"must end in \.gpkg"):
        new_layer(tmp_path / "mine.shp", UTM)
    with pytest.raises(S2kitError, match="CRS EPSG:32633 and the scene EPSG:32634"):
        open_layer(qgis_file, CRS.from_epsg(32634))
    qgis_file.with_name(qgis_file.name + "-wal").write_bytes(b"unsaved")
    with pytest.raises(S2kitError, match="open in another program"):
        open_layer(qgis_file, UTM)
    path = tmp_path / "eleven.gpkg"
    gpd.GeoDataFrame({"label": [4, 11]}, geometry=[FIELD, POND], crs=32633).to_file(path)
    with pytest.raises(S2kitError, match="row 2 has class 11"):
        open_layer(path, UTM)


@pytest.mark.parametrize(
    ("name", "count", "invalid", "column"),
    [("strzegom_ref.gpkg", 191, 0, "label"), ("kolbuszowa_ref.gpkg", 213, 15, "DN")],
)
def test_the_authors_layers_open_and_are_saved_whole(
    mirror: Path, tmp_path: Path, name: str, count: int, invalid: int, column: str
) -> None:
    source = next(mirror.rglob(name))
    path = tmp_path / name
    path.write_bytes(source.read_bytes())
    crs = CRS.from_wkt(gpd.read_file(path).crs.to_wkt())
    file, shapes = open_layer(path, crs)
    assert (len(shapes), file.label_column) == (count, column)
    assert sum(not s.geometry.is_valid for s in shapes.values()) == invalid
    save_layer(file, shapes)
    before, after = (gpd.read_file(p, fid_as_index=True) for p in (source, path))
    pd.testing.assert_frame_equal(
        before.drop(columns="geometry"), after.drop(columns="geometry"), check_dtype=False
    )
    assert shapely.equals_exact(before.geometry.to_numpy(), after.geometry.to_numpy()).all()
