# %% [markdown]
# # 6 · Accuracy
#
# This chapter computes the paper's accuracy tables for our own maps: confusion matrices and the
# metrics of Table 1 by the pixel and by the object approach (sections 2.5 and 3, Tables 2 to 10).
#
# **You will be able to**
# - compute a confusion matrix and read off who is taken for whom;
# - tell producer's from user's accuracy, and say which one a farmer or an inspector cares about;
# - explain why the same map scores differently by pixels and by objects;
# - check whether a map is as sure as it is right.
#
# **You need** chapter 2 (polygons and masks) and the class maps that chapter 5 wrote.
#
# **Time**: {minutes} to run on two CPU cores, 25 minutes to read, 15 for the exercises
#
# Solutions: [solutions/06_accuracy.ipynb](solutions/06_accuracy.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
import pandas as pd

from s2kit.accuracy.assess import assess
from s2kit.accuracy.calibration import reject_curve, reliability
from s2kit.accuracy.calibration_figures import show_reject_curve, show_reliability
from s2kit.accuracy.confusion import confusion_matrix, majority_classes
from s2kit.accuracy.figures import show_matrix, show_objects
from s2kit.accuracy.metrics import mean_metrics, overall_accuracy
from s2kit.accuracy.tables import beside, metrics_table, percent
from s2kit.accuracy.unlabelled import accuracy_by_place, show_unlabelled
from s2kit.audit.printed_tables import paper_tables, printed_table
from s2kit.benchmarks.rasterise import rasterise
from s2kit.exercises import check_solution, quiz
from s2kit.experiments.figures import by_buffer, by_place, final_scores
from s2kit.maps.calibrate import calibrate
from s2kit.maps.classify import classify
from s2kit.maps.files import read_class_map
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.network.weights import load_network, shipped_weights
from s2kit.scenes.nomenclature import PAPER
from s2kit.settings import course_source, home, workspace
from s2kit.sources import open_source

# %% [markdown]
# ## What is compared
#
# On one side our class map of a test scene, an image the network has never seen. On the other
# the reference polygons. Chapter 5 wrote one map per test scene that can be had; we look closely
# at the first and do the rest in one table.

# %% tags=["shared"]
source = course_source()
source.fetch()
names = source.available(split="test")
maps = {each: read_class_map(workspace() / "results" / f"{each}_class.tif") for each in names}
references = {each: source.open_polygons(each) for each in names}

# %% tags=["shared"]
name = names[0]
class_map, polygons = maps[name], references[name]
mask = rasterise(polygons, like=class_map)
print(f"{name}: {len(polygons)} polygons, {int((mask > 0).sum())} labelled pixels")
print(class_map.attrs["attribution"])

# %% [markdown]
# ## The pixel approach
#
# The paper does it with a raster calculator: subtract the mask from the map. Wherever there is a
# reference and the difference is zero, the pixel is right. The share of those pixels is the
# **overall accuracy**, OA. No class enters it; every labelled pixel counts the same.

# %% tags=["nbval-ignore-output"]
labelled = (mask != 0) & (class_map != 0)
difference = class_map.astype("int16") - mask
right = int(((difference == 0) & labelled).sum())
print(f"{right} of {int(labelled.sum())} pixels right, OA {100 * right / int(labelled.sum()):.2f}")

# %% [markdown]
# ## The confusion matrix
#
# OA says how often the map is wrong, not how. For that, count every pair (what the map says, what
# the reference says). Rows are the map, columns the reference, as in the paper. The diagonal is
# right. A number off the diagonal is a sentence: *this many pixels that are the column were
# mapped as the row*.

# %% tags=["shared"]
matrix = confusion_matrix(class_map, mask)

# %% tags=["nbval-ignore-output"]
show_matrix(matrix, f"{name}, pixels")

# %% [markdown]
# Find the darkest tiles off the diagonal. Are they mistakes you would make yourself, looking at
# the false colour composite? Growing crops and mature crops are one field some weeks apart; a
# road is narrower than a pixel; bare soil and a quarry floor are both stone and earth.

# %% tags=["nbval-ignore-output"]
off = matrix.reset_index().melt(id_vars="map", value_name="pixels")
off = off.query("map != reference").nlargest(5, "pixels")
for side in ("map", "reference"):
    off[side] = [f"{code} {PAPER[code].short}" for code in off[side]]
