# %% [markdown]
# # 7 · Audit
#
# This chapter asks of every number the paper prints (Tables 2 to 10 and 12, abstract and
# conclusions) where it comes from, and what a single number leaves out.
#
# **You will be able to**
# - recompute a published table from its data, and find out what was done where it differs;
# - show that mean ACC says nothing overall accuracy does not say;
# - give an accuracy with an honest interval, and test a map for what it merely remembers.
#
# **You need** chapter 6 (confusion matrix, pixel and object approach).
#
# **Time**: {minutes} to run on two CPU cores, 35 minutes to read, 20 for the exercises
#
# Solutions: [solutions/07_audit.ipynb](solutions/07_audit.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
import pandas as pd

from s2kit.accuracy.area_adjusted import adjusted_areas, area_adjusted
from s2kit.accuracy.confusion import majority_classes, pixel_matrix
from s2kit.accuracy.figures import show_matrix
from s2kit.accuracy.intervals import (
    bootstrap,
    independent_interval,
    oa_interval,
    percentile_interval,
    polygon_matrices,
)
from s2kit.accuracy.leakage import label_memory, seen_and_unseen
from s2kit.accuracy.metrics import cohen_kappa, mean_acc, mean_metrics, overall_accuracy
from s2kit.accuracy.paired import mcnemar, told_p_value
from s2kit.accuracy.uncertainty_figures import show_areas, show_intervals, show_mean_acc
from s2kit.audit.audit import audit, count_verdicts, explanations, verdict_line
from s2kit.audit.claims import claims, our_maps
from s2kit.audit.errata import errata
from s2kit.audit.printed_tables import printed_matrix, printed_table
from s2kit.benchmarks.area import labelled_area
from s2kit.benchmarks.rasterise import rasterise
from s2kit.exercises import check_solution, quiz
from s2kit.maps.files import read_class_map
from s2kit.settings import authors_source, course_source, workspace
from s2kit.widgets.mean_acc import mean_acc_slider

pd.set_option("display.max_colwidth", None)

# %% [markdown]
# ## One line per printed number
#
# The authors published their class maps, reference polygons and masks. So the question "is this
# number right?" can be put to the files. For each printed value the audit applies the method the
# paper states. If that gives the printed digits, the value is **exact**. If not, it tries other
# readings: another version of the reference, polygons left out, cells lost on the way into the
# table. A reading counts only if it is *executed* and the printed digits come out. Then the
# value is **explained**, or a matter of **rounding** if it comes from numbers already rounded.

# %% tags=["shared"]
authors = authors_source()
result = audit(authors)
lines = result.paper
if result.missing:
    print(
        "the authors' files are not at hand: stored counts of them are used, nothing is recomputed"
    )
else:
    print("the authors' files are at hand: everything is recomputed")

# %%
columns = ["table", "row", "column", "printed", "stated", "verdict", "recomputed"]
lines.groupby("table", sort=False)[columns].head(1).round(3)

# %% [markdown]
# (Where the files are not at hand, the counts that were made from them come with the package and
# stand in, and the last line below says how many numbers rest on them.)
#
# `stated` is what the stated method gives, `recomputed` what the reading gives that comes out
# right. Now all of them, counted.

# %%
count_verdicts(lines)

# %%
print(verdict_line(lines))

# %% [markdown]
# `python -m s2kit audit` prints the same, line by line. Most numbers are exactly what the files
# give, which is rarer in print than one would hope. The interesting part is the rest. Each of
# the rules below was applied, and gave the printed digits.

# %%
explanations(lines)

# %% [markdown]
# ## The tables of the second area
#
# Chapter 6 showed the paper's Tables 2 to 6 beside our own. Here are those of Kolbuszowa, whose
# image is in no archive, as printed: the matrices of Tables 7 (pixels) and 8 (polygons), the
# metrics of Tables 9 and 10, and the means of Table 12. There is no Table 11: the paper's numbers
# jump.

