# %% [markdown]
# # 11 · Monitoring
#
# The paper wants its maps for two things that one map cannot tell: how long fields lie bare and
# open to erosion, and how open pits grow, which look like bare soil. Both need dates. In this
# chapter the maps of many dates become calendars, with honest intervals, and a model of what land
# does from month to month.
#
# **You will be able to**
# - turn maps of many dates into bare periods, with bounds instead of invented dates;
# - explain a hidden Markov model, and say what it mends and what it does not;
# - say how many scenes a year a question needs;
# - measure a quarry, and tell it from a ploughed field by its patience.
#
# **You need** chapters 5, 6 and 9.
#
# **Time**: {minutes} to run on two CPU cores, 35 minutes to read, 15 for the exercises

# %% tags=["shared"]
import warnings

import numpy as np
import pandas as pd

import s2kit
from s2kit.accuracy.confusion import pixel_matrix
from s2kit.exercises import check_solution, quiz
from s2kit.experiments.calendars import error_table
from s2kit.experiments.series_elsewhere import bare_shares, course_series
from s2kit.monitoring.erosivity import read_erosivity
from s2kit.monitoring.figures import (
    animate_maps,
    show_areas,
    show_bare_days,
    show_calendar,
    show_error_curve,
    show_outlines,
)
from s2kit.monitoring.parcels import class_shares
from s2kit.monitoring.quarries import class_areas_by_date, extent_by_date, swapped, worth_of_dates
from s2kit.monitoring.rates import default_model
from s2kit.network.baselines import map_per_pixel, train_baseline
from s2kit.settings import course_source, elsewhere, workspace

# %% [markdown]
# ## Eight dates of one place
#
# Strzegom has eight dates: the six on which the network was trained, the validation date and the
# test date. They span two years with large holes, as real archives do. (On the training dates the
# maps look better than they would elsewhere; chapter 9 said so.) `stack_maps` sorts them by date
# and refuses what does not lie on one grid.

# %% tags=["shared"]
source = course_source()
names = source.list(area="strzegom")
source.fetch(names)
network = s2kit.load_network("simulated" if source.name == "simulated" else "strzegom")
scenes = {name: source.open(name) for name in names}
masks = {name: source.open_mask(name) for name in names}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", s2kit.S2kitWarning)
    maps = {name: s2kit.classify(network, each, turns=False)[0] for name, each in scenes.items()}
    stack = s2kit.stack_maps(list(maps.values()))
test = source.list(split="test", area="strzegom")[0]

# %%
print("SIMULATED scenes" if source.name == "simulated" else "real scenes")
print(stack.dims, stack.shape)
print(pd.Series(stack.time.values).diff().dt.days.dropna().astype(int).tolist(), "days apart")
show_areas(class_areas_by_date(stack), stack)
# %% [markdown]
# Look at the forest and the quarries in the figure. Forests do not come and go within weeks: what
# moves there is the map, not the land. And look at October and February: a low sun changes what a
# pit looks like.
#
# See for yourself: the slider beside the date goes through the year, with the image at the left of
# the divider and its map at the right. Follow one field.

# %% tags=["nbval-ignore-output"]
days = {name: str(scenes[name].attrs["date"]) for name in sorted(names)}
layers = {f"image {day}": scenes[name] for name, day in days.items()}
layers |= {f"map {day}": maps[name] for name, day in days.items()}
s2kit.Comparison(layers, dates={day: (f"image {day}", f"map {day}") for day in days.values()})

# %% [markdown]
# ## First, an honest count on one date
#
# Do quarries and bare soil get mixed up? It depends on who maps. Here is the test date: of the
# labelled bare soil, how many pixels are mapped as quarry, and the reverse, by the authors' map
# (where there is one), by our network and by a random forest that looks at single pixels.

# %% tags=["nbval-ignore-output"]
training = {name: (scenes[name], masks[name]) for name in source.list("train", "strzegom")}
forest = train_baseline("random forest", training, scaling="both", per_class=500)
one_date = {"our network": maps[test], "random forest": map_per_pixel(forest, scenes[test])}
if "class_map" in source.parts(test):
    one_date = {"authors' map": source.open_class_map(test), **one_date}
