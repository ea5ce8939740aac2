# %% [markdown]
# # 1 · Scenes
#
# Reproduces the image data of the paper (section 2.1): ten Sentinel-2 bands, cut to a patch,
# resampled to 10 m, normalised to 0–1, and its Figure 1, the three areas.
#
# **You will be able to**
# - turn the numbers of a Sentinel-2 product into reflectance, and notice when they are off,
# - normalise a scene so that one field looks the same on any date and in any image,
# - find out whether the bands of an image lie on one another.
#
# **You need** to know what a raster image is; no other chapter.
#
# **Time**: {minutes} to run on two CPU cores, 40 minutes to read, 20 for the exercises
#
# Solutions: [solutions/01_scenes.ipynb](solutions/01_scenes.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from s2kit.cartography.elements import add_attribution
from s2kit.cartography.panels import show_false_colour
from s2kit.cartography.scene_figures import show_histograms, show_registration, show_shift
from s2kit.catalogue import ReadOptions, find_scenes, grid_of, items_for, open_catalogue, read_items
from s2kit.errors import S2kitError
from s2kit.exercises import check_solution, quiz
from s2kit.maps.course_figures import show_paper_areas
from s2kit.scenes.bands import BANDS
from s2kit.scenes.offset import check_offset, darkest_number
from s2kit.scenes.radiometry import normalise, normalise_min_max, to_reflectance
from s2kit.scenes.registration import best_shift, measure_shift, shift_20m_bands
from s2kit.settings import course_source, home
from s2kit.simulator.figures import (
    show_class_histograms,
    show_crop_year,
    show_side_by_side,
)
from s2kit.sources import open_source

# %% [markdown]
# ## Three areas
#
# The paper works with three areas in southern Poland: Strzegom in Lower Silesia, Kolbuszowa, and
# three patches near Kraków. Six scenes of Strzegom, five of Kolbuszowa and one date at Kraków were
# for training; one more date of Strzegom and one of Kolbuszowa were for testing. Each area has
# its own **CRS** (coordinate reference system): the rule that turns metres east and north into a
# place on the ground. Here they are zones of UTM, EPSG:32633 and EPSG:32634.

# %% tags=["shared"]
source = course_source()
source.fetch()

# %%
_ = show_paper_areas([source.record(each) for each in source.list()])

# %% [markdown]
# ## One scene
#
# The paper shows land as a **false colour composite**: near infrared as red, red as green, green
# as blue. Plants reflect far more near infrared than red light, so what grows is red here. Ripe
# cereals look green, bare soil cyan. Every benchmark of the paper was drawn over such a picture.

# %% tags=["shared"]
name = source.available(split="test")[0]
scene = source.open(name)
show_false_colour(scene, title=name)

# %% [markdown]
# The scenes are products of **level 2A**: what the satellite saw from above the air (level 1C) was
# corrected for the air, so that the numbers tell what the ground itself reflects, called
# *bottom-of-atmosphere* reflectance. Of the thirteen bands of Sentinel-2, ten are used. B01, B09
# and B10 are measured in pixels of 60 m and made to look at the air: haze, water vapour, thin
# cloud. Level 2A has no B10 at all.
#
# Behind the picture are ten measurements per pixel. Four bands are measured at 10 m, six at 20 m;
# the wavelengths run from blue light to the short-wave infrared, where the eye sees nothing but
# soil, water and leaves differ most.

# %%
pd.DataFrame(BANDS).rename(columns={"resolution": "metres", "wavelength": "nanometres"})

# %% [markdown]
# ## Numbers, not light
#
# The product does not store what you want. You want **reflectance**: the share of the light that
# the ground sends back, 0 for a black hole, 1 for a white sheet. A file of whole numbers is
# smaller, so the product stores *digital numbers*, 10 000 for a reflectance of 1. Here is one
# pixel, as delivered:

# %%
numbers = source.open_numbers(name)
print(numbers.dtype, dict(numbers.sizes))
print(numbers.isel(y=200, x=200).to_series().to_string())

# %% [markdown]
# Divide by 10 000 and be done? Look at two dates of the same place first.

# %% tags=["shared"]
place = source.available(area=source.record(name).area)
plain = min(place, key=lambda each: source.record(each).offset)
raised = max(place, key=lambda each: source.record(each).offset)

# %%
show_histograms(
    {each: source.open_numbers(each) for each in (plain, raised)}, unit="digital number"
)

# %% [markdown]
# ## A thousand that is not light
#
# Every image holds something black: open water in the infrared, the shade of a wood. Its numbers
# should be next to nothing. Take the lowest 0.1 % of each band, and the darkest band of each
# scene:

# %%
pd.DataFrame(
    {
        "darkest number": {
            each: round(darkest_number(source.open_numbers(each))) for each in place
        },
        "offset listed": {each: source.record(each).offset for each in place},
    }
)

