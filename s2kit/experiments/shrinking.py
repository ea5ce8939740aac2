"""What is gained and lost as the statistics that scale an image are drawn to typical ones.

``shrinking.csv`` is what ``python tests/speed/shrinking.py`` writes, without and with ``--train``;
but the network of the recipe at a third is the one that comes with s2kit, which was not trained
again.
"""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from s2kit.cartography.alternative import describe
from s2kit.experiments.plan import FOLDER
from s2kit.network.scaling import SHRINKAGE

PANELS = {
    "strzegom": (
        "the same weights (strzegom)",
        ("cut-outs", "20 % darker", "home, OA", "trees elsewhere", "crops elsewhere"),
    ),
    "portable": (
        "trained for each share (portable)",
        ("cut-outs", "20 % darker", "home, OA", "home, mean F1"),
    ),
}
"""Title and lines of each panel, by network."""

LINES = {
    "cut-outs": (["cut-outs, own statistics"], "#1b6ca8", "o", "cut-outs keep their class"),
    "home, OA": (["home OA"], "black", "s", "home, OA"),
    "home, mean F1": (["home mean F1"], "#777777", "D", "home, mean F1"),
    "20 % darker": (["20 % darker"], "#b5651d", "v", "20 % darker: keep their class"),
    "trees elsewhere": (["Denmark trees", "Chile trees"], "#3a7d44", "^", "trees elsewhere"),
    "crops elsewhere": (["Denmark crops", "Chile crops"], "#c99a2e", "P", "crops elsewhere"),
}
"""Columns of which a line is the mean, its colour, marker and label."""


def stored_shrinking() -> pd.DataFrame:
    """Return the scores by network, seed and share of typical statistics, per cent.

    Returns
    -------
    DataFrame
        ``share``: 0, the image's own statistics, to 1, none of them; shares of pixels that keep
        their class, named as by `s2kit.experiments.invariance.invariance`; agreement by country
        and group, of networks that have not seen the places; accuracy on the validation date.

    Examples
    --------
    >>> sorted(stored_shrinking().network.unique())
    ['portable', 'strzegom']
    """
    return pd.read_csv(FOLDER / "shrinking.csv").sort_values(["network", "seed", "share"])


def show_shrinking() -> Figure:
    """Draw what the share of typical statistics does; the dashed line is what s2kit uses."""
    scores, told, lines = stored_shrinking(), [], {}
    figure, axes = plt.subplots(
        1, len(PANELS), figsize=(10.5, 4.2), sharey=True, layout="constrained"
    )
    for panel, (network, (title, names)) in zip(axes, PANELS.items(), strict=True):
        here = scores[scores["network"] == network].groupby("share").mean(numeric_only=True)
        panel.axvline(SHRINKAGE, color="grey", linestyle="--", linewidth=0.8)
        for name in names:
            columns, colour, marker, label = LINES[name]
            line = here[columns].mean(axis="columns")
            (lines[label],) = panel.plot(line.index, line, marker=marker, color=colour)
            told.append(f"{title}, {label}: {', '.join(f'{value:.0f}' for value in line)} %")
        panel.set(title=title, xlabel="share of typical statistics", ylim=(50, 100))
        panel.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("pixels, %")
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=3)
    describe(
        figure,
        "Scores by the share of typical statistics, from 0 to 1; the dashed line at a third is "
        f"what s2kit uses. {'. '.join(told)}.",
    )
    return figure