# %%
show_matrix(printed_matrix(7), "Table 7 as printed: Kolbuszowa, pixels")
show_matrix(printed_matrix(8), "Table 8 as printed: Kolbuszowa, polygons")

# %%
printed_table(9)

# %%
printed_table(10)

# %%
printed_table(12)

# %% [markdown]
# ## Three stories
#
# **A table from an earlier day.** Table 3 should be the matrix behind Table 5. It is not: its
# cells for crops are another map's, or so it seems. They come out to the pixel when the *older*
# reference is used, a mask that still lies in the archive and calls some fields mature that the
# newer polygons call growing. And a few cells just above the diagonal are printed as 0 although
# both versions have counts there, one after the other along it.

# %%
third = lines[(lines.table == "Table 3") & (lines.verdict == "explained")]
third[["row", "column", "printed", "stated", "recomputed"]].astype({"recomputed": "Int64"})

# %% [markdown]
# How much does the version of the reference matter? The same map, judged by both:

# %%
for way in [*result.evidence.counted.get(("strzegom", "pixel"), []), *result.evidence.table_3[:1]]:
    print(f"OA {100 * overall_accuracy(way.matrix):.2f}: {way.rule}")

# %% [markdown]
# More than most papers claim as their improvement. Correcting a reference is right; but whoever
# does it after having seen the map should say so, because it is the places where the two disagree
# that get a second look.
#
# **Polygons that nobody left out.** Table 8 adds up to fewer polygons than the file holds. The
# missing ones are exactly those whose outline touches itself: invalid geometries, which the
# program skipped without a word. You met them in chapter 2. They are small and hard to map, so
# leaving them out is kind to the result.

# %%
for way in result.evidence.counted["kolbuszowa", "object"]:
    print(f"OA {100 * overall_accuracy(way.matrix):.2f}: {way.rule}")

# %% [markdown]
# **Numbers that belong together.** Table 2 prints 86.5 for Kolbuszowa's objects, but its own
# Table 8 gives 86.4. The abstract says 90 % on average, though the four values of Table 2 average
# 90.8. And ACC is called 8 % higher, though the tables say 7.2. One assumption accounts for all
# three: an earlier count over *all* polygons. With it the four accuracies average 90, ACC lies
# 8 above, and 86.5 is the mean of the two *object* accuracies, which slipped into the cell of
# one of them. No single one of these would convince; the three together do.

# %%
odd = lines[lines.table.isin(["Table 2", "text"])]
odd[["table", "row", "column", "printed", "stated", "verdict", "recomputed"]].round(2)

# %% [markdown]
# The accuracies of single classes in the abstract are named by no metric. Trying them one by one
# leaves a single rule that gives all three: the mean of PA, UA and F1 over the test areas, by
# pixels.
#
# The archive has tables of its own, and they have been audited too. In one file the zeros
# *inside* numbers are gone, as if somebody had searched for 0 and replaced it by nothing. In the
# README map and reference have changed places, which swaps PA and UA and turns the specificity
# into something else altogether.

# %%
explanations(result.archive)

# %% [markdown]
# ## Errata
#
# Slips happen in every paper. Here are those of this one and of its archive, each with its
# evidence. Class numbers, for instance, can be asked of the polygons, which the authors named in
# Polish.

# %%
errata(result, authors)

# %% [markdown]
# ## Why not mean ACC
#
# The paper's main argument about metrics is: report OA, not the mean of ACC. It can be made
# exact. Take one wrong sample. It is a false positive of the class on the map, a false negative
# of the class in the reference, and a *true negative of every other class*. So among $K$ classes
# it spoils two ACCs out of $K$, whichever two they are:
#
# $$\text{mean ACC} = 1 - \frac{2\,(1 - \text{OA})}{K}$$
#
# Always. There is nothing in mean ACC that is not in OA and the number of classes.

