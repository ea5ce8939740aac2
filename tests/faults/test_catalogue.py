"""The catalogue of faults: every input gets what `catalogue.yaml` promises, and nothing is lost."""

import hashlib
import re
import shlex
import traceback

import faulty
import numpy as np
import pytest
import torch
from page import COMMANDS, ENTRIES, PAGE, PYTHON, page

import s2kit
from s2kit import __main__ as program
from s2kit.experiments import own_area, run
from s2kit.network.unet import UNet
from s2kit.network.weights import save_network

FEWEST = 170
LONGEST = 700


def named(entry):
    door = entry.get("command", "python").split()[0]
    return re.sub(r"\W+", "-", f"{door}-{entry['what']}")[:90]


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory):
    """The file of a network that is not trained and as small as can be."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_network(path, UNet(width=2, depth=1, scaling="both"))
    return path


@pytest.fixture(scope="session")
def good(tmp_path_factory, tiny_weights):
    """A folder with a good file of every kind."""
    folder = tmp_path_factory.mktemp("good")
    faulty.image(folder / "image.tif")
    faulty.polygons(folder / "fields.gpkg")
    faulty.mask(folder / "mask.tif")
    faulty.mask(folder / "map.tif")
    (folder / "weights.safetensors").write_bytes(tiny_weights.read_bytes())
    return folder


@pytest.fixture
def here(good, tmp_path, monkeypatch):
    """Copies of the good files in a working folder."""
    for file in good.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("entry", COMMANDS, ids=named)
def test_a_fault_ends_as_promised(entry, here, monkeypatch, capfd):
    for name, settings in entry.get("make", {}).items():
        (here / name).unlink(missing_ok=True)
        settings = dict(settings or {})
        faulty.MAKERS[settings.pop("kind")](here / name, **settings)
    before = contents(here)
    for name, value in entry.get("environment", {}).items():
        monkeypatch.setenv(name, str(value))
    for module in (own_area, run):  # an entry that is let through must not train for minutes
        monkeypatch.setattr(module, "train", began)

    code = program._run(shlex.split(entry["command"]))

    out, err = capfd.readouterr()
    assert code == entry["ends"], err or out
    said = " ".join((err if entry["ends"] else out + err).split())
    assert re.search(entry["says"], said), said
    if entry["ends"] == 1:
        *before_it, last = err.splitlines()
        assert last.startswith("error: "), err
        assert all(line.startswith("warning: ") for line in before_it), err
        assert len(last) < LONGEST, len(last)
    assert not re.search(r"Traceback|np\.(float|int)|Warning:", err), err
    after = contents(here)
    assert {name: after.get(name) for name in before} == before, "an input was changed"
    assert sorted(set(after) - set(before)) == sorted(entry.get("leaves", []))


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Good arguments for calls in Python."""
    scene, polygons = s2kit.example_scene(), s2kit.example_polygons()
    mask = s2kit.rasterise(polygons, scene)
    drawn = tmp_path_factory.mktemp("drawn") / "mine.gpkg"
    network = UNet(width=2, depth=1, scaling="both").eval()
    return {
        "s2kit": s2kit,
        "np": np,
        "scene": scene,
        "polygons": polygons,
        "mask": mask,
        "network": network,
        "tiny": s2kit.Recipe("tiny", width=2, depth=1, crop=16, batch=2, epochs=1, steps=1),
        "comparison": s2kit.Comparison({"a": scene, "b": mask}),
        "digitiser": s2kit.Digitiser(drawn, scene),
        "networked": s2kit.Digitiser(drawn, scene, network=network),
        "told": told,
    }


@pytest.mark.filterwarnings("ignore::s2kit.S2kitWarning")  # of small scenes
@pytest.mark.parametrize("entry", PYTHON, ids=named)
def test_a_call_or_a_message_ends_as_promised(entry, here, given):
    before = contents(here)
    shapes = dict(given["digitiser"]._drawing.shapes)
    if "answers" in entry:
        says, text = entry["answers"], eval(entry["python"], dict(given))
    else:
        kind = {"S2kitError": s2kit.S2kitError, "TypeError": TypeError}[entry["raises"]]
        with pytest.raises(kind) as caught:
            eval(entry["python"], dict(given))
        says, text = entry["says"], str(caught.value)
        assert type(caught.value) is kind, traceback.format_exception(caught.value)
    assert re.search(says, text), text
    assert "\n" not in text
    assert len(text) < LONGEST
    assert not re.search(r"np\.(float|int)", text), text
    assert contents(here) == before
    assert given["digitiser"]._drawing.shapes == shapes


def told(widget, message):
    """Let a widget receive a message, and return the problem it answers with."""
    sent = []
    widget.send = lambda content, buffers=None: sent.append(content)
    try:
        widget._receive(widget, message, [])
    finally:
        del widget.send
    texts = [content.get("text") or content.get("problem") for content in sent]
    return " ".join(text for text in texts if text)


def began(*_, **__):
    raise AssertionError("training began")


def contents(folder):
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_the_catalogue_is_large_and_says_each_fault_once():
    assert len(ENTRIES) >= FEWEST
    ids = [(entry.get("command", entry.get("python")), entry["what"]) for entry in ENTRIES]
    assert len(set(ids)) == len(ids)


def test_the_page_is_made_from_the_catalogue():
    assert PAGE.read_text("utf-8") == page(), "write it anew: python tests/faults/page.py"
