"""The network that comes with the package, by the commands alone, on the real test scene."""

import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from s2kit.__main__ import cli
from s2kit.network.weights import load_weights, shipped_weights
from s2kit.scenes.archive import local_copy
from s2kit.scenes.authors import records
from s2kit.study.figures import results
from s2kit.study.table import FOLDER, read_runs

SCENE = "strzegom_20230709"


def s2kit(*arguments: object) -> str:
    result = CliRunner().invoke(cli, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_classify_and_assess_give_the_figures_of_its_run(mirror: Path, tmp_path: Path) -> None:
    record = records()[SCENE]
    assert record.image is not None
    assert record.polygons is not None
    image, polygons = local_copy(record.image), local_copy(record.polygons)
    s2kit("classify", image, "--out", tmp_path / "map.tif")
    said = s2kit("assess", tmp_path / "map.tif", polygons)
    pixel_oa, object_oa = (float(x) for x in re.findall(r"OA (\d+\.\d+)", said)[:2])
    _, settings = load_weights(shipped_weights("authors"))
    runs = read_runs(FOLDER)
    options = f"--recipe {settings['recipe']} --seed {settings['seed']} --test"
    (run,) = runs[(runs.options == options) & (runs.role == "test")].itertuples()
    assert pixel_oa == pytest.approx(run.pixel_OA, abs=0.02)
    assert object_oa == pytest.approx(run.object_OA, abs=0.6)  # one polygon may tip over


def test_it_is_the_final_run_that_does_best_on_the_validation_scene() -> None:
    _, settings = load_weights(shipped_weights("authors"))
    finals = pd.concat(results(recipe) for recipe in ("short", "long"))
    best = finals[finals.role == "validation"].set_index("options").mean_F1.idxmax()
    assert best == f"--recipe {settings['recipe']} --seed {settings['seed']} --test"