pd.DataFrame({who: swapped(each, masks[test]) for who, each in one_date.items()}).T

# %% [markdown]
# The network looks around a pixel, and a pit has walls, roads and ponds around it. The forest
# knows the colour alone. But there is another witness: soil is bare for a season, a quarry in every
# season. We come back to it.
#
# ## Bare periods, without invented dates
#
# A field was seen growing on 30 May and bare on 9 July. When did it become bare? Nobody knows; some
# day in between. So a bare period has two lengths: at least the days between its first and its last
# bare date, at most the days between the last date before and the first one after. The parcels
# are the authors' polygons of fields; pixels at their borders are mixed and left out.

# %% tags=["shared"]
polygons = source.open_polygons(test)
fields = s2kit.repair_polygons(polygons[polygons.label.isin([4, 5, 9])])
fields = fields[["geometry"]].assign(parcel=range(1, len(fields) + 1)).reset_index(drop=True)
with warnings.catch_warnings(record=True) as noted:
    fields, shares = class_shares(stack, fields)

# %%
print(*{str(each.message) for each in noted}, sep="\n")
print(f"{len(fields)} fields, {fields.border_pixels.sum()} pixels at their borders left out")
show_calendar(shares, stack)
# %% [markdown]
# The grey between the dates is what was not seen. Are the states right? The masks of the same
# dates say what a person saw. Side by side, per cent of the labelled pixels of fields:

# %%
rows = {}
for name in names:
    known, mapped = masks[name].to_numpy(), maps[name].to_numpy()
    labelled = np.isin(known, (4, 5, 9))
    for code, land in ((5, "bare soil"), (4, "mature"), (9, "growing")):
        both = [100 * (each[labelled] == code).mean() for each in (known, mapped)]
        rows.setdefault(name[-8:], {}).update({f"{land}, mask": both[0], f"{land}, map": both[1]})
pd.DataFrame(rows).T.round(0).rename_axis("per cent")

# %% [markdown]
# ## A model of what land does
#
# A **hidden Markov model** has two parts. *What land does*: rates of change from class to class,
# different each month. Cereals ripen in July, meadows stay meadows, a forest never becomes a lake.
# *What maps show*: the confusion matrix. From both, and from all dates together, follows the
# likeliest sequence (Viterbi), the probability of each class on each date (forward-backward), and
# calendars drawn by lot, whose bare days can be counted. Time is continuous: dates may lie five
# days apart or a year.
#
# The rates of fields were counted in the **simulated** crop calendar of this course; all others are
# round assumptions (`s2kit/monitoring/rates.csv`). The errors come from the validation date.

# %% tags=["shared"]
validation = source.list("validation", "strzegom")[0]
matrix = pixel_matrix(maps[validation], masks[validation])
model = default_model(matrix)
smoothed = s2kit.smooth(stack, model)

# %%
land = {"forest": (1, 2), "built-up, roads": (3, 7), "quarries": (10,), "fields": (4, 5, 9)}
table = {}
for kind, codes in land.items():
    there = np.isin(masks[test].to_numpy(), codes)
    for which, each in (("raw", stack), ("model", smoothed)):
        changed = (each[1:].to_numpy() != each[:-1].to_numpy())[:, there]
        table.setdefault(kind, {})[f"changes per pixel, {which}"] = changed.sum(axis=0).mean()
pd.DataFrame(table).T.round(2)

# %% [markdown]
# Flicker goes, where land does not change; what fields do stays. That is easy to claim, so here is
# accuracy against the masks of each date, before and after. The model knows nothing of the masks.
# Where a map is worse than the matrix says, the model mends it; where it is better, as it may be
# on the dates of the training, the model overrules what was right, and smooths away true changes
# that were seen once.

# %%
rows = {
    name[-8:]: {
        which: 100
        * s2kit.assess(each.sel(time=scenes[name].attrs["date"], drop=True), mask).pixel_oa
        for which, each in (("raw", stack), ("model", smoothed))
    }
    for name, mask in masks.items()
}
pd.DataFrame(rows).T.round(1).rename_axis("pixel OA, per cent")

