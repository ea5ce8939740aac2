"""Training on images and labels of one's own, in Python and as a user types it."""

import json

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from own_files import LEFT, write_fields, write_image
from safetensors import safe_open

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.experiments.holding_back import own_training, with_fitting_crop
from s2kit.experiments.own_area import train_on
from s2kit.network.recipes import RECIPES, recipe_named, varied
from s2kit.network.weights import load_weights, save_network
from s2kit.scenes.digest import pixels_sha256
from s2kit.sources.labelled import labelled_scenes
from s2kit.sources.listed import pairs_from, read_scene_list


@pytest.fixture
def folder(tmp_path):
    """Two dates of one place and one place far away, with their fields, and a list of them."""
    for seed, name in enumerate(("may", "june")):
        write_image(tmp_path / f"{name}.tif", seed)
    write_image(tmp_path / "far.tif", 7, left=LEFT + 90_000)
    write_fields(tmp_path / "fields.gpkg")
    write_fields(tmp_path / "far.gpkg", left=LEFT + 90_000)
    (tmp_path / "mine.csv").write_text(
        "image,labels,split\nmay.tif,fields.gpkg,train\njune.tif,fields.gpkg,validation\n"
        "far.tif,far.gpkg,test\n"
    )
    return tmp_path


@pytest.fixture
def train(folder, monkeypatch):
    """Call the command in the folder of the files."""
    monkeypatch.chdir(folder)

    def train(*arguments):
        return CliRunner().invoke(cli, ["train", "--out", "own.safetensors", *arguments])

    return train


def header(path):
    with safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()["s2kit"])


def test_a_list_is_trained_on_and_validated_on_another_image(folder):
    told = []
    scenes = labelled_scenes(read_scene_list(folder / "mine.csv"))
    longer = varied(recipe_named("short"), ["epochs=4", "steps=40", "learning_rate=0.1"])
    own = train_on(scenes, longer, tell=told.append)
    assert told[0] == f"recipe {longer.name}, seed 0: 1 scenes"
    assert told[-1].startswith("validation on june, which the network was not trained on")
    assert [(score.role, score.scene) for score in own.scores] == [("validation", "june")]
    assert own.scores[0].result.pixel_oa > 0.9
    save_network(folder / "own.safetensors", own.trained.network)
    network, _ = load_weights(folder / "own.safetensors")
    assert network.width == 4
    digest = pixels_sha256(scenes.part("train")["may"][0])
    (known,) = header(folder / "own.safetensors")["trained_on"]
    assert (known["scene"], known["sha256"]) == ("may", digest)


def test_test_scenes_are_scored_only_if_asked_for(train):
    result = train("--scenes", "mine.csv", "--test")
    assert result.exit_code == 0, result.output
    assert "test far: pixel OA" in result.output
    assert "test far" not in train("--scenes", "mine.csv").output


def test_one_image_is_validated_on_blocks_held_back(train, folder):
    pytest.importorskip("s2kit.network.holdout")
    result = train("--image", "may.tif", "--polygons", "fields.gpkg", "--offset", "0")
    assert result.exit_code == 0, result.output
    assert "says nothing about other dates or places" in result.output
    assert "validation may: pixel OA" in result.output
    assert header(folder / "own.safetensors")["scenes"] == ["may"]


def test_ground_that_is_held_back_trains_on_no_date(folder):
    pytest.importorskip("s2kit.network.holdout")
    names = ("may", "june", "far")
    labels = [folder / name for name in ("fields.gpkg", "fields.gpkg", "far.gpkg")]
    scenes = labelled_scenes(pairs_from([folder / f"{name}.tif" for name in names], labels))
    prepared = own_training(scenes, recipe_named("short"))
    ((name, (_, held)),) = prepared.validation.items()
    assert name == "may"
    rows, columns = np.nonzero(held.to_numpy())
    for row, column in zip(rows[::20], columns[::20], strict=True):
        around = (slice(max(row - 13, 0), row + 14), slice(max(column - 13, 0), column + 14))
        for date in ("may", "june"):
            assert not prepared.training[date][1].to_numpy()[around].any()
    assert prepared.training["far"][1].equals(scenes.part("train")["far"][1])


def test_the_crop_shrinks_to_the_smallest_image(folder):
    long = recipe_named("long")
    image = labelled_scenes(read_scene_list(folder / "mine.csv")).part("train")["may"][0]
    assert with_fitting_crop(long, {"may": image}).crop == 64
    assert with_fitting_crop(long, {"may": image[:, :, :61]}).name == "long-crop-48"
    assert with_fitting_crop(RECIPES["short"], {"may": image}) is RECIPES["short"]
    with pytest.raises(S2kitError, match="may has 64 × 31 pixels, too few to train on; give"):
        with_fitting_crop(long, {"may": image[:, :, :31]})


def test_a_smaller_crop_is_said(train):
    result = train("--scenes", "mine.csv", "--set", "crop=128")
    assert "note: crops of 64 pixels instead of 128, the largest that fit" in result.output


def test_two_scenes_cannot_both_choose_the_epoch(folder):
    with (folder / "mine.csv").open("a") as file:
        file.write("far2.tif,far.gpkg,validation\n")
    write_image(folder / "far2.tif", 8, left=LEFT + 90_000)
    scenes = labelled_scenes(read_scene_list(folder / "mine.csv"))
    with pytest.raises(S2kitError, match=r"2 scenes are for validation \(june, far2\), and one"):
        own_training(scenes, recipe_named("short"))


def test_one_class_only_is_no_training(train, folder):
    write_fields(folder / "one.gpkg", labels=(9, 9))
    result = train("--image", "may.tif", "--polygons", "one.gpkg")
    assert "all labels for training are of class 9" in str(result.exception)


def test_bands_in_another_order_are_named(train, folder):
    with rasterio.open(folder / "may.tif") as file:
        values = file.read()[::-1]
    with rasterio.open(write_image(folder / "unnamed.tif", 5), "r+") as file:
        file.write(values)
        file.descriptions = (None,) * 10
    pair = ("--image", "unnamed.tif", "--polygons", "fields.gpkg")
    result = train(*pair, "--bands", "B12,B11,B8A")
    assert "name each of B02, B03" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--label", "DN"), "--label is for your own scenes: give --image"),
        (("--offset", "0"), "--offset is for your own scenes"),
        (("--scenes", "a.csv", "--hold-block", "1"), "--hold-block is for the paper's scenes"),
        (("--image", "a.tif", "--state", "aligned"), "--state is for the paper's scenes"),
        (("--image", "a.tif", "--scenes", "a.csv"), "give either --scenes or --image"),
    ],
)
def test_options_that_would_be_ignored_are_wrong_usage(train, arguments, message):
    result = train(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_an_image_without_polygons(train):
    result = train("--image", "may.tif")
    assert str(result.exception) == (
        "1 images and 0 files of labels; give each --image its --polygons"
    )