# %%
matrices = {
    f"{area}, {approach}": ways[-1].matrix
    for (area, approach), ways in result.evidence.counted.items()
}
rows = {}
for which, matrix in matrices.items():
    classes = int(((matrix.sum(axis=0) + matrix.sum(axis=1)) > 0).sum())
    oa = overall_accuracy(matrix)
    rows[which] = {"classes": classes, "OA": 100 * oa, "mean ACC": 100 * mean_metrics(matrix).ACC}
    rows[which]["by the formula"] = 100 * mean_acc(oa, classes)
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# The picture shows the price, one line per number of classes $K$. With two classes mean ACC *is*
# OA. With ten, a map that is wrong in *every* pixel still has a mean ACC of 80 %.

# %%
show_mean_acc(matrices)

# %% [markdown]
# Move the sliders: add classes, and the same bad map gets better and better.

# %%
mean_acc_slider()

# %% [markdown]
# What should you report instead? The confusion matrix with its counts, so that others can compute
# what they need; OA with an interval (next); PA and UA per class. Many papers add **kappa** (Cohen
# 1960): how far the agreement exceeds that of a map which deals out the same class shares by
# chance, as a part of what was to be gained. Its critics (Pontius & Millones 2011; Foody 2020) say
# that nobody makes maps by chance, that kappa is a function of OA and the shares and so adds
# nothing, and that it depends on how common the classes are, so that kappas of two places cannot be
# compared.
#
# The paper quotes three studies by their kappa: 91 %, 96 % and 93.13 %. It prints none for its own
# maps. Here is ours, and that of the authors' map where it can be had. What may be compared: maps
# of the same reference, that is these two. What may not: these with the three studies, which have
# other places, classes, class shares and polygons.

# %% tags=["shared"]
source = course_source()
source.fetch()
name = source.available(split="test")[0]
ours = read_class_map(workspace() / "results" / f"{name}_class.tif")
polygons = source.open_polygons(name)
reference = rasterise(polygons, like=ours)
matrix = pixel_matrix(ours, reference)

# %% tags=["nbval-ignore-output"]
maps = {"ours": ours}
if source.record(name).class_map is not None:
    maps["the authors'"] = source.open_class_map(name)
for which, each in maps.items():
    counted = pixel_matrix(each, reference)
    oa, kappa = 100 * overall_accuracy(counted), 100 * cohen_kappa(counted)
    print(f"{name}, {which}: OA {oa:.2f} %, kappa {kappa:.2f} %")

# %% [markdown]
# ## What one number hides: how sure is it?
#
# Tens of thousands of test pixels sound like certainty. If they were independent, the interval
# would be very narrow. But if the map takes a field for another class, all its pixels are wrong
# together; what was drawn independently is the *polygon*. So draw as many polygons as there are by
# lot, the same one more than once if the lot falls so, each with all its pixels, and compute OA; do
# it two thousand times, and take the middle 95 %.

# %% tags=["shared"]
counts = matrix.to_numpy()
naive = independent_interval(int(counts.trace()), int(counts.sum()))
by_polygons = oa_interval(ours, polygons)

# %% tags=["nbval-ignore-output"]
intervals = {
    "pixels, as if independent": naive,
    "pixels, by polygons": by_polygons,
    "objects": oa_interval(ours, polygons, "object"),
}
for which, interval in intervals.items():
    ends = f"{100 * interval.low:.1f} to {100 * interval.high:.1f}"
    print(f"{which:26} {100 * interval.estimate:.1f} ({ends})")

# %% tags=["nbval-ignore-output"]
show_intervals(intervals)

# %% [markdown]
# A second digit after the point, as in Table 5, is far below what such a test can see. When you
# read that one network beats another by half a per cent, think of this figure.
#
# ## What one number hides: the country is not the test
#
# How the places of a test are chosen is called the **sampling design**. If chance has chosen them,
# each with a known probability, the test speaks for the whole map. Polygons are chosen by people.
# They are not a fair sample of the landscape: some classes have far more labels than their share of
# the land, others fewer. Weight each map class by the area it covers instead: this is the area
# adjustment of Olofsson et al. (2014). That gives the accuracy of the map as a whole, and, more
# useful still, class **areas corrected for the map's errors**.

