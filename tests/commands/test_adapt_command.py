"""``python -m s2kit adapt`` as a user types it."""

import geopandas as gpd
import pytest
import torch
from faulty import image, polygons

from s2kit import __main__ as program
from s2kit.network import adaptation, tuning
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network, save_network


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A user's image, polygons and weights."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tuning, "STEPS", 2)
    image(tmp_path / "mine.tif")
    polygons(tmp_path / "mine.gpkg")
    torch.manual_seed(0)
    save_network("old.safetensors", UNet(width=2, depth=1, scaling="both"))
    return tmp_path


ARGUMENTS = (
    "adapt --image mine.tif --polygons mine.gpkg --weights old.safetensors --out new.safetensors"
)


def test_new_weights_know_both(folder, monkeypatch, capsys):
    monkeypatch.setattr(adaptation.Adapted, "is_worse", property(lambda self: False))
    assert program._run(ARGUMENTS.split()) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last.endswith("tuned on all polygons, in new.safetensors")
    card = load_network("new.safetensors").card
    assert card["adapted"]["from"] == "old.safetensors"
    assert card["trained_on"][-1]["scene"] == "mine"


def test_the_old_weights_stay_where_the_new_ones_are_worse(folder, monkeypatch, capsys):
    monkeypatch.setattr(adaptation.Adapted, "is_worse", property(lambda self: True))
    assert program._run(ARGUMENTS.split()) == 1
    assert "nothing is written" in capsys.readouterr().err
    assert not (folder / "new.safetensors").exists()


def test_polygons_in_degrees_are_reprojected(folder, monkeypatch):
    monkeypatch.setattr(adaptation.Adapted, "is_worse", property(lambda self: False))
    gpd.read_file("mine.gpkg").to_crs(4326).to_file("degrees.gpkg")
    assert program._run(ARGUMENTS.replace("mine.gpkg", "degrees.gpkg").split()) == 0
    assert load_network("new.safetensors").card["adapted"]["polygons"] == 16
