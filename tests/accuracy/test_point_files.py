"""Samples of points as files: what comes back, and what is refused."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from class_maps import codes_of, labelled

from s2kit.accuracy.point_files import read_points, write_points
from s2kit.errors import S2kitError


@pytest.fixture
def points() -> gpd.GeoDataFrame:
    return labelled(codes_of(1), codes_of(2), 40)[1]


def test_what_is_written_comes_back_and_the_mapped_class_is_not_seen(
    points: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    points.loc[[3, 8], "label"] = pd.NA
    points["skipped"] = points.index == 8
    path = tmp_path / "points.gpkg"
    write_points(path, points)
    assert set(gpd.read_file(path).columns) == {"id", "label", "skipped", "geometry"}
    back = read_points(path)
    for name in ("id", "stratum", "label", "skipped"):
        pd.testing.assert_series_equal(back[name], points[name], check_names=False)
    assert back.geometry.equals(points.geometry)
    assert back.attrs["pixels"] == points.attrs["pixels"]
    write_points(path, points, show_stratum=True)
    assert gpd.read_file(path).stratum.to_list() == points.stratum.to_list()


def test_labels_columns_and_rows_of_another_program(
    points: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """As QGIS leaves it: the metadata stay, a column and a label are new, a row is gone."""
    path = tmp_path / "points.gpkg"
    write_points(path, points)
    table = read_points(path).assign(note="seen in the field")
    table.loc[0, "label"] = 5
    attributes = table.attrs
    table = table.drop(index=7)
    table.attrs = {**attributes, "lost": {"8": int(points.stratum[7])}}
    write_points(path, table)
    back = read_points(path)
    assert back.note.unique().tolist() == ["seen in the field"]
    assert back.label[0] == 5
    assert (len(back), back.attrs["drawn"]) == (39, 40)
    write_points(path, back)
    assert read_points(path).attrs["drawn"] == 40


def test_a_sample_of_someone_elses_design(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "theirs.geojson"
    points.assign(label=points.label.astype(float)).to_file(path)
    back = read_points(path)
    assert back.stratum.to_list() == points.stratum.to_list()
    assert "pixels" not in back.attrs


def test_what_is_no_sample(points: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "points.gpkg"
    with pytest.raises(S2kitError, match="does not exist; give a vector file of sample points"):
        read_points(path)
    with pytest.raises(S2kitError, match=r"must end in \.gpkg"):
        write_points(tmp_path / "points.shp", points)
    no_stratum = points.drop(columns="stratum")
    bad = [
        (no_stratum, "does not say which class of the map each point was drawn from"),
        (points.drop(columns="id"), "has no column 'id'"),
        (points.assign(label="forest"), "point 1: label holds 'forest', no whole number"),
        (points.assign(label=4.5), "point 1: label holds '4.5'"),
        (points.assign(id=pd.array([pd.NA, *points.id[1:]], dtype="Int64")), "row 1 has no id"),
        (points.assign(stratum=pd.array([pd.NA] * 40, dtype="Int64")), "point 1 was not drawn"),
        (points.set_geometry(points.buffer(5)), "holds Polygon where sample points"),
    ]
    for table, message in bad:
        path.unlink(missing_ok=True)
        table.to_file(path)
        with pytest.raises(S2kitError, match=message):
            read_points(path)
    extra = gpd.GeoDataFrame(
        {"id": [99], "label": [4], "skipped": [False]},
        geometry=[shapely.Point(*points.geometry[0].coords)], crs=points.crs,
    )  # fmt: skip
    path.unlink()
    write_points(path, points)
    extra.to_file(path, mode="a")
    with pytest.raises(S2kitError, match="point 99 was not drawn with the others"):
        read_points(path)
