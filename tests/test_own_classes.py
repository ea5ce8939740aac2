"""Classes of one's own, from a table to an assessed map: four with gaps in their codes, and eleven.

Polygons → mask → a tiny training → weights → map → files for QGIS → accuracy → widgets.
"""

import json
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pytest
import rasterio
import torch
import xarray as xr
from click.testing import CliRunner
from matplotlib.colors import to_rgb
from safetensors.torch import load_file, save_file
from shapely import Point, box

from s2kit.__main__ import cli
from s2kit.accuracy.assess import assess
from s2kit.accuracy.figures import show_matrix, show_objects
from s2kit.accuracy.intervals import oa_interval, polygon_matrices
from s2kit.accuracy.leakage import label_memory
from s2kit.accuracy.tables import metrics_table
from s2kit.accuracy.uncertainty_figures import show_areas
from s2kit.benchmarks.area import labelled_area
from s2kit.benchmarks.figures import show_labelled_area, show_pixel_rules
from s2kit.benchmarks.polygon_checks import check_polygons
from s2kit.benchmarks.polygons import read_polygons
from s2kit.benchmarks.rasterise import rasterise
from s2kit.cartography.palette import class_colours
from s2kit.cartography.panels import show_class_map, show_error
from s2kit.errors import S2kitError
from s2kit.maps.calibrate import calibrate
from s2kit.maps.classify import class_map as likeliest
from s2kit.maps.classify import class_probabilities, classify
from s2kit.maps.files import read_class_map, write_class_map
from s2kit.maps.paper_figures import show_test_scene
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.network.figures import draw_class_weights, draw_patches
from s2kit.network.patches import IGNORE, class_weights, to_tensors
from s2kit.network.recipes import Recipe
from s2kit.network.training import train
from s2kit.network.weights import load_weights, save_network
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.codes import read_codes
from s2kit.scenes.nomenclature import (
    PAPER,
    LandCoverClass,
    Nomenclature,
    nomenclature_of,
    read_nomenclature,
    with_nomenclature,
)
from s2kit.widgets.comparison import Comparison
from s2kit.widgets.digitiser import Digitiser

X, Y, SIDE = 500_000, 5_600_060, 48
TINY = Recipe(
    "tiny", width=4, depth=1, crop=16, batch=4, epochs=4, steps=20, learning_rate=0.05,
    averaging=0.5,
)  # fmt: skip

TABLES = {
    "four with gaps": (
        "code,name,short,colour\n20,łąki i pastwiska,łąki,#00aa00\n10,forest,,\n40,water,,#0000ff\n"
        "255,built-up,,\n"
    ),
    "eleven": "code,name\n" + "".join(f"{k},kind {k}\n" for k in range(1, 12)),
}


@pytest.fixture(scope="module", params=TABLES)
def own(request, tmp_path_factory):
    """Everything up to a class map: a strip per class, each bright in a band of its own."""
    folder = tmp_path_factory.mktemp("own")
    table = folder / "mine.csv"
    table.write_text(TABLES[request.param], encoding="utf-8")
    classes = read_nomenclature(table)
    edges = np.linspace(0, SIDE, len(classes) + 1).round().astype(int)
    strip = np.searchsorted(edges, np.arange(SIDE), side="right") - 1
    bands = np.random.default_rng(0).normal(0, 0.005, (10, SIDE, SIDE)).astype("float32")
    bands += 0.2
    for place in range(len(classes)):
        bands[place % 10, :, strip == place] += 0.2 if place < 10 else 0.5
    scene = xr.DataArray(
        bands,
        {
            "band": list(BAND_NAMES),
            "y": Y - 5.0 - 10 * np.arange(SIDE),
            "x": X + 5.0 + 10 * np.arange(SIDE),
        },
        ("band", "y", "x"),
        "mine_20230709",
        {"attribution": "made up"},
    ).rio.write_crs(32633)
    polygons = gpd.GeoDataFrame(
        {"label": classes.codes},
        geometry=[
            box(X + 10 * left, Y - 10 * SIDE, X + 10 * right, Y) for left, right in pairwise(edges)
        ],
        crs=32633,
    )
    mask = rasterise(polygons, scene, nomenclature=classes)
    torch.manual_seed(0)
    network = train(TINY, {"mine": (scene, mask)}, (scene, mask)).network
    weights = folder / "mine.safetensors"
    save_network(weights, network)
    codes, _ = classify(load_weights(weights)[0], scene, turns=False)
    return SimpleNamespace(
        folder=folder, table=table, classes=classes, scene=scene, polygons=polygons, mask=mask,
        network=network, weights=weights, map=codes, strip=strip,
    )  # fmt: skip


