# %% [markdown]
# # 3 · The U-Net
#
# Reproduces the network of section 2.4 of the paper: convolution blocks, max pooling,
# up-convolutions and skips.
#
# **You will be able to**
# - say what each part of a U-Net is for, and write its block in PyTorch,
# - follow the shape of an image from ten bands down to the bottom and up to ten classes,
# - tell how far around a pixel the network can look.
#
# **You need** chapters 1 and 2, and to have seen a convolution before.
#
# **Time**: {minutes} to run on two CPU cores, 25 minutes to read, 20 for the exercises
#
# Solutions: [solutions/03_unet.ipynb](solutions/03_unet.ipynb) · words:
# [glossary](../docs/GLOSSARY.md) · the way through the course: [start](00_start.ipynb)

# %% tags=["shared"]
import pandas as pd
import torch
from torch import nn

from s2kit.exercises import check_solution, quiz
from s2kit.network.figures import draw_unet
from s2kit.network.unet import (
    ConvBlock,
    UNet,
    count_parameters,
    level_shapes,
    receptive_field,
)

# %% [markdown]
# ## Why not look at one pixel at a time?
#
# Bare soil and the floor of a quarry can have the very same ten reflectances. A person tells
# them apart at once: one is a rectangle among rectangles, the other lies in a bowl of terraces
# and ponds. Whoever classifies pixel by pixel throws that knowledge away. A U-Net looks at the
# neighbourhood, near and far, and still answers for every single pixel.
#
# Here is the whole network. Read it like a valley: down the left side, across the bottom, up
# the right side.

# %%
network = UNet(width=16, depth=4, scaling="fixed")
draw_unet(network, size=(401, 401))

# %% [markdown]
# Going **down**, the image gets smaller and the number of channels grows: less *where*, more
# *what*. Going **up**, the size comes back. The dashed lines are the **skips**: they hand the
# fine detail of the left side to the right side, which could not invent it.
#
# The drawing has ten channels in, one per band, as the paper describes it. The network that
# chapter 4 trains, and the one that comes with the package, get every band in two scalings: twenty
# channels. Nothing else differs.
#
# ## The block
#
# Every box is the same block. The paper (section 2.4) repeats this three times per level:
# a 3 × 3 convolution without bias, batch normalisation, ReLU. **Batch normalisation** shifts and
# stretches the values of each channel so that over a batch of images they have mean 0 and spread 1,
# and then lets the network choose another mean and spread. **ReLU** (rectified linear unit) puts 0
# in the place of negative values; without such a bend, many layers could do no more than one.

# %%
ConvBlock(10, 16)

# %% [markdown]
# The convolution needs no bias because the normalisation behind it subtracts the mean again:
# whatever constant was added is gone. `padding="same"` keeps the size, so that the skips fit
# without cropping.

# %%
image = torch.rand(1, 10, 64, 64)
block = ConvBlock(10, 16)
print("in ", tuple(image.shape))
print("out", tuple(block(image).shape))

# %% [markdown]
# ## Down and up
#
# `MaxPool2d(2)` keeps the largest of each 2 × 2 pixels. `ConvTranspose2d(2, stride=2)` goes the
# other way: each pixel writes a 2 × 2 patch, with weights that are learnt.

# %%
down = nn.MaxPool2d(2)(image)
up = nn.ConvTranspose2d(10, 10, kernel_size=2, stride=2)(down)
print("image    ", tuple(image.shape))
print("pooled   ", tuple(down.shape))
print("and again", tuple(up.shape))

# %% [markdown]
# ## Any size goes in
#
# Halving four times asks for a multiple of 16, and a scene of the paper has 401 × 401 pixels.
# The network reflects the edge until the size fits, and crops its answer back. Zeros would put a
# frame of nothing around the ground; reflected fields look like fields.

# %%
with torch.inference_mode():
    for size in [(401, 401), (498, 468), (50, 33)]:
        logits = network.eval()(torch.rand(1, 10, *size))
        print(f"{size} in, {tuple(logits.shape)} out")

# %% [markdown]
# ## Shapes, level by level
#
# The table is measured during a forward pass. Where does the memory go? Where do the weights?

