"""A class map and its reference as files: opened, checked, compared."""

from pathlib import Path

import geopandas as gpd
import xarray as xr

from s2kit.accuracy.assess import Assessment, assess
from s2kit.accuracy.map_tags import check_class_codes, reference_warning, training_warning
from s2kit.accuracy.point_files import read_points
from s2kit.accuracy.sampled import SampledAssessment, assess_points
from s2kit.benchmarks.labels import is_mask
from s2kit.benchmarks.polygons import read_polygons
from s2kit.errors import S2kitError
from s2kit.scenes.codes import read_codes
from s2kit.scenes.nomenclature import Nomenclature, nomenclature_of

MOST_CONFLICTS = 5
"""Overlaps of polygons that are told one by one."""


def assess_files(
    map_file: Path | str,
    reference: Path | str,
    label_column: str | None = None,
    nomenclature: Nomenclature | None = None,
) -> tuple[Assessment, list[str]]:
    """Compare the class map of a file with the mask or the polygons of another.

    Parameters
    ----------
    map_file
        A raster of class codes, for instance as `s2kit classify` writes it.
    reference
        A mask on the map's grid, or polygons in any CRS.
    label_column
        Column of the polygons' class codes; found by itself where there is one candidate.
    nomenclature
        The classes; default: those that the map's file carries, else the ten of the paper.

    Returns
    -------
    Assessment
        As from `s2kit.accuracy.assess.assess`.
    list of str
        What a reader of the figures must know, one sentence each: that the map is of a scene its
        weights were trained on, that the reference is a network's map, that polygons were
        reprojected, which column the classes are from, which polygons overlap with different
        classes.

    Raises
    ------
    S2kitError
        If a file cannot be read, does not hold what it should, or both do not fit.
    """
    map_file, reference = Path(map_file), Path(reference)
    check_class_codes(map_file)
    if reference.exists() and reference.resolve() == map_file.resolve():
        raise S2kitError(f"{map_file} is compared with itself; give its reference")
    class_map = read_codes(map_file, nomenclature)
    warning = training_warning(map_file)
    notes = [] if warning is None else [warning]
    if is_mask(reference):
        if label_column is not None:
            raise S2kitError(
                f"--label {label_column}: {reference} is a mask and has no columns; drop it"
            )
        check_class_codes(reference)
        notes += filter(None, [reference_warning(reference)])
        return assess(class_map, read_codes(reference, nomenclature_of(class_map))), notes
    polygons = read_polygons(reference, label_column)
    about = polygons.attrs
    moved = _in_crs_of(class_map, polygons, notes)
    notes.append(f"classes from the column {about['label_column']} ({about['label_reason']})")
    result = assess(class_map, moved)
    notes += [f"warning: {conflict}" for conflict in result.conflicts[:MOST_CONFLICTS]]
    if len(result.conflicts) > MOST_CONFLICTS:
        notes.append(f"warning: {len(result.conflicts)} such overlaps in all")
    return result, notes


def _in_crs_of(
    class_map: xr.DataArray, polygons: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    """Return the polygons in the map's CRS, noting where that changes them."""
    if class_map.rio.crs is None or polygons.crs == class_map.rio.crs:
        return polygons
    target = class_map.rio.crs.to_string()
    notes.append(f"polygons reprojected from {polygons.crs.to_string()} to {target}")
    return polygons.to_crs(class_map.rio.crs)


def assess_point_files(
    map_file: Path | str, points: Path | str, nomenclature: Nomenclature | None = None
) -> tuple[SampledAssessment, list[str]]:
    """Estimate accuracy and areas of the map of a file from the labelled points of another.

    Parameters
    ----------
    map_file
        The raster of class codes that the points were drawn from.
    points
        As `python -m s2kit sample` writes them, labelled.
    nomenclature
        The classes; default as for `assess_files`.

    Returns
    -------
    SampledAssessment
        As from `s2kit.accuracy.sampled.assess_points`.
    list of str
        What a reader of the figures must know, one sentence each.

    Raises
    ------
    S2kitError
        If a file cannot be read, or the points are not of this map.
    """
    map_file, points = Path(map_file), Path(points)
    check_class_codes(map_file)
    class_map, sample = read_codes(map_file, nomenclature), read_points(points)
    notes = list(filter(None, [training_warning(map_file)]))
    try:
        result = assess_points(class_map, sample)
    except S2kitError as error:
        raise S2kitError(f"{points} with {map_file}: {error}") from error
    skipped = int(sample.skipped.sum())
    if skipped:
        notes.append(
            f"warning: {skipped} points were skipped; if they are the doubtful ones, the map is "
            "worse than the figures below say"
        )
    if result.labelled + skipped < result.drawn:
        notes.append(
            f"warning: {result.labelled} of {result.drawn} points are labelled; the figures below "
            "hold if the others were left out by chance"
        )
    if result.unsampled:
        codes = ", ".join(map(str, result.unsampled))
        notes.append(
            f"warning: no labelled point in mapped class {codes} "
            f"({100 * result.unsampled_share:.1f} % of the map), which is left out below"
        )
    few = result.classes.index[result.classes.points == 1]
    if len(few):
        notes.append(
            f"warning: one labelled point only in mapped class {', '.join(map(str, few))}; its "
            "accuracy is hardly known"
        )
    return result, notes
