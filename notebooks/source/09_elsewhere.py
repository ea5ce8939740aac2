# %% [markdown]
# # 9 · Elsewhere
#
# Near Strzegom the network is right on almost every labelled pixel (chapter 6). The paper promises
# more: a method for *any* image and *any* area. In this chapter the network leaves home. You will
# see a calm, clean, wrong map, learn how to find that out, and mend it with ten polygons.
#
# **You will be able to**
# - compare a map with labels that use other classes;
# - say where a map should not be trusted, without a single label;
# - adapt a network to a new place with few polygons, and say what that cost;
# - order an honest accuracy for a map of your own.
#
# **You need** chapters 5, 6 and 8.
#
# **Time**: {minutes} to run on two CPU cores, 30 minutes to read, 15 for the exercises
#
# Solutions: [solutions/09_elsewhere.ipynb](solutions/09_elsewhere.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import s2kit
from s2kit.accuracy.crosswalk import class_groups
from s2kit.accuracy.group_agreement import assess_groups
from s2kit.cartography.elements import add_attribution
from s2kit.cartography.panels import (
    show_applicability,
    show_class_map,
    show_confidence,
    show_false_colour,
)
from s2kit.exercises import check_solution, quiz
from s2kit.experiments.adapting import adapting_table, show_adapting
from s2kit.experiments.expected import expected_table, mean_errors, show_expected
from s2kit.experiments.learning_curve import draw_squares, group_agreement, labelled_as_drawn
from s2kit.experiments.own_places import course_places, known_places
from s2kit.experiments.portable import portable_trials
from s2kit.experiments.shrinking import show_shrinking
from s2kit.experiments.trust import show_fifths, trust_table
from s2kit.maps.applicability import told, unlike_training
from s2kit.settings import course_source, elsewhere, home
from s2kit.sources.places import Places

# %% [markdown]
# ## Four places, or a country that does not exist
#
# With the real scenes, elsewhere is a piece of Denmark in October, one of Chile in April (autumn
# there), a patch of Austrian fields and a patch of Irish pasture, both in summer. They are small
# pieces from public collections, TerraMesh (Blumenstiel et al. 2025) and BigEarthNet (Sumbul et al.
# 2019), and the network has seen none of them. Without them, a simulated country stands in: a
# network that has learnt real scenes has not seen that either.

# %% tags=["shared"]
simulated = s2kit.open_source("simulated", home())
places = course_places(course_source(), Places(elsewhere()), simulated)
network = s2kit.load_network("strzegom")

# %%
for place in places:
    kind = "SIMULATED" if place.scene.attrs.get("source") == "simulated" else "real"
    height, width = place.scene.shape[1:]
    print(f"{place.name:24s} {kind:10s} {height} × {width} pixels, labels: {place.legend}")
    print("    licence:", place.scene.attrs.get("licence", "that of this course"))

# %%
figure, axes = plt.subplots(1, len(places), figsize=(3.4 * len(places), 4.2))
for place, ax in zip(places, axes, strict=True):
    show_false_colour(place.scene, ax, title=place.name)
add_attribution(figure, [place.scene for place in places])

# %% [markdown]
# ## A calm map
#
# Let us map the first place, as everybody would: one line, no warning read.

# %% tags=["shared"]
first = places[0]
with warnings.catch_warnings(record=True) as noted:
    class_map, confidence = s2kit.classify(network, first.scene)

# %%
show_class_map(class_map, title=f"{first.name}, network of Strzegom")

# %% [markdown]
# It looks like a map. Fields have edges, the colours are familiar, nothing blinks. Now read what
# the program said while it worked:

# %%
print(*({f"warning: {each.message}" for each in noted} or ["no warning"]), sep="\n")

# %% [markdown]
# ## Comparing with other people's classes
#
# Nobody has drawn the paper's ten classes here. Other maps know *crops*, *trees* and *built-up
# area*; none tells ripe cereal from growing crops. So we compare **groups of classes**. A table,
# the **crosswalk**, says which code of which legend belongs to which group, and what is lost.

# %%
pd.Series(
    {group: " ".join(map(str, codes)) for group, codes in class_groups().items()},
    name="our classes",
)

# %% [markdown]
# *Agreement* is the share of the label's pixels that the map puts into the same group. It is the
# producer's accuracy, or recall, of chapter 6 under a careful name: most of these labels were made
# by another network, and are no truth. The interval comes from drawing blocks of 320 m again and
# again (bootstrap), because the pixels of one field are one mistake, not a hundred.


