"""The labelling widget without a browser: its session, its file, and its messages."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import s2kit
from s2kit.errors import S2kitError
from s2kit.widgets.labelling import Labeller

SIZE = 48


@pytest.fixture(scope="module")
def scene() -> xr.DataArray:
    return s2kit.example_scene(SIZE)


@pytest.fixture
def file(scene: xr.DataArray, tmp_path: Path) -> Path:
    codes = np.full((SIZE, SIZE), 4, "uint8")
    codes[:20] = 8
    class_map = scene.isel(band=0, drop=True).copy(data=codes)
    s2kit.write_points(tmp_path / "points.gpkg", s2kit.draw_points(class_map, 10, seed=1))
    return tmp_path / "points.gpkg"


def asked(widget: Labeller, message: dict[str, object]) -> dict[str, object]:
    sent: list[dict[str, object]] = []
    widget.send = lambda content, buffers=None: sent.append(content)
    widget._receive(widget, message, [])
    return sent[-1]


def test_each_label_is_saved_and_nothing_tells_the_mapped_class(
    scene: xr.DataArray, file: Path
) -> None:
    widget = Labeller(file, scene)
    state = asked(widget, {"type": "hello"})
    assert "stratum" not in repr(state)
    assert state["point"]["id"] == 1
    state = asked(widget, {"type": "label", "id": 1, "label": 9})
    assert (state["point"]["id"], state["labelled"], state["saved"]["ok"]) == (2, 1, True)
    assert s2kit.read_points(file).label[0] == 9
    asked(widget, {"type": "skip", "id": 2})
    assert s2kit.read_points(file).skipped.to_list()[:3] == [False, True, False]
    assert asked(widget, {"type": "undo"})["point"]["id"] == 2
    assert asked(widget, {"type": "undo"})["point"]["id"] == 1
    assert s2kit.read_points(file).label.isna().all()
    assert not asked(widget, {"type": "hello"})["undo"]


def test_skipped_points_take_turns_in_the_end(scene: xr.DataArray, file: Path) -> None:
    widget = Labeller(file, scene)
    for number in range(1, 11):
        if number in (3, 5):
            asked(widget, {"type": "skip", "id": number})
        else:
            state = asked(widget, {"type": "label", "id": number, "label": 4})
    assert state["point"] == {**state["point"], "id": 3, "skipped": True}
    assert asked(widget, {"type": "skip", "id": 3})["point"]["id"] == 5
    assert asked(widget, {"type": "skip", "id": 5})["point"]["id"] == 3
    asked(widget, {"type": "label", "id": 3, "label": 8})
    again = Labeller(file, scene)
    assert asked(again, {"type": "hello"})["point"]["id"] == 5
    assert asked(again, {"type": "label", "id": 5, "label": 8})["point"] is None
    assert again.points.id.is_monotonic_increasing
    assert again.points.label.notna().all()


def test_the_points_of_the_widget_can_be_assessed(scene: xr.DataArray, file: Path) -> None:
    widget = Labeller(file, scene)
    for number, stratum in zip(widget.points.id, widget.points.stratum, strict=True):
        widget.label(int(number), int(stratum))
    codes = np.full((SIZE, SIZE), 4, "uint8")
    codes[:20] = 8
    class_map = scene.isel(band=0, drop=True).copy(data=codes)
    assert s2kit.assess_points(class_map, widget.points).overall.estimate == pytest.approx(1)


def test_another_programs_work_is_not_overwritten(scene: xr.DataArray, file: Path) -> None:
    widget = Labeller(file, scene)
    other = s2kit.read_points(file)
    other.loc[7, "label"] = 5
    s2kit.write_points(file, other)
    state = asked(widget, {"type": "label", "id": 1, "label": 9})
    assert not state["saved"]["ok"]
    assert "another program changed point 8" in state["saved"]["text"]
    assert s2kit.read_points(file).label.count() == 1


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"type": "label", "id": 1, "label": 11}, "11 is no class"),
        ({"type": "label", "id": 99, "label": 1}, "no point 99"),
        ({"type": "label"}, "cannot read"),
        ({"type": "save"}, "cannot read"),
        ({"type": "pixels", "layer": "x", "bands": [], "stretch": "", "key": ""}, "cannot read"),
    ],
)
def test_forged_messages(scene: xr.DataArray, file: Path, message: dict, told: str) -> None:
    before = file.read_bytes()
    assert told in asked(Labeller(file, scene), message)["text"]
    assert file.read_bytes() == before


def test_a_picture_and_a_name_for_readers_without_a_kernel(scene: xr.DataArray, file: Path) -> None:
    widget = Labeller(file, scene)
    widget.label(1, 9)
    kind, data = widget.picture()
    assert kind == "image/jpeg"
    assert data[:2] == b"\xff\xd8"
    assert repr(widget) == "<Labeller: the labelling widget: 1 of 10 points in points.gpkg>"


def test_what_does_not_fit(scene: xr.DataArray, file: Path) -> None:
    with pytest.raises(S2kitError, match=r"point \d+ lies outside of the scene"):
        Labeller(file, scene[:, :20])
    with pytest.raises(S2kitError, match="underlay b has"):
        Labeller(file, scene, underlays={"b": scene[:, 1:]})
    points = s2kit.read_points(file)
    points["label"] = pd.array([11] * 10, dtype="Int64")
    s2kit.write_points(file, points)
    with pytest.raises(S2kitError, match="point 1 has the label 11; the codes are 1 to 10"):
        Labeller(file, scene)
