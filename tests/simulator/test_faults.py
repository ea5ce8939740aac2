"""One simulated scene has the faults that the chapters teach to find, and only that one."""

import geopandas as gpd
import pytest
from shapely import Polygon, box
from small_scenes import small, some_scenes

from s2kit.benchmarks.polygon_checks import check_polygons
from s2kit.benchmarks.rasterise import rasterise
from s2kit.scenes.registration import best_shift, measure_shift
from s2kit.simulator.faults import FAULTY, class_of_a_field_before, outline_crossed
from s2kit.sources.simulated import SimulatedSource


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> SimulatedSource:
    with pytest.MonkeyPatch.context() as patch:
        few = {record.name: record for record in some_scenes()}
        patch.setattr("s2kit.sources.simulated.read_manifest", lambda: few)
        return SimulatedSource(tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("name", [record.name for record in some_scenes()])
def test_the_faults_are_found_where_they_are(source: SimulatedSource, name: str) -> None:
    scene, polygons = source.open(name), source.open_polygons(name)
    assert best_shift(measure_shift(scene)) == ((1, 0) if name == FAULTY else (0, 0))

    findings = check_polygons(polygons, scene).query("finding == 'invalid geometry'")
    assert len(findings) == (name == FAULTY)

    given, ours = source.open_mask(name).to_numpy(), rasterise(polygons, scene).to_numpy()
    of_a_field = ((given == 5) & (ours == 9)) | ((given == 9) & (ours == 5))
    assert of_a_field.any() == (name == FAULTY)
    assert (given == ours).all() == (name != FAULTY)


def test_it_is_a_test_scene() -> None:
    assert small(FAULTY).split == "test"


def test_the_outline_with_the_fewest_corners_is_crossed() -> None:
    seven = Polygon([(0, 0), (2, 0), (4, 0), (4, 4), (2, 5), (0, 4), (-1, 2)])
    layer = gpd.GeoDataFrame({"label": [4, 5]}, geometry=[seven, box(9, 9, 12, 12)], crs=32633)
    spoilt = outline_crossed(layer)
    assert spoilt.geometry.is_valid.tolist() == [True, False]
    assert layer.geometry.is_valid.all()
    triangle = gpd.GeoDataFrame({"label": [4]}, geometry=[Polygon([(0, 0), (1, 0), (0, 1)])])
    assert outline_crossed(triangle).geometry.is_valid.all()


def test_the_field_of_median_area_had_another_class() -> None:
    fields = [box(0, 0, side, side) for side in (5, 9, 7, 99)]
    layer = gpd.GeoDataFrame({"label": [9, 9, 5, 1]}, geometry=fields, crs=32633)
    assert class_of_a_field_before(layer).label.tolist() == [9, 9, 9, 1]
    assert class_of_a_field_before(layer[3:]).label.tolist() == [1]
