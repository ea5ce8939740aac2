"""What we write, opened in real QGIS; skipped where the system's Python has none."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from rasterio.crs import CRS
from shapely import box

import s2kit
from s2kit.__main__ import cli
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import PAPER
from s2kit.widgets.digitiser.drawing import Shape
from s2kit.widgets.digitiser.geopackage import new_layer, save_layer

SIDE = 96
BOUNDS = [500_000, 5_600_000 - 10 * SIDE, 500_000 + 10 * SIDE, 5_600_000]
CLASSES = [[f"{c.code} {c.name}", c.colour.lower()] for c in PAPER.classes]


@pytest.fixture(scope="module")
def qgis_python() -> str:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    probe = [python or "false", "-c", "import qgis.core"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("needs QGIS: apt-get install python3-qgis qgis-providers")
    return str(python)


def opened(python: str, folder: Path, *names: str) -> list[dict]:
    """Return what QGIS sees of files; FOLDER/seen.N.png is how it draws the N-th."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
    look = Path(__file__).with_name("look.py")
    command = [python, str(look), str(folder / "seen.png"), *(str(folder / name) for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def drawn(folder: Path, number: int) -> np.ndarray:
    """Return how QGIS drew a layer, as #rrggbb (y, x)."""
    with Image.open(folder / f"seen.{number}.png") as image:
        pixels = np.asarray(image.convert("RGB")).astype(int) @ (0x10000, 0x100, 1)
    return np.vectorize("#{:06x}".format)(pixels)


def test_a_map_and_what_lies_beside_it_open_in_their_colours(
    qgis_python: str, tmp_path: Path
) -> None:
    numbers = (s2kit.example_scene(SIDE) * 10_000 + 1000).round().astype("uint16")
    numbers.attrs = {"long_name": BAND_NAMES}
    numbers.rio.to_raster(tmp_path / "scene.tif")
    done = CliRunner().invoke(
        cli,
        ["classify", str(tmp_path / "scene.tif"), "--no-turns", "--out", str(tmp_path / "map.tif"),
         "--confidence", str(tmp_path / "sure.tif"),
         "--applicability", str(tmp_path / "unlike.tif"),
         "--polygons", str(tmp_path / "areas.gpkg")],
    )  # fmt: skip
    assert done.exit_code == 0, done.output

    seen = opened(qgis_python, tmp_path, "map.tif", "sure.tif", "unlike.tif", "areas.gpkg")
    for layer in seen:
        assert (layer["valid"], layer["crs"], layer["extent"]) == (True, "EPSG:32633", BOUNDS)
    codes, sure, unlike, areas = seen
    assert (codes["renderer"], codes["legend"]) == ("paletted", CLASSES)
    assert (areas["renderer"], areas["legend"]) == ("categorizedSymbol", CLASSES)
    assert {each["renderer"] for each in (sure, unlike)} == {"singlebandpseudocolor"}
    assert [label for label, _ in sure["legend"]][-2:] == ["0.8 to 0.9", "above 0.9"]
    assert [label for label, _ in unlike["legend"]][-2:] == ["0.75 to 1", "above 1"]

    class_map = s2kit.read_class_map(tmp_path / "map.tif").to_numpy()
    colour = {c.code: c.colour.lower() for c in PAPER.classes}
    expected = np.vectorize(colour.get)(class_map)[2::4, 2::4]
    # 240 pixels of the picture for 96 of the map: ten for four
    assert (drawn(tmp_path, 0)[6::10, 6::10] == expected).mean() > 0.98


def test_a_season_opens_and_the_longest_bare_field_is_drawn(
    qgis_python: str, tmp_path: Path
) -> None:
    mask = s2kit.rasterise(s2kit.example_polygons(SIDE), s2kit.example_scene(SIDE))
    for month, code in ((4, 5), (6, 9), (8, 5)):
        field = mask.copy(data=np.where(mask == 5, code, mask).astype("uint8"))
        s2kit.write_class_map(tmp_path / f"scenes/map_2023{month:02d}01.tif", field)
    s2kit.example_polygons(SIDE).to_file(tmp_path / "fields.gpkg")
    done = CliRunner().invoke(
        cli,
        ["monitor", str(tmp_path / "scenes"), "--parcels", str(tmp_path / "fields.gpkg"),
         "--out", str(tmp_path / "year")],
    )  # fmt: skip
    assert done.exit_code == 0, done.output

    names = [f"year/{name}" for name in ("bare_days.tif", "parcels.gpkg", "stack.nc")]
    days, parcels, stack = opened(qgis_python, tmp_path, *names)
    assert (days["renderer"], parcels["renderer"]) == ("singlebandpseudocolor", "graduatedSymbol")
    assert (stack["renderer"], stack["legend"], stack["bands"]) == ("paletted", CLASSES, 3)
    for number, layer in enumerate((days, parcels)):
        label, colour = layer["legend"][-1]
        assert label.endswith(" bare days")
        assert (drawn(tmp_path, number) == colour).mean() > 0.05


def test_a_benchmark_that_was_drawn_opens_in_the_colours_of_its_classes(
    qgis_python: str, tmp_path: Path
) -> None:
    file = new_layer(tmp_path / "mine.gpkg", CRS.from_epsg(32633))
    save_layer(file, {1: Shape(5, box(500_000, 5_599_000, 500_100, 5_599_100))})
    (mine,) = opened(qgis_python, tmp_path, "mine.gpkg")
    assert (mine["renderer"], mine["features"]) == ("categorizedSymbol", 1)
    assert mine["legend"] == CLASSES