# %% [markdown]
# ## Bare days
#
# For each pixel the mean and the standard deviation of the bare days follow in one pass. Eight
# dates in two years are few: where nothing was seen, the model fills in what such fields usually
# do, and the deviation says so.

# %%
found = s2kit.bare_days(stack, model)
show_bare_days(found)
# %% [markdown]
# For each parcel there is both: what was seen (bounds), and what the model makes of it (90 %
# interval). `sequence` lists the classes in the order in which they were seen.

# %% tags=["nbval-ignore-output"]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", s2kit.S2kitWarning)
    table = s2kit.parcel_bare_days(stack, fields[["parcel", "geometry"]].head(40), model, draws=100)
columns = ["sequence", "first_bare", "last_bare", "bare_low", "bare_high", "bare_days"]
table[[*columns, "bare_days_5", "bare_days_95", "erosive_share"]].head(8)

# %% [markdown]
# `bare_low` to `bare_high` are bounds of what was *seen*; the model also counts what may have
# happened unseen: between June and October a harvested field lies bare for some weeks, whether a
# satellite passes or not.
#
# ## How many scenes does this need? (simulated)
#
# No register says when a field became bare, so nobody publishes an error of bare days. In a
# simulated year we know every day. Satellites pass every 5 to 30 days, clouds hide a part, the map
# is wrong in one case of ten. Everything in this section is **simulated**; the rates come from
# other simulated years.

# %% tags=["nbval-ignore-output"]
errors = error_table(years=range(2030, 2038), fields=20, draws=60)
show_error_curve(errors)
# %% tags=["nbval-ignore-output"]
print("SIMULATED, mean of eight years, days")
errors[["gap", "mean_error", "raw_error", "raw_inside", "coverage", "width"]].round(2)

# %% [markdown]
# `gap` is the mean number of days between usable dates, `raw_error` takes the middle of the
# bounds, `raw_inside` is how often the truth lies between them: wrong maps and unseen periods
# break bounds that look safe. `coverage` is how often it lies in the model's 90 % interval,
# `width` what that costs. Ask the curve your own question: a mean error of ten days in a year
# needs a usable scene every three weeks. (For scale: Europe's product of harvest dates is
# within 10 days for two parcels in three.)
#
# With twelve years of a hundred fields (`python tests/speed/monitoring.py --errors`) the interval
# holds in 88 to 91 of 100 cases while usable dates lie up to 15 days apart, and in 94 to 96 where
# they are rarer: there it is wider than it need be. The mean error is less than half of the gap
# where usable dates are rarer than every two weeks, and more where they are not: 3.3 days at a gap
# of 5. There it is no longer the missing dates that cost, but the wrong maps.
#
# The model was built on this calendar; real farmers will not keep to it, and your error will be
# larger.
#
# ## Elsewhere
#
# Four dates of the Danube lowland in Slovakia, and monthly composites of the loess plateau in
# Belgium. Nobody has labelled them, but there is an old rule of thumb: where NDVI is below 0.25,
# hardly anything green grows. With simulated scenes, the simulated dates stand in.

# %% tags=["nbval-ignore-output"]
series = course_series(source, elsewhere())
pd.concat({place: bare_shares(dates, network) for place, dates in series.items()}).round(0)

# %% [markdown]
# Read it date by date. `sparse_not_bare` are pixels without green leaves that are not mapped as
# bare soil; `sparse_mapped_as` says as what. A part of it is no quarrel: straw, stubble, roofs and
# rock have a low NDVI too, and class 4 is *mature cereals, or before operations in spring*, which
# includes brown fields. But look at the real April in Slovakia: most fields lie bare, as the image
# shows to any eye, and hardly one is mapped so. That is chapter 9 again: a network that learnt
# bare soil on few fields near Strzegom takes bright, dry loess for class 4. `bare_but_green`, the
# reverse, is small. So do not publish bare days of a new country before you have looked at a table
# like this one, and adapted the network.
#
# ## When it rains
#
# Bare soil in January costs little; rain that erodes falls in summer. `erosive_share` weighs each
# bare month by its share of the year's rain erosivity. In the equation RUSLE this is *how the cover
# factor C weighs time*; the factor itself needs residue, canopy and roughness, which no map of
# classes has. Bring the curve of your own station (`--erosivity`): the default is a rough one.

