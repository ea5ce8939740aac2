# %% [markdown]
# # 0 · Start
#
# A course on land cover maps of farming country from one Sentinel-2 image. At its end you can make
# the map in the middle from the image on the left, and say how far it may be trusted:
#
# ![Three panels of the test scene: the false colour composite, the class map in ten colours, and
# the reference polygons](figures/overview.png)
#
# **You will be able to**
# - find your way through the chapters, whatever you know already,
# - see whether your computer is ready,
# - do an exercise and read what its check says.
#
# **You need** a little Python: functions, lists, loops. Nothing of satellites, nothing of networks.
#
# **Time**: {minutes} to run on two CPU cores, 10 minutes to read, 5 for the exercise

# %% [markdown]
# ## Is your computer ready?
#
# Run the cell below: click on it and press Shift and Enter. Everything works without a network.

# %% tags=["shared", "nbval-ignore-output"]
from s2kit.exercises import check_solution
from s2kit.self_test import self_test

self_test()

# %% [markdown]
# In the column `verdict` stands `ok`, or what to do. The scenes are **simulated** unless you set
# `S2KIT_DATA=authors`: invented landscapes in which all chapters work alike. What is stored in the
# chapters as you first open them was made from the real scenes.
#
# These notebooks are your own copies, in the folder `work`. Save what you like. In a terminal,
# `python -m s2kit lab --fresh 05` brings chapter 5 back as it was (yours is kept beside it), and
# `python -m s2kit lab --status` shows which exercises you have solved.
#
# ## The chapters
#
# | | Chapter | asks | exercises solved |
# |---|---|---|---|
# | 1 | [Scenes](01_scenes.ipynb) | What do the numbers of an image mean? | [solutions](solutions/01_scenes.ipynb) |
# | 2 | [Benchmarks](02_benchmarks.ipynb) | Who says what is there? | [solutions](solutions/02_benchmarks.ipynb) |
# | 3 | [The U-Net](03_unet.ipynb) | What does the network look like? | [solutions](solutions/03_unet.ipynb) |
# | 4 | [Training](04_training.ipynb) | How does it learn? | [solutions](solutions/04_training.ipynb) |
# | 5 | [Maps](05_maps.ipynb) | What does the map look like? | [solutions](solutions/05_maps.ipynb) |
# | 6 | [Accuracy](06_accuracy.ipynb) | How good is it? | [solutions](solutions/06_accuracy.ipynb) |
# | 7 | [Audit](07_audit.ipynb) | Are the printed numbers right? | [solutions](solutions/07_audit.ipynb) |
# | 8 | [Your own area](08_own_area.ipynb) | How do I map mine? With a project | [solutions](solutions/08_own_area.ipynb) |
# | 9 | [Elsewhere](09_elsewhere.ipynb) | Does it work in another country? | [solutions](solutions/09_elsewhere.ipynb) |
# | 10 | [Tiles](10_tiles.ipynb) | How do I map a whole tile, or a country? | [solutions](solutions/10_tiles.ipynb) |
# | 11 | [Monitoring](11_monitoring.ipynb) | How long does the soil lie bare? | [solutions](solutions/11_monitoring.ipynb) |
#
# Words that you do not know stand in the [glossary](../docs/GLOSSARY.md), and mistakes that most
# people make once, with their cures, on a [page of their own](../docs/MISTAKES.md). If you teach,
# there are [notes for you](../docs/TEACHING.md).
#
# How long does each take? To run means to wait for the computer; to read and to do the exercises is
# up to you. The minutes were measured when the chapters were stored.

# %% tags=["nbval-ignore-output"]
import re
from pathlib import Path

import nbformat
import pandas as pd

rows = {}
for path in sorted(Path().glob("[0-9][0-9]_*.ipynb")):
    first = nbformat.read(path, as_version=4).cells[0].source
    words = re.sub(r"\s+", " ", first)
    found = re.search(r"\*\*Time\*\*: (.+?) to run .*?(\d+) minutes? to read, (\d+)", words)
    if found and "_mine_" not in path.stem:
        rows[path.stem] = found.groups()
pd.DataFrame.from_dict(rows, orient="index", columns=["run", "read, min", "exercises, min"])

# %% [markdown]
# ## Three tracks
#
# - **You know satellite images, and networks are new:** skim 1 and 2, take your time for 3 and 4,
#   then 5 and 6.
# - **You know networks, and satellite images are new:** take your time for 1 and 2, skim 3, in 4
#   read what the loss ignores and how settings were chosen, then 6, 7 and 9, which are about what
#   can be claimed.
# - **You only want a map:** read 5, then do 8 with an image of yours, then 9 before you trust it.
#   10 is for whole tiles, 11 for many dates.
#
# ## Two hours, or a day
#
# | Two hours, in a course room | minutes |
# |---|---|
# | this page | 10 |
# | 1, up to exercise 1 | 25 |
# | 2, up to the pixel rules; draw three polygons | 20 |
# | 4: start the training, then read on while it runs, down to the stored curves | 20 |
# | 5, with the two maps that are compared at its end | 20 |
# | 6, up to the object approach, and exercise 1 | 25 |
#
# | A day | minutes |
# |---|---|
# | 0, 1 and 2 | 120 |
# | 3 and 4 | 100 |
# | 5 and 6 | 90 |
# | 7 | 60 |
# | 8, 9, 10 or 11 | 50 |
#
# That is seven hours without the breaks. The project of chapter 8 takes another half day.
#
# ## How exercises work
#
# An exercise has a gap, three dots. Put your code there, run the cell, then run the cell below it.
# It says whether your answer is right; if not, it shows what came out and gives a hint. An error
# stops nothing: it is told with its line.
#
# **1.** Write a function that returns a part as a share of the whole, between 0 and 1. Try what
# happens if you print instead of return, or return per cent.


# %% tags=["exercise"]
def share(part, whole):
    """Return the share of a part, 0 to 1."""
    # <solution>
    return part / whole
    # </solution>


# %% tags=["check"]
check_solution("0.1", share)

# %% [markdown]
# At the end of each chapter three questions wait, which its figures answer.
#
# ## Summary
#
# - Your copies lie in `work`; the stored chapters stay as they are.
# - Choose a track, or a path of two hours or a day.
# - An exercise checks itself; solutions and glossary are one click away.
#
# **Next**: [1 · Scenes](01_scenes.ipynb)
