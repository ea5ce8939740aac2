"""What an item promises and its rasters do not keep is one clear error."""

from pathlib import Path

import numpy as np
import pystac
import pytest
from rasterio.transform import from_origin
from sentinel_product import LEFT, SIDE, TOP, write_raster

from s2kit.catalogue.read import read_items
from s2kit.errors import S2kitError
from s2kit.scenes.grid import Grid


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("missing", r"has no band B04 \(looked for the assets red, B04, B04_10m"),
        ("crs", r"band B04 .* is in EPSG:32634, but the item declares EPSG:32633"),
        (
            "resolution",
            r"band B04 .* pixels of \(20.0, 20.0\) m; one of uint16 and 10 m was expected",
        ),
        ("layers", r"band B04 .* has layers of uint16, uint16 with"),
        ("shape", r"band B04 .* has the shape \(96, 96\) .* declares \(95, 96\)"),
        ("transform", r"band B04 .* declares \(96, 96\) and \(10.0, 0.0, 585390"),
        ("not a raster", r"B04\.tif is missing or damaged"),
        ("no file", r"B04\.tif answers HTTP 404"),
    ],
)
def test_what_the_item_does_not_keep_is_named(
    change: str,
    message: str,
    remote: pystac.Item,
    grid: Grid,
    tmp_path: Path,
    pauses: list[float],
) -> None:
    file = tmp_path / remote.id / "B04.tif"
    pixels = np.full((SIDE, SIDE), 1500, "uint16")
    red = remote.assets["red"]
    match change:
        case "missing":
            del remote.assets["red"]
        case "crs":
            write_raster(file, pixels, 10, crs="EPSG:32634")
        case "resolution":
            write_raster(file, pixels, 20)
        case "layers":
            write_raster(file, pixels, 10, count=2)
        case "shape":
            red.extra_fields |= {"proj:shape": [SIDE - 1, SIDE]}
        case "transform":
            red.extra_fields |= {
                "proj:shape": [SIDE, SIDE],
                "proj:transform": list(from_origin(LEFT - 10, TOP, 10, 10))[:6],
            }
        case "not a raster":
            file.write_bytes(b"<html>We are down for maintenance</html>" * 100)
        case "no file":
            file.unlink()
    with pytest.raises(S2kitError, match=message):
        read_items([remote], grid)