# %%
curve = read_erosivity()
(100 * curve).round(0).astype(int).rename("% of the year's erosivity").to_frame().T

# %% [markdown]
# ## Quarries through the years
#
# The area of the quarries on each date, corrected for the errors of the map (Olofsson et al. 2014,
# chapter 6), with gain and loss since the date before. The matrix is that of drawn polygons, so
# the interval is an exercise, not an estimate. `mapped` of the raw maps and of the smoothed ones:

# %%
pd.concat(
    {"raw": extent_by_date(stack, matrix), "model": extent_by_date(smoothed)[["mapped", "gain"]]},
    axis=1,
).round(1)

# %%
show_outlines(smoothed, scenes[test])
# %% [markdown]
# And what are more dates worth? The labelled pixels of the test date, mapped by the forest of
# single pixels from that date alone, and then with the dates nearest to it.

# %% tags=["nbval-ignore-output"]
by_forest = s2kit.stack_maps([map_per_pixel(forest, each) for each in scenes.values()])
forest_model = default_model(pixel_matrix(map_per_pixel(forest, scenes[validation]),
                                          masks[validation]))  # fmt: skip
worth_of_dates(by_forest, masks[test], scenes[test].attrs["date"], model=forest_model).round(3)

# %% [markdown]
# ## As a film
#
# The same maps as an animated picture, for a talk:

# %%
folder = workspace() / "monitoring"
animate_maps(folder / "maps.gif", stack)
print("wrote", (folder / "maps.gif").name)

# %% [markdown]
# ## In one command
#
# ```sh
# python -m s2kit monitor --dates 2022-10-01/2023-09-30 --parcels fields.gpkg --out year
# ```
#
# It fetches the clear days of the year from a catalogue, with cloud and shadow masked (this needs a
# network), maps each scene, and writes bare days with their deviation (`bare_days.tif`), parcels as
# GeoPackage and CSV, areas of quarries, and the stack as NetCDF. With scenes of your own, name their
# folder instead of `--dates`; clouds are masked where a scene classification lies beside a scene,
# or looked for with `--find-clouds`. If you add a scene and type it again, only that one is mapped.
# With `--dem FILE` each parcel gets its slope as well, and parcels can be put in order: the same
# bare days cost more soil on a steep field.
#
# ## Exercises
#
# **1.** A field was seen on `days` as `codes` (0 = cloud). Return the lower and the upper bound of
# its bare days. It was bare once, and covered on the first and on the last date.


# %% tags=["exercise"]
def bounds(days, codes):
    """Return (low, high) in days; bare soil is class 5."""
    # <solution>
    seen = [(day, code) for day, code in zip(days, codes, strict=True) if code != 0]
    bare = [k for k, (_, code) in enumerate(seen) if code == 5]
    first, last = bare[0], bare[-1]
    return seen[last][0] - seen[first][0], seen[last + 1][0] - seen[first - 1][0]
    # </solution>


# %% tags=["check"]
check_solution("11.1", bounds)

# %% [markdown]
# **2.** A pixel changes from class i to j at `rate` times a year and never back. Return the
# probability that it has changed after `days` days.


# %% tags=["exercise"]
def changed(rate, days):
    """Return the probability, 0 to 1; a year has 365.25 days."""
    # <solution>
    return 1 - np.exp(-rate * days / 365.25)
    # </solution>


# %% tags=["check"]
check_solution("11.2", changed)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(11)

# %% [markdown]
# ## Summary
#
# - Between two dates nobody saw anything: give bounds or intervals, not a date.
# - A hidden Markov model uses all dates at once; it removes flicker, and it brings assumptions.
# - An error of bare days can be had where the truth is known: in simulated years, and called so.
# - A quarry is bare in every season: more dates can tell it from soil where one date cannot.
# - Look at NDVI before you trust bare days in a new country.