# %% [markdown]
# Where the darkest pixels stand near 1000, a thousand was **added**. The European Space Agency
# does so since processing baseline 04.00 (January 2022), so that dark pixels may come out slightly
# below zero without being cut off. Reflectance is then
#
# $$\rho = \frac{\mathrm{DN} - 1000}{10\,000}$$
#
# The date alone does not tell: old images were processed again. Read the baseline, then ask the
# dark pixels whether they agree. The library does both, and refuses to guess:

# %%
try:
    check_offset(source.open_numbers(raised), 0, where=raised)
    print("nothing suspicious")
except S2kitError as error:
    print(error)

# %% [markdown]
# ## What if you forget it?
#
# A tenth is added to every reflectance: little for a bright field, everything for water. Any ratio
# of bands is bent. The vegetation index NDVI = (NIR − red) / (NIR + red) suffers most: forget the
# offset, and healthy crops look ill.


# %%
def ndvi(scene):
    """Return the normalised difference vegetation index, -1 to 1."""
    near_infrared, red = scene.sel(band="B08"), scene.sel(band="B04")
    return (near_infrared - red) / (near_infrared + red)


right = source.open(raised)
forgotten = to_reflectance(source.open_numbers(raised), offset=0).where(np.isfinite(right))
for label, each in (("offset taken off", right), ("forgotten", forgotten)):
    print(f"{label:>17}: median NDVI {float(ndvi(each).median()):.2f}")

# %% [markdown]
# And a network trained on a mixture of both learns two worlds: in one, water is black, in the
# other it shines like a meadow.

# %% [markdown]
# ### Exercise 1
#
# Write the formula: digital numbers in, reflectance out. Careful: the numbers are *unsigned*
# integers, and 900 − 1000 is no unsigned integer.


# %% tags=["exercise"]
def reflectance(dn, offset):
    """Return the reflectance of an array of digital numbers."""
    # <solution>
    return (dn.astype("float32") - offset) / 10_000
    # </solution>


# %% tags=["check"]
check_solution("1.1", reflectance)

# %% [markdown]
# ## Where there is nothing
#
# The number 0 is reserved for *no data*. The edge of a patch may hold rows and columns of it, and
# not the same ones in the 10 m and the 20 m bands. A pixel counts when all ten bands are there;
# elsewhere the scene is NaN, and nobody downstream can mistake a gap for deep water.

# %%
known = np.isfinite(scene).all("band")
print(f"{scene.sizes['y']} × {scene.sizes['x']} pixels, {int(known.sum())} with data")
print(f"rows without any data: {(~known.any('x')).to_numpy().nonzero()[0].tolist()}")
print(f"columns without any data: {(~known.any('y')).to_numpy().nonzero()[0].tolist()}")

# %% [markdown]
# ## From 0 to 1
#
# Networks like inputs between 0 and 1, and the paper normalises to that range without saying how.
# The first idea is to stretch each band from its minimum to its maximum. The other is a fixed
# rule: divide by 0.6, cut at 0 and 1. Here is one scene under both:

# %%
show_histograms(
    {"fixed rule": normalise(scene), "min–max of this scene": normalise_min_max(scene)},
    unit="normalised value",
)

# %% [markdown]
# Both fill the range. But min–max depends on the brightest pixel in the picture. Cut a piece out
# of the scene and normalise it again: did its pixels change?

# %%
piece = (slice(None), slice(100, 228), slice(100, 228))
for rule in (normalise, normalise_min_max):
    change = float(abs(rule(scene)[piece] - rule(scene[piece])).max())
    print(f"{rule.__name__:>17}: largest change {change:.2f}")

# %% [markdown]
# So a network fed with min–max sees another field when you move the frame. It is no better from
# date to date: one glint on a roof sets the scale for everything else. Take a field that reflects
# 0.3 of the near infrared on every date. What does the network get to see?


# %%
def seen(name, reflectance=0.3, band="B08"):
    """Return what a reflectance becomes under both rules in one scene."""
    values = source.open(name).sel(band=band)
    low, high = float(values.min()), float(values.max())
    return {
        "brightest": high,
        "fixed rule": reflectance / 0.6,
        "min–max": (reflectance - low) / (high - low),
    }


pd.DataFrame({each: seen(each) for each in place}).T.round(2)

# %% [markdown]
# The fixed rule needs no statistics of the scene, and any piece of any image can be classified
# alone. That makes it handy, not yet best. Its price is that whatever is brighter than 0.6 looks
# alike. And it has a rival that we have not met: a rule that looks at the whole image, but at more
# than its two most extreme pixels. Which of them carries over best to a date that nobody has seen?
# That is a question about classifying. Chapter 4 lets the data answer it, and the fixed rule loses.

