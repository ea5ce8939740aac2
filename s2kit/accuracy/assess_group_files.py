"""A class map and labels of another legend as files: opened, compared by groups, told in lines."""

from pathlib import Path

import numpy as np
import xarray as xr

from s2kit.accuracy.crosswalk import legend_of
from s2kit.accuracy.group_agreement import GroupAssessment, assess_groups
from s2kit.accuracy.map_tags import check_class_codes, training_warning
from s2kit.benchmarks.labels import is_mask
from s2kit.benchmarks.polygons import read_polygons
from s2kit.benchmarks.rasterise import pixels_of_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.codes import NO_CODE, read_codes, read_legend_codes
from s2kit.scenes.nomenclature import PAPER


def assess_group_files(
    map_file: Path | str, reference: Path | str, legend: str, label_column: str | None = None
) -> tuple[GroupAssessment, list[str]]:
    """Compare the class map of a file with labels of another legend, by groups of classes.

    Parameters
    ----------
    map_file
        A raster of the paper's class codes, for instance as `s2kit classify` writes it.
    reference
        A raster of the legend's codes on the map's grid, or polygons in any CRS.
    legend
        One of `s2kit.accuracy.crosswalk.legends`.
    label_column
        Column of the polygons' codes; found by itself where there is one candidate.

    Returns
    -------
    GroupAssessment
        As from `assess_groups`.
    list of str
        What a reader of the figures must know, one sentence each.

    Raises
    ------
    S2kitError
        If a file cannot be read, does not hold what it should, or both do not fit.
    """
    map_file, reference = Path(map_file), Path(reference)
    legend_of(legend)
    check_class_codes(map_file)
    class_map = read_codes(map_file, PAPER)
    notes = list(filter(None, [training_warning(map_file)]))
    if label_column is not None and is_mask(reference):
        raise S2kitError(
            f"--label {label_column}: {reference} is a raster and has no columns; drop it"
        )
    labels = read_legend_labels(reference, class_map, label_column)
    try:
        return assess_groups(class_map, labels, legend), notes
    except S2kitError as error:
        raise S2kitError(f"{reference}: {error}") from error


def read_legend_labels(
    path: Path, like: xr.DataArray, label_column: str | None = None
) -> xr.DataArray:
    """Return labels of any legend, of a raster or burnt from polygons: int32 (y, x), `NO_CODE`.

    Where polygons overlap the later row wins. Errors as `read_legend_codes` and `read_polygons`.
    """
    if is_mask(path):
        return read_legend_codes(path)
    polygons = read_polygons(path, label_column).to_crs(like.rio.crs)
    owner, pixel = pixels_of_polygons(polygons, like)
    layer = like if like.ndim == 2 else like.isel(band=0, drop=True)
    codes = np.full(layer.size, NO_CODE, np.int32)
    codes[pixel] = polygons.label.to_numpy(np.int32)[owner]
    labels: xr.DataArray = layer.copy(data=codes.reshape(layer.shape))
    return labels


def report(result: GroupAssessment) -> list[str]:
    """Return the lines of a report: agreement per group, confusion, what was left out."""
    lines = ["group      pixels  blocks  agreement  95 % interval (blocks)"]
    for group, row in result.agreement.iterrows():
        ends = "-" if np.isnan(row.low) else f"{100 * row.low:.1f} to {100 * row.high:.1f}"
        lines.append(
            f"{group:9s} {row.pixels:7.0f} {row.blocks:7.0f} {100 * row.agreement:9.1f}   {ends}"
        )
    lines += ["", "pixels, map in rows, reference in columns"]
    seen = result.matrix.loc[:, result.matrix.sum() > 0]
    lines += seen.to_string(index_names=False).splitlines()
    if result.left_out:
        told = ", ".join(f"{label} ({count})" for label, count in result.left_out.items())
        lines.append(f"left out, no such group: {told}")
    if result.unmapped:
        lines.append(f"left out: {result.unmapped} pixels without map data")
    return lines