# %%
shapes = level_shapes(network, (401, 401))
levels = pd.DataFrame(shapes, columns=["level", "channels", "height", "width"])
levels["values, thousands"] = levels["channels"] * levels["height"] * levels["width"] // 1000
blocks = [*network.encoder, *network.decoder, network.head]
levels["weights, thousands"] = [round(count_parameters(b) / 1000, 1) for b in blocks]
levels

# %% [markdown]
# The two columns run against each other. The top levels hold nearly all the values and hardly
# any weights; the bottom holds most of the weights and few values. So memory is spent on detail
# and capacity on meaning.

# %%
for width in (8, 16, 32, 64):
    wider = UNet(width=width, scaling="fixed")
    print(f"width {width:2d}: {count_parameters(wider) / 1e6:5.2f} million parameters")

# %% [markdown]
# Double the width and the weights grow fourfold. The paper prints neither width nor depth. The
# course uses width 16, which trains on a laptop.
#
# ## How far does it look?
#
# The **receptive field** is the window of the image that can influence one pixel of the map.
# A 3 × 3 convolution adds one pixel on each side; at a level that was halved twice, one pixel
# is four pixels of the image.

# %%
for depth in range(5):
    pixels = receptive_field(depth)
    print(f"depth {depth}: {pixels:3d} pixels, {pixels * 10:4d} m")

# %% [markdown]
# Three convolutions without any pooling see little more than the field they stand in. With four
# levels the network can see the whole village. *Can* see: what it uses is decided by training,
# and most of it lies close by.
#
# Let a **gradient** tell: how much the answer changes when one value is moved a little. We ask
# which pixels of a random image move the answer in the centre, for a network that has learnt
# nothing yet.

# %%
torch.manual_seed(0)
fresh = UNet(width=8, depth=4, scaling="fixed").eval()
probe = torch.rand(1, 10, 272, 272, requires_grad=True)
fresh(probe)[0, :, 136, 136].sum().backward()
influence = probe.grad[0].abs().sum(dim=0)

# %%
import matplotlib.pyplot as plt

_, axes = plt.subplots(figsize=(4.5, 4), layout="constrained")
picture = axes.imshow(torch.log10(influence + 1e-12), vmin=-9, vmax=influence.log10().max())
_ = axes.set_title("influence on the centre pixel")
_ = plt.colorbar(picture, label="log10 of the gradient")

# %% [markdown]
# The squares are the pooling cells of the deeper levels. The bright middle is a few pixels wide,
# and that is one reason why a U-Net can be trained on random crops: little is lost at their
# edges.
#
# ## Exercise 3.1
#
# Count the parameters of a `ConvBlock` by hand: three convolutions of 3 × 3 without bias, and
# for each a normalisation with one scale and one shift per channel.


# %% tags=["exercise"]
def block_parameters(channels_in, channels_out):
    """Number of trainable parameters of ConvBlock(channels_in, channels_out)."""
    # <solution>
    first = 9 * channels_in * channels_out
    others = 2 * 9 * channels_out * channels_out
    norms = 3 * 2 * channels_out
    return first + others + norms
    # </solution>


# %% tags=["check"]
check_solution("3.1", block_parameters)

# %% [markdown]
# ## Exercise 3.2
#
# Write the way down yourself: one function that applies a list of blocks with pooling between
# them (not before the first), and returns the output of every block, top first.


# %% tags=["exercise"]
def encode(image, blocks, pool):
    """Outputs of all blocks, the first at full size, each next one half as large."""
    # <solution>
    outputs = []
    for block in blocks:
        image = block(pool(image) if outputs else image)
        outputs.append(image)
    return outputs
    # </solution>


# %% tags=["check"]
check_solution("3.2", encode)

# %% [markdown]
# ## Three questions
#
# The figures and tables above answer them. Click on a choice to see whether it is right.

# %%
quiz(3)

# %% [markdown]
# ## Summary
#
# - A U-Net is one block, repeated: down with pooling, up with transposed convolutions, and skips
#   that carry detail across.
# - The block is the paper's: three times convolution, batch normalisation, ReLU. Width and depth
#   are our choice, because the paper does not print them.
# - Any size of image goes in; the edge is reflected and cropped back.
# - The receptive field spans kilometres; most of the influence comes from nearby.
#
# **Next**: [4 · Training](04_training.ipynb)