off.reset_index(drop=True)

# %% [markdown]
# ## One class against the rest
#
# Take one class and call everything else "other". Four counts remain. **TP**: it is the class and
# the map says so. **FN**: it is the class and the map missed it (the rest of the *column*).
# **FP**: the map claims it and is wrong (the rest of the *row*). **TN**: all the others. Here
# they are for bare soil, whose exposure to erosion is what the paper's authors want to monitor.

# %% tags=["nbval-ignore-output"]
soil = 5
tp = int(matrix.loc[soil, soil])
fn = int(matrix[soil].sum()) - tp
fp = int(matrix.loc[soil].sum()) - tp
tn = int(matrix.to_numpy().sum()) - tp - fn - fp
print(f"TP {tp}, FN {fn}, FP {fp}, TN {tn}")

# %% [markdown]
# Two questions hide behind "how accurate is bare soil?". An inspector looking for bare fields
# asks: *of all bare soil, how much did the map find?* That is **producer's accuracy**,
# PA = TP / (TP + FN), elsewhere called recall. A farmer who gets a letter asks: *of all that the
# map calls bare, how much is bare?* That is **user's accuracy**, UA = TP / (TP + FP), or
# precision. A map that calls everything bare soil has a perfect PA. **F1** is high only where
# both are: F1 = 2 TP / (2 TP + FP + FN).

# %% tags=["nbval-ignore-output"]
# max: a class that is absent must not divide by zero
print(f"PA {100 * tp / max(tp + fn, 1):.2f}, UA {100 * tp / max(tp + fp, 1):.2f}", end=", ")
print(f"F1 {100 * 2 * tp / max(2 * tp + fp + fn, 1):.2f}")

# %% [markdown]
# All classes at once, in per cent. Two columns are new. **TNR** = TN / (TN + FP), the true negative
# rate: of all that is another class, how much the map leaves to other classes. **ACC** comes below.
# An empty cell means *undefined*, not zero: a class without a
# reference pixel has no producer's accuracy, because there was nothing to find.

# %% tags=["nbval-ignore-output"]
metrics_table(matrix, names=True)

# %% [markdown]
# ## Beside the paper
#
# The same layout beside the paper's own numbers for its map of this place. Remember that they
# judge another map, and, if yours shows a simulated landscape, another world: agreement in the
# second digit would be a coincidence. What should agree is
# the pattern: which classes are easy, which are hard.
#
# Nor is it a race on equal terms. Our network is a specialist: it was trained on Strzegom alone, on
# six dates. The authors' network learnt three areas, and paid for that with accuracy in each. And
# the two are counted on different pixels: the last row and column of the image hold no data, so our
# map has none there, and the authors' map has.

# %% tags=["nbval-ignore-output"]
tables = paper_tables(source.record(name).area)
print(f"paper: Table {tables.pixel_metrics}")
beside(metrics_table(matrix), printed_table(tables.pixel_metrics))

# %% [markdown]
# Are the counted pixels the reason for the difference? Here both are counted on ours. (Simulated
# scenes have no map by the authors.)

# %% tags=["shared"]
maps_here = {"ours": class_map}
if source.record(name).class_map is not None:
    maps_here["the authors'"] = source.open_class_map(name)

# %% tags=["nbval-ignore-output"]
both = {which: assess(each.where(class_map != 0, 0), polygons) for which, each in maps_here.items()}
for which, each in both.items():
    print(f"{which}: {int(each.pixels.to_numpy().sum())} pixels, OA {100 * each.pixel_oa:.2f}")

# %% [markdown]
# ### Bare soil or quarry?
#
# The paper's own worry is that an open pit looks like a ploughed field. So count this confusion by
# itself, pixel by pixel, for every map at hand: ours, the authors', and a random forest that looks
# at single pixels.

# %% tags=["shared"]
area = source.record(name).area
training = source.available(split="train", area=area)
scenes = {each: (source.open(each), source.open_mask(each)) for each in training}
pixel_forest = train_baseline("random forest", scenes, "both", per_class=500)
maps_here["random forest"] = map_per_pixel(pixel_forest, source.open(name))

