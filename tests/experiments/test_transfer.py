"""Maps scored in places that nothing was trained on, and under changes of the image."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from s2kit import example_polygons, example_scene, rasterise
from s2kit.errors import S2kitError
from s2kit.experiments.invariance import (
    bilinear_20m_bands,
    half_pixel_shift,
    invariance,
    same_share,
)
from s2kit.experiments.own_places import (
    COURSE_PLACES,
    STAND_INS,
    ScoredPlace,
    course_places,
    listed_places,
)
from s2kit.experiments.transfer import (
    always_growing,
    baseline_mappers,
    network_mapper,
    table_lines,
    transfer_table,
)
from s2kit.experiments.trust import show_fifths, trust_table
from s2kit.network.unet import UNet
from s2kit.network.weights import load_network
from s2kit.scenes.manifest import read_manifest
from s2kit.scenes.statistics import ImageStatistics, image_statistics
from s2kit.settings import authors_source
from s2kit.sources.authors import AuthorsSource
from s2kit.sources.places import Places
from s2kit.sources.simulated import SimulatedSource


@pytest.fixture
def place() -> ScoredPlace:
    scene = example_scene(seed=1)
    return ScoredPlace("home", scene, rasterise(example_polygons(), scene).astype(int), "paper")


def test_baselines_know_the_place_they_were_trained_on(
    place: ScoredPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s2kit.experiments.transfer.PER_CLASS", 100)
    scene = example_scene()
    mappers = baseline_mappers({"a": (scene, rasterise(example_polygons(), scene))})
    table = transfer_table([place], mappers).set_index(["mapper", "group"])["agreement"]
    for name in ("random forest", "gradient boosting"):
        assert table[name].drop("quarries mapped").min() > 0.9
    assert table["three indices"]["water"] > 0.9
    assert table["always growing crops"].to_dict() == {
        "trees": 0, "built": 0, "crops": 1, "water": 0, "quarries mapped": 0,
    }  # fmt: skip


def test_the_table_names_every_place_and_mapper(place: ScoredPlace) -> None:
    bare = ScoredPlace("bare", example_scene(48), None, "")
    table = transfer_table([place, bare], {"always growing crops": always_growing})
    lines = "\n".join(table_lines(table))
    assert "home\n  always growing crops" in lines
    assert "quarries mapped in places without a label per pixel" in lines
    assert "bare" in lines


def test_no_data_stays_no_data() -> None:
    scene = example_scene(48)
    scene[:, :4] = np.nan
    assert (always_growing(scene)[:4] == 0).all()
    table = transfer_table([ScoredPlace("a", scene, None, "")], {"growing": always_growing})
    assert table["pixels"].tolist() == [44 * 48]


@pytest.fixture
def brighter_than_average(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a rule stand in for networks: class 9 where B02 is above its mean, or above 0.1."""

    def rule(
        network: UNet, scene: xr.DataArray, statistics: ImageStatistics | None, turns: bool
    ) -> tuple[xr.DataArray, xr.DataArray]:
        mean = (statistics or image_statistics(scene)).mean[0]
        limit = 0.1 if network.scaling == "fixed" else mean
        return (5 + 4 * (scene[0] > limit)).astype("uint8"), scene[0]

    monkeypatch.setattr("s2kit.experiments.invariance.classify", rule)


@pytest.mark.usefixtures("brighter_than_average")
def test_what_a_scaling_takes_out_changes_no_class() -> None:
    scene = example_scene(size=192)
    ramp = xr.DataArray(np.linspace(0.3, 1.5, 192, dtype=np.float32), dims="x")
    twin = scene * ramp * np.float32(0.9) + np.float32(0.05)
    kept = invariance(UNet(width=2, depth=1, scaling="spread"), scene * ramp, twin)
    assert kept["cut-outs, handed-over statistics"] == kept["cut-outs, typical statistics"] == 1
    assert kept["cut-outs, own statistics"] < 0.98
    for change in ("offset forgotten (+0.1)", "20 % brighter", "top of atmosphere (L1C)"):
        assert kept[change] > 0.99, change
    assert 0.5 < kept["half a pixel south-east"] < 1
    fixed = invariance(UNet(width=2, depth=1, scaling="fixed"), scene)
    assert fixed["cut-outs, own statistics"] == 1
    assert fixed["offset forgotten (+0.1)"] < 0.9
    assert "top of atmosphere (L1C)" not in fixed


@pytest.mark.usefixtures("mirror")
def test_scaled_by_typical_statistics_a_cut_out_is_mapped_as_its_image() -> None:
    """The network that `classify` takes by default, on the date it was chosen by."""
    source = authors_source()
    (name,) = source.available(split="validation")
    kept = invariance(load_network("portable"), source.open(name), turns=False)
    assert kept["cut-outs, typical statistics"] > 0.98
    assert kept["cut-outs, handed-over statistics"] > 0.98
    assert kept["cut-outs, own statistics"] < kept["cut-outs, typical statistics"]


