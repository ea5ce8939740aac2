"""The picture that stands for the digitiser where no kernel runs."""

import io
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import shapely
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.path import Path

from s2kit.cartography.composite import false_colour
from s2kit.scenes.nomenclature import PAPER, Nomenclature
from s2kit.widgets.digitiser.drawing import Shape
from s2kit.widgets.viewer.windows import overview


def show_drawing(
    scene: xr.DataArray,
    shapes: Mapping[int, Shape],
    counts: Mapping[int, int],
    nomenclature: Nomenclature = PAPER,
) -> None:
    """Draw polygons over the false colour composite, and a bar of pixels for each class.

    Parameters
    ----------
    scene
        reflectance (band, y, x).
    shapes
        polygons by number, in the scene's CRS.
    counts
        class code → pixels.
    nomenclature
        the classes.
    """
    _, (ax, bars) = plt.subplots(
        1, 2, figsize=(8.2, 4.9), width_ratios=(3, 1.3), layout="constrained"
    )
    left, bottom, right, top = scene.rio.bounds(recalc=True)
    seen = overview(scene.sizes["y"], scene.sizes["x"]).of(scene)
    ax.imshow(false_colour(seen), extent=(left, right, bottom, top))
    _add_polygons(ax, [s for s in shapes.values() if not s.geometry.is_empty], nomenclature)
    ax.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[])
    ax.set_title(f"{scene.name or 'scene'}, {len(shapes)} polygons", loc="left", fontsize=9)
    classes = nomenclature.classes
    names = [f"{c.code}  {c.short}" for c in classes]
    values = [counts.get(c.code, 0) for c in classes]
    drawn = bars.barh(names, values, color=[c.colour for c in classes], edgecolor="#222222", lw=0.4)
    bars.bar_label(drawn, padding=3, fontsize=7)
    bars.invert_yaxis()
    bars.set_xlim(0, 1.25 * max(*values, 1))
    bars.set_title("pixels per class", loc="left", fontsize=9)
    bars.tick_params(labelsize=8, length=0)
    bars.set_xticks([])
    bars.spines[["top", "right", "bottom"]].set_visible(False)
    credit = str(scene.attrs.get("attribution", ""))
    ax.set_xlabel(credit, loc="right", fontsize=6.5, color="0.4", labelpad=4)


def picture_of_drawing(
    scene: xr.DataArray,
    shapes: Mapping[int, Shape],
    counts: Mapping[int, int],
    nomenclature: Nomenclature = PAPER,
) -> bytes:
    """Return `show_drawing` as the bytes of a JPEG."""
    with plt.ioff():
        show_drawing(scene, shapes, counts, nomenclature)
        figure = plt.gcf()
        target = io.BytesIO()
        figure.savefig(target, format="jpeg", dpi=110, pil_kwargs={"quality": 82})
        plt.close(figure)
    return target.getvalue()


def _add_polygons(ax: Axes, shapes: Sequence[Shape], nomenclature: Nomenclature) -> None:
    colours = [nomenclature[shape.label].colour for shape in shapes]
    outlines = [_outline(shape) for shape in shapes]
    ax.add_collection(PathCollection(outlines, facecolors=colours, edgecolors="none", alpha=0.45))
    for edges, width in (("white", 1.8), (colours, 1.1)):
        ax.add_collection(
            PathCollection(outlines, facecolors="none", edgecolors=edges, linewidths=width)
        )


def _outline(shape: Shape) -> Path:
    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(shape.geometry)
        if not part.is_empty
        for ring in (part.exterior, *part.interiors)
    ]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