# %% tags=["nbval-ignore-output"]
counts = {which: confusion_matrix(each, mask) for which, each in maps_here.items()}
pd.DataFrame(
    {
        which: {
            "bare soil mapped as quarry": each.loc[10, 5],
            "quarry mapped as bare soil": each.loc[5, 10],
            "bare soil, all": each[5].sum(),
            "quarry, all": each[10].sum(),
        }
        for which, each in counts.items()
    }
).T

# %% [markdown]
# Pixels. On the real scene the forest, which has no surroundings to look at, takes 92 pixels of
# quarry for bare soil, and the authors' map 89 of bare soil for quarry. Ours confuses 2.
#
# ### Why not ACC
#
# Look at the column ACC = (TP + TN) / all. It is close to 100 for every class, also for those that
# are mapped badly, because the true negatives of one class are the pixels of all the others. The
# paper warns of it: report OA, not the mean of ACC.

# %% tags=["nbval-ignore-output"]
means = 100 * mean_metrics(matrix)
print(f"OA {100 * overall_accuracy(matrix):.2f}, mean ACC {means.ACC:.2f}")

# %% [markdown]
# ## The object approach
#
# Nobody farms pixels. The paper's second question is asked of each polygon: does the *majority*
# of the map's pixels inside it carry the polygon's class? Every polygon has one vote, whether it
# is a forest of twenty hectares or a house.

# %% tags=["nbval-ignore-output"]
majority = majority_classes(class_map, polygons)
votes = pd.DataFrame({"reference": polygons.label, "majority": majority})
votes["right"] = votes.reference == votes.majority
print(f"{votes.right.sum()} of {len(votes)} polygons right")
votes.head()

# %% tags=["nbval-ignore-output"]
show_objects(class_map, polygons, name)

# %% [markdown]
# Compare the two approaches. Inside a large field the majority forgives a few stray pixels, so
# objects of field size nearly always come out right. But most polygons are small, and a small one
# is lost by a few pixels. Which effect wins depends on the map; for the paper's maps it was the
# second one. Which classes are lost? Count the polygons of each.

# %% tags=["nbval-ignore-output"]
by_class = votes.groupby("reference").right.agg(polygons="size", right="sum")
by_class.set_axis([f"{code} {PAPER[code].short}" for code in by_class.index])

# %% [markdown]
# On the real scene our map has 46 of the 47 built-up polygons right, small as they are, but of the
# roads only 9 of 14: a road is narrower than a pixel of 10 m, and its majority is easily outvoted.

# %% tags=["shared"]
results = {each: assess(maps[each], references[each]) for each in names}

# %% tags=["nbval-ignore-output"]
by_objects = results[name].objects
print(f"paper: Table {tables.object_metrics}")
beside(metrics_table(by_objects), printed_table(tables.object_metrics))

# %% tags=["nbval-ignore-output"]
show_matrix(by_objects, f"{name}, polygons")

# %% [markdown]
# Is it really the size? Ask the polygons: sort them by area, cut them into quarters, and see how
# many of each quarter are right.

# %% tags=["nbval-ignore-output"]
quarter = pd.qcut(polygons.area.rank(method="first"), 4, labels=["smallest", "2", "3", "largest"])
by_size = votes.assign(hectares=polygons.area / 10_000).groupby(quarter, observed=True)
by_size.agg(
    polygons=("right", "size"), median_ha=("hectares", "median"), right=("right", "mean")
).round(2)

# %% [markdown]
# ## All test scenes
#
# `assess` does in one call what this chapter did step by step, and
# `python -m s2kit assess MAP.tif REFERENCE` does it from the command line, for any map and any
# reference of yours. The summary has the layout of the paper's Table 2.
#
# The map is that of the network which comes with s2kit. Other processors add up in another order,
# so a few pixels may differ from the stored digits. What must not differ is the last line.

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    {
        (each, whose): values
        for each in names
        for whose, values in {
            "ours": [percent(results[each].pixel_oa), percent(results[each].object_oa)],
            "paper": list(paper_tables(source.record(each).area).overall),
        }.items()
    },
    index=["pixel OA", "object OA"],
)

# %%
for each, result in results.items():
    print(f"{each}: more than 80 % of the pixels right: {result.pixel_oa > 0.8}")

