"""Reading, checking and repairing reference polygons."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import xarray as xr
from shapely import LineString, MultiPolygon, Point, Polygon, box

from s2kit.benchmarks.polygon_checks import check_polygons, repair_polygons
from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError

X, Y = 500_000, 5_600_060


def block(left: float, top: float, right: float, bottom: float) -> Polygon:
    return box(X + 10 * left, Y - 10 * bottom, X + 10 * right, Y - 10 * top)


BOW_TIE = Polygon([(X, Y), (X + 40, Y - 40), (X + 40, Y), (X, Y - 40)])


def save(path: Path, crs: int | None = 32633, **columns: object) -> Path:
    columns.setdefault("geometry", [block(0, 0, 2, 2), block(3, 3, 5, 5)])
    gpd.GeoDataFrame(columns, crs=crs).to_file(path)
    return path


@pytest.mark.parametrize("name", ["label", "DN", "Class", "code", "anything"])
def test_the_label_column_is_found(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / "reference.gpkg", note=["road", "wood"], **{name: [7, 1]})
    polygons = read_polygons(path)
    assert list(polygons.columns) == ["label", "geometry"]
    assert polygons.label.tolist() == [7, 1]
    assert polygons.crs == 32633


@pytest.mark.parametrize("lost", [float("nan"), float("inf")])
def test_a_coordinate_that_is_no_number_is_refused(tmp_path: Path, lost: float) -> None:
    broken = Polygon([(X, Y), (X + 40, Y), (X + 40, lost), (X, Y - 40)])
    path = save(tmp_path / "fields.gpkg", label=[7, 1], geometry=[block(0, 0, 2, 2), broken])
    with pytest.raises(S2kitError, match="row 2 has a coordinate that is no finite number"):
        read_polygons(path)


def test_the_label_column_can_be_named(tmp_path: Path) -> None:
    path = save(tmp_path / "reference.gpkg", label=[7, 1], second=[2, 3])
    assert read_polygons(path, "second").label.tolist() == [2, 3]


def test_codes_stored_as_whole_floats_or_text_are_codes(tmp_path: Path) -> None:
    path = save(tmp_path / "reference.gpkg", label=[7.0, 1.0], text=["2", "3"])
    assert read_polygons(path).label.tolist() == [7, 1]
    assert read_polygons(path, "text").label.tolist() == [2, 3]


def test_errors_say_what_is_missing_and_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(S2kitError, match="does not exist"):
        read_polygons(tmp_path / "none.gpkg")
    path = save(tmp_path / "two.gpkg", first=[1, 2], second=[3, 4])
    with pytest.raises(S2kitError, match=r"--label.*first, second"):
        read_polygons(path)
    with pytest.raises(S2kitError, match=r"no column 'third'.*first, second"):
        read_polygons(path, "third")
    path = save(tmp_path / "text.gpkg", label=["7", "wood"])
    with pytest.raises(S2kitError, match=r"row 2 holds 'wood'"):
        read_polygons(path)
    path = save(tmp_path / "half.gpkg", label=[7, 1.5])
    with pytest.raises(S2kitError, match=r"row 2 holds .*1\.5"):
        read_polygons(path)
    path = save(tmp_path / "crs.shp", crs=None, label=[7, 1])
    with pytest.raises(S2kitError, match="names no CRS"):
        read_polygons(path)
    path = save(tmp_path / "points.gpkg", label=[1], geometry=[Point(X, Y)])
    with pytest.raises(S2kitError, match="holds Point"):
        read_polygons(path)
    (tmp_path / "broken.gpkg").write_text("not a database")
    with pytest.raises(S2kitError, match="no vector file"):
        read_polygons(tmp_path / "broken.gpkg")
    layers = tmp_path / "layers.gpkg"
    save(layers, label=[1, 2])
    gpd.read_file(layers).to_file(layers, layer="second")
    with pytest.raises(S2kitError, match=r"2 layers \(layers, second\)"):
        read_polygons(layers)


def test_sound_polygons_have_no_findings(grid: xr.DataArray) -> None:
    sound = gpd.GeoDataFrame(
        {"label": [1, 9]}, geometry=[block(0, 0, 2, 2), block(2, 0, 4, 2)], crs=32633
    )
    assert check_polygons(sound, grid).empty


def test_every_finding_names_polygon_and_fault(grid: xr.DataArray) -> None:
    polygons = gpd.GeoDataFrame(
        {"label": [0, 1, 2, 3, 4, 5]},
        geometry=[
            block(0, 4, 1, 5),  # class number
            BOW_TIE,  # invalid, overlaps the next one
            block(3, 0, 5, 2),
            block(7, 4, 9, 5),  # half outside
            block(2.6, 5.6, 2.9, 5.9),  # between pixel centres
            None,
        ],
        crs=32633,
    )
    found = check_polygons(polygons, grid)
    assert list(found[["polygon", "finding"]].itertuples(index=False, name=None)) == [
        (0, "class number"),
        (5, "empty"),
        (1, "invalid geometry"),
        (1, "overlap"),
        (3, "outside the scene"),
        (4, "no pixel"),
    ]
    details = dict(zip(found.finding, found.detail, strict=True))
    assert details["outside the scene"] == "100 of 200 m²"
    assert details["overlap"].endswith("shared with polygon 2 (class 2)")


def test_another_crs_is_a_finding_and_the_rest_is_still_checked(grid: xr.DataArray) -> None:
    polygons = gpd.GeoDataFrame({"label": [11]}, geometry=[block(0, 0, 2, 2)], crs=32633)
    found = check_polygons(polygons.to_crs(4326), grid)
    assert found.finding.tolist() == ["CRS", "class number"]
    assert pd.isna(found.polygon[0])


def test_without_a_crs_nothing_can_be_checked(grid: xr.DataArray) -> None:
    nowhere = gpd.GeoDataFrame({"label": [1]}, geometry=[block(0, 0, 2, 2)])
    with pytest.raises(S2kitError, match="polygons name no CRS"):
        check_polygons(nowhere, grid)


def test_repair_keeps_labels_and_areas() -> None:
    ring_touching_itself = Polygon([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)])
    polygons = gpd.GeoDataFrame(
        {"label": [4, 5, 6, 7]},
        geometry=[ring_touching_itself, BOW_TIE, None, Polygon([(0, 0), (1, 1), (2, 2)])],
        crs=32633,
    )
    mended = repair_polygons(polygons)
    assert mended.label.tolist() == [4, 5]
    assert mended.geometry.is_valid.all()
    assert mended.geometry.area.tolist() == [8, 800]
    assert mended.crs == polygons.crs
    assert isinstance(mended.geometry.iloc[1], MultiPolygon)


def test_repair_drops_the_lines_left_over_from_a_spike() -> None:
    spike = Polygon([(0, 0), (4, 0), (4, 4), (4, 9), (4, 4), (0, 4)])
    mended = repair_polygons(gpd.GeoDataFrame({"label": [1]}, geometry=[spike], crs=32633))
    assert mended.geometry.iloc[0].equals(box(0, 0, 4, 4))
    assert mended.geometry.iloc[0].intersection(LineString([(4, 5), (4, 9)])).is_empty
