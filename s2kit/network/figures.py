"""Pictures of the network and of its training."""

import os
import time

import matplotlib.pyplot as plt
import pandas as pd
import torch
from IPython.display import DisplayHandle, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch, Rectangle
from torch import Tensor

from s2kit.cartography.alternative import describe
from s2kit.cartography.palette import class_colormap
from s2kit.network.unet import UNet, level_shapes
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.nomenclature import PAPER, Nomenclature

ENCODER, DECODER, HEAD = "#2f6fd0", "#3f8f4f", "#c0392b"


def draw_unet(network: UNet, size: tuple[int, int]) -> None:
    """Draw the levels as a U: a box's height is the image's, its width the channels'.

    Channels and sizes are those of a real forward pass over an image of ``size`` pixels.
    """
    shapes = level_shapes(network, size)
    depth = network.depth
    down, up, head = shapes[: depth + 1], shapes[depth + 1 : -1], shapes[-1]
    _, axes = plt.subplots(figsize=(10, 5), layout="constrained")
    columns = 2 * depth + 2
    for column, (shape, colour) in enumerate(
        [*((s, ENCODER) for s in down), *((s, DECODER) for s in up), (head, HEAD)]
    ):
        level = column if column <= depth else max(0, 2 * depth - column)
        _box(axes, column, -level, shape, colour, network)
        if column:
            last = depth - abs(depth - (column - 1)) if column <= 2 * depth else 0
            _arrow(axes, (column - 1, -last), (column, -level), "0.35", "-")
    for level in range(depth):
        _arrow(axes, (level, -level), (2 * depth - level, -level), "0.6", (0, (4, 3)))
    axes.set(xlim=(-0.6, columns - 0.4), ylim=(-depth - 0.75, 0.75))
    axes.set_axis_off()
    axes.legend(
        handles=[
            Patch(color=ENCODER, label="pool (but at the top), then 3 × (conv, norm, ReLU)"),
            Patch(color=DECODER, label="up-convolution, skip, then 3 × (conv, norm, ReLU)"),
            Patch(color=HEAD, label="1 × 1 convolution: logits"),
            Line2D([], [], color="0.6", ls="--", label="skip"),
        ],
        loc="lower right",
        frameon=False,
        fontsize=8,
    )
    axes.set_title(
        f"U-Net, width {network.width}, depth {depth}: {network.channels} channels in, "
        f"{len(network.nomenclature)} classes out, image of {size[0]} × {size[1]} pixels"
    )
    sizes = "; ".join(f"{channels} × {high} × {wide}" for _, channels, high, wide in shapes)
    describe(axes, f"levels drawn as a U, halved {depth} times on the way down, doubled on the "
             f"way up, joined by a skip each. Channels × height × width: {sizes}.")  # fmt: skip


def _box(
    axes: Axes, column: int, level: int, shape: tuple[str, int, int, int], colour: str, net: UNet
) -> None:
    _, channels, height, width = shape
    wide = 0.12 + 0.3 * channels / (net.width * 2**net.depth)
    tall = 0.22 + 0.5 * 2.0**level
    axes.add_patch(
        Rectangle((column - wide / 2, level - tall / 2), wide, tall, color=colour, zorder=3)
    )
    # Labels hang on the outer side of the U, away from the arrows.
    side = {ENCODER: "right", DECODER: "left", HEAD: "center"}[colour]
    shift = {"right": 0.1, "left": -0.1, "center": 0}[side]
    axes.text(
        column + shift, level - tall / 2 - 0.06, f"{channels}\n{height} × {width}",
        ha=side, va="top", fontsize=8,
    )  # fmt: skip


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    style: str | tuple[int, tuple[int, int]],
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=11, color=colour, linestyle=style,
            shrinkA=14, shrinkB=14, zorder=2,
        )
    )  # fmt: skip


