"""Make the README's pictures of the widgets, from the real scenes.

    S2KIT_DATA=authors python tests/browser/pictures.py

Needs Chromium.
"""

import io
import sys
import tempfile
from pathlib import Path

from lab import Lab, Notebook, find_chromium, jupyter_lab
from PIL import Image

FIGURES = Path(__file__).parents[2] / "notebooks" / "figures"
SCENE = """
from s2kit.settings import course_source
source = course_source()
source.fetch()
name = source.available(split="test")[0]
scene = source.open(name)
"""
DIGITISER = """
from s2kit.widgets.digitiser import Digitiser
dates = source.available(split="train", area=source.record(name).area)
digitiser = Digitiser(
    "benchmark.gpkg", scene, start=source.open_polygons(name),
    underlays={each: source.open(each) for each in dates},
)
digitiser
"""
COMPARISON = """
from s2kit.benchmarks.rasterise import rasterise
from s2kit.maps.classify import class_map, class_probabilities, confidence
from s2kit.widgets.comparison import Comparison
from s2kit.network.weights import load_network, shipped_weights
network = load_network(shipped_weights(source.name))
probabilities = class_probabilities(network, scene)
layers = {"image": scene, "our map": class_map(probabilities),
          "the authors' map": source.open_class_map(name), "confidence": confidence(probabilities)}
Comparison(layers | {"reference": rasterise(source.open_polygons(name), like=scene)},
           left="image", mapped="our map", reference="the authors' map")
"""


def comparison(lab: Lab) -> Notebook:
    """Open the comparison, the pointer on a field."""
    notebook = lab.open("comparison", [SCENE, COMPARISON])
    notebook.page.locator(".s2kit-live[data-ready='true'] [data-counted]").wait_for()
    notebook.canvas.scroll_into_view_if_needed()
    notebook.page.mouse.move(*notebook.place(250, 105, 401))
    notebook.page.locator(".s2kit-caption", has_text="mean of").wait_for()
    return notebook


def digitiser(lab: Lab) -> Notebook:
    """Open the digitiser on the benchmark of the scene, an outline half drawn."""
    notebook = lab.open("digitiser", [SCENE, DIGITISER])
    notebook.page.locator(".s2kit-digitise[data-polygons]").wait_for()
    notebook.canvas.scroll_into_view_if_needed()
    notebook.canvas.focus()
    notebook.page.keyboard.press("9")
    notebook.page.keyboard.press("+")
    # The field in the north-west, its outline all but closed.
    box = notebook.canvas.bounding_box()
    assert box is not None
    for right, down in ((0.14, 0.30), (0.22, 0.18), (0.31, 0.24), (0.24, 0.36)):
        x, y = box["x"] + right * box["width"], box["y"] + down * box["height"]
        notebook.page.mouse.click(x, y)
    notebook.page.mouse.move(x - 30, y + 12)
    return notebook


def keep(notebook: Notebook, path: Path) -> None:
    """Write the widget as PNG of 256 colours: a third of the bytes, and it looks alike."""
    picture = Image.open(io.BytesIO(notebook.widget.screenshot())).convert("RGB")
    picture.quantize(256, Image.Quantize.FASTOCTREE).save(path, "png", optimize=True)
    print(f"{path}  {path.stat().st_size / 1000:.0f} kB")


def main(folder: Path) -> None:
    """Make both pictures."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("error: the pictures need Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as place, jupyter_lab(Path(place), chromium) as lab:
        for make in (comparison, digitiser):
            notebook = make(lab)
            keep(notebook, folder / f"{make.__name__}.png")
            if folder != FIGURES:
                notebook.dark(True)
                keep(notebook, folder / f"{make.__name__}_dark.png")
                notebook.dark(False)
            notebook.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FIGURES)
