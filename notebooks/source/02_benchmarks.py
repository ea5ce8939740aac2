# %% [markdown]
# # 2 · Benchmarks
#
# This chapter makes the masks of the paper's section 2.3: polygons drawn over a false colour
# composite, burnt into the pixels of the scene.
#
# **You will be able to**
# - turn polygons into a mask on exactly the grid of a scene, and say which pixels they claim;
# - find the faults in a set of reference polygons before a network learns them;
# - draw polygons over a scene yourself, into a file that QGIS opens;
# - tabulate and plot how much of each class is labelled, date by date.
#
# **You need** chapter 1 (a scene is an array with a grid), and to know what a polygon layer is.
#
# **Time**: {minutes} to run on two CPU cores, 20 minutes to read, 30 for the exercises
#
# Solutions: [solutions/02_benchmarks.ipynb](solutions/02_benchmarks.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
import pandas as pd
from shapely import Polygon

from s2kit.benchmarks.area import labelled_area, pixel_area
from s2kit.benchmarks.figures import show_labelled_area, show_pixel_rules
from s2kit.benchmarks.polygon_checks import check_polygons, repair_polygons
from s2kit.benchmarks.rasterise import rasterise
from s2kit.cartography.panels import show_class_map, show_false_colour
from s2kit.exercises import check, check_solution, quiz
from s2kit.scenes.nomenclature import PAPER
from s2kit.settings import course_source, workspace
from s2kit.widgets.digitiser import PERMANENT, Digitiser

# %% [markdown]
# ## Somebody has to say what is there
#
# A network learns from examples, and in land cover mapping an example is a pixel with a name.
# The authors drew polygons in QGIS over the false colour composite (near infrared as red, red as
# green, green as blue) and gave each polygon one of ten class codes. What lies between the
# polygons has no name: it is *background*, code 0, and nothing is ever learnt or tested there.

# %%
pd.DataFrame({"class": PAPER.names}, index=pd.Index(PAPER.codes, name="code"))

# %% tags=["shared"]
source = course_source()
source.fetch()
name = source.available(split="test")[0]
scene = source.open(name)
polygons = source.open_polygons(name)

# %% [markdown]
# We take the scene that is later used for testing, because its polygons are kept as polygons.
# Each row is one polygon: a code and an outline in the scene's own coordinates, metres of the
# UTM zone.

# %%
print(f"{name}: {len(polygons)} polygons in {polygons.crs.to_string()}")
polygons.head(3)

# %%
show_false_colour(scene)

# %% [markdown]
# Count the polygons of each class and add up their areas. The two columns tell different stories.
# On the real test scene roads and quarries have 14 polygons each, but half of the roads cover a
# tenth of a hectare or less, half of the quarries nearly four or more; the many small ones are
# built-up areas, 47 of the 191. Keep this in mind for chapter 6, where accuracy is counted once by
# pixels and once by polygons.

# %%
sizes = polygons.assign(hectares=polygons.area / 10_000).groupby("label").hectares
sizes.agg(polygons="count", total="sum", median="median").round(2)

# %% [markdown]
# ## From outlines to pixels
#
# A polygon's outline runs through pixels; a mask must say for each pixel yes or no. The rule of
# the paper's masks is the simplest one: **a pixel belongs to the polygon that holds its centre**.
# The mask has to lie on the grid of the scene, pixel for pixel, so `rasterise` takes the scene
# as a model and copies its shape, its origin and its CRS.

# %% tags=["shared"]
mask = rasterise(polygons, like=scene)
labelled = int((mask > 0).sum())
print(f"{mask.sizes['y']} × {mask.sizes['x']} pixels, {labelled} labelled", end=" ")
print(f"({100 * labelled / mask.size:.1f} % of the scene)")

# %%
show_class_map(mask)

# %% [markdown]
# The other rule GDAL knows is *all touched*: every pixel that the outline touches
# belongs to the polygon. Look at one of the narrowest polygons under both rules. The dots are
# the pixel centres.

# %%
narrow = (polygons.length / polygons.area).idxmax()
show_pixel_rules(polygons, scene, narrow)

