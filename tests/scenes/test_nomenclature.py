"""The ten classes as colour-blind readers see them."""

from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from s2kit.scenes.nomenclature import CLASSES, SAFE_COLOURS

STANDARD = {c.code: c.colour for c in CLASSES}
# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def seen(palette, deficiency):
    """Return the colours of a palette in CIELAB, as they look with a deficiency."""
    codes = [[int(palette[c][at : at + 2], 16) / 255 for at in (1, 3, 5)] for c in sorted(palette)]
    rgb = np.array(codes)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(DEFICIENCIES[deficiency]).T, 0, 1)
    return rgb2lab(
        np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    )


def most_alike(palette, deficiency):
    """Return the smallest difference of two classes."""
    colours = seen(palette, deficiency)
    return min(deltaE_ciede2000(a, b) for a, b in combinations(colours, 2))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_safe_palette_keeps_all_classes_apart(deficiency):
    assert most_alike(SAFE_COLOURS, deficiency) > 17.5


def test_the_safe_palette_is_safer_than_the_standard_one():
    standard, safe = (
        min(most_alike(palette, each) for each in DEFICIENCIES)
        for palette in (STANDARD, SAFE_COLOURS)
    )
    assert standard < 12 < 17.5 < safe
