# %% [markdown]
# # 5 · Colour composites and class maps
#
# This chapter makes the paper's Figures 2 and 3, false colour composites and benchmarks, and
# Figures 6 to 9, the class maps of the two test scenes beside their reference. Of the real scenes
# it can show Strzegom only: the image of the second test scene, Kolbuszowa, is in no copy of the
# archive that the course can count on.
#
# **You will be able to**
# - read a false colour composite, and say why one stretch serves all dates;
# - turn the network's probabilities into a class map and a picture of its confidence;
# - hand the map over as a file that opens in QGIS with the classes' names and colours.
#
# **You need** chapters 1 and 2 (scenes and masks).
#
# **Time**: {minutes} to run on two CPU cores, 20 minutes to read, 15 for the exercises
#
# Solutions: [solutions/05_maps.ipynb](solutions/05_maps.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from s2kit.benchmarks.rasterise import rasterise
from s2kit.cartography.composite import false_colour
from s2kit.cartography.layout import Room, map_axes
from s2kit.cartography.panels import LEGEND, agreement_mask, show_class_map
from s2kit.exercises import check_solution, quiz
from s2kit.maps.classify import class_map, class_probabilities, classify, confidence
from s2kit.maps.course_figures import show_agreement
from s2kit.maps.files import write_class_map
from s2kit.maps.paper_figures import (
    show_benchmarks,
    show_map_confidence_error,
    show_test_scene,
    show_training_scenes,
)
from s2kit.network.weights import load_network, shipped_weights
from s2kit.scenes.nomenclature import PAPER
from s2kit.settings import course_source, workspace
from s2kit.widgets.comparison import Comparison

# %% [markdown]
# ## What the interpreter sees
#
# The authors drew their benchmarks over a false colour composite: near infrared is shown as red,
# red as green, green as blue. Leaves reflect near infrared strongly, so whatever grows is red.
# Here are the training scenes of one area, the paper's Figure 2.

# %% tags=["shared"]
source = course_source()
source.fetch()
names = source.available(split="test")

# %%
area = source.record(names[0]).area
scenes = {each: source.open(each) for each in source.available(split="train", area=area)}
masks = {each: source.open_mask(each) for each in scenes}
show_training_scenes(scenes)

# %% [markdown]
# One place, and hardly two pictures alike: the forest changes with the leaves, each field with
# its crop. All panels are stretched alike, from the same reflectance (black) to the same
# reflectance (full colour). Had we stretched each panel by its own histogram, a field could
# change its colour because a cloud entered the other corner of the picture.
#
# The paper says what the three changing classes look like: 4 green, 5 cyan, 9 red. Take it at its
# word and average the colour of the labelled pixels, class by class and over all dates.


# %%
def mean_colour(code):
    """Mean red, green and blue (0 to 255) of the pixels labelled with this class."""
    pixels = [false_colour(scenes[each])[masks[each].values == code] for each in scenes]
    return np.concatenate(pixels).mean(axis=0) * 255


labelled = [c for c in PAPER.classes if any((mask == c.code).any() for mask in masks.values())]
colours = {f"{c.code} {c.short}": mean_colour(c.code) for c in labelled}
pd.DataFrame.from_dict(colours, orient="index", columns=["red", "green", "blue"]).round().astype(
    int
)

# %% [markdown]
# Crops in growth are red beyond doubt. Mature cereals are the only vegetation in which green is
# not far below red: straw reflects red light well. Bare soil and quarries both lean to cyan, and
# this is the difficulty the paper wants to overcome: an open pit looks like a ploughed field.
# Three bands of one pixel hardly tell them apart; the other bands and the surroundings may.
#
# ## What the interpreter drew
#
# The benchmarks of the same scenes, the paper's Figure 3. What is grey has no label. Follow one
# field through the dates: forest, roads and water stay, the fields change class.

# %%
show_benchmarks(scenes, masks)

# %% [markdown]
# The paper trains on three patches near Kraków as well. Here are their masks. They hold what
# Strzegom lacks: permanent grassland, class 6.

