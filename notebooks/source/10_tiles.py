# %% [markdown]
# # 10 · From a patch to a tile, from a tile to a country
#
# The paper's patches are 4 km wide. A Sentinel-2 tile is 110 km wide, 750 times as much, and Poland
# has the area of 26 of them. Nothing changes in the network; everything changes around it: memory,
# seams, a computer that is switched off in the middle, and who pays.
#
# **You will be able to**
# - say why a window needs a margin, how wide, and what it costs;
# - give a piece the statistics of its image, and tell what happens if you do not;
# - stop a long run and let it go on;
# - hand the network to programs that know neither s2kit nor PyTorch;
# - work out on paper what a country costs.
#
# **You need** chapters 4 and 5.
#
# **Time**: {minutes} to run on two CPU cores, 30 minutes to read, 10 for the exercises

# %% tags=["shared"]
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import rasterio

import s2kit
from s2kit.cartography.panels import show_class_map, show_false_colour
from s2kit.exercises import check_solution, quiz
from s2kit.experiments.plan import FOLDER
from s2kit.maps.layout import layout_by_side, margin_of
from s2kit.network.unet import receptive_field
from s2kit.scenes.bands import BAND_NAMES
from s2kit.settings import home

folder = Path(tempfile.mkdtemp())
warnings.simplefilter("ignore", s2kit.S2kitWarning)

# %% [markdown]
# ## A simulated piece of a tile
#
# **Everything in this chapter is simulated**: the landscape, the image and the network's training.
# A simulated scene of Strzegom is mirrored at its edges until it is 800 × 960 pixels, and written
# as the digital numbers that a product would hold. The accuracy of its map means nothing; we ask
# how a map is *made*.

# %% tags=["shared"]
simulated = s2kit.open_source("simulated", home())
simulated.fetch()
patch = simulated.open("strzegom_20230530")
size = 800, 960
beyond = [(0, 0), *((0, want - have) for want, have in zip(size, patch.shape[1:], strict=True))]
numbers = np.round(np.pad(np.nan_to_num(patch.to_numpy()), beyond, "symmetric") * 10_000 + 1000)
image = folder / "tile.tif"
with rasterio.open(
    image, "w", driver="GTiff", count=10, height=size[0], width=size[1], dtype="uint16",
    crs="EPSG:32633", transform=rasterio.Affine(10, 0, 585_420, 0, -10, 5_652_250),
) as file:  # fmt: skip
    file.descriptions = BAND_NAMES
    file.write(numbers.clip(1, 65_535).astype("uint16"))
scene = s2kit.read_scene(image, offset=1000).assign_attrs(patch.attrs)
network = s2kit.load_network("simulated")
whole, _ = s2kit.classify(network, scene, turns=False)

# %%
show_false_colour(scene)

# %% [markdown]
# ## Why windows need a margin
#
# A whole tile does not fit the memory of a laptop, so it is cut into **windows**. Cut it as one
# cuts paper, map each piece, and lay the maps side by side. The piece gets the statistics of the
# whole, so that only the cut can make a difference.

# %%
statistics = s2kit.image_statistics(scene)
cut = whole.copy(deep=True)
for top in range(0, size[0], 528):
    for left in range(0, size[1], 480):
        piece = scene[:, top : top + 528, left : left + 480]
        cut[top : top + 528, left : left + 480] = s2kit.classify(
            network, piece, statistics, turns=False
        )[0]
different = (cut != whole).to_numpy()

# %%
rows, columns = slice(478, 578), slice(420, 540)
figure, axes = plt.subplots(1, 3, figsize=(12.5, 4.2))
show_class_map(cut[rows, columns], axes[0], title="cut without margin (simulated)", legend="none")
show_class_map(whole[rows, columns], axes[1], title="the whole (simulated)", legend="none")
axes[2].imshow(different[rows, columns], cmap="Greys", interpolation="nearest")
axes[2].set_title("where they differ")
axes[2].set_axis_off()

# %% [markdown]
# The difference lies along the cuts: a **seam**. A pixel near a cut has lost the neighbours that
# the network looks at. How far away can a pixel be and still matter? That width is the **receptive
# field**; half of it, rounded up to the grid of the deepest pooling, is the margin that hides a
# seam.

# %%
print("receptive field:", receptive_field(network.depth), "pixels; margin:", margin_of(network))
print(f"pixels that differ without a margin: {100 * different.mean():.1f} %")
with_margin, _ = s2kit.classify(network, scene, window=400, turns=False)
print("pixels that differ with it:", int((with_margin != whole).sum()))

# %% [markdown]
# Not few: none. The windows are computed with their margin, and only their cores are kept.
#
# ## What the margin costs
#
# The margin is looked at and thrown away. For a tile of 10 980 × 10 980 pixels, how many more pixels
# than the tile has does the network look at, by the side of the window's core?

