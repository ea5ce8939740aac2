"""Figures and tables of the results of training runs, as chapters 4 and 6 show them."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from s2kit.accuracy.intervals import independent_interval
from s2kit.cartography.alternative import describe
from s2kit.errors import S2kitError
from s2kit.experiments.plan import FOLDER, of_groups, plan_table, read_plan
from s2kit.experiments.table import read_curves, read_runs

SETTING = r"learning rate (?P<rate>\S+), weight decay (?P<decay>\S+)"


def results(group: str) -> pd.DataFrame:
    """Return the finished runs of a group of the plan, in its order.

    Returns
    -------
    DataFrame
        One row per run and scene scored: ``row``, its name in the plan, ``run``, its name in the
        results, and ``command``, what to type to run it; then the columns of `table.read_runs`.

    Raises
    ------
    S2kitError
        If the plan has no such group, or a table cannot be read.

    Examples
    --------
    >>> results("long").query("role == 'test'")[["row", "pixel_OA"]].head(2)
          row  pixel_OA
    1  seed 0     97.64
    3  seed 1     97.79
    """
    planned = plan_table(of_groups(read_plan(FOLDER), (group,)))
    return planned.drop(columns="group").merge(read_runs(FOLDER), on="run", how="inner")


def compared(group: str) -> pd.DataFrame:
    """Return pixel OA and mean F1 of a group's runs, per cent, on the scenes they left out.

    Returns
    -------
    DataFrame
        One row per run, by its name; columns ("validation", "OA"), ("validation", "F1") and the
        same for "held out".
    """
    runs, columns = results(group), {}
    for role in ("validation", "held out"):
        scored = runs[runs["role"] == role].set_index("row").rename_axis(None)
        columns[role, "OA"], columns[role, "F1"] = scored["pixel_OA"], scored["mean_F1"]
    return pd.DataFrame(columns)


def stored_curve(run: str) -> pd.DataFrame:
    """Return the history of a stored run, as `s2kit.network.training.train` returns one.

    Parameters
    ----------
    run
        Its name in the results.

    Raises
    ------
    S2kitError
        If no such run is stored.

    Examples
    --------
    >>> len(stored_curve("short test"))
    25
    """
    curves = read_curves(FOLDER)
    history = curves[curves["run"] == run].drop(columns="run").set_index("epoch")
    if history.empty:
        raise S2kitError(f"no curve of a run {run!r} is stored; see python -m s2kit search --list")
    return history


def final_scores(group: str) -> pd.DataFrame:
    """Return how a group's runs do on the test scene, in per cent, and the seconds they took.

    Returns
    -------
    DataFrame
        One row per run, by its name; columns pixel OA, object OA, seconds.
    """
    runs = results(group).query("role == 'test'").set_index("row").rename_axis(None)
    named = {"pixel_OA": "pixel OA", "object_OA": "object OA", "seconds": "seconds"}
    return runs[list(named)].rename(columns=named)


def by_place() -> pd.DataFrame:
    """Return what is left of the accuracy where no label of the place was seen on any date.

    Returns
    -------
    DataFrame
        Per cent on the test scene; columns pixel OA and object OA of each method. The first row
        is what a date left out tells (of the U-Net the mean over its seeds), the last one what a
        place left out tells as well: four runs, each tested where its labels were held back,
        taken together.
    """
    runs = results("blocks").query("role == 'test'")
    runs = runs.join(runs["row"].str.extract(r"(?P<method>.+), (?P<place>block \d) left out"))
    everywhere = {
        "U-Net": final_scores("short").mean(),
        "random forest": final_scores("baselines").iloc[0],
    }
    columns = {}
    for method, of_method in runs.groupby("method", sort=False):
        parts = of_method.set_index("place")
        for kind, weight in (("pixel", "pixels"), ("object", "objects")):
            right = parts[f"{kind}_OA"] * parts[weight]
            columns[method, f"{kind} OA"] = pd.concat(
                [
                    pd.Series({"date left out": everywhere[str(method)][f"{kind} OA"]}),
                    parts[f"{kind}_OA"].rename("{} left out".format),
                    pd.Series({"date and place left out": right.sum() / parts[weight].sum()}),
                ]
            )
    return pd.DataFrame(columns)


def by_buffer() -> pd.DataFrame:
    """Return what a strip without labels around the place left out costs, in per cent.

    Returns
    -------
    DataFrame
        Test scores of four quarters taken together, without and with the strip; columns pixel OA,
        object OA, and the ends of the 95 % interval of object OA (polygons as if independent).
    """
    runs = results("buffer").query("role == 'test'")
    named = runs["row"].str.extract(r"(?P<method>[^,]+), block \d left out(?P<strip>, buffer)?")
    quarters = named.groupby(["method", named["strip"].notna()])["method"].transform("size")
    runs = runs.assign(
        method=named["method"] + quarters.map(", {} of 4 quarters".format),
        strip=named["strip"].notna().map({False: "no buffer", True: "buffer of 100 pixels"}),
    )
    rows = {}
    for which, parts in runs.groupby(["method", "strip"], sort=False):
        objects = int(parts["objects"].sum())
        right = round(float((parts["object_OA"] * parts["objects"]).sum()) / 100)
        ends = independent_interval(right, objects)
        rows[which] = {
            "pixel OA": (parts["pixel_OA"] * parts["pixels"]).sum() / parts["pixels"].sum(),
            "object OA": 100 * ends.estimate,
            "from": 100 * ends.low,
            "to": 100 * ends.high,
            "polygons": objects,
        }
    return pd.DataFrame(rows).T.rename_axis([None, None])


def show_search() -> Figure:
    """Draw the search over learning rate and weight decay: loss and accuracy per epoch.

    The layout of the paper's Figure 4: one column per learning rate, one line per weight decay;
    training loss, validation loss and validation accuracy below one another.
    """
    plan = plan_table(of_groups(read_plan(FOLDER), ("search",)))
    plan = plan.join(plan["row"].str.extract(SETTING))
    curves = read_curves(FOLDER).merge(plan, on="run")
    rates = sorted(curves["rate"].unique(), key=float)
    figure, axes = plt.subplots(
        3, len(rates), figsize=(3.2 * len(rates), 6.5), sharex=True, sharey="row", squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for column, rate in enumerate(rates):
        at_rate = curves[curves["rate"] == rate]
        for decay in sorted(at_rate["decay"].unique(), key=float):
            run = at_rate[at_rate["decay"] == decay]
            axes[0, column].plot(run["epoch"], run["loss"], label=f"weight decay {decay}")
            axes[1, column].plot(run["epoch"], run["validation_loss"])
            axes[2, column].plot(run["epoch"], 100 * run["validation_OA"])
        axes[0, column].set_title(f"learning rate {rate}", fontsize=10)
        axes[2, column].set_xlabel("epoch")
    axes[0, 0].set_ylabel("training loss")
    axes[1, 0].set_ylabel("validation loss")
    axes[2, 0].set_ylabel("validation OA, %")
    for panel in axes.flat:
        panel.spines[["top", "right"]].set_visible(False)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    best = curves.iloc[int(curves["validation_OA"].argmax())]
    describe(figure, "Losses and validation accuracy per epoch, a column per learning rate "
             f"({', '.join(rates)}) and a line per weight decay. The highest validation accuracy, "
             f"{100 * best['validation_OA']:.1f} %, comes with learning rate {best['rate']} and "
             f"weight decay {best['decay']}.")  # fmt: skip
    return figure