# %%
krakow = {each: source.open_mask(each) for each in source.list(split="train", area="krakow")}
_, axes = map_axes(krakow.values(), 3.4, columns=3, room=Room(below=LEGEND))
for place, (each, patch) in enumerate(krakow.items()):
    show_class_map(patch, axes[place], title=each, legend="none" if place else "below")
    axes[place].set(xticks=[], yticks=[], xlabel="", ylabel="")

# %% [markdown]
# ## The network's answer
#
# Now the other side: a trained network, and a scene that has had no part in its training. The
# network comes with s2kit and was trained by a recipe of chapter 4. To map with your own, write
# `load_network(workspace() / "weights" / "live.safetensors")` in the first line instead.

# %% tags=["shared"]
network = load_network(shipped_weights(source.name))
name = names[0]
scene = source.open(name)
probabilities = class_probabilities(network, scene)

# %%
print(probabilities.dims, probabilities.shape, probabilities.dtype)
total = probabilities.sum("class", skipna=False)
print("the ten probabilities of a pixel add up to", float(total.mean().round(3)))
print("pixels without data:", int(total.isnull().sum()))

# %% [markdown]
# The network was asked eight times: about the scene as it is, turned by quarters, and mirrored.
# A field stays a field from any side, a chance error does not, so the mean of the eight answers is
# steadier than one. This is called **test-time augmentation** (`turns=False` asks once).
#
# Ten numbers per pixel, not one. The **class map** keeps the largest and forgets the rest; how
# large it was is the map's **confidence**. Look at the pixel about which the network knows least.

# %% tags=["nbval-ignore-output"]
codes, sure = class_map(probabilities), confidence(probabilities)
doubtful = probabilities.isel(sure.argmin(...)).to_series().round(2)
doubtful.index = [PAPER[code].name for code in doubtful.index]
doubtful.sort_values(ascending=False).head(4)

# %% [markdown]
# ## The paper's Figures 6 to 9
#
# Image, class map and reference of each test scene. The reference is rasterised from the polygons
# of chapter 2 on the grid of the map.

# %% tags=["picture-overview"]
for each in names:
    image = source.open(each)
    mapped = class_map(class_probabilities(network, image))
    show_test_scene(image, mapped, rasterise(source.open_polygons(each), like=mapped))

# %% [markdown]
# The map covers everything, the reference a part: people label what they are sure of. Remember
# that when accuracy comes up in chapter 6; the difficult pixels may be among the white ones.
#
# ## Where is it wrong, and does it know?
#
# Confidence is the network's own opinion, agreement is ours. Put them side by side with the map.

# %%
reference = rasterise(source.open_polygons(name), like=codes)
show_map_confidence_error(codes, sure, reference)

# %% [markdown]
# Low confidence draws the outlines of fields and settlements: there a pixel of 10 m holds two
# covers, and the network says so. Errors sit on the same outlines, but some come as whole fields,
# and there the network may be sure of itself. Compare the two in numbers.

# %% tags=["nbval-ignore-output"]
known, same = agreement_mask(codes, reference)
for text, pixels in (("same class", same), ("other class", known & ~same)):
    print(f"{text:>11}: mean confidence {float(sure.values[pixels].mean()):.2f}")

# %% [markdown]
# Where the map errs, the network is less sure on average, but still rather sure. Confidence is
# good for finding doubtful places; it is not the probability of being right.
#
# ## Two maps, one place
#
# Figures side by side hide what is a pixel off. Lay the maps over one another: drag the divider
# over a field, zoom in, and read in the table how the part in view agrees. Where the authors'
# own map can be had it is the second one; else the reference is. Point at a pixel on which they
# differ: is its spectrum that of its class?

# %%
layers = {"image": scene, "our map": codes}
if source.record(name).class_map is not None:
    layers["the authors' map"] = source.open_class_map(name)
comparison = Comparison(layers | {"reference": reference, "confidence": sure})
comparison