def test_the_mask_holds_the_codes_and_carries_their_classes(own):
    assert np.array_equal(own.mask[0], np.array(own.classes.codes)[own.strip])
    assert nomenclature_of(own.mask) == own.classes
    with pytest.raises(S2kitError, match=rf"class \d+; the codes are 1 to {len(PAPER)}:"):
        rasterise(own.polygons, own.scene)
    assert check_polygons(own.polygons, own.scene, own.classes).empty
    assert check_polygons(own.polygons, own.mask).empty
    assert "class number" in set(check_polygons(own.polygons, own.scene).finding)
    areas = labelled_area({"mine": own.mask})
    assert areas.index.tolist() == list(own.classes.codes)
    assert areas.to_numpy().sum() == pytest.approx(SIDE**2 / 100)


def test_targets_are_places_and_the_network_has_a_channel_for_each_class(own):
    _, target = to_tensors(own.scene, own.mask, "fixed")
    assert np.array_equal(target[0], own.strip)
    assert (to_tensors(own.scene, own.mask * 0, "fixed")[1] == IGNORE).all()
    assert own.network.head.out_channels == len(own.classes)
    assert len(class_weights([target], 0.25, own.classes)) == len(own.classes)


def test_weights_carry_the_classes_into_the_map(own):
    loaded, _ = load_weights(own.weights)
    assert loaded.nomenclature == own.classes
    assert nomenclature_of(own.map) == own.classes
    assert set(np.unique(own.map)) <= set(own.classes.codes)
    assert (own.map == own.mask).mean() > 2 / len(own.classes)  # it learnt something
    probabilities = class_probabilities(loaded, own.scene, turns=False)
    assert probabilities["class"].to_numpy().tolist() == list(own.classes.codes)
    xr.testing.assert_identical(likeliest(probabilities), own.map)


def test_no_run_goes_on_from_one_with_other_classes(own, tmp_path):
    renamed = Nomenclature.from_json(own.classes.to_json().replace("water", "lakes"))
    rock = LandCoverClass(200, "rock", "rock", "#123456", "#123456")
    more = Nomenclature("more", (*own.classes.classes, rock))
    brief = replace(TINY, epochs=1, steps=1)
    for classes in {own.classes, renamed, more}:
        scenes = own.scene, with_nomenclature(own.mask, classes)
        trained = train(brief, {"mine": scenes}, scenes, folder=tmp_path)
        assert trained.network.nomenclature == classes
    assert len(list(tmp_path.iterdir())) == len({own.classes, renamed, more})


def test_masks_of_two_nomenclatures_do_not_mix(own):
    paper = with_nomenclature(xr.full_like(own.mask, 1), PAPER)
    with pytest.raises(S2kitError, match="mine and of the paper differ"):
        train(TINY, {"mine": (own.scene, own.mask)}, (own.scene, paper))
    with pytest.raises(S2kitError, match="differ"):
        calibrate(own.network, own.scene, paper)
    with pytest.raises(S2kitError, match="mine and of the paper differ"):
        assess(own.map, paper)
    with pytest.raises(S2kitError, match="mine and of the paper differ"):
        label_memory([own.mask, paper])
    with pytest.raises(S2kitError, match="mine and of the paper differ"):
        Comparison({"map": own.map, "paper": paper})
    with pytest.raises(S2kitError, match="mine and of the paper differ"):
        show_error(own.map, paper)


