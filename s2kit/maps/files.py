"""Class maps as files that QGIS and GDAL open with the classes' names and colours.

A map is three files: ``MAP.tif`` (codes, colour table, attribution), ``MAP.tif.aux.xml`` (GDAL's
persistent auxiliary metadata: category names and a raster attribute table, read by GDAL and by
QGIS from 3.30 on) and ``MAP.qml`` (the layer style that any QGIS 3 applies on opening).
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.maps.legend_files import attribute_table_xml, layer_style_qml
from s2kit.maps.palette import COLOUR_TABLE
from s2kit.scenes.nomenclature import CLASSES, NO_DATA
from s2kit.scenes.raster import ATTRIBUTES, read_codes

CONFIDENCE_STEP = 0.01
"""One count of a confidence file: a hundredth, so the counts are per cent."""

CONFIDENCE_NO_DATA = 0
"""Free for "no data": the likeliest of ten classes never has less than a tenth."""


def write_class_map(
    path: Path | str, class_map: xr.DataArray, tags: Mapping[str, str] | None = None
) -> None:
    """Write a class map as GeoTIFF with names and colours (three files, see the module).

    Parameters
    ----------
    path
        The GeoTIFF to write (``.tif``); folders are made. It is written under a temporary name
        and renamed, after its two companions: a map is never there without its legend.
    class_map
        Integer codes (y, x), 0 = no data, 1 to 10, with CRS and transform. Its name and the
        attributes date, area, source and attribution become tags.
    tags
        Further tags, for instance which weights made the map.

    Raises
    ------
    S2kitError
        If the map has other dimensions or codes, no CRS, or the path is no ``.tif``.
    """
    path = Path(path)
    _check_target(path, class_map)
    codes = _checked_codes(class_map.values, str(class_map.name or "the class map"))
    description = "land cover class, " + ", ".join(f"{c.code} {c.name}" for c in CLASSES)
    with _replaced(path) as part, _create(part, class_map, NO_DATA) as target:
        target.write(codes, 1)
        target.write_colormap(1, COLOUR_TABLE)
        target.set_band_description(1, "land cover class")
        target.update_tags(**_scene_tags(class_map), TIFFTAG_IMAGEDESCRIPTION=description)
        target.update_tags(**dict(tags or {}))
        _write_text(path.with_name(path.name + ".aux.xml"), attribute_table_xml())
        _write_text(path.with_suffix(".qml"), layer_style_qml())


def read_class_map(path: Path | str) -> xr.DataArray:
    """Read a class map: uint8 codes (y, x) with CRS, 0 = no data.

    What :func:`s2kit.scenes.raster.read_codes` accepts, it accepts; the name and the attributes
    that :func:`write_class_map` stored as tags come back too.

    Raises
    ------
    S2kitError
        If the file cannot be read, has several bands, other values than 0 to 10 or no CRS.
    """
    codes = read_codes(path)
    with rasterio.open(path) as file:
        tags = file.tags()
    attributes = {key: tags[key] for key in ATTRIBUTES if key in tags}
    return codes.assign_attrs(attributes).rename(tags.get("scene", codes.name))


def write_confidence(path: Path | str, confidence: xr.DataArray) -> None:
    """Write a confidence image as GeoTIFF: uint8 per cent, 0 = no data.

    A hundredth is finer than a probability from a softmax deserves, and a quarter of the size
    of float32. The band's scale (0.01) is stored: QGIS shows 0 to 1, and
    ``rioxarray.open_rasterio(path, mask_and_scale=True)`` gives 0 to 1 with NaN.

    Parameters
    ----------
    path
        The GeoTIFF to write (``.tif``), under a temporary name and renamed.
    confidence
        Probability of the mapped class (y, x), 0 to 1, NaN = no data, with CRS and transform.

    Raises
    ------
    S2kitError
        If it has other dimensions or values, no CRS, or the path is no ``.tif``.
    """
    path = Path(path)
    _check_target(path, confidence)
    low, high = float(confidence.min()), float(confidence.max())
    if low < 0 or high > 1:
        raise S2kitError(f"confidence runs from {low:.3g} to {high:.3g}; give probabilities 0 to 1")
    counts = np.rint(np.nan_to_num(confidence.values) / CONFIDENCE_STEP).astype(np.uint8)
    with _replaced(path) as part, _create(part, confidence, CONFIDENCE_NO_DATA) as target:
        target.write(counts, 1)
        target.scales = (CONFIDENCE_STEP,)
        target.set_band_description(1, "probability of the mapped class")
        target.update_tags(**_scene_tags(confidence))


def check_map_path(path: Path) -> None:
    """Check a path before the work is done: S2kitError if it does not end in .tif."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise S2kitError(f"{path} must end in .tif: maps are written as GeoTIFF")


def _check_target(path: Path, image: xr.DataArray) -> None:
    check_map_path(path)
    if image.dims != ("y", "x"):
        raise S2kitError(f"a map has the dimensions (y, x), got {image.dims}; select one layer")
    if image.rio.crs is None:
        raise S2kitError(f"the map for {path} has no CRS; assign it with .rio.write_crs(…)")


def _checked_codes(values: np.ndarray[Any, Any], where: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    wrong = np.setdiff1d(values, list(COLOUR_TABLE))
    if wrong.size:
        shown = ", ".join(f"{value:g}" for value in wrong[:5])
        raise S2kitError(
            f"{where} holds {shown}{' …' if wrong.size > 5 else ''}; "
            f"class maps hold whole numbers 0 (no data) to {len(CLASSES)}: recode it"
        )
    return values.astype(np.uint8)


def _scene_tags(image: xr.DataArray) -> dict[str, str]:
    tags = {key: str(image.attrs[key]) for key in ATTRIBUTES if key in image.attrs}
    return tags if image.name is None else {"scene": str(image.name), **tags}


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` that takes its place if all goes well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        # Pyramids built in QGIS for the map of before would be shown instead of the new one.
        path.with_name(path.name + ".ovr").unlink(missing_ok=True)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _write_text(path: Path, text: str) -> None:
    with _replaced(path) as part:
        part.write_text(text, encoding="utf-8")


def _create(part: Path, like: xr.DataArray, no_data: int) -> Any:
    height, width = like.shape
    return rasterio.open(
        part,
        "w",
        driver="GTiff",
        height=height,
        width=width,
        count=1,
        dtype="uint8",
        crs=like.rio.crs,
        transform=like.rio.transform(recalc=True),
        nodata=no_data,
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress="deflate",
    )
