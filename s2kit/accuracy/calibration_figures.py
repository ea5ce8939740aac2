"""Pictures of calibration: the reliability diagram, the reject curve."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd

from s2kit.accuracy.calibration import calibration_error
from s2kit.cartography.alternative import describe


def show_reliability(tables: Mapping[str, pd.DataFrame]) -> None:
    """Draw accuracy over confidence for several `calibration.reliability` tables by name.

    Below the diagonal the map is less often right than it believes. The area of a dot is the
    share of the pixels.
    """
    _, axes = plt.subplots(figsize=(5, 4.6), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.6", lw=1, ls="--")
    for colour, (name, table) in enumerate(tables.items()):
        share = table["pixels"] / table["pixels"].sum()
        label = f"{name}: expected error {100 * calibration_error(table):.1f} %"
        axes.plot(table["confidence"], table["accuracy"], lw=1.2, color=f"C{colour}", label=label)
        axes.scatter(table["confidence"], table["accuracy"], 8 + 260 * share, f"C{colour}")
    axes.set(xlabel="confidence", ylabel="share of right pixels", xlim=(0.1, 1), ylim=(0, 1.02))
    axes.legend(frameon=False, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    errors = ", ".join(f"{name} {100 * calibration_error(t):.1f} %" for name, t in tables.items())
    describe(axes, "Reliability diagram: share of right pixels over confidence, beside the "
             f"diagonal where they are equal. Expected calibration error: {errors}.")  # fmt: skip


def show_reject_curve(curve: pd.DataFrame, title: str = "") -> None:
    """Draw a `calibration.reject_curve`: what is left unmapped against what is right."""
    _, axes = plt.subplots(figsize=(5.6, 3.4), layout="constrained")
    axes.plot(100 * (1 - curve["mapped"]), 100 * curve["OA"], color="C0")
    axes.set(xlabel="left unmapped, % of the labelled pixels", ylabel="OA of the rest, %")
    axes.set_title(title, fontsize=10)
    first, last = curve.sort_values("mapped", ascending=False)["OA"].iloc[[0, -1]] * 100
    describe(axes, "Line: overall accuracy of the rest over the share of labelled pixels left "
             f"unmapped. It runs from {first:.1f} % with all mapped to {last:.1f} %.")  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