def test_the_map_comes_back_from_its_file_with_names_and_colours(own, tmp_path):
    path = tmp_path / "map.tif"
    write_class_map(path, own.map)
    again = read_class_map(path)
    assert np.array_equal(again, own.map)
    assert nomenclature_of(again) == nomenclature_of(read_codes(path)) == own.classes
    with rasterio.open(path) as file:
        colours, tags = file.colormap(1), file.tags()
    for c in own.classes.classes:
        assert "#{:02x}{:02x}{:02x}".format(*colours[c.code][:3]) == c.colour
        assert f"{c.code} {c.name}" in tags["TIFFTAG_IMAGEDESCRIPTION"]
    entries = ET.parse(path.with_suffix(".qml")).iter("paletteEntry")
    expected = [(str(c.code), c.colour, f"{c.code} {c.name}") for c in own.classes.classes]
    assert [(e.get("value"), e.get("color"), e.get("label")) for e in entries] == expected
    auxiliary = ET.parse(path.with_name("map.tif.aux.xml"))
    names = [e.text for e in auxiliary.iter("Category")]
    assert len(names) == own.classes.codes[-1] + 1
    assert [names[c.code] for c in own.classes.classes] == list(own.classes.names)
    rows = [[f.text for f in row] for row in auxiliary.iter("Row")]
    assert [row[:2] for row in rows[1:]] == [[str(c.code), c.name] for c in own.classes.classes]


def test_a_file_without_names_takes_those_that_are_given(own, tmp_path):
    path = tmp_path / "plain.tif"
    own.mask.rio.to_raster(path)
    assert nomenclature_of(read_codes(path, own.classes)) == own.classes
    with pytest.raises(S2kitError, match=r"plain\.tif holds .*, no class codes; number"):
        read_codes(path)


def test_a_files_own_classes_are_not_renamed(own, tmp_path):
    path = tmp_path / "map.tif"
    write_class_map(path, own.map)
    with pytest.raises(S2kitError, match=r"map\.tif: the classes of mine and of the paper differ"):
        read_codes(path, PAPER)


def test_codes_of_no_class_are_not_written(own, tmp_path):
    wrong = own.map.copy(data=np.full(own.map.shape, 99, np.uint8))
    with pytest.raises(S2kitError, match="holds 99, which is no class of mine"):
        write_class_map(tmp_path / "map.tif", wrong)
    assert not list(tmp_path.iterdir())


def test_the_accuracy_is_that_of_the_own_classes(own):
    result = assess(own.map, own.polygons)
    assert result.pixels.index.tolist() == list(own.classes.codes)
    assert result.pixel_oa == pytest.approx(float((own.map == own.mask).mean()))
    assert assess(own.map, own.mask).pixels.equals(result.pixels)
    table = metrics_table(result.pixels, names=True, nomenclature=own.classes)
    assert table["name"].tolist() == [c.short for c in own.classes.classes]
    cube = polygon_matrices(own.map, own.polygons)
    assert np.array_equal(cube.sum(axis=0), result.pixels)
    objects = polygon_matrices(own.map, own.polygons, "object").sum(axis=0)
    assert np.array_equal(objects, result.objects)
    assert oa_interval(own.map, own.polygons).estimate == pytest.approx(result.pixel_oa)
    xr.testing.assert_identical(label_memory([own.mask, own.mask]), own.mask)


def test_a_matrix_is_not_named_after_another_nomenclature(own):
    matrix = assess(own.map, own.mask).pixels
    for draw in (show_matrix, lambda m: metrics_table(m, names=True)):
        with pytest.raises(S2kitError, match=r"the matrix has the classes .*; name its nomen"):
            draw(matrix)