# %% tags=["shared"]
def agreement(place, mapped):
    """Agreement by group, per cent."""
    found = assess_groups(mapped, place.labels, place.legend).agreement
    return (100 * found[["agreement", "low", "high"]]).round(0)


# %%
agreement(first, class_map)


# %% tags=["shared"]
def maps_of(network):
    """The network's class map of every place."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", s2kit.S2kitWarning)
        return {place.name: s2kit.classify(network, place.scene)[0] for place in places}


def table_of(maps):
    """Agreement by place and group, and how much became a quarry or growing crops, per cent."""
    rows = {place.name: agreement(place, maps[place.name])["agreement"] for place in places}
    table = pd.DataFrame(rows).T
    order = [group for group in class_groups() if group in table]
    for code, words in ((10, "mapped as quarries"), (9, "mapped as growing crops")):
        table[words] = {name: 100 * float((codes == code).mean()) for name, codes in maps.items()}
        order.append(words)
    return table[order].round(1).rename_axis("per cent")


# %%
table_of(maps_of(network))

# %% [markdown]
# Compare these numbers with the accuracy at home. Permanent grassland deserves a second look: the
# benchmark of Strzegom has not one polygon of it, so its network cannot map it, whatever the image
# shows. And look at the quarries: none of the real places has one.
#
# ## Why?
#
# Two reasons, and both are in the chapters behind you.
#
# 1. **The season and the country are new.** Six dates of one place teach what wheat looks like
#    there in June. Nobody told the network how a Danish field looks in October.
# 2. **The input is scaled by the image itself** (chapter 4). That is why a new date of a known
#    place works so well: haze and sun cancel out. But a piece of coast, or a patch of nothing but
#    pasture, has another mean, and the same field gets another number.
#
# You can watch the second reason at work: cut a quarter out of the scene and let it be scaled by
# itself. Nothing on the ground has changed.

# %% tags=["shared"]
scene = first.scene
side = min(scene.shape[1:]) // 2
with warnings.catch_warnings():
    warnings.simplefilter("ignore", s2kit.S2kitWarning)
    piece = scene[:, :side, :side]
    alone, _ = s2kit.classify(network, piece)
    with_statistics, _ = s2kit.classify(network, piece, s2kit.image_statistics(scene))
inner = (slice(side // 4, 3 * side // 4),) * 2

# %%
for name, mapped in (("its own statistics", alone), ("the whole's statistics", with_statistics)):
    same = float((mapped.to_numpy() == class_map[:side, :side].to_numpy())[inner].mean())
    print(
        f"a quarter of the scene, {name}: {100 * same:.0f} % of the inner pixels keep their class"
    )

# %% [markdown]
# ## A little less of itself
#
# The first reason needs new scenes. The second can be weakened without a single step of training.
# Mean and deviation of an image are an *estimate* of what the sun and the season did to it, and a
# poor one where the image shows little variety: they take the pasture for the season. Statistics has
# a cure for estimates from few data, **shrinkage**: draw them towards what is typical. So draw the
# means of the image a third of the way to those of the six scenes near Strzegom, and the variances
# too. The weights of the network stay what they are.

# %% tags=["shared"]
shrunk = s2kit.load_network("strzegom")
shrunk.scaling = "shrunk"  # instead of "both"

# %%
shrunk_maps = maps_of(shrunk)
table_of(shrunk_maps)

# %%
figure, axes = plt.subplots(1, 3, figsize=(12.5, 4.6))
show_false_colour(first.scene, axes[0])
show_class_map(class_map, axes[1], title="scaled by the image itself", legend="none")
show_class_map(
    shrunk_maps[first.name], axes[2], title="a third of the way to typical", legend="none"
)
add_attribution(figure, [first.scene])

# %% [markdown]
# Compare the two tables. With the real scenes, the forests of Denmark are back, most of those of
# Chile too, and the fields did not suffer; houses did, a little. And pasture? This network has no
# class for it, so all of it is wrong as before. But it is no longer torn into all classes: four
# fifths are now mapped as growing crops, the class that looks like it most.
#
# Why not all the way? Here is every share, from the image's own statistics (0) to none of them (1):
# first for these weights, then for networks that were trained anew with each share (stored; `python
# tests/speed/shrinking.py`, with `--train` for the second panel).

# %%
_ = show_shrinking()

# %% [markdown]
# The blue line is a wish: a field should not change its class with what else is in the picture. It
# rises with every step, to 98 %, for at the end no cut-out is scaled otherwise than its whole. The
# brown line is the opposite wish, and falls: of an image that is 20 % darker, by a low sun or a
# thin cloud, all pixels keep their class at the left and 70 % at the right. You cannot have both:
# one wants the image forgotten, the other wants it asked. The last steps also cost accuracy at
# home, and in other places fields and houses. At a third, home and the fields have lost nothing
# yet. In exercise 3 you write the formula. (For a small patch of which nobody has the whole image,
# `classify --statistics typical` goes all the way: its own statistics are worth less.)
#
# ## Can the network tell us?
#
# The obvious idea is to ask how sure it is. The **confidence** is the probability of the mapped
# class (chapter 5). Far from home it misleads: a network may be sure *and* wrong, because it has
# never learnt what it does not know.
#
# A second idea asks another question: *is this pixel like anything from the training?* Take the
# **logits** of the pixel, the ten numbers before they become probabilities. Take those of some
# hundred pixels of the training. The distance to the nearest of them, in units of their mean
# distance, is the **dissimilarity index**. Training pixels of one date lie at a certain distance
# from those of the other dates; what lies farther away than almost all of them is outside the
# **area of applicability** (Meyer & Pebesma 2021). We divide by that limit, so that 1 is its edge.

# %% tags=["shared"]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", s2kit.S2kitWarning)
    unlike = s2kit.applicability(network, first.scene)

# %%
figure, axes = plt.subplots(1, 3, figsize=(12.5, 6.2))
show_class_map(class_map, axes[0], title="class map", legend="none")
show_confidence(confidence, axes[1], title="how sure it is")
show_applicability(unlike, axes[2], title="how unlike the training")
add_attribution(figure, [first.scene])

# %%
print(told(unlike_training(class_map, unlike)))

# %% [markdown]
# Do they tell the truth? Here we have labels, so we can ask. Sort the pixels of each place by
# dissimilarity, cut them into five equal parts, and count the mistakes in each.

# %% tags=["shared"]
trust = trust_table(places, {"strzegom": network})

# %%
show_fifths(trust)

# %%
columns = ["outside", "wrong_inside", "wrong_outside", "AUC_dissimilarity", "AUC_confidence"]
trust.set_index("place")[columns].round(2)

# %% [markdown]
# `outside` is the share of pixels that are unlike the training; `wrong_inside` and `wrong_outside`
# are the shares of mistakes among the pixels alike and unlike. The AUC is the chance that a wrong
# pixel is ranked as less trustworthy than a right one; 0.5 is a coin.
#
# Read the table twice. Where crops, trees and houses are mixed, the pixels outside hold clearly
# more mistakes, and the curve climbs. **But a line can also lie at the very top, flat**: if a
# place consists of one class that the network never learnt, all of it is wrong, and much of it
# looks familiar. Dissimilarity finds the strange; it cannot find the familiar that means something
# else. "Unlike" is a reason to doubt. "Alike" is no reason to trust.
#
# The command line draws the same layer, and says the same sentence:
#
# ```sh
# python -m s2kit classify mine.tif --out mine_map.tif --applicability mine_unlike.tif
# python -m s2kit transfer --applicability
# ```
#
# ## How right will it be?
#
# A bolder question: what accuracy should one *expect* of a map, before anybody has drawn a label?
# Three answers, from simple to careful.
#
# - The **mean confidence**: if the network is 80 % sure on average, expect 80 %.
# - The **thresholded confidence**: find the threshold that as many pixels pass as are right, where
#   the truth is known; then count how many pass it here (Garg et al. 2022).
# - **Confidence and dissimilarity** together: a logistic regression of being right, fitted where
#   the truth is known.
#
# And where is the truth known, of every pixel, in a country that the network has never seen? In the
# simulated one. So what to expect is learnt there, and tried on the places.

# %% tags=["shared"]
known = known_places(simulated, apart_from=[place.name for place in places])
expected = expected_table(places, {"strzegom": network}, known)

# %%
show_expected(expected)

# %%
expected.set_index("place").drop(columns="network").round(2)

# %%
mean_errors(expected).round(2)

# %% [markdown]
# On the line, the expectation is true; above it, the map is worse than one would think. Mean
# confidence is a flatterer. What was learnt where the network errs is closer to the truth, as long
# as the place is made of classes that the network knows. If it is made of another, no
# number helps that is computed from the network alone: the network cannot know what is missing
# among its classes. `python -m s2kit transfer --expected` does the same for all places, and for a
# list of your own.
#
# ## What helped
#
# Can a network be made that carries further? Much was tried. Each row is a network, scored in places
# that it had *not* seen when it was trained: the share of the pixels of a group that it maps to the
# group, in per cent. The last two columns are from home, on the validation date. The rows are
# stored results; those of one seed are trials, and `python tests/speed/leaving_out.py` repeats the
# first, the last, and the one shrunk by a third without training.

# %%
portable_trials().drop(columns="seeds").astype(object).fillna("")

# %% [markdown]
# Read it from above. The network of Strzegom has never seen October. The one of the simulated country
# has seen every season, but its towns are drawn by a program: it knows no real one. Networks that
# learnt everything at once, with input scaled by rules that look safe, took green fields in autumn
# for forest (trees 93 to 99 %, crops 11 to 52 %).
#
# Then a surprise. Let the network of Strzegom learn from the simulated country for ten short epochs:
# it forgets its towns. But take the *mean* of its weights before and after, and the forgotten comes
# back while most of the new stays. Two networks, one begun from the other, lie in one valley of the
# loss: every point between them is a network too (Wortsman et al. 2022). The next step adds a few
# real places. Their labels only say "crops"; of the three classes of crops, the old network chooses
# the likeliest.
#
# In the middle of the table lies what else is usually tried: haze, blur, shaken colours. It won some
# houses, and hardly moved the forests of Chile and the pasture. The last rows shrink the statistics
# instead. Drawn further, forests and pasture get better, houses and the fields of Chile worse; a
# third is a compromise. These columns do not settle it, and it was chosen when the test date of
# chapter 6 had been scored with a half already: so for this recipe that date is not wholly unseen.
# In the last row the houses of Denmark are back, and what the fields of Chile lost (88 to 83 %), its
# forests won nearly three times over (67 to 81).
#
# The last row is the recipe `portable`, which you train with
#
# ```sh
# python -m s2kit train --recipe portable
# ```
#
# Its network comes with s2kit, and `python -m s2kit classify` takes it if you name no other. It has
# learnt from the four places of this chapter, so they can no longer examine it: that is why this
# chapter goes on with the network of Strzegom. What is still bad is in the table as well: crops in
# October, and houses. And no row maps a pasture as what it is: from one image, in the places that
# could be had, grass that is mown and wheat that grows look the same.
#
# ## Ten polygons
#
# Now the better news. The network has learnt edges, textures and spectra; most of that is true
# everywhere. We keep the encoder as it is, and tune the decoder with a handful of polygons of the
# new place (chapter 3 has the two halves). Beside the polygons it listens to its old self: what the
# old network said of the pixels around counts a little too, so that it does not forget all else.
#
# Who draws ten polygons? Here a rule does: small squares inside one group of the labels, drawn by
# lot, each labelled with the likeliest class of that group; squares that touch become one polygon.
# With your own image you would use the widget of chapter 2: given `network=network`, it shows the
# network's map beneath, leads you to the places where a polygon helps most, and does at a click
# what the next cell does.

# %% tags=["shared"]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", s2kit.S2kitWarning)
    likely = s2kit.class_probabilities(network, first.scene)
    squares = draw_squares(first.labels, number=10, seed=0, legend=first.legend)
    drawn = labelled_as_drawn(likely, squares)
    polygons = s2kit.polygonise(drawn)
    adapted = s2kit.adapt(network, first.scene, polygons, seed=0)
    adapted_map, _ = s2kit.classify(adapted.network, first.scene)

# %% tags=["nbval-ignore-output"]
print(len(polygons), "polygons,", int((drawn > 0).sum()), "of", drawn.size, "pixels labelled")
adapted.scores.round(2)

# %% [markdown]
# A quarter of the polygons of each class was held back and scored before and after: that is the
# table. It stands on few pixels. With labels for the whole piece we can ask better, leaving out
# the squares themselves:

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    {
        what: group_agreement(codes, first.labels, drawn, first.legend)
        for what, codes in (("before", class_map), ("after ten polygons", adapted_map))
    }
).round(0)

# %%
figure, axes = plt.subplots(1, 3, figsize=(12.5, 4.6))
show_false_colour(first.scene, axes[0])
show_class_map(class_map, axes[1], title="before", legend="none")
show_class_map(adapted_map, axes[2], title="after ten polygons", legend="none")
add_attribution(figure, [first.scene])

# %% [markdown]
# In Denmark the trees and the houses are mended. But look at the fields: some that were taken for
# forest still are. No polygon lies in them, so nobody told the network. The next polygons belong
# there; exercise 2 finds such places, and so does `s2kit.where_next`.
#
# One drawing is one throw of the dice. So here are five of each number of squares, as stored;
# `python tests/speed/adapting.py` throws them all. They begin where the command begins: with a
# network of the recipe `portable`, but one that has not seen the place.

# %%
_ = show_adapting()

# %%
adapting_table()

# %% [markdown]
# Every dot is a drawing. Five polygons are too few: four drawings of ten made the map worse. Ten
# helped in nine drawings of ten, by 4 to 13 points in Denmark and by at most 5 in Chile; twenty
# helped in all. A forest that begins with nothing does not reach, with fifty polygons, what the
# network knew before the first one.
#
# Adapting has a price. In Chile the fields pay for the forests and the houses: with ten polygons
# crops lost up to 8 points. And at home the network forgets: of 94 % there were 87 to 92 left in the
# mean, and once only 81. Keep the old file, and use the adapted one where it was adapted.
# If the polygons held back become worse, the command `adapt` says so and keeps the old network.
#
# ```sh
# python -m s2kit adapt --image mine.tif --polygons mine.gpkg --out adapted.safetensors
# ```
#
# ## Then an honest number
#
# Polygons are drawn where one is sure. They are easy pixels, and an accuracy from them is too good
# (chapter 6). An honest number needs points that *chance* has chosen, many enough in every class:
#
# ```sh
# python -m s2kit sample mine_map.tif --points 300 --out points.gpkg
# python -m s2kit assess mine_map.tif points.gpkg --sampled
# ```
#
# Between the two commands lies your work: the widget `s2kit.Labeller` shows the points one by one.
#
# ## Exercises
#
# **1.** Write the function behind the table: the share of wrong pixels among those that are unlike
# the training (index above 1), and among the rest.


# %% tags=["exercise"]
def mistakes(wrong, unlike):
    """Return the share of wrong pixels inside and outside the area of applicability."""
    # <solution>
    outside = unlike > 1
    return float(wrong[~outside].mean()), float(wrong[outside].mean())
    # </solution>


# %% tags=["check"]
check_solution("9.1", mistakes)

# %% [markdown]
# **2.** Where should the next polygon be drawn? Cut the index into blocks of `side` pixels, leave
# out incomplete blocks at the lower and right edge, and return the row and column of the upper left
# pixel of the block with the highest mean.


# %% tags=["exercise"]
def draw_next(unlike, side):
    """Return (row, column) of the block of the array (y, x) that is most unlike the training."""
    # <solution>
    rows, columns = (size // side for size in unlike.shape)
    blocks = unlike[: rows * side, : columns * side].reshape(rows, side, columns, side)
    means = np.nanmean(blocks, axis=(1, 3))
    row, column = np.unravel_index(int(np.argmax(means)), means.shape)
    return int(row) * side, int(column) * side
    # </solution>


# %% tags=["check"]
check_solution("9.2", draw_next)

# %% [markdown]
# **3.** Draw the statistics of one band towards typical ones. Both are pairs (mean, deviation), and
# `share` says how far: 0 leaves the image's own, 1/3 is what this chapter takes.


# %% tags=["exercise"]
def shrink(own, typical, share):
    """Return the pair (mean, deviation) that lies between two pairs."""
    # <solution>
    mean = (1 - share) * own[0] + share * typical[0]
    variance = (1 - share) * own[1] ** 2 + share * typical[1] ** 2
    return mean, float(np.sqrt(variance))
    # </solution>


# %% tags=["check"]
check_solution("9.3", shrink)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(9)

# %% [markdown]
# ## Summary
#
# - A network that is right at home can be calmly wrong elsewhere; a class it never learnt is never
#   mapped.
# - Other people's labels are compared by groups; the crosswalk says what is lost.
# - An image's own statistics are an estimate; drawn towards typical ones, they carry further.
# - Confidence asks "which class?", dissimilarity asks "have I seen this?". Neither is a promise.
# - Ten polygons of the new place mend a good part of it, not all. State what it cost at home.
# - Only points chosen by chance give an honest accuracy.
