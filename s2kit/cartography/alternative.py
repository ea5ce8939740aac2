"""Alternative texts: what a figure shows, in words, for readers who do not see it.

A function that draws a figure describes it; of what nobody has described, titles, axes and legends
are read out. Jupyter stores the text beside the picture (``output.metadata["image/png"]["alt"]``),
where the pages of nbconvert and of the book find it.
"""

import sys
import weakref

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of

_SAID: "weakref.WeakKeyDictionary[Artist, str]" = weakref.WeakKeyDictionary()

MENTIONED = 4
"""Classes of a map that are named, the largest first."""


def describe(artist: Axes | Figure, text: str) -> None:
    """Say in words what a panel or a whole figure shows."""
    _SAID[artist] = " ".join(text.split())


def alternative_text(figure: Figure) -> str:
    """Return what a figure shows: as described, or else as its titles, axes and legends say.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.subplots().set(title="Loss", xlabel="epoch", ylabel="cross-entropy")
    >>> alternative_text(figure)
    'Loss: cross-entropy over epoch.'
    >>> describe(figure, "Loss falls with the epochs.")
    >>> alternative_text(figure)
    'Loss falls with the epochs.'
    """
    if figure in _SAID:
        return _SAID[figure]
    # The heading of a map figure is its first text; what is small print comes later.
    headings = [figure.get_suptitle(), *(t.get_text() for t in figure.texts if _is_bold(t))]
    panels = (_panel(ax) for ax in figure.axes if ax.get_visible() and ax.axison)
    legends = [_entries(legend) for legend in figure.legends]
    parts = [part for part in dict.fromkeys([*headings, *panels, *legends]) if part]
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts) or "A figure."


def described_classes(class_map: xr.DataArray) -> str:
    """Return the largest classes of a map (y, x) in words, with their shares of what is mapped."""
    codes, counts = np.unique(class_map.to_numpy(), return_counts=True)
    found = sorted(
        ((count, code) for code, count in zip(codes, counts, strict=True) if code != NO_DATA),
        reverse=True,
    )
    if not found:
        return "no pixel has a class"
    classes, total = nomenclature_of(class_map), sum(count for count, _ in found)
    shares = [
        f"{classes[int(code)].short} {100 * count / total:.0f} %"
        for count, code in found[:MENTIONED]
    ]
    more = len(found) - MENTIONED
    return ", ".join(shares) + (f" and {more} more" if more > 0 else "")


def _panel(ax: Axes) -> str:
    """Return what a panel shows: its title, and its description or its axes and legend."""
    title = next((t for side in ("left", "center") if (t := ax.get_title(loc=side))), "")
    if ax in _SAID:
        return f"{title}: {_SAID[ax]}" if title else _SAID[ax]
    x, y = ax.get_xlabel(), ax.get_ylabel()
    axes = f"{y} over {x}" if x and y else x or y
    legend = ax.get_legend()
    said = "; ".join(part for part in (axes, _entries(legend) if legend else "") if part)
    return ": ".join(part for part in (title, said) if part)


def _entries(legend: object) -> str:
    return ", ".join(text.get_text() for text in legend.get_texts())  # type: ignore[attr-defined]


def _is_bold(text: object) -> bool:
    return text.get_fontweight() == "bold"  # type: ignore[attr-defined, no-any-return]


def _metadata(figure: Figure) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return no data and the alternative text as metadata: IPython draws the picture itself."""
    return {}, {"image/png": {"alt": alternative_text(figure)}}


def store_alternative_texts() -> None:
    """Have Jupyter store the alternative text of every figure; nothing outside of Jupyter."""
    if "IPython" not in sys.modules:
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None and shell.display_formatter is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Figure, _metadata)


store_alternative_texts()