# %%
sides = 2 ** np.arange(8, 14)
layouts = [layout_by_side(network, 10_980, 10_980, int(side)) for side in sides]
cost = [layout.computed / 10_980**2 for layout in layouts]
figure, ax = plt.subplots(figsize=(6, 3.4))
ax.plot(sides, cost, "o-", color="black")
ax.set(xscale="log", xlabel="side of the core, pixels", ylabel="looked at / needed", ylim=(0, None))
ax.set_xticks(sides, [str(side) for side in sides])
ax.minorticks_off()
ax.axhline(1, color="grey", lw=0.8)
pd.Series(cost, sides, name="looked at / needed").round(2)

# %% [markdown]
# Large windows are cheap and take memory; small ones are dear. `classify` takes the largest that
# the memory allows. And it spares half of the extra work: the receptive field grows on the way down
# the U, so there the margin is needed; on the way up, where more than half of the work is done, a
# few pixels around the core are enough.
#
# ## A window does not know its image
#
# The network's input is scaled by mean and deviation of the *image* (chapter 4). What if each
# window is scaled by itself? Margins and all else as they should be:

# %%
alone = whole.copy(deep=True)
for top in range(0, size[0], 528):
    for left in range(0, size[1], 480):
        piece = scene[:, top : top + 528, left : left + 480]
        alone[top : top + 528, left : left + 480] = s2kit.classify(network, piece, turns=False)[0]
print(f"cut, statistics of the whole: {100 * different.mean():.1f} % of the pixels differ")
print(f"cut, each by its own:         {100 * float((alone != whole).mean()):.1f} %")

# %% [markdown]
# This is why a map carries the statistics it was made with, and why a piece takes them over:
# `python -m s2kit classify piece.tif --statistics whole.tif --out map.tif`.
#
# ## Switched off in the middle
#
# A long run will be interrupted. Below, a program maps the image in small windows, and is killed
# (`kill -9`, nothing can be tidied up) as soon as it has finished two of them. Then it is started
# again.

# %% tags=["shared"]
PROGRAM = """
import sys
from pathlib import Path
import s2kit
from s2kit.maps.layout import bytes_per_pixel
from s2kit.maps.streamed import Outputs, Settings, classify_file
from s2kit.scenes.scene_file import open_scene

network = s2kit.load_network("simulated")
settings = Settings("torch", False, 260_000 * bytes_per_pixel(network, False))
with open_scene(sys.argv[1], 1000) as scene:
    classify_file(
        network, scene, Outputs(Path(sys.argv[2])), settings,
        say=lambda text: print(text, flush=True),
        progress=lambda done, before: print("done", done, flush=True),
    )
"""


