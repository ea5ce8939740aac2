"""Labels of one's own on the grid of their image: polygons or a mask."""

import geopandas as gpd
import numpy as np
import pytest
from own_files import LEFT, TOP, write_fields, write_image, write_mask
from rasterio.transform import from_origin
from shapely import box

from s2kit.benchmarks.labels import read_labels
from s2kit.benchmarks.polygon_checks import class_conflicts
from s2kit.errors import S2kitError
from s2kit.scenes.raster import read_scene


@pytest.fixture
def scene(tmp_path):
    return read_scene(write_image(tmp_path / "image.tif"), 0)


@pytest.fixture
def halves():
    """A mask of two classes on the image's grid."""
    values = np.full((64, 64), 5)
    values[:, :32] = 9
    return values


def test_polygons_in_another_crs_are_moved_onto_the_image(tmp_path, scene):
    here = read_labels(write_fields(tmp_path / "utm.gpkg"), scene)
    moved = read_labels(write_fields(tmp_path / "degrees.geojson", crs=4326), scene)
    assert sorted(np.unique(here)) == [0, 5, 9]
    assert (here != moved).mean() < 0.01
    assert moved.rio.crs == scene.rio.crs


def test_a_mask_on_the_images_grid_is_taken_as_it_is(tmp_path, scene, halves):
    mask = read_labels(write_mask(tmp_path / "mask.tif", halves), scene)
    assert (mask.to_numpy() == halves).all()
    assert mask.name == scene.name


def test_pixels_without_image_data_are_unlabelled(tmp_path, scene, halves):
    scene[:, :10] = np.nan
    mask = read_labels(write_mask(tmp_path / "mask.tif", halves), scene)
    assert (mask[:10] == 0).all()
    assert (mask[10:] != 0).all()


def test_masks_that_do_not_fit(tmp_path, scene, halves):
    shifted, zone = from_origin(LEFT + 5, TOP, 10, 10), "EPSG:32634"
    bad = {
        write_mask(tmp_path / "zone.tif", halves, crs=zone): "has the CRS EPSG:32634, its image",
        write_mask(tmp_path / "cut.tif", halves[:40]): r"has 40 × 64 pixels .* warp it onto",
        write_mask(tmp_path / "moved.tif", halves, transform=shifted): "warp it onto the image's",
        write_mask(tmp_path / "alien.tif", halves + 20): "no class codes",
        write_mask(tmp_path / "empty.tif", halves * 0): "labels no pixel of the image",
        tmp_path / "none.tif": "no readable raster",
    }
    for path, message in bad.items():
        with pytest.raises(S2kitError, match=message) as told:
            read_labels(path, scene)
        assert str(path) in str(told.value)


def test_polygons_that_do_not_fit(tmp_path, scene):
    point = gpd.GeoDataFrame({"label": [9]}, geometry=[box(LEFT + 1, TOP - 3, LEFT + 3, TOP - 1)])
    point.set_crs(32633).to_file(tmp_path / "tiny.gpkg")
    bad = {
        write_fields(tmp_path / "far.gpkg", left=LEFT + 90_000): "does not overlap its image",
        write_fields(tmp_path / "alien.gpkg", labels=(9, 12)): "polygon 2 has class 12",
        tmp_path / "tiny.gpkg": "labels no pixel of the image",
        tmp_path / "none.gpkg": "does not exist",
    }
    for path, message in bad.items():
        with pytest.raises(S2kitError, match=message) as told:
            read_labels(path, scene)
        assert str(path) in str(told.value)


def test_labels_only_where_the_image_has_no_data(tmp_path, scene, halves):
    halves[10:] = 0
    scene[:, :10] = np.nan
    with pytest.raises(S2kitError, match="labels only pixels without image data"):
        read_labels(write_mask(tmp_path / "mask.tif", halves), scene)


def test_a_mask_has_no_columns(tmp_path, scene, halves):
    with pytest.raises(S2kitError, match="is a mask and has no column 'DN'"):
        read_labels(write_mask(tmp_path / "mask.tif", halves), scene, "DN")


def test_overlaps_count_only_between_different_classes():
    fields = [box(0, 0, 30, 20), box(20, 0, 50, 20), box(40, 0, 60, 20), box(59.99, 0, 80, 20)]
    polygons = gpd.GeoDataFrame({"label": [4, 9, 9, 5]}, geometry=fields, crs=32633)
    assert class_conflicts(polygons) == ["polygons 1 (class 4) and 2 (class 9) share 200 m²"]
