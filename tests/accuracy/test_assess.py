"""A class map against a mask or polygons, in one call."""

from pathlib import Path

import geopandas as gpd
import pytest
import xarray as xr
from shapely import Polygon, box

from s2kit.accuracy.assess import assess
from s2kit.audit.printed_tables import printed_matrix
from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.codes import read_codes

ARCHIVE = "9a386bc732a5645fd8df0b10a1c6edec9c18a3be"
X, Y = 500_000, 5_600_060


def block(left: float, top: float, right: float, bottom: float) -> Polygon:
    return box(X + 10 * left, Y - 10 * bottom, X + 10 * right, Y - 10 * top)


def test_a_mask_gives_the_pixel_approach_only(grid: xr.DataArray) -> None:
    class_map, mask = xr.full_like(grid, 4), xr.full_like(grid, 4)
    mask[0, :] = 5
    class_map[:, 0] = 0
    result = assess(class_map, mask)
    assert result.pixel_oa == pytest.approx(35 / 42)
    assert result.unmapped_pixels == 6
    assert result.objects is None
    assert result.object_oa != result.object_oa  # NaN


def test_polygons_give_both_and_say_what_was_left_out(grid: xr.DataArray) -> None:
    class_map = xr.full_like(grid, 4)
    class_map[5, :] = 0
    bow_tie = Polygon([(X + 40, Y), (X + 80, Y - 40), (X + 80, Y), (X + 40, Y - 40)])
    polygons = gpd.GeoDataFrame(
        {"label": [4, 5, 9, 4]},
        geometry=[block(0, 0, 2, 2), block(2, 0, 4, 2), block(0, 5, 2, 6), bow_tie],
        crs=32633,
    )
    result = assess(class_map, polygons)
    assert result.objects is not None
    assert result.objects.to_numpy().sum() == 2
    assert result.object_oa == 0.5
    assert result.unmapped_pixels == 2
    assert result.unmapped_polygons == 1
    assert result.invalid_polygons == 1
    assert result.pixels.to_numpy().sum() > 8  # the bow tie's pixels count


def test_a_reference_of_another_place_is_an_error(grid: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match="same place"):
        assess(xr.full_like(grid, 4), xr.zeros_like(grid))


@pytest.mark.parametrize(
    ("class_map", "reference", "table", "invalid"),
    [
        ("strzegom_20230709_33u_class.tif", "strzegom_ref.gpkg", 4, 0),
        ("kolbuszowa_20210725_34u_class.tif", "kolbuszowa_ref.gpkg", 8, 15),
    ],
)
def test_the_authors_maps_give_the_papers_object_tables(
    mirror: Path, class_map: str, reference: str, table: int, invalid: int
) -> None:
    folder = mirror / ARCHIVE
    result = assess(
        read_codes(folder / "accuracy_analysis" / class_map),
        read_polygons(folder / "test_mask" / reference),
    )
    assert result.objects is not None
    assert result.objects.equals(printed_matrix(table))
    assert result.invalid_polygons == invalid


def test_kolbuszowas_reference_raster_gives_table_7(mirror: Path) -> None:
    folder = mirror / ARCHIVE
    result = assess(
        read_codes(folder / "accuracy_analysis" / "kolbuszowa_20210725_34u_class.tif"),
        read_codes(folder / "test_mask" / "kolbuszowa_20210725_ref.tif"),
    )
    assert result.pixels.equals(printed_matrix(7))