# %% tags=["nbval-ignore-output"]
mapped = labelled_area({name: ours})[name]
adjusted = area_adjusted(matrix, mapped)
print(f"OA by test pixels {100 * overall_accuracy(matrix):.1f}", end=", ")
print(f"weighted by area {100 * adjusted.overall.estimate:.1f}")

# %% tags=["nbval-ignore-output"]
adjusted.classes.round(2)

# %% [markdown]
# Two warnings. The formulas assume that the reference was drawn at random within each map class.
# Ours was drawn where the class is plain to see, so take this as the method, not as a statistic
# of the land. And the half-widths in the table believe in independent pixels. For the figure we
# resample polygons again, and the bars become what they should be.

# %% tags=["nbval-ignore-output"]
draws = adjusted_areas(bootstrap(polygon_matrices(ours, polygons)), mapped.to_numpy())
found = adjusted.classes.area.fillna(0)
ends = [percentile_interval(found[code], draws[:, code - 1]) for code in mapped.index]
areas = pd.DataFrame({"mapped": mapped, "corrected": found})
areas["low"], areas["high"] = [e.low for e in ends], [e.high for e in ends]
show_areas(areas[mapped > 0])

# %% [markdown]
# ## What a map merely remembers
#
# The test scene shows a place the network has seen before, on other dates. Forests, roads and
# houses stay where they are. Could a map score without looking at the image, by remembering what
# was labelled where? Build that map: each pixel gets its commonest training label, and nothing
# where it never had one.

# %% tags=["shared"]
training = source.available(split="train", area=source.record(name).area)
memory = label_memory([source.open_mask(each) for each in training])

# %% tags=["nbval-ignore-output"]
labelled = reference.to_numpy() > 0
right = (memory.to_numpy() == reference.to_numpy())[labelled].mean()
known = (memory.to_numpy() > 0)[labelled].mean()
print(f"test pixels that had a training label: {100 * known:.1f} %")
print(f"OA of remembered labels, no image at all: {100 * right:.1f} %")

# %% [markdown]
# That is the zero from which a map of this place starts. Fields change class with the season, so
# memory fails on them; all the rest it gets for free. An honest figure is the accuracy on pixels
# that never had a label, few as they are. Compare the two for our map, and for the authors' own
# where it can be had.

# %% tags=["nbval-ignore-output"]
split = {which: seen_and_unseen(each, reference, memory) for which, each in maps.items()}
print(split["ours"].pixels.to_string())
pd.DataFrame({f"OA, {which}": 100 * table.OA for which, table in split.items()}).round(1)

# %% [markdown]
# Few as they are, and in few polygons. How sure is that figure? Resample the polygons, as above,
# and count their pixels without a training label only.

# %% tags=["nbval-ignore-output"]
unseen = ours.where(memory.to_numpy() == 0, 0)
sizes = pd.Series(polygon_matrices(unseen, polygons).sum(axis=(1, 2)))
if sizes.any():
    share = sizes.nlargest(5).sum() / sizes.sum()
    interval = oa_interval(unseen, polygons)
    print(
        f"{sizes.sum()} pixels in {(sizes > 0).sum()} polygons; the largest five hold {share:.0%}"
    )
    print(
        f"OA without a training label: {100 * interval.estimate:.1f} %, "
        f"95 % interval {100 * interval.low:.1f} to {100 * interval.high:.1f} %"
    )
else:
    print("every test pixel had a training label: nothing can be said of others")

# %% [markdown]
# ## Is one map better than another?
#
# Two maps are tested on the same polygons, so compare them polygon by polygon. Those that both
# have right, or both wrong, say nothing. What counts is how the rest divides: McNemar's test asks
# how surprising the split is if both maps were equally good.