def draw_history(history: pd.DataFrame) -> Figure:
    """Draw loss, validation accuracy and mean F1 per epoch; the best epoch is marked."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    left.plot(history["loss"], label="training")
    left.plot(history["validation_loss"], label="validation")
    left.set(xlabel="epoch", ylabel="cross-entropy", ylim=(0, None))
    left.legend(frameon=False)
    best = history["validation_F1"].idxmax()
    right.plot(100 * history["validation_OA"], color="C1", label="overall accuracy")
    right.plot(100 * history["validation_F1"], color="C2", label="mean F1")
    right.plot(best, 100 * history["validation_F1"].max(), "o", color="C3")
    right.set(xlabel="epoch", ylabel="validation, %", ylim=(0, 100))
    right.set_title(f"best: epoch {best}", fontsize=10)
    first, last = history.iloc[0], history.iloc[-1]
    at_best = history[history.index == best].iloc[0]
    describe(figure, f"Two panels over {len(history)} epochs. Cross-entropy falls in training from "
             f"{first['loss']:.2f} to {last['loss']:.2f}. Validation is best in epoch {best}: "
             f"overall accuracy {100 * at_best['validation_OA']:.1f} %, mean F1 "
             f"{100 * at_best['validation_F1']:.1f} %.")  # fmt: skip
    right.legend(frameon=False)
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


class LiveCurves:
    """A callback for :func:`s2kit.network.training.train` that redraws the curves every epoch.

    Only in a live Jupyter session: a page that is executed unattended stores the curves of the
    finished run instead, and a picture that changes cannot be compared with a stored one.
    """

    def __init__(self) -> None:
        self.live = "JPY_SESSION_NAME" in os.environ
        self.handle: DisplayHandle | None = None
        self.line: DisplayHandle | None = None
        self.said = 0.0

    def __call__(self, history: pd.DataFrame) -> None:
        """Draw the history so far in the place of the last drawing."""
        if not self.live:
            return
        figure = draw_history(history)
        if self.handle is None:
            self.handle = display(figure, display_id=True)
        else:
            self.handle.update(figure)
        plt.close(figure)

    def step(self, done: int, of: int) -> None:
        """Say how many steps are done, every few seconds and at the end."""
        now = time.monotonic()
        if not self.live or (now - self.said < SECONDS and done < of):
            return
        self.said = now
        text = {"text/plain": f"step {done} of {of}"}
        if self.line is None:
            self.line = display(text, raw=True, display_id=True)
        else:
            self.line.update(text, raw=True)


SECONDS = 3.0
"""Between two lines on how far a training is."""


def draw_patches(
    images: Tensor, targets: Tensor, attribution: str, nomenclature: Nomenclature = PAPER
) -> None:
    """Draw training patches: the false colour composite above, the labels below.

    Parameters
    ----------
    images
        float32 (N, channels, H, W), the first ten those of the bands.
    targets
        int64 (N, H, W), place of the class in the nomenclature; unlabelled pixels stay white.
    attribution
        Of the scenes that the patches were cut from.
    nomenclature
        The classes' colours.
    """
    figure, axes = plt.subplots(
        2, len(images), figsize=(1.6 * len(images), 3.3), layout="constrained"
    )
    palette = class_colormap(nomenclature)
    composite = [BAND_NAMES.index(band) for band in ("B08", "B04", "B03")]
    for column, (image, target) in enumerate(zip(images, targets, strict=True)):
        # Red and green are darker than the near infrared: each is stretched to its own range.
        stretch = torch.tensor([0.9, 0.4, 0.4])[:, None, None]
        axes[0, column].imshow((image[composite] / stretch).clamp(0, 1).permute(1, 2, 0))
        axes[1, column].imshow(target + 1, cmap=palette, vmin=0, vmax=len(nomenclature))
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
    figure.supxlabel(attribution, x=1, ha="right", fontsize=7, color="0.4")
    describe(figure, f"{len(images)} training patches of {images.shape[-2]} × {images.shape[-1]} "
             "pixels: above the false colour composite, below the labels, white where there are "
             f"none. {(targets >= 0).float().mean():.0%} of the pixels have a label.")  # fmt: skip


def draw_class_weights(weights: Tensor, nomenclature: Nomenclature = PAPER) -> None:
    """Draw one bar per class: how much a pixel of it counts in the loss."""
    _, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
    classes = nomenclature.classes
    axes.bar([c.short for c in classes], weights, color=[c.colour for c in classes])
    axes.axhline(1, color="0.4", lw=0.8, ls="--")
    axes.set_ylabel("weight of a pixel")
    each = ", ".join(f"{c.short} {float(w):.2f}" for c, w in zip(classes, weights, strict=True))
    describe(axes, f"Bars: the weight of a pixel in the loss, by class: {each}.")
    axes.tick_params(axis="x", rotation=35)
    axes.spines[["top", "right"]].set_visible(False)