def legend_names(figure):
    """Return all texts of a figure's legends."""
    legends = [*figure.legends, *(ax.get_legend() for ax in figure.axes if ax.get_legend())]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def test_figures_show_the_own_classes(own):
    first = own.classes.classes[0]
    told = f"{first.code}  {first.short}"
    assert class_colours(own.mask)[0, 0] == pytest.approx(to_rgb(first.colour))
    show_class_map(own.mask)
    assert told in legend_names(plt.gcf())
    show_test_scene(own.scene, own.map, own.mask)
    assert told in legend_names(plt.gcf())
    areas = labelled_area({"mine": own.mask})
    show_labelled_area(areas, own.classes)
    assert len(legend_names(plt.gcf())) == len(own.classes)
    with pytest.raises(S2kitError, match="the table of areas has the classes"):
        show_labelled_area(areas)
    show_pixel_rules(own.polygons, own.scene, 0, nomenclature=own.classes)
    shown = plt.gcf().axes[0].images[0]
    assert shown.cmap(shown.norm(1))[:3] == pytest.approx(to_rgb(first.colour))
    show_matrix(assess(own.map, own.mask).pixels, "own", own.classes)
    assert plt.gcf().axes[0].get_xticklabels()[0].get_text() == f"{first.code} {first.short}"
    show_objects(own.map, own.polygons)
    show_areas(
        areas.rename(columns={"mine": "mapped"}).assign(corrected=1, low=0, high=2), own.classes
    )
    assert plt.gcf().axes[0].get_yticklabels()[0].get_text() == f"{first.code} {first.short}"


def test_figures_of_training_show_the_own_classes(own):
    image, target = to_tensors(own.scene, own.mask, "fixed")
    draw_patches(torch.stack([image] * 2), torch.stack([target] * 2), "made up", own.classes)
    shown = plt.gcf().axes[2].images[0]
    assert shown.cmap(shown.norm(1))[:3] == pytest.approx(to_rgb(own.classes.classes[0].colour))
    draw_class_weights(class_weights([target], 0.25, own.classes), own.classes)
    names = [text.get_text() for text in plt.gcf().axes[0].get_xticklabels()]
    assert names == [c.short for c in own.classes.classes]


def test_a_baseline_maps_the_own_classes(own):
    fitted = train_baseline("random forest", {"mine": (own.scene, own.mask)}, scaling="fixed")
    mapped = map_per_pixel(fitted, own.scene)
    assert nomenclature_of(mapped) == own.classes
    assert (mapped == own.mask).mean() > 0.9


def test_the_comparison_knows_the_own_classes(own):
    widget = Comparison({"scene": own.scene, "map": own.map, "reference": own.mask})
    assert [c["code"] for c in widget.classes] == list(own.classes.codes)
    assert widget.classes[0]["safe"] == own.classes.classes[0].safe
    answers = []
    widget.send = lambda message, buffers=None: answers.append(message)
    widget.on_hover({"row": 0, "column": SIDE - 1})
    code = int(own.map[0, -1])
    assert answers[-1]["class"] == code
    inside = own.scene.where(own.map == code)
    assert answers[-1]["mean"] == pytest.approx(inside.mean(("y", "x")).to_numpy(), abs=1e-5)
    widget.on_view({"top": 0, "left": 0, "bottom": SIDE, "right": SIDE, "step": 1})
    assert answers[-1]["agreement"] == pytest.approx(float((own.map == own.mask).mean()))
    assert set(answers[-1]["codes"]) <= set(own.classes.codes)
    assert widget.picture()[0] == "image/jpeg"


