# %% [markdown]
# ## Where scenes come from
#
# The hub that the paper downloaded from is gone. Today scenes are found in **catalogues**: lists of
# products, each with its place, date, cloud cover and the addresses of its files, all in one
# format, STAC. The same code asks Earth Search, Planetary Computer, the Copernicus Data Space, or
# a catalogue on your own disk. You ask for a place and some days:

# %% tags=["shared"]
from s2kit.scenes.catalogue import Reading, find_scenes, grid_of, items_for, open_source, read_items
from s2kit.scenes.settings import home
from s2kit.scenes.simulated import make_landscapes

wanted = record(name)
catalogue = open_source(make_landscapes(home() / "simulated"))
found = find_scenes(catalogue, wanted.bounds, "2023-01-01/2023-12-31", epsg=wanted.epsg)
found[["date", "tile", "cloud", "covers", "baseline"]]

# %% [markdown]
# One row per overpass and tile: how much of the tile is under cloud, how much of your area it
# covers, and by which processing baseline it was made. For `https://…` instead of a folder, the
# line would read `open_source("earth-search")`, and nothing below would change.
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
same_ground = {way: read_items([item], grid, reading=Reading(way)) for way in ways}
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
# the shadow of a cloud. Pixels under cloud show no ground. For a map of your own area they become
# no data, and are counted; the course's scenes were chosen without clouds and keep all.

# %%
clear = read_items([item], grid, reading=Reading(mask_clouds=True))
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
check(
    [offset_of(each) for each in ("02.14", "03.01", "04.00", "05.00")],
    expected=[0, 0, 1000, 1000],
    hint="Compare the baseline, as a number, with 4.",
)
