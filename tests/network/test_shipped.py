"""The network that comes with the package, by the commands alone, on the real test scene."""

import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from s2kit.__main__ import cli
from s2kit.experiments.figures import results
from s2kit.experiments.plan import FOLDER, PlannedRun
from s2kit.experiments.table import read_runs
from s2kit.network.weights import SHIPPED, load_network
from s2kit.scenes.digest import pixels_sha256
from s2kit.scenes.raster import read_scene
from s2kit.settings import authors_source

SCENE = "strzegom_20230709"


def s2kit(*arguments: object) -> str:
    result = CliRunner().invoke(cli, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_classify_and_assess_give_the_figures_of_its_run(mirror: Path, tmp_path: Path) -> None:
    image, polygons = (authors_source().path(SCENE, part) for part in ("image", "polygons"))
    s2kit("classify", image, "--weights", "strzegom", "--out", tmp_path / "map.tif")
    said = s2kit("assess", tmp_path / "map.tif", polygons)
    pixel_oa, object_oa = (float(x) for x in re.findall(r"OA (\d+\.\d+)", said)[:2])
    settings = load_network("strzegom").card
    runs = read_runs(FOLDER)
    planned = PlannedRun(recipe=settings["recipe"], seed=settings["seed"], test=True)
    (run,) = runs[(runs.run == planned.name) & (runs.role == "test")].itertuples()
    assert pixel_oa == pytest.approx(run.pixel_OA, abs=0.02)
    assert object_oa == pytest.approx(run.object_OA, abs=0.6)  # one polygon may tip over


def test_the_default_is_as_right_at_home_as_its_card_says(mirror: Path, tmp_path: Path) -> None:
    image, polygons = (authors_source().path(SCENE, part) for part in ("image", "polygons"))
    s2kit("classify", image, "--out", tmp_path / "map.tif")
    said = s2kit("assess", tmp_path / "map.tif", polygons)
    found = [float(x) for x in re.findall(r"OA (\d+\.\d+)", said)[:2]]
    card = (SHIPPED / "MODEL_CARD.md").read_text()
    told = re.search(r"pixel OA (\d+\.\d+), object OA (\d+\.\d+), of the default", card)
    assert told is not None
    assert found[0] == pytest.approx(float(told[1]), abs=0.02)
    assert found[1] == pytest.approx(float(told[2]), abs=0.6)


def test_its_training_scenes_are_known_again_by_their_pixels(mirror: Path) -> None:
    for known in load_network("strzegom").card["trained_on"][:2]:
        source = authors_source()
        image, offset = source.path(known["scene"], "image"), source.record(known["scene"]).offset
        scene = read_scene(image, offset)  # as a user's own file
        assert pixels_sha256(scene) == known["sha256"]


def test_it_is_the_final_run_that_does_best_on_the_validation_scene() -> None:
    settings = load_network("strzegom").card
    finals = pd.concat(results(recipe) for recipe in ("short", "long"))
    best = finals[finals.role == "validation"].set_index("run").mean_F1.idxmax()
    assert best == PlannedRun(recipe=settings["recipe"], seed=settings["seed"], test=True).name
