"""A source of scenes: five training dates, one validation and one test date of two fields."""

import datetime

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401
import xarray as xr
from rasterio.transform import from_origin
from shapely import box

from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.manifest import SceneRecord
from s2kit.sources import Source

SIZE, LEFT, TOP = 32, 600_000, 5_600_000
SPLITS = ["train"] * 5 + ["validation", "test"]


def listed():
    """Scenes of 2023 in January, February ...; those from April on carry the offset."""
    bounds = (LEFT, TOP - 10 * SIZE, LEFT + 10 * SIZE, TOP)
    records = {}
    for month, split in enumerate(SPLITS, start=1):
        date = datetime.date(2023, month, 1)
        offset = 1000 if month >= 4 else 0
        records[f"tiny_{date:%Y%m%d}"] = SceneRecord(
            f"tiny_{date:%Y%m%d}", "tiny", date, split, "33UWS", 32633, bounds, SIZE, SIZE, offset,
            None, None, None, None, None, "", "", "",
        )  # fmt: skip
    return records


def _on_grid(values, name, **coords):
    dims = ("band", "y", "x")[-values.ndim :]
    steps = 10 * np.arange(SIZE) + 5.0
    array = xr.DataArray(values, coords | {"y": TOP - steps, "x": LEFT + steps}, dims, name)
    array = array.rio.write_crs(32633)
    return array.rio.write_transform(from_origin(LEFT, TOP, 10, 10))


class TinySource(Source):
    """All its scenes are at hand."""

    name = "tiny"
    records = listed()

    def parts(self, name):
        return ("image", "mask", "polygons")

    def is_here(self, name, part):
        return True

    def _get(self, name, part):
        raise NotImplementedError

    def _open(self, name):
        """Growing crops (class 9, bright in the near infrared) on the left, bare soil (5) right."""
        random = np.random.default_rng(self.records[name].date.month)
        bands = random.normal(0.2, 0.02, (10, SIZE, SIZE)).astype("float32")
        bands[6, :, : SIZE // 2] += 0.25
        return _on_grid(bands, name, band=list(BAND_NAMES))

    def _open_mask(self, name):
        codes = np.full((SIZE, SIZE), 5, np.uint8)
        codes[:, : SIZE // 2] = 9
        return _on_grid(codes, name)

    def _open_polygons(self, name):
        """One field in each quarter."""
        fields = [
            box(LEFT + x, TOP - y - 100, LEFT + x + 100, TOP - y)
            for y in (20, 180)
            for x in (20, 180)
        ]
        return gpd.GeoDataFrame({"label": [9, 5, 9, 5]}, geometry=fields, crs=32633)

    def _open_class_map(self, name):
        raise NotImplementedError
