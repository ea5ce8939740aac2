"""Composites, titles, map furniture and figures."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from s2kit.cartography.composite import LIMITS, TRUE_COLOUR, false_colour
from s2kit.cartography.elements import STEPS, attribution, map_title, place_and_date, round_length
from s2kit.cartography.panels import (
    agreement_mask,
    show_class_map,
    show_confidence,
    show_error,
    show_false_colour,
)
from s2kit.errors import S2kitError
from s2kit.maps.paper_figures import (
    show_benchmarks,
    show_map_confidence_error,
    show_test_scene,
    show_training_scenes,
)
from s2kit.scenes.bands import BAND_NAMES


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_false_colour_draws_vegetation_red_water_black_and_no_data_white(
    scene: xr.DataArray,
) -> None:
    composite = false_colour(scene)
    assert (composite.dtype, composite.shape) == (np.float32, (30, 40, 3))
    red, green, blue = composite[10, 10]
    assert red > 2 * green > 0
    assert red > 2 * blue > 0
    np.testing.assert_array_equal(composite[0, 0], 0)
    np.testing.assert_array_equal(composite[-1, -1], 1)


def test_the_fixed_stretch_gives_one_reflectance_one_colour_in_every_scene(
    scene: xr.DataArray,
) -> None:
    brighter_elsewhere = scene.copy()
    brighter_elsewhere[:, 20:, :] *= 2
    np.testing.assert_array_equal(false_colour(brighter_elsewhere)[:20], false_colour(scene)[:20])


def test_the_percentile_stretch_uses_the_whole_range() -> None:
    dull = xr.DataArray(
        np.tile(np.linspace(0.10, 0.12, 400, dtype=np.float32).reshape(20, 20), (3, 1, 1)),
        dims=("band", "y", "x"),
        coords={"band": ["B04", "B03", "B02"]},
    )
    assert np.ptp(false_colour(dull, TRUE_COLOUR)) < 0.2
    assert np.ptp(false_colour(dull, TRUE_COLOUR, stretch="percentile")) == 1


def test_any_three_bands_can_be_drawn_and_no_others(scene: xr.DataArray) -> None:
    assert set(LIMITS) == set(BAND_NAMES)
    with pytest.raises(S2kitError, match="three of the scene's bands B02, B03"):
        false_colour(scene, ("B08", "B04", "B99"))
    with pytest.raises(S2kitError, match="got B08, B04"):
        false_colour(scene, ("B08", "B04"))


def test_titles_say_where_and_when_and_whether_it_is_simulated(scene: xr.DataArray) -> None:
    assert map_title(scene) == "Strzegom, 9 July 2023"
    assert map_title(scene.rename("krakow_20220603_2")) == "Krakow 2, 3 June 2022"
    assert map_title(scene.rename("my image")) == "my image"
    simulated = scene.assign_attrs(source="simulated")
    assert map_title(simulated) == "Strzegom, 9 July 2023 (simulated)"
    assert map_title(simulated, "Class map") == "Class map (simulated)"
    assert place_and_date(simulated) == "Strzegom, 9 July 2023"


def test_attributions_are_named_once_and_their_years_joined(scene: xr.DataArray) -> None:
    sentinel = "contains modified Copernicus Sentinel data"
    images = [scene.assign_attrs(attribution=f"{sentinel} {y}") for y in (2023, 2021, 2023)]
    assert attribution(images) == f"{sentinel} 2021, 2023"
    simulated = scene.assign_attrs(attribution="simulated landscape, not satellite data")
    assert attribution([simulated]) == "simulated landscape, not satellite data"
    assert attribution([scene.drop_attrs()]) == ""


@given(st.floats(60, 80_000))
def test_round_lengths_are_near_what_was_asked_for(metres: float) -> None:
    length = round_length(metres)
    assert length in STEPS
    assert 0.5 < length / metres < 2


def test_a_map_has_title_coordinates_scale_north_and_attribution(scene: xr.DataArray) -> None:
    show_false_colour(scene)
    shown = texts(plt.gcf())
    for expected in (
        "Strzegom, 9 July 2023",
        "Easting, km (EPSG:32633)",
        "Northing, km",
        "100 m",
        "N",
        "contains modified Copernicus Sentinel data 2023",
    ):
        assert expected in shown
    (ax,) = plt.gcf().axes
    assert ax.get_xlim() == (585420, 585820)
    assert ax.get_ylim() == (5651950, 5652250)


def test_the_legend_names_the_classes_of_the_map(class_map: xr.DataArray) -> None:
    show_class_map(class_map)
    (ax,) = plt.gcf().axes
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["8  water", "9  growing crops"]


def test_agreement_counts_pixels_that_have_a_class_in_both(class_map: xr.DataArray) -> None:
    reference = class_map.copy(data=np.zeros_like(class_map.values))
    reference[:2, :2] = 8
    reference[-1, -1] = 9  # the map has no data there
    reference[10, 10] = 4
    known, same = agreement_mask(class_map, reference)
    assert (known.sum(), same.sum()) == (5, 4)
    show_error(class_map, reference)
    assert "same class: 80.0% of the reference" in texts(plt.gcf())
    assert "other class: 20.0%" in texts(plt.gcf())


def test_maps_that_cannot_be_compared_are_refused(class_map: xr.DataArray) -> None:
    with pytest.raises(S2kitError, match="rasterise the reference like the map"):
        agreement_mask(class_map, class_map[1:])
    with pytest.raises(S2kitError, match="no labelled pixel in common"):
        agreement_mask(class_map, class_map * 0)


def test_every_figure_holds_all_its_text_and_the_attribution(
    scene: xr.DataArray, class_map: xr.DataArray
) -> None:
    confidence = class_map.astype("float32") / 10
    two = {"a": scene, "b": scene.rename("strzegom_20210619")}
    masks = {"a": class_map, "b": class_map}
    for draw in (
        lambda: show_false_colour(scene),
        lambda: show_class_map(class_map),
        lambda: show_class_map(class_map, legend="below"),
        lambda: show_confidence(confidence),
        lambda: show_error(class_map, class_map),
        lambda: show_training_scenes(two),
        lambda: show_benchmarks(two, masks),
        lambda: show_test_scene(scene, class_map, class_map),
        lambda: show_map_confidence_error(class_map, confidence, class_map),
    ):
        draw()
        figure = plt.gcf()
        assert "contains modified Copernicus Sentinel data 2023" in texts(figure)
        box = figure.get_tightbbox()  # in inches, of all that is drawn
        assert min(box.x0, box.y0) >= 0
        assert box.x1 <= figure.get_figwidth()
        assert box.y1 <= figure.get_figheight()
        plt.close(figure)


def test_figures_of_a_simulated_scene_say_so(scene: xr.DataArray, class_map: xr.DataArray) -> None:
    scene.attrs["source"] = class_map.attrs["source"] = "simulated"
    show_training_scenes({"a": scene})
    assert "Training scenes, false colour composite (simulated)" in texts(plt.gcf())
    show_test_scene(scene, class_map, class_map)
    assert "Strzegom, 9 July 2023 (simulated)" in texts(plt.gcf())
    show_class_map(class_map, title="My map")
    assert "My map (simulated)" in texts(plt.gcf())


def test_panels_draw_into_given_axes(scene: xr.DataArray) -> None:
    _, ax = plt.subplots()
    assert isinstance(ax, Axes)
    show_false_colour(scene, ax, "here")
    assert ax.get_title(loc="left") == "here"
    assert len(plt.get_fignums()) == 1


def test_no_scene_is_said_in_one_sentence() -> None:
    with pytest.raises(S2kitError, match="no scene to draw"):
        show_training_scenes({})
