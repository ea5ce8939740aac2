"""Where the areas lie, and where two maps agree: what the figures say is computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from s2kit.maps.course_figures import (
    agreement_inside_and_outside,
    show_agreement,
    show_paper_areas,
)
from s2kit.settings import course_source


@pytest.fixture
def maps(class_map):
    """Two maps that agree on all of the upper half and on half of the lower, label above."""
    first = class_map.copy(data=np.full(class_map.shape, 9, "uint8"))
    second = first.copy(deep=True)
    second[15:, :20] = 4
    second[0, 0] = 0  # no data: it does not count
    reference = first.copy(data=np.zeros(first.shape, "uint8"))
    reference[:15] = 9
    return first, second, reference


def test_agreement_is_counted_with_and_without_a_label(maps):
    assert agreement_inside_and_outside(*maps) == (1.0, 0.5)


def test_the_title_says_what_was_counted(maps):
    assert show_agreement(*maps) == (1.0, 0.5)
    (axes,) = [ax for ax in plt.gcf().axes if ax.get_title(loc="left")]
    assert axes.get_title(loc="left") == (
        "The two maps agree on 100.0 % of the labelled and 50.0 % of the other pixels"
    )


def test_a_simulated_landscape_is_called_so(maps):
    first, second, reference = maps
    first.attrs["source"] = "simulated"
    show_agreement(first, second, reference)
    assert any("(simulated)" in ax.get_title(loc="left") for ax in plt.gcf().axes)


def test_three_areas_and_their_patches():
    source = course_source()
    figure = show_paper_areas(source.record(name) for name in source.list())
    _, *areas = figure.axes
    assert [ax.get_title() for ax in areas] == ["Strzegom", "Kolbuszowa", "Krakow"]
    assert [len(ax.patches) for ax in areas] == [1, 1, 3]
