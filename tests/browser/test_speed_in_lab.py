"""How fast the comparison answers a hand; run with ``-s`` to see the figures."""

import statistics

import pytest

pytestmark = pytest.mark.browser

SETUP = """
import numpy as np
import xarray as xr
import rioxarray
from s2kit.widgets.comparison import Comparison
from s2kit.scenes.bands import BAND_NAMES

def layer(values):
    rows, columns = values.shape[-2:]
    y, x = 5652245 - 10 * np.arange(rows), 585425 + 10 * np.arange(columns)
    bands = {"band": list(BAND_NAMES)} if values.ndim == 3 else {}
    data = xr.DataArray(values, dims=("band", "y", "x")[-values.ndim:],
                        coords={"y": y, "x": x, **bands})
    return data.rio.write_crs(32633)

random = np.random.default_rng(7)
def codes(size):
    return layer(random.integers(0, 11, (size, size), dtype="uint8"))
def scene(size):
    return layer(random.random((10, size, size), dtype="float32"))
def sure(size):
    return layer(random.random((size, size), dtype="float32"))
"""
EIGHT = """
Comparison({"June": scene(401), "July": scene(401), "our map": codes(401),
            "their map": codes(401), "reference": codes(401), "old map": codes(401),
            "confidence": sure(401)})
"""
TILE = 'Comparison({"our map": codes(10980), "their map": codes(10980)})'
WATCH = """() => {
    const stage = document.querySelector(".s2kit-stage");
    let moved = null;
    window.waits = [];
    stage.addEventListener("pointermove", (event) => { moved ??= event.timeStamp; }, true);
    new MutationObserver(() => {
        if (moved === null) return;
        const since = moved;
        moved = null;
        // Drawn in this frame: seen when the next one begins.
        requestAnimationFrame(() => window.waits.push(performance.now() - since));
    }).observe(stage, { attributeFilter: ["data-drawn"] });
}"""


def drag_slowly(notebook, start, end):
    """Drag in forty steps and return the milliseconds from each move to the frame showing it."""
    notebook.page.evaluate("window.waits = []")
    notebook.page.mouse.move(*start)
    notebook.page.mouse.down()
    notebook.page.mouse.move(*end, steps=40)
    notebook.page.mouse.up()
    notebook.until("window.waits.length >= 10")
    return notebook.page.evaluate("window.waits")


@pytest.mark.parametrize(("name", "cell"), [("eight layers", EIGHT), ("whole tile", TILE)])
def test_a_drag_is_answered_within_a_tenth_of_a_second(lab, name, cell):
    notebook = lab.open(name, [SETUP, cell])
    notebook.page.locator(".s2kit-live[data-ready='true'] [data-counted]").wait_for()
    notebook.canvas.scroll_into_view_if_needed()
    notebook.page.evaluate(WATCH)
    box = notebook.canvas.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    waits = {"swipe": drag_slowly(notebook, middle, (middle[0] + 200, middle[1]))}
    for mode in ("Blend", "Side by side"):
        notebook.page.get_by_role("radio", name=mode).click()
        for _ in range(3):
            notebook.page.get_by_role("button", name="Zoom in").click()
        waits[f"{mode.lower()}, pan"] = drag_slowly(
            notebook, (middle[0] - 100, middle[1]), (middle[0] - 250, middle[1] - 100)
        )
    notebook.close()
    for action, times in waits.items():
        median, most = statistics.median(times), max(times)
        print(f"{name}, {action}: median {median:.0f} ms, longest {most:.0f} ms")
        assert median < 100