# %% [markdown]
# ### Exercise 2
#
# How high is that price? Return the share of the values of a scene that lie above 0.6. NaN is
# neither above nor below: leave it out.


# %% tags=["exercise"]
def share_cut_off(scene):
    """Return the share of the known values that the fixed rule cuts off."""
    # <solution>
    return float((scene > 0.6).sum() / scene.count())
    # </solution>


# %% tags=["check"]
check_solution("1.2", share_cut_off)
check_solution("1.2", share_cut_off, scene)

# %% [markdown]
# ## Do the bands lie on one another?
#
# Six of the ten bands come in pixels of 20 m, each drawn as a block of 2 × 2. The patch has to
# cut those blocks at the right place. There is a way to see whether it does: band 8 (10 m) and
# band 8A (20 m) look at nearly the same light. Average band 8 over 2 × 2 pixels and it should
# *be* band 8A. Move one over the other and correlate:

# %%
before = measure_shift(scene)
show_shift({"correlation of band 8 and band 8A": before})

# %% [markdown]
# The highest value should stand in the middle. If it stands one row up, the 20 m bands lie 10 m
# too far south. (In the authors' patches they do: the upper edge of a patch is no multiple of
# 20 m, and nearest-neighbour resampling put the blocks half a block off. The simulated test scene
# has the same fault, so that you can find it.) The same in colour, band 8 in red over band 8A in
# cyan: grey means agreement, coloured fringes mean displacement.

# %%
north, east = best_shift(before)
print(f"pixels by which the 20 m bands have to move: {north} north, {east} east")
mended = shift_20m_bands(scene, rows=north)
show_registration({"as delivered": scene, "mended": mended}, row=200, column=200)

# %%
after = measure_shift(mended)
print(f"correlation in place: {before.loc[0, 0]:.3f} before, {after.loc[0, 0]:.3f} after")

# %% [markdown]
# To mend or not to mend? All of the authors' scenes share this displacement, so a network gets
# used to it, and the benchmarks were drawn over 10 m bands, which are in place. The following
# chapters leave the bands as delivered, as the paper did. If you bring an image from elsewhere,
# mend both or none.

# %% [markdown]
# ## Where scenes come from
#
# The hub that the paper downloaded from is gone. Today scenes are found in **catalogues**: lists of
# products, each with its place, date, cloud cover and the addresses of its files, all in one
# format, STAC. The same code asks Earth Search, Planetary Computer, the Copernicus Data Space, or
# a catalogue on your own disk. You ask for a place and some days:

# %% tags=["shared"]
wanted = source.record(name)
simulated = open_source("simulated", home())
catalogue = open_catalogue(simulated.landscapes())
found = find_scenes(catalogue, wanted.bounds, "2023-01-01/2023-12-31", epsg=wanted.epsg)
found[["date", "tile", "cloud", "covers", "baseline"]]

# %% [markdown]
# One row per overpass and tile: how much of the tile is under cloud, how much of your area it
# covers, and by which processing baseline it was made. For `https://…` instead of a folder, the
# line would read `open_catalogue("earth-search")`, and nothing below would change.
#
# An item is a list of files. Each band is one, in its own resolution:

# %% tags=["shared"]
item = items_for(catalogue, grid_of(wanted), wanted.date)[0]
print(item.id)
for key in ("blue", "nir", "nir08", "swir16", "scl"):
    asset = item.assets[key].extra_fields
    print(f"{key:>7}: {asset['proj:shape']} pixels of {asset['gsd']} m")

# %% [markdown]
# ### To the pixel
#
# A tile is 110 km wide; the paper's patch is 4 km. Only the blocks of the file that the patch
# touches are read, a few hundred kilobytes instead of a gigabyte. Where the patch lies is said
# exactly: a CRS, four edges, a number of pixels.

# %% tags=["shared"]
grid = grid_of(wanted)
print(f"EPSG:{grid.epsg}, {grid.width} × {grid.height} pixels, edges {grid.bounds}")
fresh = read_items([item], grid, area=wanted.area)
print(fresh.name, fresh.shape, fresh.rio.bounds() == grid.bounds)

# %% [markdown]
# ### Three witnesses
#
# Is there a thousand in these numbers? The baseline says what the space agency put in; the
# catalogue's flags say whether somebody took it out again; the dark pixels show what is there.
# Catalogues have been wrong about their own flags, so all three are heard:

# %%
print(fresh.attrs["witnesses"][item.id].replace("; ", "\n"))

# %% [markdown]
# Now let the catalogue lie: its flag claims the opposite of what it did. A program that believes
# it is off by a tenth of reflectance, in every pixel, without a word. This one refuses:

