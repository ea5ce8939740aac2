"""A digitiser with a network, without a browser: its map, where to draw next, retraining."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from shapely import box

import s2kit
from s2kit.benchmarks.polygons import read_polygons
from s2kit.network import adaptation, tuning
from s2kit.network.unet import UNet
from s2kit.widgets.digitiser import Digitiser, learner

SIZE, BLOCK = 64, 16
WHOLE = {"top": 0, "left": 0, "bottom": SIZE, "right": SIZE}


@pytest.fixture(scope="module")
def scene() -> xr.DataArray:
    return s2kit.example_scene(SIZE, BLOCK)


@pytest.fixture(scope="module")
def network(scene: xr.DataArray) -> UNet:
    """A small network that knows the scene's blocks by their old classes."""
    mask = s2kit.rasterise(s2kit.example_polygons(SIZE, BLOCK), scene)
    tiny = s2kit.Recipe("tiny", width=8, depth=1, crop=32, batch=4, epochs=4, steps=30)
    return s2kit.train(tiny, {"old": (scene, mask)}, (scene, mask)).network


@pytest.fixture
def swapped() -> gpd.GeoDataFrame:
    """The blocks' polygons, two classes of which changed places."""
    return s2kit.example_polygons(SIZE, BLOCK).replace({"label": {4: 5, 5: 4}})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adapt a small network in two seconds."""
    for name, value in {"STEPS": 60, "LEARNING_RATE": 1e-2, "CROP": 32, "KEEP": 0.0}.items():
        monkeypatch.setattr(tuning, name, value)


class Browser:
    """Sends messages to a digitiser and keeps its answers."""

    def __init__(self, widget: Digitiser, monkeypatch: pytest.MonkeyPatch) -> None:
        self.widget, self.serial = widget, 0
        self.answers: list[tuple[dict[str, Any], list[bytes]]] = []
        monkeypatch.setattr(
            widget, "send", lambda message, buffers=(): self.answers.append((message, buffers))
        )

    def ask(self, **message: Any) -> dict[str, Any]:
        self.widget._receive(self.widget, message, [])
        return self.answers[-1][0] if self.answers else {}

    def codes(self, key: str) -> np.ndarray:
        self.ask(type="codes", key=key, **WHOLE)
        return np.frombuffer(self.answers[-1][1][0], np.uint8).reshape(SIZE, SIZE)

    def next(self, step: int = 1) -> dict[str, Any]:
        self.serial += 1
        return self.ask(type="next", step=step, serial=self.serial)


@pytest.fixture
def browser(
    tmp_path: Path, scene: xr.DataArray, network: UNet, monkeypatch: pytest.MonkeyPatch
) -> Browser:
    return Browser(Digitiser(tmp_path / "mine.gpkg", scene, network=network), monkeypatch)


@pytest.fixture
def drawn(
    tmp_path: Path,
    scene: xr.DataArray,
    network: UNet,
    swapped: gpd.GeoDataFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> Browser:
    """A digitiser in which all blocks are drawn."""
    widget = Digitiser(tmp_path / "mine.gpkg", scene, network=network, start=swapped)
    return Browser(widget, monkeypatch)


def test_the_map_of_the_network_lies_beneath(
    browser: Browser, scene: xr.DataArray, network: UNet
) -> None:
    expected = s2kit.classify(network, scene, turns=False)[0]
    np.testing.assert_array_equal(browser.codes("map"), expected)
    assert not browser.codes("changed").any()
    assert browser.widget.networked
    assert browser.widget.network is network
    xr.testing.assert_equal(browser.widget.class_map, expected)


def test_places_are_stepped_through_and_back(browser: Browser, scene: xr.DataArray) -> None:
    first, second = browser.next(), browser.next()
    assert (first["type"], first["serial"]) == ("place", 1)
    assert first["text"].startswith("place 1 of 10: mapped as ")
    assert second["text"].startswith("place 2 of 10: ")
    west, south, east, north = first["bounds"]
    assert box(*scene.rio.bounds()).contains(box(west, south, east, north))
    assert browser.next(-1)["bounds"] == first["bounds"]
    assert browser.next(-1)["bounds"] == first["bounds"]
    assert browser.next()["bounds"] == second["bounds"]


def test_what_is_drawn_is_proposed_no_more(browser: Browser) -> None:
    first, second = browser.next(), browser.next()
    browser.next(-1)
    browser.widget.draw(5, box(*second["bounds"]))
    places = [first["bounds"], *(browser.next()["bounds"] for _ in range(9))]
    assert second["bounds"] not in places
    assert len({tuple(bounds) for bounds in places}) == 10
    # A new round: what was only looked at comes again.
    assert browser.next()["text"].startswith("place 1 of ")


def test_where_all_is_drawn_there_is_no_place(browser: Browser, scene: xr.DataArray) -> None:
    browser.widget.draw(5, box(*scene.rio.bounds()))
    answer = browser.next()
    assert answer["type"] == "problem"
    assert "no place left" in answer["text"]


def test_a_better_network_takes_over(drawn: Browser, scene: xr.DataArray, network: UNet) -> None:
    old = drawn.codes("map")
    drawn.widget.retrain(wait=True)
    learnt = drawn.widget.learnt
    assert (learnt["state"], learnt["version"]) == ("better", 1)
    new, changed = drawn.codes("map"), drawn.codes("changed")
    np.testing.assert_array_equal(changed, new != old)
    assert f"{100 * changed.mean():.1f} % of the pixels changed" in learnt["text"]
    assert "6 polygons held back: " in learnt["text"]
    assert drawn.widget.show_changed
    assert drawn.widget.network is not network
    adapted = s2kit.classify(drawn.widget.network, scene, turns=False)[0]
    np.testing.assert_array_equal(new, adapted)
    assert drawn.widget.network.card["adapted"]["polygons"] == 16
    # The next adaptation starts from the network given: it has seen none of the polygons.
    drawn.widget.retrain(wait=True)
    again = s2kit.classify(drawn.widget.network, scene, turns=False)[0]
    np.testing.assert_array_equal(again, adapted)


def test_a_worse_network_is_not_taken(
    drawn: Browser, tmp_path: Path, scene: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn.widget.retrain(wait=True)
    good, polygons = drawn.widget.network, drawn.widget.polygons
    other = Digitiser(tmp_path / "other.gpkg", scene, network=good, start=polygons)
    old = Browser(other, monkeypatch).codes("map")
    monkeypatch.setattr(tuning, "LEARNING_RATE", 30.0)
    other.retrain(wait=True)
    assert (other.learnt["state"], other.learnt["version"]) == ("worse", 0)
    told = "worse, so the old network stays: 6 polygons held back: "
    assert other.learnt["text"].startswith(told)
    assert other.network is good
    np.testing.assert_array_equal(Browser(other, monkeypatch).codes("map"), old)
    assert not other.show_changed


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> "threading.Event":
    """Hold adaptation back until the event is set."""
    event, real = threading.Event(), learner.adapt

    def waiting(*arguments: Any) -> adaptation.Adapted:
        assert event.wait(60)
        return real(*arguments)

    monkeypatch.setattr(learner, "adapt", waiting)
    return event


def test_drawing_goes_on_while_it_runs(drawn: Browser, held: threading.Event) -> None:
    drawn.ask(type="retrain")
    assert drawn.widget.learnt["state"] == "running"
    assert drawn.widget.learnt["text"].startswith("retraining on 16 polygons; draw on")
    left, _, _, top = drawn.widget.scene.rio.bounds()
    drawn.widget.draw(8, box(left, top - 20, left + 20, top))
    assert len(read_polygons(drawn.widget.path)) == 17
    answer = drawn.ask(type="retrain")
    assert (answer["type"], answer["text"][:21]) == ("problem", "retraining is running")
    held.set()
    drawn.widget._learner.wait()
    assert drawn.widget.learnt["state"] == "better"
    assert drawn.widget.network.card["adapted"]["polygons"] == 16
    assert len(read_polygons(drawn.widget.path)) == 17
    drawn.widget.retrain(wait=True)
    assert drawn.widget.network.card["adapted"]["polygons"] == 17


def test_a_widget_that_is_closed_loses_nothing(drawn: Browser, held: threading.Event) -> None:
    drawn.widget.retrain()
    drawn.widget.close()
    held.set()
    drawn.widget._learner.wait()
    assert drawn.widget.network.card["adapted"]["polygons"] == 16
    assert len(read_polygons(drawn.widget.path)) == 16


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ([], "nothing is drawn; draw two polygons or more of at least two classes"),
        ([5, 5, 5], "all polygons in the image are of class 5; draw at least two classes"),
        ([4, 5], "2 polygons in the image are too few"),
    ],
)
def test_too_little_is_told_in_a_sentence(
    browser: Browser, swapped: gpd.GeoDataFrame, labels: list[int], says: str
) -> None:
    for label, outline in zip(labels, swapped.geometry, strict=False):
        browser.widget.draw(label, outline)
    browser.ask(type="retrain")
    browser.widget._learner.wait()
    told = [browser.widget.learnt["text"], *(a.get("text", "") for a, _ in browser.answers)]
    assert any(says in each for each in told)
    assert browser.widget.learnt["state"] in ("", "failed")
    assert not browser.widget._learner.is_running


def test_what_nobody_expected_is_told_too(drawn: Browser, network: UNet, monkeypatch) -> None:
    def broken(*_arguments: Any) -> None:
        raise MemoryError("16 GB")

    monkeypatch.setattr(learner, "adapt", broken)
    drawn.widget.retrain(wait=True)
    told = "retraining broke off (MemoryError('16 GB')); the network and its map stay"
    assert drawn.widget.learnt == {"state": "failed", "text": told, "version": 0}
    assert drawn.widget.network is network


def test_without_a_network_there_is_no_network(
    tmp_path: Path, scene: xr.DataArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Browser(Digitiser(tmp_path / "plain.gpkg", scene), monkeypatch)
    assert not plain.widget.networked
    assert plain.widget.network is plain.widget.class_map is None
    for message in ({"type": "next", "step": 1, "serial": 1}, {"type": "retrain"}):
        assert "this widget has no network" in plain.ask(**message)["text"]
    assert "this widget has no network" in plain.ask(type="codes", key="map", **WHOLE)["text"]


def test_who_draws_without_a_network_waits_for_no_pytorch() -> None:
    code = "import sys, s2kit; s2kit.Digitiser, s2kit.Comparison; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_no_network_of_these_classes_is_refused(
    tmp_path: Path, scene: xr.DataArray, network: UNet
) -> None:
    path = tmp_path / "mine.gpkg"
    with pytest.raises(TypeError, match="the network is of the type str; give a UNet"):
        Digitiser(path, scene, network="strzegom")
    classes = s2kit.Nomenclature("mine", s2kit.PAPER.classes[:3])
    other = UNet(2, 1, classes, scaling="fixed")
    with pytest.raises(s2kit.S2kitError, match=r"nomenclature=network\.nomenclature"):
        Digitiser(path, scene, network=other)
    with pytest.raises(s2kit.S2kitError, match="8 × 64 pixels; give at least 9 × 9"):
        Digitiser(path, scene[:, :8], network=s2kit.load_network("simulated"))
    with pytest.raises(s2kit.S2kitError, match="no pixel with data"):
        Digitiser(path, scene * np.nan, network=network)
    assert not path.exists()


def test_forged_messages_are_told(browser: Browser) -> None:
    for forged in (
        {"type": "next"},
        {"type": "next", "step": "x", "serial": 1},
        {"type": "codes", "key": "network", **WHOLE},
        {"type": "codes", "key": "map"},
    ):
        assert "cannot read" in browser.ask(**forged)["text"]
