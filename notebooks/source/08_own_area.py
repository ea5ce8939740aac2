# %% [markdown]
# # 8 · Your own area
#
# The paper promises a method for any image and any area. Until now the scenes came with the
# course. In this chapter they come from you: one image file, some polygons, a map.
#
# **You will be able to**
# - read an image file of your own, and see what was decided about its numbers;
# - draw polygons, train a small network on them, map the image, and assess the map;
# - say what an accuracy from your own polygons means, and what it does not mean;
# - use classes of your own.
#
# **You need** chapters 1, 2 and 6.
#
# **Time**: {minutes} to run on two CPU cores, 25 minutes to read, 15 for the exercises
#
# Solutions: [solutions/08_own_area.ipynb](solutions/08_own_area.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
import warnings

import pandas as pd

import s2kit
from s2kit.cartography.panels import show_class_map, show_false_colour
from s2kit.exercises import check_solution, quiz
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.scenes.bands import BAND_NAMES
from s2kit.settings import course_source, workspace

# %% [markdown]
# ## An image file
#
# For this chapter a scene of the course plays the part of your image. The next cell writes it as
# a GeoTIFF, as you would get it from a colleague: digital numbers, ten bands, no date and no
# word about an offset.

# %% tags=["shared"]
source = course_source()
source.fetch()
name = source.available(split="train")[0]
folder = workspace() / "own_area"
folder.mkdir(parents=True, exist_ok=True)

numbers = source.open_numbers(name)
numbers.assign_attrs(long_name=BAND_NAMES).rio.to_raster(folder / "mine.tif")
print("wrote mine.tif:", numbers.dtype, dict(numbers.sizes))

# %% [markdown]
# Reading it takes one line. The bands are found by their names. Nobody has told the program
# whether 1000 was added to the numbers (chapter 1), so it looks at the dark pixels. If they
# cannot tell, it asks you instead of guessing.

# %% tags=["shared"]
scene = s2kit.read_scene(folder / "mine.tif")

# %%
print(scene.dims, scene.shape, scene.dtype)
print("offset taken off:", scene.attrs["offset"])
show_false_colour(scene, title="mine.tif")

# %% [markdown]
# ## An afternoon's polygons
#
# An afternoon of drawing gives a few polygons of each class. Here we take them from the benchmark
# of this date: its mask becomes polygons again, and of each class up to ten of the larger ones
# are drawn by lot. (`random_state` makes the lot the same for everybody.)

# %% tags=["shared"]
benchmark = source.open_mask(name)
outlines = s2kit.polygonise(benchmark)
large = outlines[outlines.area >= 2000]  # square metres: twenty pixels
afternoon = large.sample(frac=1, random_state=1).groupby("label").head(10).sort_values("label")

# %%
hectares = (afternoon.area / 10_000).groupby(afternoon.label)
hectares.agg(polygons="count", hectares="sum").round(1)

# %% [markdown]
# The widget of chapter 2 opens them. Add polygons of your own, or correct these: every change is
# saved at once, and `digitiser.polygons` holds what you see. With a trained network
# (`network=s2kit.load_network("strzegom")`) it also says where to draw next; chapter 9 tells more.

# %%
digitiser = s2kit.Digitiser(folder / "mine.gpkg", scene, start=afternoon)
digitiser

# %% tags=["shared"]
polygons = s2kit.read_polygons(folder / "mine.gpkg")
mask = s2kit.rasterise(polygons, like=scene)
print(f"{len(polygons)} polygons, {int((mask > 0).sum())} of {mask.size} pixels labelled")

# %% [markdown]
# ## Hold a part back
#
# To choose the best epoch, and to get a first idea of the accuracy, some labels must stay out of
# the training. Single pixels drawn by lot would not do: their neighbours, which look the same,
# would be in the training. So whole blocks of the image are held back, and between the blocks and
# the training pixels lies a strip in which no label is used at all. Where polygons are few, a
# class may be missing on one side; then the program warns.

# %% tags=["shared"]
recipe = s2kit.Recipe(
    "afternoon",
    width=8,  # a quarter of the parameters of the course's network
    depth=3,
    crop=64,
    epochs=8,
    steps=25,  # optimiser steps per epoch
)
with warnings.catch_warnings(record=True) as noted:
    training, validation = s2kit.hold_out_blocks(scene, mask, depth=recipe.depth)
print(*(f"warning: {each.message}" for each in noted), sep="\n")

