"""Every figure says in words what it shows, and Jupyter stores the words beside the picture."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure

from s2kit.accuracy.figures import show_matrix
from s2kit.cartography import alternative
from s2kit.cartography.alternative import alternative_text, describe, described_classes
from s2kit.cartography.panels import show_class_map, show_confidence, show_error, show_false_colour
from s2kit.maps.paper_figures import show_benchmarks, show_test_scene
from s2kit.network.figures import draw_history
from s2kit.scenes.nomenclature import PAPER


def said() -> str:
    text = alternative_text(plt.gcf())
    plt.close("all")
    return text


def test_a_map_names_its_largest_classes_with_their_shares(class_map: xr.DataArray) -> None:
    codes = np.repeat(np.uint8([0, 1, 4, 5, 8, 9]), [200, 100, 100, 200, 200, 400])
    made = class_map.copy(data=codes.reshape(class_map.shape))
    assert described_classes(made) == (
        "growing crops 40 %, water 20 %, bare soil 20 %, mature crops 10 % and 1 more"
    )
    assert described_classes(made * 0) == "no pixel has a class"
    show_class_map(made, title="our map")
    assert said().startswith("our map: map of land cover classes: growing crops 40 %, water 20 %")


def test_panels_are_told_one_after_another(scene: xr.DataArray, class_map: xr.DataArray) -> None:
    show_test_scene(scene, class_map, class_map)
    text = said()
    assert text.startswith("Strzegom, 9 July 2023. a) False colour composite: satellite image")
    assert "b) Class map: map of land cover classes: " in text
    assert text.index("a) ") < text.index("b) ") < text.index("c) Reference")


def test_numbers_of_the_figure_stand_in_its_text(
    scene: xr.DataArray, class_map: xr.DataArray
) -> None:
    show_error(class_map, class_map)
    assert "same class in 100.0% of its pixels" in said()
    show_confidence((class_map * 0 + 0.25).astype("float32"))
    assert "probability of the mapped class; median 0.25" in said()
    show_benchmarks({"a": scene}, {"a": class_map})
    assert "labelled are " in said()
    matrix = pd.DataFrame(np.diag([5] * 10), index=PAPER.codes, columns=PAPER.codes)
    matrix.loc[4, 5] = 3
    show_matrix(matrix, "pixels")
    assert "50 of 53 lie on the diagonal. Largest errors: 3 of bare soil mapped as" in said()
    epochs = pd.DataFrame(
        {"loss": [2, 1.0], "validation_loss": [2, 1.5], "validation_OA": [0.5, 0.75],
         "validation_F1": [0.25, 0.5]}, index=[1, 2],
    )  # fmt: skip
    draw_history(epochs)
    assert "Validation is best in epoch 2: overall accuracy 75.0 %, mean F1 50.0 %." in said()


def test_what_nobody_described_is_read_out() -> None:
    figure, (left, right) = plt.subplots(1, 2)
    figure.suptitle("Two panels")
    left.plot([1, 2], label="a line")
    left.legend()
    left.set(xlabel="x, m", ylabel="y, m")
    right.set(title="right", xlabel="x, m")
    assert said() == "Two panels. y, m over x, m; a line. right: x, m."
    assert alternative_text(Figure()) == "A figure."


def test_jupyter_stores_the_text_beside_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shell:
        display_formatter = DisplayFormatter()

    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: Shell)
    alternative.store_alternative_texts()
    figure = Figure()
    describe(figure, "A line\n   that rises.")
    png = Shell.display_formatter.formatters["image/png"]
    png.for_type(Figure, lambda _: "picture")
    data, metadata = Shell.display_formatter.format(figure)
    assert data["image/png"] == "picture"
    assert metadata["image/png"] == {"alt": "A line that rises."}


def test_a_composite_names_its_bands(scene: xr.DataArray) -> None:
    show_false_colour(scene)
    assert said() == (
        "Strzegom, 9 July 2023: satellite image, bands B08, B04, B03 drawn as red, green and blue."
    )