# %% [markdown]
# Which rule is right? A pixel at the border is a mixture: half road, half field. All touched
# declares such pixels pure, and the network is punished for seeing the field in them. Where an
# outline was traced along the edges of the pixels, as the authors did, it is worse still: a hand
# that trembles by a decimetre claims the next pixel as well. The pixel centre asks where most of
# the pixel lies. Count what the choice does to each class.

# %% tags=["shared"]
touched = rasterise(polygons, like=scene, all_touched=True)
rules = labelled_area({"pixel centre": mask, "all touched": touched})
rules = rules[rules.sum(axis="columns") > 0]
rules["more, %"] = 100 * (rules["all touched"] / rules["pixel centre"] - 1)
rules.round(1)

# %% [markdown]
# The smaller and thinner the polygons of a class, the more the rule matters, most of all for
# roads. When you compare your accuracy with somebody's, ask which rule made
# their reference.
#
# ## Is it the mask we were given?
#
# The source of the scenes also has a finished mask. If both were made from the same polygons by
# the same rule, they agree in every pixel.

# %%
given = source.open_mask(name)
differ = (given != mask).to_numpy()
pd.crosstab(
    given.to_numpy()[differ],
    mask.to_numpy()[differ],
    rownames=["given mask"],
    colnames=["our mask"],
) if differ.any() else f"the two masks agree in all {mask.size} pixels"

# %% [markdown]
# Where there is a table, the polygons were edited after the mask was made, or before: rows and
# columns tell you which classes moved. (Of the simulated test scene, after the mask was made,
# one field was given another class, and one outline was damaged.) That happens in every project, and
# it is why a result should name the *version* of its reference. Chapter 7 finds out which version
# each number in the paper came from.
#
# ## Check before you train
#
# Nothing complains when a reference layer is wrong: the mask is merely emptier, shifted, or
# numbered otherwise, and the network learns that. So look first. `check_polygons` tests the CRS,
# the class numbers, the geometries, overlaps, and whether polygons lie in the scene and hold a
# pixel centre at all.

# %%
findings = check_polygons(polygons, scene)
print(findings.finding.value_counts().to_string() if len(findings) else "nothing found")

# %%
findings.head(8)

# %% [markdown]
# Small overlaps and outlines that run a little over the edge of the scene are the normal traces
# of drawing by hand; they move a pixel or two. (The simulated layer has one outline that crosses
# itself.) Now spoil the layer the way layers get spoilt:
# a code that is no class, an outline that crosses itself, a polygon in the wrong place.

# %%
x, y = scene.x.to_numpy(), scene.y.to_numpy()
bow_tie = Polygon([(x[5], y[5]), (x[30], y[30]), (x[30], y[5]), (x[5], y[30])])
first, second, third = polygons.index[:3]
spoilt = polygons.copy()
spoilt.loc[first, "label"] = 11
spoilt.loc[second, "geometry"] = bow_tie
spoilt.loc[[third], "geometry"] = spoilt.geometry[[third]].translate(xoff=100_000)
check_polygons(spoilt, scene).query("polygon in [@first, @second, @third]")

# %% [markdown]
# The crossing outline is the treacherous one. It *looks* like a polygon and most programs draw
# it, but some refuse to compute with it and silently skip it. `repair_polygons` makes valid
# polygons of such outlines and keeps their codes.

# %%
mended = repair_polygons(spoilt)
print(f"valid before: {spoilt.geometry.is_valid.sum()} of {len(spoilt)}")
print(f"valid after: {mended.geometry.is_valid.sum()} of {len(mended)}")

# %% [markdown]
# ## How much is labelled, and when
#
# Forests and roads stay; fields change. The authors drew forest, grassland and roads once per
# area and classes 4, 5 and 9 anew for every date. The table shows it: some columns hardly move,
# others swing from nothing to the largest of all as the crops grow, ripen and are cut.

# %%
masks = {each: source.open_mask(each) for each in source.available(area=source.record(name).area)}
areas = labelled_area(masks)
areas.T.round(1)

# %%
show_labelled_area(areas)

# %% [markdown]
# Two things to notice. First, the classes are far from equal, as the ratio below says, and a
# network that minimises its average error will think of the large ones first (chapter 4 comes
# back to this). Second, the dates complement one another: a class that is missing in one season
# is plentiful in another. That is what the *multi-temporal* training of the paper buys.