# %% [markdown]
# ## What is this number worth?
#
# A network starts from random weights and sees random crops. Five networks by the same recipe,
# alike but for the seed, tell how much of the figure is luck. These are stored runs on the real
# test scene, by the two recipes of chapter 4; `python -m s2kit train --recipe long --seed 3 --test`
# repeats the right half of the fourth line. None was left out. The network that comes with the
# package, and made the map above, is `long` with seed 2: chosen on the validation scene, it happens
# to be the luckiest of the ten by objects. So compare the paper's figure with the mean, not with
# it.

# %%
seeds = pd.concat({each: final_scores(each) for each in ("short", "long")}, axis=1)
pd.concat([seeds, seeds.agg(["mean", "std"])]).round(2)

# %% [markdown]
# And how much is the network's doing? Two classifiers that look at one pixel at a time learnt from
# the same labelled pixels, by the same input. What they lack is the neighbourhood.

# %%
final_scores("baselines")

# %% [markdown]
# Now the uncomfortable question. The date of the test scene is new to the network, but the *place*
# is not: a forest that was labelled on the training dates still stands in July, and chapter 7
# counts how many test pixels had a label before. Does it know forests, or this forest? Neighbours
# are alike: what is near in space tends to be similar, which is called **spatial autocorrelation**,
# and a test pixel beside a training pixel is hardly a test. So hold back a quarter of the place: no
# label of it on any date, four times, each quarter in turn. Then test in that quarter only.

# %%
by_place().round(1)

# %% [markdown]
# The first line is how the paper measures (of the U-Net, the mean of the five seeds of `short`),
# and how benchmarks of one place usually are measured. What is lost on the way to the last line
# was known by heart, or is missed with a quarter of the labels gone; what stays was learnt. Look
# at the quarters one by one before you trust the mean: they differ as much as the methods do. And
# four quarters of one place are not the world: in the next country fields are cut in another way.
#
# The edge of a quarter may cut a field in two, one half with a label in training and one half in
# the test, and the network sees 146 pixels to every side (chapter 3). So leave a **buffer** around
# the quarter as well: 100 pixels, a kilometre, in which no label is used. (146 would leave a
# quarter of the ground to train on, 100 leave less than a half.) This was run in one quarter, the
# upper left, and with the shorter recipe `trial`; `python -m s2kit train --recipe trial
# --hold-block 1
# --hold-buffer 100 --test` runs it in the next. The interval is that of the share of right polygons,
# as if each were drawn by chance.

# %%
by_buffer().round(1)

# %% [markdown]
# The buffer costs the network a per cent of the pixels and no polygon, and the forest nothing. But
# look at the interval before you rejoice: only 23 polygons lie wholly inside this quarter. And what
# changes has two causes that the table cannot part: the neighbours are gone, and so are the labels
# in the buffer.
#
# ## What the polygons cannot see
#
# Look again at the polygons above: someone drew them where they were sure, well inside a field or
# a wood. Field edges, hedges and the country in between carry no label, so no accuracy so far has
# asked about them. On real ground nobody knows the answer. In a **simulated** landscape we do,
# because every pixel's class was made before the image was. So let us leave the real question for
# a moment: a quick classifier, a random forest that looks at one pixel at a time, learns from the
# benchmarks of the simulated scenes and maps the simulated test scene.

# %%
simulated = open_source("simulated", home())
place = {
    each: (simulated.open(each), simulated.open_mask(each))
    for each in simulated.list(split="train", area="strzegom")
}
forest = train_baseline("random forest", place, "brightness", per_class=300)
invented = "strzegom_20230709"
quick_map = map_per_pixel(forest, simulated.open(invented))
truth, drawn = simulated.open_truth(invented), simulated.open_mask(invented)

# %% tags=["nbval-ignore-output"]
show_unlabelled(quick_map, truth, drawn)

# %% [markdown]
# The left picture is all that a benchmark can tell. On the right is the whole truth about the same
# map: the errors sit where nobody drew. Now in numbers: the share of the country, and the overall
# accuracy there. At an edge means that a neighbouring pixel has another class.

# %% tags=["nbval-ignore-output"]
(100 * accuracy_by_place(quick_map, truth, drawn)).round(1)