# %%
pixels = {"training": training, "held back": validation, "all": mask}
pd.DataFrame({part: [int((each > 0).sum())] for part, each in pixels.items()}, index=["pixels"])

# %%
show_class_map(training, title="labels for the training")

# %% [markdown]
# ## Train, map, assess
#
# Three lines. The small network learns in less than a minute.

# %% tags=["shared"]
trained = s2kit.train(recipe, {"mine": (scene, training)}, (scene, validation), seed=0)
class_map, confidence = s2kit.classify(trained.network, scene)

# %%
show_class_map(class_map, title="map from an afternoon's polygons")

# %% [markdown]
# How good is it? We can ask the labels that were held back. Here, and only here, we can also ask
# the whole benchmark, of which the network has seen a small part. And we can take the network to
# another date of the same place.
#
# Beside it stands the tool that most people would take for such a task: a random forest that
# looks at single pixels (chapter 4), trained on the very same labels.

# %% tags=["nbval-ignore-output"]
other = next(
    each for each in source.available(split="train", area=source.record(name).area) if each != name
)
forest = train_baseline("random forest", {"mine": (scene, training)}, scaling="both")
questions = {
    "the training pixels themselves": (scene, training),
    "the block held back": (scene, validation),
    "the whole benchmark": (scene, benchmark),
    f"another date ({other})": (source.open(other), source.open_mask(other)),
}


def pixel_oa(image, reference):
    """Overall accuracy of the network and of the forest, per cent."""
    maps = s2kit.classify(trained.network, image)[0], map_per_pixel(forest, image)
    return [100 * s2kit.assess(each, reference).pixel_oa for each in maps]


with warnings.catch_warnings(record=True) as noted:
    answers = {question: pixel_oa(*asked) for question, asked in questions.items()}
print(*{f"warning: {each.message}" for each in noted}, sep="\n")
pd.DataFrame.from_dict(answers, orient="index", columns=["network", "forest"]).round(1)

# %% [markdown]
# Read the column of the network from above. One network, and four different numbers: each row asks
# another question.
#
# - The first one says only that the network can learn by heart.
# - The second is the one that a paper about a single image would print.
# - The third asks about polygons that nobody gave to the network.
# - The last one is the question of the paper: does it work on an image that it has not seen? A
#   network that has seen one date knows one date. The program may warn of it: where the numbers of
#   an image are unlike those of the training, it says so before you look at the map.
#
# So write beside your own accuracy which question it answers. And look at the forest before you
# celebrate the network: where labels are few, the simpler tool is hard to beat. A network earns its
# price when it has seen many places and dates, as in chapter 4.
#
# ## The network that comes with the package
#
# The shipped network has seen this very place on six dates. Ask it for the same map, and look at
# what its card says before you enjoy the number.

# %%
shipped = s2kit.load_network("simulated" if source.name == "simulated" else "strzegom")
shipped_map, _ = s2kit.classify(shipped, scene)
print(f"pixel OA {100 * s2kit.assess(shipped_map, benchmark).pixel_oa:.1f} %")
print(
    "the network was trained on this scene:",
    name in [s["scene"] for s in shipped.card["trained_on"]],
)

# %% [markdown]
# Such a number is worth nothing. `python -m s2kit assess` says so by itself when a map carries
# the name of its network and the network has seen the image.
#
# ## Hand it over
#
# A map is a set of files: the codes, the names and colours for GDAL, the style for QGIS. The file
# also remembers the statistics of the image, so that a piece of the image can be mapped alike.

# %%
s2kit.write_class_map(folder / "mine_map.tif", class_map)
s2kit.save_network(folder / "mine.safetensors", trained.network)
for path in sorted(folder.glob("mine*")):
    print(path.name)

# %% [markdown]
# The same without Python, in three commands:
#
# ```sh
# python -m s2kit train --image mine.tif --polygons mine.gpkg --out mine.safetensors
# python -m s2kit classify mine.tif --weights mine.safetensors --out mine_map.tif
# python -m s2kit assess mine_map.tif other_polygons.gpkg
# ```
#
# Several images go into a table (`--scenes my_scenes.csv`) with the columns `image`, `labels`
# and `split`; `train`, `validation` and `test` are the words for the last one.
#
# ## Classes of your own
#
# The paper's ten classes suit farming country in Poland. Yours may be others. They are a small
# table: a code, a name, and, if you like, a short name and a colour.