def test_resampling_keeps_what_is_even_and_moves_what_is_not() -> None:
    scene = example_scene(48)
    flat = scene.copy(data=np.full(scene.shape, 0.2, np.float32))
    for change in (half_pixel_shift, bilinear_20m_bands):
        assert np.allclose(change(flat), 0.2)
    ramp = flat.copy(data=np.broadcast_to(np.arange(48, dtype=np.float32), scene.shape))
    assert np.allclose(half_pixel_shift(ramp)[:, :, :-1], ramp[:, :, :-1] + 0.5)
    smooth = bilinear_20m_bands(ramp)
    assert np.array_equal(smooth.sel(band="B02"), ramp.sel(band="B02"))
    assert np.allclose(np.diff(smooth.sel(band="B11")[:, 1:-1]), 1)


def test_what_cannot_be_measured_is_told() -> None:
    network = UNet(width=2, depth=1, scaling="fixed")
    with pytest.raises(S2kitError, match="cut-outs of 128 need an image at least as large"):
        invariance(network, example_scene(96))
    with pytest.raises(S2kitError, match="the twin has the shape"):
        invariance(network, example_scene(128), twin=example_scene(96))
    assert np.isnan(same_share(np.zeros(3, np.uint8), np.ones(3, np.uint8)))
    labels: xr.DataArray = example_scene(48)[0].astype(int) + 221
    with pytest.raises(S2kitError, match="there: no label of the legend corine"):
        transfer_table(
            [ScoredPlace("there", example_scene(48), labels, "corine")], {"g": always_growing}
        )


def test_the_shipped_network_does_elsewhere_as_was_reported(elsewhere: Path) -> None:
    """Fields of Denmark in October: 66 % of the crops, and no grassland (issue 15)."""
    from s2kit import load_network

    places = listed_places(Places(elsewhere), ["vendsyssel_20171030"])
    table = transfer_table(places, {"strzegom": network_mapper(load_network("strzegom"))})
    found = table.set_index("group")["agreement"]
    assert found["crops"] == pytest.approx(0.658, abs=0.01)
    assert found["trees"] == pytest.approx(0.603, abs=0.01)
    assert found["built"] == pytest.approx(0.610, abs=0.01)
    assert found["grass"] < 0.01


@pytest.mark.parametrize("name", ["vendsyssel_20171030", "temuco_20200408"])
def test_mistakes_are_more_where_the_image_is_unlike_the_training(
    elsewhere: Path, name: str
) -> None:
    places = listed_places(Places(elsewhere), [name])
    (row,) = trust_table(places, {"strzegom": load_network("strzegom")}).to_dict("records")
    assert row["wrong_outside"] > 1.7 * row["wrong_inside"]
    fifths = [row[f"wrong_{number}"] for number in range(1, 6)]
    assert fifths == sorted(fifths)
    assert 0.2 < row["outside"] < 0.7


def test_the_figure_draws_a_line_per_place(place: ScoredPlace) -> None:
    table = trust_table([place], {"simulated": load_network("simulated")})
    show_fifths(table)
    (line,) = plt.gca().lines
    assert line.get_ydata() == pytest.approx(
        [100 * table[f"wrong_{n}"].item() for n in range(1, 6)]
    )


def test_a_place_without_labels_or_with_no_mistake_has_no_curve(place: ScoredPlace) -> None:
    network = load_network("simulated")
    bare = ScoredPlace("bare", place.scene, None, "")
    assert trust_table([bare], {"a": network}).empty
    right = place.labels.copy(data=np.full(place.labels.shape, 5))
    right[:] = 0
    right[0, 0] = 9
    (row,) = trust_table([ScoredPlace("one", place.scene, right, "paper")], {"a": network}).to_dict(
        "records"
    )
    assert np.isnan(row["AUC_dissimilarity"])
    assert row["pixels"] == 1


def test_the_course_goes_to_the_simulated_country_where_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authors = AuthorsSource(tmp_path, None, None)
    name = STAND_INS[0]  # to make them all takes a while
    monkeypatch.setattr("s2kit.experiments.own_places.STAND_INS", (name,))
    records = read_manifest()
    assert {records[each].split for each in STAND_INS} == {"train"}
    monkeypatch.setattr("s2kit.sources.simulated.read_manifest", lambda: {name: records[name]})
    simulated = SimulatedSource(tmp_path)
    found = course_places(authors, Places(None), simulated)
    (each,) = found
    assert each.name == name
    assert each.scene.attrs["source"] == "simulated"
    assert each.labels is not None
    assert each.scene.shape == (10, 264, 264)
    assert each.labels.shape == (264, 264)
    assert set(np.unique(each.labels)) <= set(range(1, 11))


def test_the_course_goes_to_real_places_on_the_real_scenes(elsewhere: Path, tmp_path: Path) -> None:
    authors, places = AuthorsSource(tmp_path, None, None), Places(elsewhere)
    found = course_places(authors, places, SimulatedSource(tmp_path))
    assert [each.name for each in found] == list(COURSE_PLACES)
