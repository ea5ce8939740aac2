"""What the recipe ``portable`` begins with."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

from s2kit.accuracy.crosswalk import class_groups, legend_of
from s2kit.experiments.own_places import ScoredPlace
from s2kit.experiments.portable import (
    REAL,
    SIMULATED,
    WEIGHTS,
    likeliest_of_group,
    portable_beginning,
)
from s2kit.network.weights import load_network
from s2kit.scenes.nomenclature import NO_DATA
from s2kit.simulator.example import example_scene

SCENE = example_scene(size=64, block=16)


def place(country, labels):
    grid = SCENE[0].drop_vars("band")
    return ScoredPlace(
        country.lower(),
        SCENE.assign_attrs(area=country),
        grid.copy(data=np.broadcast_to(labels, grid.shape).astype("int64")),
        "corine",
    )


def test_a_pixel_gets_the_likeliest_class_of_its_labels_group():
    legend, groups = legend_of("corine"), class_groups()
    crops, trees = (
        next(c for c, each in legend.items() if each.group == g) for g in ("crops", "trees")
    )
    nothing = 99999
    labels = np.full((64, 64), crops)
    labels[:20], labels[-4:] = trees, nothing
    mask = likeliest_of_group(load_network("strzegom"), place("Denmark", labels))
    assert set(np.unique(mask[20:-4])) <= set(groups["crops"])
    assert set(np.unique(mask[:20])) <= set(groups["trees"])
    assert (mask[-4:] == NO_DATA).all()


def test_pixels_without_data_stay_without_a_class():
    hole = SCENE.where(SCENE.x > SCENE.x[10])
    labelled = place("Denmark", 211)
    found = likeliest_of_group(
        load_network("strzegom"),
        ScoredPlace("hole", hole.assign_attrs(SCENE.attrs), labelled.labels, "corine"),
    )
    assert (found[:, :11] == NO_DATA).all()
    assert (found[:, 11:] != NO_DATA).all()


@pytest.mark.parametrize("scaling", ["shrunk", "both", "fixed"])
def test_the_network_of_strzegom_goes_on_with_another_scaling_of_the_same_channels(source, scaling):
    source.open_truth = source.open_mask  # stands in for the simulated country
    network = portable_beginning(source, [], scaling).network
    assert network.scaling == (scaling if scaling != "fixed" else "both")


def test_places_of_one_country_share_its_weight(source):
    source.open_truth = source.open_mask
    places = [place("Ireland", 231), place("Ireland", 231), place("Denmark", 211)]
    places = [dataclasses.replace(each, name=str(n)) for n, each in enumerate(places)]
    shares = portable_beginning(source, places, "shrunk").shares
    assert shares["0"] == shares["1"]
    assert 2 * shares["0"] / shares["2"] == pytest.approx(WEIGHTS["Ireland"] / WEIGHTS["Denmark"])


@pytest.mark.parametrize("countries", [(), ("Denmark",), ("Denmark", "Ireland", "Narnia")])
def test_shares_of_crops_do_not_depend_on_how_many_places_there_are(source, countries):
    places = [place(country, 211) for country in countries]
    source.open_truth = source.open_mask  # stands in for the simulated country
    beginning = portable_beginning(source, places, "shrunk")
    assert sum(beginning.shares.values()) == pytest.approx(SIMULATED + REAL)
    known = [name for name in beginning.elsewhere if not name.startswith("simulated")]
    assert known == [c.lower() for c in countries if c != "Narnia"]
    masks = [mask for _, mask in beginning.elsewhere.values()]
    assert all(isinstance(mask, xr.DataArray) and mask.any() for mask in masks)
