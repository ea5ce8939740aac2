"""The classes' colours: in files, in legends, and for colour-blind readers."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from s2kit.cartography.palette import class_colormap, colour_table, legend_patches
from s2kit.scenes.nomenclature import PAPER

# Severe colour vision deficiencies, linear RGB: Machado, Oliveira and Fernandes (2009), Table 1.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def lab(linear: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of linear sRGB colours (n, 3)."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    t = np.cbrt(linear.clip(0, 1) @ to_xyz.T / [0.9505, 1.0, 1.089])
    return np.stack([116 * t[:, 1] - 16, 500 * (t[:, 0] - t[:, 1]), 200 * (t[:, 1] - t[:, 2])], -1)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_any_two_classes_are_told_apart_also_by_colour_blind_readers(deficiency: str) -> None:
    rgb = np.array([to_rgb(c.colour) for c in PAPER.classes])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = lab(linear @ DEFICIENCIES[deficiency].T)
    distances = {
        (a.short, b.short): float(np.linalg.norm(seen[a.code - 1] - seen[b.code - 1]))
        for a, b in itertools.combinations(PAPER.classes, 2)
    }
    closest = min(distances, key=distances.__getitem__)
    assert distances[closest] > 15, closest  # 2.3 is just noticeable side by side


def test_every_code_has_its_colour_in_files_and_figures() -> None:
    for c in PAPER.classes:
        red, green, blue, _ = class_colormap()(c.code)
        assert (red, green, blue) == pytest.approx(to_rgb(c.colour))
        assert colour_table()[c.code][:3] == tuple(round(255 * part) for part in to_rgb(c.colour))


def test_the_legend_lists_classes_by_code_and_no_data_last() -> None:
    labels = [patch.get_label() for patch in legend_patches([9, 1], no_data="unlabelled")]
    assert labels == ["1  coniferous", "9  growing crops", "0  unlabelled"]
    assert len(legend_patches()) == len(PAPER)


def test_any_two_classes_differ_in_brightness_too() -> None:
    rgb = np.array([(1, 1, 1), *(to_rgb(c.colour) for c in PAPER.classes)])  # white: no data
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = np.sort(linear @ [0.2126, 0.7152, 0.0722]) + 0.05  # WCAG 2, contrast ratio
    assert (luminance[1:] / luminance[:-1]).min() > 1.2