# %% tags=["nbval-ignore-output"]
votes = {which: majority_classes(each, polygons) for which, each in maps.items()}
votes["remembered labels"] = majority_classes(memory, polygons)
tests = {
    rival: mcnemar(votes["ours"], vote, polygons.label)
    for rival, vote in votes.items()
    if rival != "ours"
}
pd.DataFrame(
    [(rival, t.only_first, t.only_second, told_p_value(t.p_value)) for rival, t in tests.items()],
    columns=["rival", "only ours right", "only the rival right", "p"],
)

# %% [markdown]
# ## Claims
#
# The balance of the course so far: what the paper claims, what its authors' files give, and what
# our own map gives. `python -m s2kit audit --claims` prints it again.

# %% tags=["nbval-ignore-output"]
claims(result, authors, our_maps(source, workspace() / "results"))

# %% [markdown]
# ## Exercises
#
# **1.** Papers that report only a mean ACC exist. Get the overall accuracy back out of it.


# %% tags=["exercise"]
def oa_from_mean_acc(acc, classes):
    """Return OA, 0 to 1, from the mean ACC, 0 to 1, of a number of classes."""
    # <solution>
    return 1 - classes * (1 - acc) / 2
    # </solution>


# %% tags=["check"]
check_solution("7.1", oa_from_mean_acc)

# %% [markdown]
# **2.** How many *independent* pixels would be as sure as our polygons? For $n$ independent
# samples the 95 % interval has the width $2 \cdot 1.96 \sqrt{\text{OA}\,(1 - \text{OA}) / n}$.
# Solve for $n$, and compare it with the number of labelled pixels.


# %% tags=["exercise"]
def effective_sample(interval):
    """Return how many independent samples would give an interval of this width."""
    # <solution>
    oa = interval.estimate
    return oa * (1 - oa) * (2 * 1.96 / interval.width) ** 2
    # </solution>


# %% tags=["check"]
check_solution("7.2", effective_sample)
check_solution("7.2", effective_sample, by_polygons)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(7)

# %% [markdown]
# ## Summary
#
# - Every printed number comes from somewhere: a version of the reference, a rule, a slip. With
#   the data published, it can be found; name the version, and publish the matrix.
# - Mean ACC is OA in disguise, and the more classes the better it looks.
# - Pixels of a field are one witness. Resample polygons, and quote no digit the interval swallows.
# - A map of a place seen in training should also be tested where nothing was labelled.
#
# ## References
#
# - Cohen J. (1960): A coefficient of agreement for nominal scales. *Educational and Psychological
#   Measurement* 20, 37–46.
# - Congalton R. G. (1991): A review of assessing the accuracy of classifications of remotely sensed
#   data. *Remote Sensing of Environment* 37, 35–46.
# - Efron B., Tibshirani R. J. (1993): *An Introduction to the Bootstrap*. Chapman & Hall.
# - Foody G. M. (2020): Explaining the unsuitability of the kappa coefficient in the assessment and
#   comparison of the accuracy of thematic maps. *Remote Sensing of Environment* 239, 111630.
# - Kramarczyk P., Hejmanowska B. (2023): U-Net neural network in agricultural land cover
#   classification using Sentinel-2. *ISPRS Archives* XLVIII-1/W3-2023, 85–90.
# - McNemar Q. (1947): Note on the sampling error of the difference between correlated proportions
#   or percentages. *Psychometrika* 12, 153–157.
# - Olofsson P. et al. (2014): Good practices for estimating area and assessing accuracy of land
#   change. *Remote Sensing of Environment* 148, 42–57.
# - Pontius R. G., Millones M. (2011): Death to Kappa. *International Journal of Remote Sensing* 32,
#   4407–4429.
# - Ronneberger O., Fischer P., Brox T. (2015): U-Net: convolutional networks for biomedical image
#   segmentation. *MICCAI*, 234–241.
#
# **Next**: [8 · Your own area](08_own_area.ipynb)
