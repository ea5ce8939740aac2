"""Figures of what one number hides: mean ACC, intervals, areas."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from s2kit.accuracy.intervals import Interval
from s2kit.accuracy.metrics import mean_acc, mean_metrics, overall_accuracy
from s2kit.cartography.alternative import describe
from s2kit.cartography.palette import ACCENT, INK, SAME
from s2kit.scenes.nomenclature import PAPER, Nomenclature


def show_mean_acc(matrices: Mapping[str, pd.DataFrame]) -> None:
    """Draw mean ACC over overall accuracy: a line per number of classes, a point per matrix.

    Parameters
    ----------
    matrices
        name → confusion matrix; classes that neither side has do not count.
    """
    _, axis = plt.subplots(figsize=(6.5, 4), layout="constrained")
    sizes = {_classes(matrix) for matrix in matrices.values()}
    for classes in sorted({2, 4, *sizes}):
        axis.plot([0, 100], [100 * mean_acc(0, classes), 100], color=INK, linewidth=0.8)
        above = classes == max({2, 4, *sizes})
        axis.annotate(f"K = {classes}", (20, 100 * mean_acc(0.2, classes)), fontsize=7,
                      xytext=(0, 3 if above else -3), va="bottom" if above else "top",
                      textcoords="offset points")  # fmt: skip
    said = []
    for (name, matrix), marker in zip(matrices.items(), "osD^", strict=False):
        oa, acc = 100 * overall_accuracy(matrix), 100 * float(mean_metrics(matrix).ACC)
        label = f"{name}: OA {oa:.1f}, mean ACC {acc:.1f}"
        said.append(label)
        axis.plot(oa, acc, marker, color=ACCENT, markersize=5, label=label)
    axis.set(xlabel="overall accuracy, %", ylabel="mean ACC, %", xlim=(0, 101), ylim=(0, 102))
    axis.legend(frameon=False, fontsize=8, loc="lower right")
    axis.spines[["top", "right"]].set_visible(False)
    describe(axis, "Mean ACC over overall accuracy. Straight lines, one per number of classes, "
             f"show that mean ACC is the higher one. {'; '.join(said)}.")  # fmt: skip


def _classes(matrix: pd.DataFrame) -> int:
    """Count the classes that the map or the reference has."""
    counts = matrix.to_numpy()
    return int(((counts.sum(axis=0) + counts.sum(axis=1)) > 0).sum())


def show_intervals(intervals: Mapping[str, Interval]) -> None:
    """Draw overall accuracies with their intervals, one row each, in per cent."""
    _, axis = plt.subplots(figsize=(7, 1 + 0.35 * len(intervals)), layout="constrained")
    for row, interval in enumerate(intervals.values()):
        axis.plot([100 * interval.low, 100 * interval.high], [row, row], color=INK, linewidth=2)
        axis.plot(100 * interval.estimate, row, "o", color=ACCENT)
    axis.set_yticks(range(len(intervals)), list(intervals), fontsize=8)
    axis.set(xlabel="overall accuracy, %, with its 95 % interval")
    axis.set_ylim(len(intervals) - 0.5, -0.5)
    rows = (
        f"{name} {100 * i.estimate:.1f} % ({100 * i.low:.1f} to {100 * i.high:.1f})"
        for name, i in intervals.items()
    )
    describe(axis, f"Overall accuracies with their 95 % intervals: {'; '.join(rows)}.")
    axis.spines[["top", "right"]].set_visible(False)


def show_areas(table: pd.DataFrame, nomenclature: Nomenclature = PAPER) -> None:
    """Draw mapped and corrected area per class.

    Parameters
    ----------
    table
        index: classes, all or some; columns mapped, corrected, low, high in hectares.
    nomenclature
        the classes' names.
    """
    _, axis = plt.subplots(figsize=(7, 3.6), layout="constrained")
    place = np.arange(len(table))
    names = [f"{code} {nomenclature[int(code)].short}" for code in table.index]
    axis.barh(place, table.mapped, height=0.6, color=SAME, label="counted on the map")
    ends = [table.corrected - table.low, table.high - table.corrected]
    axis.errorbar(table.corrected, place, xerr=np.maximum(ends, 0), fmt="o", color=ACCENT,
                  markersize=4, capsize=2, label="corrected for its errors, 95 %")  # fmt: skip
    axis.set_yticks(place, names, fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel("area, ha")
    rows = (
        f"{name} {row.mapped:.0f}, {row.corrected:.0f}"
        for name, row in zip(names, table.itertuples(), strict=True)
    )
    describe(axis, f"Area per class in ha, as counted and as corrected: {'; '.join(rows)}.")
    axis.legend(frameon=False, fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