def test_the_digitiser_draws_the_own_classes(own, tmp_path):
    path = tmp_path / "mine.gpkg"
    start = own.polygons.iloc[:2]
    other = {"another date": own.polygons.iloc[2:]}
    widget = Digitiser(path, own.scene, start=start, permanent=other, nomenclature=own.classes)
    assert [c["name"] for c in widget.classes] == list(own.classes.names)
    last = own.classes.classes[-1]
    number = widget.draw(last.code, Point(X + 460, Y - 200).buffer(15))
    with pytest.raises(S2kitError, match="99 is no class of mine"):
        widget.draw(99, Point(X + 100, Y - 100).buffer(15))
    assert nomenclature_of(widget.mask) == own.classes
    assert int(widget.mask.max()) == last.code
    assert read_polygons(path).label.tolist() == [*start.label, last.code]
    named = gpd.read_file(path).name.tolist()
    assert named == [own.classes[int(code)].short for code in (*start.label, last.code)]
    style = ET.parse(path.with_suffix(".qml"))
    assert [c.get("value") for c in style.iter("category")] == [str(c) for c in own.classes.codes]
    answers = []
    widget.send = lambda message, buffers=None: answers.append(message)
    widget.on_edit({"action": "copy", "source": "another date", "serial": 1})
    assert not answers[-1]["problem"]
    assert set(answers[-1]["pixels"]) == set(own.classes.codes)
    assert sum(answers[-1]["pixels"].values()) == SIDE**2
    assert widget.picture()[0] == "image/jpeg"
    again = Digitiser(path, own.scene, nomenclature=own.classes)
    assert number in again.polygons.index
    with pytest.raises(S2kitError, match=f"the codes are {PAPER.told}"):
        Digitiser(path, own.scene)


def test_the_commands_map_and_assess_the_own_classes(own, tmp_path):
    image, polygons = tmp_path / "mine.tif", tmp_path / "fields.gpkg"
    own.scene.assign_attrs(long_name=BAND_NAMES).rio.to_raster(image)
    own.polygons.to_file(polygons)
    plain, out = tmp_path / "plain.tif", tmp_path / "map.tif"
    run = CliRunner().invoke
    mapped = run(cli, ["classify", str(image), "--weights", str(own.weights), "--out", str(out)])
    assert mapped.exit_code == 0, mapped.output
    for c in own.classes.classes:
        assert f"{c.code:2d}  {c.name}" in mapped.output
    assessed = run(cli, ["assess", str(out), str(polygons)])
    assert assessed.exit_code == 0, assessed.output
    assert own.classes.classes[0].short in assessed.output
    read_codes(out).rio.to_raster(plain)
    again = run(cli, ["assess", str(plain), str(polygons), "--classes", str(own.table)])
    warning, _, figures = assessed.output.partition("\n")
    assert "trained on its own image" in warning
    assert again.output == figures
    without = run(cli, ["assess", str(plain), str(polygons)])
    assert isinstance(without.exception, S2kitError)


def test_weights_with_a_broken_nomenclature_are_refused(own, tmp_path):
    text = own.weights.read_bytes()
    header = text[8 : 8 + int.from_bytes(text[:8], "little")].decode()
    assert "nomenclature" in header
    path = tmp_path / "broken.safetensors"
    settings = json.loads(json.loads(header)["__metadata__"]["s2kit"])
    negative = own.classes.to_json().replace('"code": ', '"code": -')
    for broken in ({}, json.loads(negative), 5):
        metadata = {"s2kit": json.dumps(settings | {"nomenclature": broken})}
        save_file(load_file(own.weights), path, metadata=metadata)
        with pytest.raises(S2kitError, match=r"broken\.safetensors: "):
            load_weights(path)
    fewer = Nomenclature("fewer", own.classes.classes[:-1])
    metadata = {"s2kit": json.dumps(settings | {"nomenclature": json.loads(fewer.to_json())})}
    save_file(load_file(own.weights), path, metadata=metadata)
    with pytest.raises(S2kitError, match=r"another shape .*: not the network it names"):
        load_weights(path)
