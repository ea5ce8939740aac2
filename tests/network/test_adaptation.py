"""Adaptation: what it learns, what it leaves alone, what it refuses."""

import geopandas as gpd
import numpy as np
import pytest
import torch
from shapely import box

import s2kit
from s2kit.network import adaptation, tuning
from s2kit.network.adaptation import Adapted, adapt, held_back
from s2kit.network.tensors import tensors_sha256


@pytest.fixture(scope="module")
def place():
    """A small scene, its polygons, two classes of which changed places, and a network of before."""
    scene, polygons = s2kit.example_scene(64, 16), s2kit.example_polygons(64, 16)
    labelled = scene, s2kit.rasterise(polygons, scene)
    tiny = s2kit.Recipe("tiny", width=4, depth=1, crop=32, batch=4, epochs=2, steps=20)
    network = s2kit.train(tiny, {"old": labelled}, labelled).network
    del network.card["training_statistics"]
    network.card["sha256"] = "f"
    return network, scene, polygons.replace({"label": {4: 5, 5: 4}})


@pytest.fixture(scope="module")
def adapted(place):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning, "LEARNING_RATE", 1e-2)
        patch.setattr(tuning, "STEPS", 40)
        patch.setattr(tuning, "CROP", 32)
        patch.setattr(tuning, "KEEP", 0.0)
        return adapt(*place, seed=3)


def test_what_is_held_back_is_mapped_better(adapted):
    assert adapted.after > adapted.before + 0.1
    assert not adapted.is_worse
    assert adapted.scores.polygons.sum() == 6  # one of each class: 2 or 3 are drawn of each


def test_the_encoder_the_statistics_and_the_old_network_stay(place, adapted):
    old, new = (n.state_dict() for n in (place[0], adapted.network))
    changed = {name for name in old if not torch.equal(old[name].half(), new[name].half())}
    assert changed
    assert not any(name.startswith("encoder") or "running" in name for name in changed)
    assert not adapted.network.training
    assert all(parameter.requires_grad for parameter in adapted.network.parameters())


def test_the_card_names_the_old_and_the_new_image(adapted, tmp_path):
    s2kit.save_network(tmp_path / "new.safetensors", adapted.network)
    card = s2kit.load_network(tmp_path / "new.safetensors").card
    assert [each["scene"] for each in card["trained_on"]] == ["old", "example_20230709"]
    assert card["adapted"]["seed"] == 3
    assert card["adapted"]["from_sha256"] == "f"
    assert card["sha256"] != "f"
    assert "reference" not in card  # its logits are those of the old network
    assert "training_statistics" not in card  # those of the old images are not known


def test_the_same_seed_gives_the_same_weights(place, monkeypatch):
    monkeypatch.setattr(tuning, "STEPS", 3)
    first, again, other = (adapt(*place, seed=seed).network.state_dict() for seed in (1, 1, 2))
    assert tensors_sha256(first) == tensors_sha256(again) != tensors_sha256(other)


def test_whole_polygons_are_held_back(place):
    _, scene, polygons = place
    held = held_back(polygons, 0)
    assert set(polygons.label[held]) == set(polygons.label[~held]) == set(polygons.label)
    every, other = s2kit.rasterise(polygons, scene), s2kit.rasterise(polygons[held], scene)
    kept = adaptation._without(every, other)
    assert not ((kept.to_numpy() != 0) & (other.to_numpy() != 0)).any()
    assert set(np.unique(kept)) == {0, *polygons.label}
    with pytest.raises(s2kit.S2kitError, match="lie on one another"):
        adaptation._without(other, every)


def test_the_old_networks_word_is_kept(place, monkeypatch):
    network, scene, polygons = place
    mask = s2kit.rasterise(polygons, scene)
    before = s2kit.classify(network, scene, turns=False)[0]
    same = []
    for keep in (0.0, 100.0):
        monkeypatch.setattr(tuning, "KEEP", keep)
        monkeypatch.setattr(tuning, "STEPS", 10)
        monkeypatch.setattr(tuning, "LEARNING_RATE", 1e-2)
        after = s2kit.classify(tuning.tuned_on(network, scene, mask, 0), scene, turns=False)[0]
        same.append(float((after == before).mean()))
    assert same[1] > same[0]


def test_worse_is_worse(adapted):
    scores = adapted.scores.assign(before=1.0, after=[0.0, *[1.0] * (len(adapted.scores) - 1)])
    assert Adapted(adapted.network, scores).is_worse


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (lambda p: p.assign(label=5), "of class 5; draw at least two"),
        (lambda p: p.assign(label=[*p.label[:-1], 11]), "polygon 16 has class 11"),
        (lambda p: p.set_geometry(p.translate(1e6)), "no polygon holds a pixel"),
        (lambda p: p.drop_duplicates("label"), "6 polygons in the image are too few"),
        (lambda p: p.to_crs(4326), "CRS"),
    ],
)
def test_polygons_of_which_nothing_is_learnt(place, changed, says):
    network, scene, polygons = place
    with pytest.raises(s2kit.S2kitError, match=says):
        adapt(network, scene, changed(polygons))


def test_an_image_that_is_too_small(place):
    network, scene, polygons = place
    with pytest.raises(s2kit.S2kitError, match="16 × 64 pixels, too few"):
        adapt(network, scene[:, :16], polygons)


def test_a_corner_of_an_image_is_scaled_by_the_whole(place):
    network, scene, _ = place
    west, _, _, north = scene.rio.bounds()
    corner = gpd.GeoDataFrame({"label": [5]}, geometry=[box(west, north - 50, west + 50, north)],
                              crs=scene.rio.crs)  # fmt: skip
    mask = s2kit.rasterise(corner, scene)
    whole = tuning.to_tensors(scene, mask, "both")[0]
    part, target = tuning.around(network, scene, mask)
    assert torch.equal(part, whole[:, : part.shape[1], : part.shape[2]])
    assert (target != -1).sum() == 25