# %% [markdown]
# The first line is what a paper would print; the last is what a user of the map gets. Polygons
# are an honest measure of what lies inside polygons. Keep the difference in mind when you read a
# percentage. (These are figures about an invented country and a quick classifier; they say
# nothing about the paper's map. What they show holds anywhere.)

# %% [markdown]
# ## How sure is sure?
#
# Chapter 5 painted the network's confidence: the probability of the class it chose. May one take
# it at its word? Of all pixels about which it is 80 % sure, 80 % should be right. Let it look once
# (a mean of eight looks mixes the network's own doubt with the differences between looks), sort the
# labelled pixels into ten bins by their confidence, and count.

# %%
network = load_network(shipped_weights(source.name))
scene, labels = source.open(name), mask.to_numpy()


def labelled_confidence(network):
    """Return confidence, and whether the map is right, of the labelled pixels."""
    codes, sure = (layer.to_numpy() for layer in classify(network, scene, turns=False))
    here = (labels != 0) & (codes != 0)
    return sure[here], (codes == labels)[here]


# %% [markdown]
# The classic remedy is a single number: divide all logits by a **temperature** before softmax. No
# class changes; the network only becomes more modest, or bolder. The temperature is fitted where
# fitting is allowed, on the validation scene.

# %% tags=["nbval-ignore-output"]
as_trained = labelled_confidence(network)
(validation,) = source.available(split="validation")
temperature = calibrate(network, source.open(validation), source.open_mask(validation))
calibrated = labelled_confidence(network)
print(f"temperature {temperature:.2f}")
show_reliability({"as trained": reliability(*as_trained), "calibrated": reliability(*calibrated)})

# %% [markdown]
# On the dashed line a map is exactly as sure as it is right; above it, it is too modest. The recipe
# `long` teaches softened labels, a little more than 90 % for the right class, and the network that
# comes with s2kit for real images has learnt this modesty too; one number takes most of it back. (A
# network by the recipe `short`, which does not soften, may err the other way.) But the number is
# right for the date it was fitted on, and another date need not be like it. Whoever needs a
# confidence to be honest must check it where it is used.
#
# Its order is worth more than its size. Leave the least sure pixels unmapped, and see what is
# right among the rest.

# %% tags=["nbval-ignore-output"]
show_reject_curve(reject_curve(*calibrated), name)

# %% [markdown]
# ## Exercises
#
# **1.** Write user's accuracy yourself: which share of what the map calls class `code` is right?


# %% tags=["exercise"]
def users_accuracy(matrix, code):
    """Return the user's accuracy of one class, 0 to 1 (map in rows, reference in columns)."""
    # <solution>
    return matrix.loc[code, code] / matrix.loc[code].sum()
    # </solution>


# %% tags=["check"]
check_solution("6.1", users_accuracy)
check_solution("6.1", users_accuracy, matrix, 10)

# %% [markdown]
# **2.** For soil erosion it matters whether a field is bare or not; ripe or growing is all the
# same. Return the overall accuracy of the map when classes 4 and 9 count as one class. You need
# no new matrix from the images: two rows and two columns of the one you have are enough.


# %% tags=["exercise"]
def accuracy_with_one_crop_class(matrix):
    """Return OA, 0 to 1, with classes 4 and 9 taken as one."""
    # <solution>
    confused = matrix.loc[4, 9] + matrix.loc[9, 4]
    return overall_accuracy(matrix) + confused / matrix.to_numpy().sum()
    # </solution>


# %% tags=["check"]
check_solution("6.2", accuracy_with_one_crop_class)
check_solution("6.2", accuracy_with_one_crop_class, matrix)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(6)

# %% [markdown]
# ## Summary
#
# - The confusion matrix counts pairs (map, reference); OA is its diagonal over its sum.
# - PA asks what the map missed, UA what it invented; F1 needs both. An absent class is undefined.
# - By pixels large fields decide, by objects the many small polygons.
# - A specialist of one place beats a network of three areas at that place; elsewhere it need not.
# - Benchmarks are drawn where people are sure; the rest of the map is worse than its number.
# - A confidence can be checked like a map: by counting. What calibrates one date need not suit
#   another.
# - ACC looks excellent for every class and says little: report OA, and the matrix itself.
#
# **Next**: [7 · Audit](07_audit.ipynb)