# %% [markdown]
# Two maps that agree can both be wrong: they learnt from the same labels. Choose the reference
# as one of the pair and see how much less is left to compare.
#
# How far do two maps agree where a label was drawn, and how far elsewhere? The second map is the
# authors' own; on simulated scenes it is made by the network that was trained on real ones.

# %%
if source.record(name).class_map is not None:
    second = source.open_class_map(name)
else:
    second, _ = classify(load_network("strzegom"), scene, turns=False)
inside, outside = show_agreement(codes, second, reference)

# %% tags=["nbval-ignore-output"]
print(f"agreement {100 * inside:.1f} % with a label, {100 * outside:.1f} % without")

# %% [markdown]
# Read the title of the figure again before chapter 6 counts accuracies. Labels were drawn where the
# class is plain to see, and on the real scene two maps agree there almost everywhere. In the rest
# of the picture, which is most of it, they disagree far more often. Where they do, at least one of
# them is wrong, and no accuracy from polygons tells of it. This is the number to remember from this
# course.
#
# ## A map is a file
#
# A map that lives in a notebook helps nobody. One call writes the codes as GeoTIFF, with grid,
# CRS and attribution, and says in tags how it came about: weights, input scaling, image statistics.
# Chapter 6 reads these files back.

# %%
folder = workspace() / "results"
for each in names:
    mapped = class_map(class_probabilities(network, source.open(each)))
    write_class_map(folder / f"{each}_class.tif", mapped)
print(*sorted(path.name for path in folder.glob(f"{name}_class.*")), sep="\n")

# %% [markdown]
# Three files for one map. A GeoTIFF holds numbers and a colour table, but it has no place for
# names; a bare one opens in QGIS grey, or as colours without a legend. The `.aux.xml` beside it
# tells GDAL the names of the classes, and the `.qml` is the layer style that QGIS applies when
# you drag the `.tif` into it. This is the legend it will show:

# %%
style = ElementTree.parse(folder / f"{name}_class.qml")
entries = [entry.attrib for entry in style.iter("paletteEntry")]
pd.DataFrame(entries).set_index("value")[["color", "label"]]

# %% [markdown]
# Keep the three together when you send a map to somebody. The same map comes from the command
# line: `python -m s2kit classify IMAGE.tif --out MAP.tif`.
#
# ## Exercises
#
# **1.** An office wants to act only where the map can be trusted. What would it have to do without?

# %% tags=["nbval-ignore-output"]
for threshold in (0.5, 0.7, 0.85):
    share = float((sure >= threshold).mean())
    print(f"probability from {threshold:.2f}: {share:4.0%} of the scene")

# %% [markdown]
# Make the map for this office: a function that leaves the class where its probability reaches the
# threshold, and puts 0 (no data) elsewhere.


# %% tags=["exercise"]
def trusted_map(probabilities, threshold):
    """Class codes (y, x) where the likeliest class has at least this probability, else 0."""
    # <solution>
    codes, sure = class_map(probabilities), confidence(probabilities)
    return codes.where(sure >= threshold, 0)
    # </solution>


# %% tags=["check"]
check_solution("5.1", trusted_map)

# %% [markdown]
# **2.** How much of the scene is bare soil? Write a function that returns the area of a class of a
# map in hectares. A pixel is 10 m × 10 m.


# %% tags=["exercise"]
def hectares(codes, code):
    """Return the area of a class of the map (y, x), in hectares."""
    # <solution>
    return float((codes == code).sum()) / 100
    # </solution>


# %% tags=["check"]
check_solution("5.2", hectares)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(5)

# %% [markdown]
# ## Summary
#
# - In the false colour composite growth is red, mature cereals greenish, bare ground cyan; one
#   fixed stretch makes dates comparable.
# - The network gives ten probabilities per pixel; the map keeps the largest, the confidence its
#   size. Low confidence marks mixed pixels, but a confident network can be wrong.
# - Two maps agree where labels were drawn, and much less elsewhere.
# - A class map needs its legend: GeoTIFF for codes and colours, `.aux.xml` and `.qml` for names.
#
# **Next**: [6 · Accuracy](06_accuracy.ipynb)