# %%
liar = item.clone()
liar.properties |= {"s2:processing_baseline": "05.09"}
liar.properties["earthsearch:boa_offset_applied"] = wanted.offset == 1000
try:
    read_items([liar], grid)
    print("nothing noticed")
except S2kitError as error:
    print(str(error).replace("; ", "\n"))

# %% [markdown]
# ### From 20 m to 10 m
#
# Six bands come in pixels of 20 m. To lay them on the 10 m grid, a program looks up, for each new
# pixel's centre, which old pixel it falls into (*nearest*), or mixes the neighbours by their
# distance (*bilinear*, *cubic*). Nearest keeps the measured values and their staircase; the others
# smooth it. Band 8 (10 m) in red over band 8A (20 m) in cyan:

# %%
ways = ("nearest", "bilinear", "cubic")
same_ground = {way: read_items([item], grid, options=ReadOptions(way)) for way in ways}
show_registration(same_ground, row=200, column=200)

# %% [markdown]
# All three lie where they should: the files say where their pixels are, and the grid does not have
# to start at a multiple of 20 m. Correlate as before:

# %%
for way, each in same_ground.items():
    north, east = best_shift(measure_shift(each))
    print(f"{way:>8}: {north} north, {east} east")

# %% [markdown]
# ### What the ground looked like
#
# With each product comes a map that says what every pixel shows: plants, bare ground, water, cloud,
# the shadow of a cloud. It is called **SCL**, scene classification layer. Pixels under cloud show
# no ground. For a map of your own area they become no data, and are counted; the course's scenes
# were chosen without clouds and keep all.

# %%
clear = read_items([item], grid, options=ReadOptions(mask_clouds=True))
print(f"{clear.attrs['cloudy_pixels']} of {clear[0].size} pixels are cloud or cloud shadow")

# %% [markdown]
# ### Exercise 3
#
# An archive holds images of 2021 without and with the thousand: some were processed again in 2023.
# Decide by the baseline, written like "03.01" or "05.00".


# %% tags=["exercise"]
def offset_of(baseline):
    """Return the offset that a product of this processing baseline carries."""
    # <solution>
    return 1000 if float(baseline) >= 4 else 0
    # </solution>


# %% tags=["check"]
check_solution("1.3", offset_of)

# %% [markdown]
# ## A country that does not exist
#
# The products of that local catalogue show no place on Earth. They are **simulated**, so that the
# course works without a network: invented parcels, roads and quarries, with the spectra of the
# authors' labelled pixels, a crop calendar, shade, and the blur and noise of the sensor. How good
# is the forgery? Here is your scene beside the simulated one of the same day. (If you work on
# simulated scenes, the two are the same.)

# %%
forged = simulated.open(name)
show_side_by_side(scene, forged)

# %% [markdown]
# The fields differ, the look is alike. More telling than looks are the numbers, class by class and
# band by band: grey for your scene, red for the simulated one.

# %%
show_class_histograms((scene, source.open_mask(name)), (forged, simulated.open_mask(name)))

# %% [markdown]
# What moves in the simulated country is the crops. Each parcel has one, and its calendar sets its
# state on every day: that is how classes 4, 5 and 9 wander through the year, while forests and
# roads stay. The vegetation index of every crop through a year:

# %%
show_crop_year()

# %% [markdown]
# Accuracy reached on these landscapes says nothing about the paper. They are a place to learn.

# %% [markdown]
# ## One place, many dates
#
# Now that all dates speak the same language, put them side by side. Woods, quarry and villages
# stay; the fields change their colour from month to month. This is why the paper draws some
# classes once per area and crops and bare soil anew on each date, and why the network must learn
# from several dates to be of use on the next.

# %%
scenes = [source.open(each) for each in sorted(place)]
rows = -(-len(scenes) // 4)
figure, axes = plt.subplots(
    rows, 4, figsize=(5.8, 1.75 * rows), squeeze=False, layout="constrained"
)
for axis, each in zip(axes.ravel(), scenes, strict=False):
    show_false_colour(each, ax=axis, title=each.attrs["date"])
for axis in axes.ravel():
    axis.set_axis_off()
add_attribution(figure, scenes)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(1)

# %% [markdown]
# ## Summary
#
# - Digital numbers become reflectance by (DN − offset) / 10 000; the processing baseline names the
#   offset, dark pixels confirm it.
# - A forgotten offset adds a tenth to everything and bends every ratio.
# - A fixed rule normalises each pixel for itself; min–max ties it to two pixels of the frame.
#   Which rule is best for classifying, chapter 4 measures: it is neither of the two.
# - A catalogue finds scenes by place and date; baseline, flags and pixels must agree on the offset.
# - Correlating band 8 with band 8A shows whether 20 m and 10 m bands lie on one another.
#
# **Next**: [2 · Benchmarks](02_benchmarks.ipynb)
