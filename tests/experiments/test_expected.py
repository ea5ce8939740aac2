"""The accuracy that is expected without labels, beside the true one."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from s2kit import example_polygons, example_scene, rasterise
from s2kit.errors import S2kitError
from s2kit.experiments.expected import WAYS, expected_table, mean_errors, show_expected
from s2kit.experiments.own_places import ScoredPlace
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network
from s2kit.scenes.digest import pixels_sha256


def labelled(name: str, seed: int, size: int = 192) -> ScoredPlace:
    scene = example_scene(size, seed=seed)
    labels = rasterise(example_polygons(size), scene).astype("int32")
    return ScoredPlace(name, scene, labels, "paper")


@pytest.fixture
def network() -> UNet:
    return load_network("simulated")


def test_it_is_expected_where_it_was_learnt(network: UNet) -> None:
    place = labelled("known", seed=1)
    (row,) = expected_table([place], {"simulated": network}, [place]).to_dict("records")
    for way in WAYS[1:]:
        assert row[way] == pytest.approx(row["accuracy"], abs=0.02)
    assert 0 < row["accuracy"] < 1


def test_a_place_without_labels_is_left_out(network: UNet) -> None:
    known = labelled("known", seed=1)
    bare = ScoredPlace("bare", known.scene, None, "")
    table = expected_table([bare], {"simulated": network}, [known])
    assert table.empty
    assert mean_errors(table).empty


def test_labels_that_cannot_be_compared_are_refused(network: UNet) -> None:
    known = labelled("known", seed=1)
    nothing = ScoredPlace("nothing", known.scene, known.labels.copy(data=known.labels * 0), "paper")
    with pytest.raises(S2kitError, match="nothing: no pixel with data has a label"):
        expected_table([nothing], {"simulated": network}, [known])


def test_scenes_of_the_training_teach_nothing(network: UNet) -> None:
    place = labelled("known", seed=1)
    network.card["trained_on"] = [{"scene": "known", "sha256": pixels_sha256(place.scene)}]
    with pytest.raises(S2kitError, match="has been trained on all scenes that would tell"):
        expected_table([place], {"simulated": network}, [place])


def test_a_scene_that_is_all_wrong_teaches_nothing(network: UNet) -> None:
    place = labelled("known", seed=1)
    quarries = place.labels.where(place.labels == 10, 0)
    quarries[:] = 0
    quarries[0, :3] = 10  # the example's first field is none
    with pytest.raises(S2kitError, match="all or none of the known pixels right"):
        expected_table([place], {"n": network}, [ScoredPlace("q", place.scene, quarries, "paper")])


def test_the_errors_are_those_of_the_table() -> None:
    table = pd.DataFrame(
        [["a", "n", 0.5, 0.9, 0.6, 0.4], ["b", "n", 0.7, 0.9, 0.4, 0.6]],
        columns=["place", "network", "accuracy", *WAYS],
    )
    errors = mean_errors(table).loc["n"]
    np.testing.assert_allclose(errors["mean absolute error"], [0.3, 0.2, 0.1])
    np.testing.assert_allclose(errors["bias"], [0.3, -0.1, -0.1])
    show_expected(table)
    panels = plt.gcf().axes
    assert [each.get_title() for each in panels] == list(WAYS)
    points = [each.get_offsets()[0] for each in panels[0].collections]
    np.testing.assert_allclose(points, [[50, 90], [70, 90]])