def start(out):
    """Start the program; its output can be read line by line."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(image), str(out)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# %%
undisturbed = start(folder / "undisturbed.tif").communicate()[0]
killed = start(folder / "map.tif")
for _ in range(2):
    killed.stdout.readline()
killed.kill()
killed.communicate()
print("windows:", undisturbed.count("done"))
print("a map after the kill?", (folder / "map.tif").exists())

# %%
resumed = start(folder / "map.tif").communicate()[0]
same = (folder / "map.tif").read_bytes() == (folder / "undisturbed.tif").read_bytes()
print("windows still to do:", resumed.count("done") < undisturbed.count("done"))
print("byte for byte the undisturbed file:", same)

# %% [markdown]
# Finished windows wait on the disk until all are there; the file gets its name at the very end, so
# a half map never looks like a map. Changed image, weights or settings start anew.
#
# ## A file that can be read in part
#
# The map is a **cloud-optimised GeoTIFF**: in blocks, with **overviews**, smaller copies for
# looking at from afar, so that a viewer on the network reads little. How does one make a small copy
# of codes? The mean of three pixels of forest (1) and one of quarry (10) is 3, built-up area, which
# is nowhere. The most frequent code, the **mode**, is honest.

# %%
with rasterio.open(folder / "map.tif") as file:
    print("blocks:", file.block_shapes[0], "overviews:", file.overviews(1))
four = np.array([1, 1, 1, 10])
print("mean:", int(four.mean()), " mode:", int(np.bincount(four).argmax()))

# %% [markdown]
# ## A door to other programs
#
# `python -m s2kit export --onnx network.onnx --for-scene tile.tif` writes network, statistics and
# scaling in one **ONNX** file. It takes the numbers of the image; neither s2kit nor PyTorch is
# needed to run it. (The numbers are divided by 255, because QGIS's plugin Deepness does that to
# every image; with `--deepness` the file has the fixed size that the plugin wants.)

# %%
try:
    import onnxruntime
except ImportError:
    print("onnxruntime is not installed: python -m pip install 's2kit[export]'")
else:
    s2kit.export_onnx(folder / "network.onnx", network, image, offset=1000)
    session = onnxruntime.InferenceSession(str(folder / "network.onnx"))
    with rasterio.open(image) as file:
        given = np.float32(file.read()[None] / 255)
    (told,) = session.run(None, {"image": given})
    same = 100 * float((told[0].argmax(axis=0) == whole.to_numpy()).mean())
    print("at least 99.9 % of the pixels as classify:", same >= 99.9)

# %% [markdown]
# ## Is that good?
#
# Compare it with what one would take instead, on one image and one core in one run. The table is
# stored: `python tests/speed/peers.py 1500 1` measured it on a **simulated** image, on a processor
# without AVX-512. The weights of the last row are random; what counts are its seconds, its memory,
# and its seams.

# %%
pd.read_csv(FOLDER / "peers.csv", index_col=0)

# %% [markdown]
# The forest looks at single pixels, so it has no seams, and no idea of a field either. The larger
# U-Net sees further than the margin that hides our seams: the same windows are too small for it.
# A whole tile takes 1.4 GB of memory at its peak.
#
# ## A country, on paper
#
# Many scenes are a list: `python -m s2kit classify scenes.csv --out maps --workers 4` maps them in
# four processes, with `--cluster` on other machines as well; a worker that dies loses one window,
# and the same command again maps only what is missing.
#
# What would Poland cost, every five days? A small function of stated constants. The speed was
# measured on a whole simulated tile, one look, reading and writing included
# (`python tests/speed/whole_tile.py`: 567 core-seconds, on two cores without AVX-512). The price of
# a core-hour is an assumption: put in that of your provider.

# %% tags=["shared"]
TILE = 10_980**2
"""Pixels of a tile."""
OVERLAP = 1.2
"""Tiles are 109.8 km wide and lie on a grid of 100 km: pixels by those of the ground."""
BYTES = 10 * 2
"""Of a pixel: ten bands of 16 bit, before compression."""
EURO = 0.04
"""Of a core-hour: an assumption."""


def bill(square_km, dates, pixels_per_core_second):
    """Return tiles, terabytes read, core-hours and euros of a country and a number of dates."""
    pixels = square_km * 1e4 * OVERLAP * dates
    hours = pixels / pixels_per_core_second / 3600
    return {
        "tiles": round(pixels / TILE),
        "TB read": round(pixels * BYTES / 1e12, 2),
        "core-hours": round(hours, 1),
        "euros": round(hours * EURO, 1),
    }


# %%
speed = TILE / 567
print(f"{speed:,.0f} pixels per second and core")
pd.DataFrame(
    {
        "Poland once": bill(312_700, 1, speed),
        "Poland every five days, a year": bill(312_700, 73, speed),
        "Europe once": bill(10_180_000, 1, speed),
    }
).T

# %% [markdown]
# The computing is cheap. What breaks first is **reading**: a hundred machines that each want ten
# bands from one object store share its bandwidth, and wait. So compute where the
# images lie, read each block once (windows as wide as the blocks, strips rather than squares), and
# let few machines do many scenes each rather than many machines one scene.
#
# ## Exercise 1: the margin
#
# Write a function that returns by what factor the margin makes work, for one square window in the
# middle of an image.


# %% tags=["exercise"]
def factor(core, margin):
    """Return computed / needed pixels of a square core with a margin on all sides."""
    # <solution>
    return (core + 2 * margin) ** 2 / core**2
    # </solution>


# %% tags=["check"]
check_solution("10.1", factor)

# %% [markdown]
# ## Exercise 2: the mode
#
# Write a function that halves a map of codes: each block of 2 × 2 becomes its most frequent code,
# the smallest one if several are.


# %% tags=["exercise"]
def halve(codes):
    """Return the mode of each 2 × 2 block of an array of even sides."""
    # <solution>
    rows, columns = (size // 2 for size in codes.shape)
    blocks = codes.reshape(rows, 2, columns, 2).swapaxes(1, 2).reshape(rows, columns, 4)
    return np.apply_along_axis(lambda four: np.bincount(four).argmax(), 2, blocks)
    # </solution>


# %% tags=["check"]
check_solution("10.2", halve)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(10)

# %% [markdown]
# ## Summary
#
# - A window needs a margin of half the receptive field; then its map is the whole's, to the bit.
# - Margins are work: the larger the windows, the less. Memory decides.
# - Statistics belong to the image, not to the window.
# - A long run is made of finished pieces, and the file gets its name last.
# - Codes are never averaged.
# - Computing a country is cheap; reading it is what breaks.
