"""The comparison widget as the browser talks to it, without a browser."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rioxarray
import xarray as xr
from PIL import Image

from s2kit.accuracy.confusion import pixel_matrix
from s2kit.accuracy.metrics import class_metrics, overall_accuracy
from s2kit.cartography.composite import composite_pixels, false_colour, stretch_limits
from s2kit.errors import S2kitError
from s2kit.maps.applicability import applicability
from s2kit.maps.files import write_class_map
from s2kit.maps.layers import APPLICABILITY
from s2kit.network.weights import load_network
from s2kit.simulator.example import example_scene
from s2kit.widgets.comparison import Comparison
from s2kit.widgets.comparison.layers import kind_of


@pytest.fixture
def reference(class_map: xr.DataArray) -> xr.DataArray:
    """Make a reference of the upper half: water reaches a column further than on the map."""
    codes = class_map.values.copy()
    codes[:5, 5] = 8
    codes[15:] = 0
    return class_map.copy(data=codes)


@pytest.fixture
def confidence(class_map: xr.DataArray) -> xr.DataArray:
    values = np.where(class_map.values == 8, 1.0, 0.424).astype(np.float32)
    values[class_map.values == 0] = np.nan
    return class_map.copy(data=values)


@pytest.fixture
def comparison(
    scene: xr.DataArray, class_map: xr.DataArray, reference: xr.DataArray, confidence: xr.DataArray
) -> Comparison:
    layers = {"FCC": scene, "our map": class_map, "reference": reference, "sure": confidence}
    return Comparison(layers)


@pytest.fixture
def unlike(class_map: xr.DataArray) -> xr.DataArray:
    """Make dissimilarity, as `s2kit.applicability` returns it: water is unlike the training."""
    values = np.where(class_map.values == 8, 1.5, 0.25).astype(np.float32)
    values[0, :3] = (1.0, np.nextafter(np.float32(1), np.float32(2)), 7.0)
    values[class_map.values == 0] = np.nan
    return class_map.copy(data=values).assign_attrs(long_name=APPLICABILITY.description)


Whole = {"top": 0, "left": 0, "bottom": 30, "right": 40}


class Browser:
    """Sends messages to a widget and keeps its answers."""

    def __init__(self, widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.widget = widget
        self.answers: list[tuple[dict[str, Any], list[bytes]]] = []
        monkeypatch.setattr(
            widget, "send", lambda message, buffers=(): self.answers.append((message, buffers))
        )

    def ask(self, **message: Any) -> dict[str, Any]:
        self.widget._receive(self.widget, message, [])
        return self.answers[-1][0]

    def pixels(self, **message: Any) -> npt.NDArray[np.uint8]:
        answer = self.ask(type="pixels", **message)
        shape = (answer["rows"], answer["columns"], -1)
        return np.frombuffer(self.answers[-1][1][0], np.uint8).reshape(shape).squeeze()


@pytest.fixture
def browser(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(comparison, monkeypatch)


def test_layers_are_told_apart_by_what_they_hold(comparison: Comparison) -> None:
    kinds = {layer["name"]: layer["kind"] for layer in comparison.layers}
    assert kinds == {
        "FCC": "scene",
        "our map": "classes",
        "reference": "classes",
        "sure": "confidence",
        "agreement": "agreement",
    }
    assert (comparison.left, comparison.right) == ("our map", "reference")


def test_the_grid_is_told_in_metres(comparison: Comparison) -> None:
    grid = comparison.grid
    assert (grid["left"], grid["top"], grid["dx"], grid["dy"]) == (585420, 5652250, 10, 10)
    assert (grid["crs"], grid["step"]) == ("EPSG:32633", 1)


def test_a_class_map_travels_as_codes_one_byte_a_pixel(
    browser: Browser, class_map: xr.DataArray
) -> None:
    codes = browser.pixels(layer="our map", **Whole)
    np.testing.assert_array_equal(codes, class_map.values)


def test_a_scene_travels_as_its_false_colour_composite(
    browser: Browser, scene: xr.DataArray
) -> None:
    picture = browser.pixels(layer="FCC", **Whole)
    known = scene.notnull().all("band").values
    np.testing.assert_array_equal(picture[..., 3], 255 * known)
    expected = np.rint(255 * false_colour(scene)[known])
    np.testing.assert_array_equal(picture[known, :3], expected)


def test_confidence_travels_as_per_cent_plus_one(browser: Browser) -> None:
    codes = browser.pixels(layer="sure", **Whole)
    assert (codes[0, 0], codes[20, 20], codes[-1, -1]) == (101, 43, 0)
    colours = next(layer["colours"] for layer in browser.widget.layers if layer["name"] == "sure")
    assert len(colours) == 101


def test_applicability_travels_in_fiftieths_with_the_edge_between_two_codes(
    class_map: xr.DataArray, unlike: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(Comparison({"map": class_map, "unlike": unlike}), monkeypatch)
    codes = browser.pixels(layer="unlike", **Whole)
    assert codes[0, :3].tolist() == [50, 51, 100]
    assert (codes[1, 0], codes[20, 20], codes[-1, -1]) == (75, 13, 0)
    (layer,) = (each for each in browser.widget.layers if each["name"] == "unlike")
    opaque = [int(colour[7:], 16) > 200 for colour in layer["colours"]]
    assert opaque == 50 * [False] + 50 * [True]


@pytest.mark.filterwarnings("ignore::s2kit.S2kitWarning")  # the example is small
def test_an_applicability_layer_is_known_as_it_is_returned_and_from_its_file(
    tmp_path: Path,
) -> None:
    scene = example_scene(96)
    returned = applicability(load_network("simulated"), scene)
    assert kind_of("unlike", returned) == "applicability"
    layers = [(tmp_path / "unlike.tif", APPLICABILITY, returned)]
    write_class_map(tmp_path / "map.tif", (scene[0] * 0 + 5).astype("uint8"), layers=layers)
    read = rioxarray.open_rasterio(tmp_path / "unlike.tif", mask_and_scale=True)
    assert kind_of("unlike", read.squeeze("band", drop=True)) == "applicability"


def test_floats_of_unknown_meaning_are_not_taken_for_confidence(
    class_map: xr.DataArray, unlike: xr.DataArray
) -> None:
    for strange, runs in ((unlike.assign_attrs(long_name="?"), "0.25 to 7"), (-unlike, "-7 to")):
        with pytest.raises(S2kitError, match=rf"layer 'b' runs from {runs}.*s2kit.applicability"):
            Comparison({"a": class_map, "b": strange})


def test_agreement_is_made_of_the_two_maps_that_are_compared(browser: Browser) -> None:
    verdict = browser.pixels(layer="agreement", **Whole)
    assert (verdict[0, 0], verdict[0, 5], verdict[20, 20]) == (1, 2, 0)
    browser.widget.mapped = "reference"
    assert browser.answers[-1][0] == {"type": "stale", "layer": "agreement"}
    assert (browser.pixels(layer="agreement", **Whole)[:15] == 1).all()


def test_a_part_is_cut_out_and_thinned(browser: Browser, class_map: xr.DataArray) -> None:
    part = {"top": -3, "left": 2, "bottom": 9, "right": 99, "step": 4}
    codes = browser.pixels(layer="our map", **part)
    np.testing.assert_array_equal(codes, class_map.values[0:9:4, 2:40:4])
    assert browser.answers[-1][0]["right"] == 40


def test_the_table_counts_what_is_in_view(
    browser: Browser, class_map: xr.DataArray, reference: xr.DataArray
) -> None:
    view = {"y": slice(0, 10), "x": slice(2, 20)}
    table = browser.ask(type="view", top=0, bottom=10, left=2, right=20)
    matrix = pixel_matrix(class_map.isel(view), reference.isel(view))
    assert table["pixels"] == matrix.to_numpy().sum()
    assert table["agreement"] == overall_accuracy(matrix)
    assert table["codes"] == [8, 9]
    assert table["matrix"] == matrix.loc[[8, 9], [8, 9]].to_numpy().tolist()
    metrics = class_metrics(matrix).loc[[8, 9]]
    assert (table["pa"], table["ua"]) == (metrics.PA.to_list(), metrics.UA.to_list())


def test_where_nothing_is_comparable_the_table_says_so(browser: Browser) -> None:
    table = browser.ask(type="view", top=20, bottom=30, left=0, right=40)
    assert (table["pixels"], table["agreement"]) == (0, None)


def test_a_pixel_has_classes_a_spectrum_and_the_mean_of_its_class(
    browser: Browser, scene: xr.DataArray, class_map: xr.DataArray
) -> None:
    answer = browser.ask(type="hover", row=10, column=12)
    assert answer["codes"] == {"our map": 9, "reference": 9}
    np.testing.assert_allclose(answer["spectrum"], scene.values[:, 10, 12])
    crops = scene.values[:, class_map.values == 9]
    crops = crops.astype(np.float64)
    np.testing.assert_allclose(answer["mean"], crops.mean(axis=1))
    np.testing.assert_allclose(answer["spread"], crops.std(axis=1), atol=1e-9)
    assert (answer["class"], answer["of"], answer["scene"]) == (9, "our map", "FCC")
    assert answer["values"] == {"sure": pytest.approx(0.424)}


def test_a_pixel_without_data_has_no_numbers(browser: Browser) -> None:
    answer = browser.ask(type="hover", row=29, column=39)
    assert answer["spectrum"] == [None] * 10
    assert answer["values"] == {"sure": None}
    assert "mean" not in answer


def test_a_tile_is_sent_as_an_overview_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    axis = 10 * np.arange(5000.0)
    tile = xr.DataArray(
        np.tile(np.arange(1, 11, dtype=np.uint8), (5000, 500)),
        dims=("y", "x"),
        coords={"y": 6_000_000 - axis, "x": 500_000 + axis},
    ).rio.write_crs(32633)
    comparison = Comparison({"a": tile, "b": tile})
    assert comparison.grid["step"] == 5
    browser = Browser(comparison, monkeypatch)
    whole = {"top": 0, "left": 0, "bottom": 5000, "right": 5000}
    assert browser.pixels(layer="a", step=5, **whole).shape == (1000, 1000)
    table = browser.ask(type="view", **whole)
    assert (table["step"], table["agreement"]) == (3, 1.0)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ({"FCC": "scene"}, "two layers or more"),
        ({"agreement": "class_map", "b": "class_map"}, "name 'agreement' is taken"),
        ({"a": "class_map", "b": "shifted"}, "different grids"),
        ({"a": "class_map", "b": "strange"}, r"the layer 'b' has the dimensions \('x', 'y'\)"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    scene: xr.DataArray, class_map: xr.DataArray, layers: dict[str, str], message: str
) -> None:
    given = {
        "scene": scene,
        "class_map": class_map,
        "shifted": class_map.assign_coords(x=class_map.x + 10),
        "strange": class_map.transpose("x", "y"),
    }
    with pytest.raises(S2kitError, match=message):
        Comparison({name: given[which] for name, which in layers.items()})


def test_unknown_names_are_refused(scene: xr.DataArray, class_map: xr.DataArray) -> None:
    layers = {"FCC": scene, "map": class_map, "mask": class_map}
    with pytest.raises(S2kitError, match=r"no layer 'reference'.*FCC, map, mask"):
        Comparison(layers, right="reference")
    with pytest.raises(S2kitError, match="compares two class maps; choose of map, mask"):
        Comparison(layers, reference="FCC")


def test_without_two_class_maps_there_is_no_table(
    scene: xr.DataArray, class_map: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(Comparison({"FCC": scene, "map": class_map}), monkeypatch)
    browser.widget._receive(browser.widget, {"type": "view", **Whole}, [])
    assert browser.answers == []


def test_the_widget_has_the_same_words_on_every_run_and_a_picture(comparison: Comparison) -> None:
    words = "a comparison of 5 layers, our map and reference first"
    assert repr(comparison) == f"<Comparison: {words}>"
    kind, data = comparison.picture()
    assert kind == "image/jpeg"
    assert Image.open(io.BytesIO(data)).width > 700


def test_the_picture_shows_applicability_in_the_colours_of_the_widget(
    class_map: xr.DataArray, unlike: xr.DataArray
) -> None:
    layers = {"map": class_map, "unlike": unlike.copy(data=np.full_like(unlike, 2.0))}
    picture = Comparison(layers, right="unlike").picture()[1]
    right = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)[150, 450:]
    strongest = [int(layers_colour(layers)[at : at + 2], 16) for at in (1, 3, 5)]
    assert (np.abs(right - strongest).max(axis=1) < 12).mean() > 0.2


def layers_colour(layers: dict[str, xr.DataArray]) -> str:
    """Return the colour of what is most unlike the training."""
    (layer,) = (each for each in Comparison(layers).layers if each["kind"] == "applicability")
    return str(layer["colours"][-1])


def test_what_is_displayed_is_a_sentence_a_picture_and_the_widget(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "s2kit.widgets.viewer.widget.display", lambda data, **_options: shown.append(data)
    )
    comparison._ipython_display_()
    sentence, picture, widget = shown
    assert "run this cell" in sentence["text/html"]
    assert "image/jpeg" in picture
    assert "application/vnd.jupyter.widget-view+json" in widget


def test_the_module_imports_nothing() -> None:
    module = str(Comparison._esm)
    assert "import" not in [line.split(" ")[0] for line in module.splitlines()]
    assert "http" not in module
    assert "export default { render }" in module


def test_a_part_of_a_scene_is_stretched_like_the_whole(scene: xr.DataArray) -> None:
    bands = ("B08", "B04", "B03")
    limits = stretch_limits(scene, bands, "percentile")
    whole = composite_pixels(scene, bands, limits)
    part = composite_pixels(scene.isel(y=slice(0, 9)), bands, limits)
    np.testing.assert_array_equal(part, whole[:9])


def test_dates_name_the_layers_that_a_slider_shows(
    scene: xr.DataArray, class_map: xr.DataArray, reference: xr.DataArray
) -> None:
    layers = {"FCC": scene, "May": class_map, "June": reference}
    dates = {"2023-05-11": ("FCC", "May"), "2023-06-20": ("FCC", "June")}
    comparison = Comparison(layers, dates=dates)
    assert (comparison.left, comparison.right) == ("FCC", "May")
    assert [each["label"] for each in comparison.dates] == list(dates)
    assert comparison.dates[1] == {"label": "2023-06-20", "left": "FCC", "right": "June"}
    with pytest.raises(S2kitError, match="there is no layer 'July'"):
        Comparison(layers, dates={"2023-07-01": ("FCC", "July")})
