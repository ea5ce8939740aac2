"""Each area is recognisable for what it is, in numbers."""

import numpy as np
import pytest
from scipy import ndimage

from s2kit.simulator.landscape import Landscape, make_landscape
from s2kit.simulator.styles import style_of

SHAPE = (520, 560)


def grow(area: str, seed: int = 3) -> Landscape:
    return make_landscape(style_of(area), SHAPE, np.random.default_rng(seed))


def shares(land: Landscape) -> np.ndarray:
    return np.bincount(land.codes[land.objects].ravel(), minlength=11) / land.objects.size


def typical_parcel(land: Landscape) -> float:
    """Hectares of the field that a random point of the fields lies in."""
    numbers = land.objects[(land.codes == 9)[land.objects]]
    return float(np.median(np.bincount(numbers)[numbers]) * 25 / 1e4)


def test_kolbuszowa_has_ribbons_below_half_a_hectare() -> None:
    assert typical_parcel(grow("kolbuszowa")) < 0.5


def test_strzegom_has_large_fields_and_stepped_pits() -> None:
    land = grow("strzegom")

    assert typical_parcel(land) > 3
    assert shares(land)[10] > 0.03
    pit = land.codes[land.objects] == 10
    assert np.ptp(land.height[pit]) > 30


def test_krakow_is_a_town() -> None:
    land = grow("krakow_1")

    assert shares(land)[[3, 7]].sum() > 0.3
    assert shares(land)[9] < 0.3


@pytest.mark.parametrize("area", ["strzegom", "kolbuszowa", "krakow_1", "krakow_2", "krakow_3"])
def test_roads_hold_together(area: str) -> None:
    land = grow(area)
    roads, _ = ndimage.label(land.codes[land.objects] == 7, np.ones((3, 3)))
    sizes = np.bincount(roads.ravel())[1:]

    assert sizes.max() > 0.6 * sizes.sum()  # the river may part what its bridges joined


def test_every_object_has_a_class() -> None:
    land = grow("krakow_2")

    assert land.objects.min() > 0
    assert set(np.unique(land.codes[land.objects])) <= set(range(1, 11))