# %%
present = areas[areas.sum(axis="columns") > 0].sum(axis="columns")
share = 100 * areas.sum() / (masks[name].size * pixel_area(masks[name]))
print(f"largest class over smallest: {present.max() / present.min():.0f}")
print(f"labelled share of a scene: {share.min():.0f} to {share.max():.0f} %")

# %% [markdown]
# ## Draw one yourself
#
# What did it take to make such a layer? Try it on another date of the same place. Choose a class
# with a key (1 to 9, 0 for ten), click along the outline of a field, and close it with a double
# click. The other dates lie beneath: press `n` to look whether a field that is bare now was green
# in spring. Press `?` for all keys. Every polygon is saved as you close it, and what the check
# above found is told while you draw.

# %% tags=["shared"]
dates = source.available(split="train", area=source.record(name).area)
summer = dates[2]
folder = workspace() / "results"

# %%
digitiser = Digitiser(
    folder / "ten_polygons.gpkg",
    source.open(summer),
    underlays={each: source.open(each) for each in dates if each != summer},
)
digitiser

# %% [markdown]
# `digitiser.polygons` holds what you have drawn, `digitiser.mask` the pixels of it. The file is
# a GeoPackage with its style beside it; QGIS opens it with the colours of the classes, and the
# widget opens what QGIS made.
#
# ## Exercises
#
# **1.** How much of what is labelled is bare soil? Write a function that returns the share of
# class 5 among the labelled pixels of a mask, then see how it changes over the dates.


# %% tags=["exercise"]
def share_of_bare_soil(mask):
    """Return the share of bare soil (class 5) among the labelled pixels, 0 to 1."""
    # <solution>
    return float((mask == 5).sum() / (mask != 0).sum())
    # </solution>


# %% tags=["check"]
check_solution("2.1", share_of_bare_soil)
check_solution("2.1", share_of_bare_soil, mask)

# %% [markdown]
# **2.** Which pixels do the two rules disagree about? Return the number of pixels that are
# labelled when every touch counts and unlabelled when the centre decides: the mixed pixels along
# the outlines.


# %% tags=["exercise"]
def count_border_pixels(polygons, scene):
    """Return how many pixels only the rule "all touched" labels."""
    # <solution>
    centre = rasterise(polygons, like=scene)
    touched = rasterise(polygons, like=scene, all_touched=True)
    return int(((touched != 0) & (centre == 0)).sum())
    # </solution>


# %% tags=["check"]
check_solution("2.2", count_border_pixels)
check_solution("2.2", count_border_pixels, polygons, scene)

# %% [markdown]
# **3.** Draw ten polygons in the widget above, of as many classes as you dare. The cell below
# scores them against the authors' mask of that date, on the pixels that both of you labelled;
# nine in ten should have the same class. (Solutions run without a hand: this one copies the
# polygons of forests and roads from another date's benchmark, as the authors did. Why does that
# score so well?)

# %% tags=["exercise"]
# If you draw by hand, there is nothing to type here.
# <solution>
permanent = polygons[polygons.label.isin(PERMANENT)]
digitiser = Digitiser(folder / "copied.gpkg", source.open(summer), start=permanent)
# </solution>

# %% tags=["check"]
drawn, theirs = digitiser.mask, source.open_mask(summer)
both = (drawn > 0) & (theirs > 0)
enough = len(digitiser.polygons) >= 10 and bool(both.any())
check(
    float((drawn == theirs).where(both).mean()) if enough else None,
    expected=0.9,
    at_least=True,
    hint="Draw ten polygons; some must lie where the authors labelled too. Press n to compare.",
)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(2)

# %% [markdown]
# ## Summary
#
# - A benchmark is a set of polygons with class codes; a mask is what the grid of the scene makes
#   of them, by the rule of the pixel centre.
# - All touched adds mixed pixels, most of all to small and thin classes.
# - Wrong CRS, class numbers and geometries raise no error by themselves: check, then repair.
# - The labelled area differs by orders of magnitude between classes and by season within a class.
#
# **Next**: [3 · U-Net](03_unet.ipynb)