# %% tags=["shared"]
(folder / "classes.csv").write_text(
    "code,name,short,colour\n"
    "10,forest,forest,#1b7837\n"
    "20,fields,fields,#e6d96b\n"
    "30,built-up areas and roads,built-up,#c23b4f\n"
    "40,water,water,#2b6fb5\n"
)
mine = s2kit.read_nomenclature(folder / "classes.csv")
print(*(f"{c.code} {c.name}" for c in mine.classes), sep="\n")

# %% [markdown]
# Masks, networks, maps and legends take the classes from there. Our polygons have the paper's
# codes; a dictionary translates them, and what it does not name is left out.

# %% tags=["shared"]
TRANSLATION = {1: 10, 2: 10, 4: 20, 5: 20, 6: 20, 9: 20, 3: 30, 7: 30, 8: 40}
known = polygons[polygons.label.isin(TRANSLATION)]
simple = s2kit.rasterise(
    known.assign(label=known.label.map(TRANSLATION)), like=scene, nomenclature=mine
)

# %%
show_class_map(simple, title="the same polygons, four classes")

# %% [markdown]
# On the command line: `python -m s2kit train --image mine.tif --polygons simple.gpkg --classes
# classes.csv`.
#
# ## Exercises
#
# **1.** How well does the map of ten classes do if only the four groups count? Write a function
# that translates an array of the paper's codes, and leaves 0 where a code has no translation.


# %% tags=["exercise"]
def in_groups(codes, translation):
    """Return the codes (y, x) translated; 0 where there is no translation."""
    # <solution>
    result = codes * 0
    for code, group in translation.items():
        result = result.where(codes != code, group)
    return result
    # </solution>


# %% tags=["check"]
check_solution("8.1", in_groups)
check_solution("8.1", in_groups, mask, TRANSLATION)

# %% [markdown]
# **2.** A colleague holds back every second labelled pixel instead of blocks, and is proud of the
# result. Return the share of the held-back pixels that have a training pixel among their four
# neighbours (above, below, left, right).


# %% tags=["exercise"]
def share_with_training_neighbour(training, held_back):
    """Return the share, 0 to 1, of held-back pixels beside a training pixel; masks (y, x)."""
    # <solution>
    known = (training > 0).to_numpy()
    beside = known * False
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    beside[:, 1:] |= known[:, :-1]
    beside[:, :-1] |= known[:, 1:]
    held = (held_back > 0).to_numpy()
    return float(beside[held].mean())
    # </solution>


# %% tags=["check"]
row, column = mask.y.copy(data=range(mask.sizes["y"])), mask.x.copy(data=range(mask.sizes["x"]))
chess = (row + column) % 2 == 0
check_solution("8.2", share_with_training_neighbour)
check_solution("8.2", share_with_training_neighbour, mask.where(chess, 0), mask.where(~chess, 0))
check_solution("8.2", share_with_training_neighbour, training, validation)

# %% [markdown]
# ## Final project: your own area
#
# Map an area of your own choice, about 4 km by 4 km, and hand in one notebook of at most ten pages.
# Take a scene from a catalogue (chapter 1) or an image that you have; without a network, take the
# simulated landscape of Kolbuszowa. Twenty points:
#
# | | points |
# |---|---|
# | **The image.** Source, date, baseline; how the offset was decided; no data and clouds counted | 3 |
# | **The classes.** A table with names; what they merge or split against the paper's ten | 2 |
# | **The labels.** Ten polygons or more per class; who drew them, over what; `check_polygons` clean | 3 |
# | **The map.** A network (trained, adapted or shipped) and a forest, on the same labels | 3 |
# | **The accuracy.** A matrix with its counts; OA with an interval; PA and UA per class; which question it answers, in one sentence | 4 |
# | **The limits.** Where the map is unlike the training; one place where it is wrong, shown | 2 |
# | **Others can repeat it.** All commands, all files, all seeds; it runs from top to bottom | 3 |
#
# Ten points are a pass. A high accuracy gives no point: an honest low one does. Points are lost for
# a test pixel that was in the training (all four of *accuracy*), and for ACC given as OA (two).
#
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(8)

# %% [markdown]
# ## Summary
#
# - An image, some polygons and three lines make a map; the offset is looked up in the pixels.
# - Validation pixels must lie in blocks, away from the training pixels.
# - With few labels, compare with a forest of single pixels before you trust a network.
# - An accuracy answers one question: the same pixels, the same image, the same place or another
#   date. Say which.
# - The classes are a table; masks, networks, maps and legends follow it.
#
# **Next**: [9 · Elsewhere](09_elsewhere.ipynb)
