"""The digitising widget as the browser talks to it, without a browser."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from shapely import Point, Polygon, box

from s2kit.benchmarks.polygon_checks import check_polygons
from s2kit.benchmarks.polygons import read_polygons
from s2kit.benchmarks.rasterise import rasterise
from s2kit.cartography.composite import false_colour
from s2kit.errors import S2kitError
from s2kit.scenes.bands import BAND_NAMES
from s2kit.widgets.digitiser import Digitiser
from s2kit.widgets.digitiser.drawing import Shape
from s2kit.widgets.digitiser.findings import Survey

X, Y = 500_000, 5_600_060


def block(left: float, top: float, right: float, bottom: float) -> Polygon:
    """Return the outline of some pixels of the grid, counted from the upper left."""
    return box(X + 10 * left, Y - 10 * bottom, X + 10 * right, Y - 10 * top)


def ring(polygon: Polygon) -> list[list[list[list[float]]]]:
    """Return a polygon as the browser sends it."""
    return [[[list(point) for point in polygon.exterior.coords[:-1]]]]


@pytest.fixture
def scene(grid: xr.DataArray) -> xr.DataArray:
    values = np.random.default_rng(0).random((10, *grid.shape), dtype="float32") / 2
    scene = xr.DataArray(
        values,
        dims=("band", "y", "x"),
        coords={"band": list(BAND_NAMES), "y": grid.y, "x": grid.x},
        name="small_20220719",
        attrs={"attribution": "contains modified Copernicus Sentinel data 2022"},
    )
    written: xr.DataArray = scene.rio.write_crs(32633)
    return written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.gpkg"


class Browser:
    """Sends messages to a digitiser and keeps its answers."""

    def __init__(self, widget: Digitiser, monkeypatch: pytest.MonkeyPatch) -> None:
        self.widget = widget
        self.answers: list[tuple[dict[str, Any], list[bytes]]] = []
        self.serial = 0
        monkeypatch.setattr(
            widget, "send", lambda message, buffers=(): self.answers.append((message, buffers))
        )

    def ask(self, **message: Any) -> dict[str, Any]:
        self.widget._receive(self.widget, message, [])
        return self.answers[-1][0]

    def edit(self, action: str, **details: Any) -> dict[str, Any]:
        self.serial += 1
        return self.ask(type="edit", action=action, serial=self.serial, **details)


@pytest.fixture
def browser(path: Path, scene: xr.DataArray, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(Digitiser(path, scene), monkeypatch)


def test_what_is_drawn_is_in_the_file_when_it_is_confirmed(browser: Browser, path: Path) -> None:
    answer = browser.edit("draw", label=4, parts=ring(block(0, 0, 3, 2)))
    assert answer["serial"] == 1
    assert answer["saved"]["ok"]
    assert [(p["number"], p["label"]) for p in answer["changed"]] == [(1, 4)]
    saved = read_polygons(path)
    assert saved.label.to_list() == [4]
    assert saved.geometry[0].equals(block(0, 0, 3, 2))


def test_only_what_changed_is_sent(browser: Browser) -> None:
    browser.edit("draw", label=4, parts=ring(block(0, 0, 3, 2)))
    browser.edit("draw", label=5, parts=ring(block(4, 0, 6, 2)))
    answer = browser.edit("relabel", number=1, label=9)
    assert [(p["number"], p["label"]) for p in answer["changed"]] == [(1, 9)]
    answer = browser.edit("delete", number=2)
    assert (answer["changed"], answer["removed"]) == ([], [2])
    answer = browser.edit("undo")
    assert [p["number"] for p in answer["changed"]] == [2]
    assert (answer["undo"], answer["redo"]) == ("make it growing crops", "delete polygon")


def test_pixels_are_counted_as_the_mask_has_them(browser: Browser, scene: xr.DataArray) -> None:
    browser.edit("draw", label=4, parts=ring(block(0, 0, 4, 3)))
    answer = browser.edit("draw", label=9, parts=ring(block(2, 1, 6, 5)))
    mask = rasterise(browser.widget.polygons, scene)
    assert answer["pixels"] == {code: int((mask == code).sum()) for code in range(1, 11)}
    np.testing.assert_array_equal(browser.widget.mask, mask)


def test_overlaps_slivers_and_crossings_are_told(browser: Browser) -> None:
    browser.edit("draw", label=4, parts=ring(block(0, 0, 4, 3)))
    overlap = browser.edit("draw", label=9, parts=ring(block(3, 0, 6, 3)))["findings"]
    assert [(f["kind"], f["numbers"], f["text"]) for f in overlap] == [
        ("overlap", [1, 2], "overlaps polygon 2 by 300 m²")
    ]
    x, y = overlap[0]["place"]
    assert block(3, 0, 4, 3).contains(Point(x, y))
    assert browser.edit("trim", number=2)["findings"] == []
    sliver = browser.edit("draw", label=7, parts=ring(block(0.4, 4, 0.8, 6)))["findings"]
    assert [f["text"] for f in sliver] == ["sliver: narrower than 5 m"]
    crossed = [[[[X, Y], [X + 40, Y - 40], [X + 40, Y], [X, Y - 40]]]]
    answer = browser.edit("reshape", number=3, parts=crossed)
    assert answer["changed"][0]["valid"] is False
    assert answer["findings"][0]["text"] == "invalid: self-intersection"
    assert browser.edit("repair")["changed"][0]["valid"] is True


def test_what_is_impossible_is_answered_too(browser: Browser) -> None:
    answer = browser.edit("delete", number=5)
    assert (answer["serial"], answer["changed"]) == (1, [])
    assert answer["problem"].startswith("there is no polygon 5")
    answer = browser.edit("draw", label=1, parts=[[[[X, Y], [X + 10, Y]]]])
    assert "set three vertices" in answer["problem"]


def test_a_failure_to_save_is_told_and_mended_by_the_next_change(
    browser: Browser, path: Path
) -> None:
    path.mkdir()
    answer = browser.edit("draw", label=4, parts=ring(block(0, 0, 3, 2)))
    assert not answer["saved"]["ok"]
    assert "mine.gpkg" in answer["saved"]["text"]
    path.rmdir()
    assert browser.edit("relabel", number=1, label=5)["saved"]["ok"]
    assert read_polygons(path).label.to_list() == [5]


def test_work_goes_on_where_it_stopped(
    browser: Browser, path: Path, scene: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.edit("draw", label=4, parts=ring(block(0, 0, 3, 2)))
    again = Browser(Digitiser(path, scene), monkeypatch)
    answer = again.ask(type="hello")
    assert answer["whole"]
    assert [(p["number"], p["label"]) for p in answer["changed"]] == [(1, 4)]
    again.edit("draw", label=8, parts=ring(block(5, 0, 6, 2)))
    assert read_polygons(path).label.to_list() == [4, 8]


def test_it_can_begin_with_polygons_of_another_crs(path: Path, scene: xr.DataArray) -> None:
    start = gpd.GeoDataFrame({"label": [4]}, geometry=[block(1, 1, 4, 4)], crs=32633)
    digitiser = Digitiser(path, scene, start=start.to_crs(4326))
    assert digitiser.polygons.crs == 32633
    assert digitiser.polygons.area.iloc[0] == pytest.approx(900, abs=0.01)
    assert read_polygons(path).label.to_list() == [4]


def test_permanent_classes_come_from_another_date(
    path: Path, scene: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = gpd.GeoDataFrame(
        {"label": [1, 9]}, geometry=[block(0, 0, 2, 2), block(3, 0, 5, 2)], crs=32633
    )
    browser = Browser(Digitiser(path, scene, permanent={"last year": other}), monkeypatch)
    assert [p["label"] for p in browser.edit("copy", source="last year")["changed"]] == [1]
    assert "here already" in browser.edit("copy", source="last year")["problem"]


def test_polygons_can_be_drawn_from_python(browser: Browser, path: Path) -> None:
    assert browser.widget.draw(10, block(0, 0, 2, 2)) == 1
    assert read_polygons(path).label.to_list() == [10]
    assert browser.answers[-1][0]["pixels"][10] == 4


def test_any_three_bands_of_any_date_can_be_drawn_over(
    path: Path, scene: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = (scene / 2).rename("later")
    browser = Browser(Digitiser(path, scene, underlays={"later": later}), monkeypatch)
    whole = {"top": 0, "left": 0, "bottom": 6, "right": 8}
    asked = {"type": "pixels", "key": "k", "layer": "later", "bands": ["B11", "B08", "B04"]}
    browser.ask(**asked, stretch="percentile", **whole)
    pixels = np.frombuffer(browser.answers[-1][1][0], np.uint8).reshape(6, 8, 4)
    expected = np.rint(255 * false_colour(later, ("B11", "B08", "B04"), "percentile"))
    np.testing.assert_array_equal(pixels[..., :3], expected)


def test_an_underlay_of_another_size_is_refused(path: Path, scene: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match="the underlay other has"):
        Digitiser(path, scene, underlays={"other": scene.isel(x=slice(0, 4))})


def test_the_survey_finds_what_the_check_finds(grid: xr.DataArray) -> None:
    outlines = [
        *(block(0, 0, 3, 3), block(2, 2, 5, 5), block(6, 4, 9, 5), block(5.1, 0.1, 5.4, 0.4)),
        Polygon([(X, Y), (X + 40, Y - 40), (X + 40, Y), (X, Y - 40)]),
    ]
    shapes = {n: Shape(4, outline) for n, outline in enumerate(outlines, 1)}
    table = gpd.GeoDataFrame({"label": 4}, geometry=outlines, index=list(shapes), crs=32633)
    kinds = {"invalid geometry": "invalid", "outside the scene": "outside"}
    checked = check_polygons(table, grid)
    expected = {
        (kinds.get(f, f), int(n))
        for f, n in zip(checked.finding, checked.polygon, strict=True)
        # The check repairs the crossed outline to look for overlaps, the survey waits for that.
        if not (f == "overlap" and "polygon 5" in checked.detail[checked.polygon == n].str.cat())
    }
    found = {(f.kind, f.numbers[0]) for f in Survey(grid).findings(shapes)}
    assert expected <= found
    assert found - expected <= {("sliver", 4), ("overlap", 1)}


def test_the_widget_has_the_same_words_on_every_run_and_a_picture(browser: Browser) -> None:
    words = "the digitising widget over small_20220719, saving to mine.gpkg"
    assert repr(browser.widget) == f"<Digitiser: {words}>"
    kind, data = browser.widget.picture()
    assert kind == "image/jpeg"
    assert data[:2] == b"\xff\xd8"


def test_the_module_imports_nothing() -> None:
    module = str(Digitiser._esm)
    assert "import" not in [line.split(" ")[0] for line in module.splitlines()]
    assert "http" not in module
