"""What polygons in a new place were worth: the stored learning curve of ``adapt``.

``adapting.csv`` is what ``python tests/speed/adapting.py`` writes: five drawings of 5, 10, 20 and
50 squares in two places, each for a network of the recipe ``portable`` that had not seen it.
"""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from s2kit.cartography.alternative import describe
from s2kit.experiments.plan import FOLDER

PLACES = {"vendsyssel_20171030": "Denmark, October", "temuco_20200408": "Chile, April"}

METHODS = {
    "adapted": ("network, adapted", "#1b6ca8", "o"),
    "random forest": ("random forest on the same polygons", "#b5651d", "s"),
}
"""Name in the legend, colour and marker."""


def stored_adapting() -> pd.DataFrame:
    """Return the scores of all drawings, per cent.

    Returns
    -------
    DataFrame
        columns place, polygons, seed, network ("before", "adapted", "random forest"); crops, trees,
        built and their mean: agreement with the place's labels outside the squares; home: pixel OA
        on the validation scene, NaN for the forest.

    Examples
    --------
    >>> stored_adapting().groupby("network").size().to_dict()
    {'adapted': 40, 'before': 40, 'random forest': 40}
    """
    return pd.read_csv(FOLDER / "adapting.csv")


def adapting_table() -> pd.DataFrame:
    """Return means over the drawings, per cent: rows place and polygons, columns scores.

    ``before`` and ``adapted`` are means of the three groups; ``from`` and ``to`` the worst and best
    drawing; then the change of each group, the forest, and what is left at home, at worst.
    """
    groups = ["crops", "trees", "built"]
    rows = {}
    for (place, number), drawings in stored_adapting().groupby(["place", "polygons"]):
        by = {name: part.set_index("seed") for name, part in drawings.groupby("network")}
        before, after = by["before"], by["adapted"]
        change = (after[groups] - before[groups]).mean().add_prefix("change of ")
        rows[PLACES[str(place)], number] = pd.Series(
            {
                "before": before["mean"].mean(),
                "adapted": after["mean"].mean(),
                "from": after["mean"].min(),
                "to": after["mean"].max(),
                **change,
                "forest": by["random forest"]["mean"].mean(),
                "home before": before["home"].mean(),
                "home": after["home"].mean(),
                "home, worst": after["home"].min(),
            }
        )
    table = pd.DataFrame(rows).T.round(1).rename_axis(["place", "polygons"])
    return table.loc[list(PLACES.values())]


def show_adapting() -> Figure:
    """Draw the learning curve: agreement by number of polygons, a dot for each drawing."""
    drawings = stored_adapting()
    figure, axes = plt.subplots(
        1, len(PLACES), figsize=(10.5, 3.9), sharey=True, layout="constrained"
    )
    told = []
    for panel, (place, title) in zip(axes, PLACES.items(), strict=True):
        here = drawings[drawings["place"] == place]
        numbers = sorted(here["polygons"].unique())
        at = {number: position for position, number in enumerate(numbers)}
        before = here.loc[here["network"] == "before", "mean"].mean()
        panel.axhline(before, color="grey", linestyle="--", label="network, before")
        for name, (label, colour, marker) in METHODS.items():
            own = here[here["network"] == name]
            panel.plot(own["polygons"].map(at), own["mean"], marker, color=colour, alpha=0.45)
            mean = own.groupby("polygons")["mean"].mean()
            panel.plot(range(len(numbers)), mean[numbers], color=colour, label=label)
            told.append(f"{title}, {label}: {', '.join(f'{v:.0f}' for v in mean[numbers])} %")
        panel.set_xticks(range(len(numbers)), [str(number) for number in numbers])
        panel.set(title=title, xlabel="polygons (squares of at most 9 × 9 pixels)", ylim=(30, 100))
        panel.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("mean agreement of three groups, %")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    describe(
        figure,
        "Mean agreement of crops, trees and buildings by number of polygons, "
        f"{', '.join(map(str, numbers))}; means of five drawings. {'. '.join(told)}.",
    )
    return figure
