"""Reflectance that is possible but not likely is warned of; good images are not."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scene_files import Landscape, numbers, write

from s2kit.errors import S2kitError, S2kitWarning
from s2kit.scenes.doubtful import NDVI, warn_of_doubts
from s2kit.scenes.raster import read_scene
from s2kit.settings import authors_source
from s2kit.simulator.example import example_scene
from s2kit.sources.places import Places


def warned(path: Path) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", S2kitWarning)
        read_scene(path)
    return [str(each.message) for each in caught if issubclass(each.category, S2kitWarning)]


def gap(values: np.ndarray, number: float) -> np.ndarray:
    values = values.copy()
    values[:, :10] = number
    return values


DOUBTS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "a number for no data that is not declared": (
        lambda v: gap(np.round(v * 10_000 + 1000).astype("uint16"), 1500),
        "a.tif: 600 pixels have one number in all ten bands, the first at row 1, column 1; if it",
    ),
    "a thousandfold reflectance": (
        lambda v: np.round(v * 1000).astype("uint16"),
        "a.tif: its vegetation is too dark for Sentinel-2",
    ),
    "a reflectance of one half": (
        lambda v: v * 2.5,
        "a.tif: its vegetation is too bright for Sentinel-2",
    ),
    "an offset taken off twice": (lambda v: v - 0.1, "of its land has a visible reflectance of 0"),
    "an offset left in": (lambda v: v + 0.1, "the radiometric offset seems to be left in; take"),
    "names in reverse": (lambda v: v[::-1].copy(), "the names of its bands and their spectra do"),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_is_one_sentence(doubt: str, tmp_path: Path, landscape: Landscape) -> None:
    change, says = DOUBTS[doubt]
    told = warned(write(tmp_path / "a.tif", change(landscape())))
    assert [says in each for each in told].count(True) == 1, told
    assert all("\n" not in each for each in told)


@pytest.mark.parametrize("number", [-9999, 65535])
def test_other_numbers_for_no_data_are_refused(
    number: int, tmp_path: Path, landscape: Landscape
) -> None:
    values = numbers(landscape, "int32")
    with pytest.raises(S2kitError, match="no data"):
        read_scene(write(tmp_path / "a.tif", gap(values, number)))


def test_good_images_are_not_warned_of(tmp_path: Path, landscape: Landscape) -> None:
    assert warned(write(tmp_path / "numbers.tif", numbers(landscape))) == []
    assert warned(write(tmp_path / "reflectance.tif", landscape())) == []
    made = example_scene().to_numpy()
    assert warned(write(tmp_path / "example.tif", made)) == []


def test_the_authors_images_are_not_warned_of(mirror: Path) -> None:
    source = authors_source()
    for name in source.available(area="strzegom"):
        assert warned(source.path(name, "image")) == []


def test_places_elsewhere_are_not_warned_of(elsewhere: Path) -> None:
    """Their vegetation is as bright as `VEGETATION` says."""
    places, middles = Places(elsewhere), []
    for name in places.list(level="L2A"):
        scene = places.open(name).to_numpy()
        with warnings.catch_warnings():
            warnings.simplefilter("error", S2kitWarning)
            warn_of_doubts(scene, name)
        red, infrared = scene[2], scene[6]
        green = infrared - red > NDVI * (infrared + red)
        if green.sum() > 100:
            middles.append(float(np.median(infrared[green])))
    assert (round(min(middles), 2), round(max(middles), 2)) == (0.17, 0.46)


def test_coordinates_of_another_world_are_refused(tmp_path: Path, landscape: Landscape) -> None:
    from rasterio.transform import from_origin

    far = from_origin(585420, 99e6, 10, 10)
    with pytest.raises(S2kitError, match="lie outside EPSG:32633"):
        read_scene(write(tmp_path / "a.tif", numbers(landscape), transform=far))
