"""A digitiser in a notebook, and what a hand does with it."""

from pathlib import Path

from shapely import box

from s2kit.benchmarks.polygons import read_polygons

SIZE = 60
LEFT, TOP = 585420, 5652250
SETUP = """
import uuid
import geopandas as gpd
import numpy as np
import xarray as xr
import rioxarray
from shapely import Polygon, box
from s2kit.widgets.digitiser import Digitiser
from s2kit.scenes.bands import BAND_NAMES

size = 60
y, x = 5652245 - 10 * np.arange(size), 585425 + 10 * np.arange(size)
row, column = np.mgrid[:size, :size]
values = np.stack([np.where(row < 30, 0.05, 0.1 + 0.03 * band) for band in range(10)])
scene = xr.DataArray(values.astype("float32"), dims=("band", "y", "x"), name="strzegom_20220719",
                     coords={"band": list(BAND_NAMES), "y": y, "x": x}).rio.write_crs(32633)
scene.attrs["attribution"] = "contains modified Copernicus Sentinel data 2022"
other = (scene / 3).rename("strzegom_20221012")
forest = gpd.GeoDataFrame({"label": [1, 5]}, crs=32633, geometry=[
    box(585430, 5651660, 585530, 5651760), box(585560, 5651660, 585660, 5651760)])
"""
WIDGET = """
path = f"{uuid.uuid4().hex}.gpkg"
digitiser = Digitiser(path, scene, underlays={other.name: other}, permanent={other.name: forest})
digitiser
"""


def block(left, top, right, bottom):
    """Return the outline of some pixels, counted from the upper left."""
    return box(LEFT + 10 * left, TOP - 10 * bottom, LEFT + 10 * right, TOP - 10 * top)


def ready(notebook):
    notebook.widget.wait_for()
    notebook.page.locator(".s2kit-stage[data-drawn]").wait_for()
    notebook.canvas.scroll_into_view_if_needed()


def path_of(notebook):
    return Path(notebook.page.locator(".s2kit-saved").get_attribute("title"))


def saved(notebook):
    """Wait until nothing is on its way to the kernel, and read the file back."""
    notebook.page.locator(".s2kit-saved[data-state=saved]", has_text="✓ saved").wait_for()
    return read_polygons(path_of(notebook))


def clicks(notebook, *corners):
    """Click on corners of pixels, as (column, row)."""
    for column, row in corners:
        notebook.page.mouse.click(*notebook.place(column, row, SIZE))


def corners_of(left, top, right, bottom):
    return (left, top), (right, top), (right, bottom), (left, bottom)


def draw(notebook, left, top, right, bottom):
    clicks(notebook, *corners_of(left, top, right, bottom))
    notebook.page.keyboard.press("Enter")


def pixels(notebook, code):
    return notebook.page.locator(f"[data-code='{code}'] .s2kit-count").nth(1)
