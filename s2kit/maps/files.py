"""Class maps as files that QGIS and GDAL open with the classes' names and colours.

A map is three files: ``MAP.tif`` (codes, colour table, attribution), ``MAP.tif.aux.xml`` (GDAL's
persistent auxiliary metadata: category names and a raster attribute table, read by GDAL and by
QGIS from 3.30 on) and ``MAP.qml`` (the layer style that any QGIS 3 applies on opening).
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr

from s2kit.cartography.legend_files import attribute_table_xml, layer_style_qml
from s2kit.cartography.palette import colour_table
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.layers import CONFIDENCE, Layer
from s2kit.maps.provenance import provenance_attributes, provenance_tags
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.codes import read_codes
from s2kit.scenes.files import open_dataset
from s2kit.scenes.nomenclature import NO_DATA, PAPER, TAG, Nomenclature, nomenclature_of
from s2kit.scenes.raster import ATTRIBUTES
from s2kit.scenes.writer import check_written, replacing, replacing_all

OURS = "<!-- written by s2kit -->"
"""Marks a layer style that may be replaced: one that was made in QGIS stays."""


def write_class_map(
    path: Path | str,
    class_map: xr.DataArray,
    tags: Mapping[str, str] | None = None,
    layers: Sequence[tuple[Path | str, Layer, xr.DataArray]] = (),
) -> None:
    """Write a class map as GeoTIFF with names and colours (three files, see the module).

    Parameters
    ----------
    path
        The GeoTIFF to write (``.tif``); folders are made. It is written under a temporary name
        and renamed, after its two companions: a map is never there without its legend.
    class_map
        Integer class codes (y, x), 0 = no data, with CRS and transform. Its name, the attributes
        date, area, source and attribution, a nomenclature of its own, and what tells how it came
        about (see `s2kit.maps.provenance`) become tags.
    tags
        Further tags.
    layers
        Of what else is known of its pixels: where it goes, what it is (`s2kit.maps.layers`), and
        the image, as for :func:`write_confidence`. All appear together, so that a map never stands
        beside the confidence of another.

    Raises
    ------
    S2kitError
        If the map has other dimensions or codes, no CRS, or the path is no ``.tif``.
    """
    path = Path(path)
    _check_target(path, class_map)
    classes = nomenclature_of(class_map)
    codes = _checked_codes(class_map, classes)
    own = {} if classes == PAPER else {TAG: classes.to_json()}
    description = "land cover class, " + ", ".join(f"{c.code} {c.name}" for c in classes.classes)
    texts = {path.with_name(path.name + ".aux.xml"): attribute_table_xml(classes)}
    if _may_style(path.with_suffix(".qml")):
        texts[path.with_suffix(".qml")] = f"{layer_style_qml(classes)}{OURS}\n"
    counted = [(Path(to), layer, _counts(to, layer, image)) for to, layer, image in layers]
    with replacing_all([*texts, *(to for to, *_ in counted), path]) as (*companions, part):
        with rasterio.Env(), _create(part, codes, class_map, NO_DATA) as target:
            target.write(codes, 1)
            target.write_colormap(1, colour_table(classes))
            target.set_band_description(1, "land cover class")
            target.update_tags(**_scene_tags(class_map), TIFFTAG_IMAGEDESCRIPTION=description)
            target.update_tags(**provenance_tags(class_map.attrs), **own, **dict(tags or {}))
        check_written(part, codes)
        for companion, text in zip(companions, texts.values(), strict=False):
            companion.write_text(text, encoding="utf-8")
        for companion, (to, layer, counts) in zip(companions[len(texts) :], counted, strict=True):
            _write_counts(companion, layer, counts)
            _forget_pyramids(to)
        _forget_pyramids(path)


def read_class_map(path: Path | str, nomenclature: Nomenclature | None = None) -> xr.DataArray:
    """Read a class map: uint8 codes (y, x) with CRS and nomenclature, 0 = no data.

    What :func:`s2kit.scenes.codes.read_codes` accepts, it accepts; the name and the attributes
    that :func:`write_class_map` stored as tags come back too.

    Raises
    ------
    S2kitError
        If the file cannot be read, has several bands, no CRS, or other values than class codes.
    """
    codes = read_codes(path, nomenclature)
    with open_dataset(Path(path)) as file:
        tags = file.tags()
    attributes = {key: tags[key] for key in ATTRIBUTES if key in tags}
    attributes |= provenance_attributes(tags)
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
    counts = _counts(path, CONFIDENCE, confidence)
    with replacing(Path(path)) as part:
        _write_counts(part, CONFIDENCE, counts)
        _forget_pyramids(Path(path))


def _counts(path: Path | str, layer: Layer, image: xr.DataArray) -> xr.DataArray:
    """Check an image; return its counts."""
    _check_target(Path(path), image)
    return layer.counts(image)


def _write_counts(part: Path, layer: Layer, counts: xr.DataArray) -> None:
    with rasterio.Env(), _create(part, counts.values, counts, layer.no_data) as target:
        target.write(counts.values, 1)
        target.scales = (layer.step,)
        target.set_band_description(1, layer.description)
        target.update_tags(**_scene_tags(counts))
    check_written(part, counts.values)


def map_files(path: Path) -> list[Path]:
    """Return the files of a class map: the GeoTIFF and its two companions."""
    return [path, path.with_name(path.name + ".aux.xml"), path.with_suffix(".qml")]


def _may_style(style: Path) -> bool:
    """Tell whether a style may be written; one that somebody else made stays, with a warning."""
    if not style.exists():
        return True
    text = style.read_text(encoding="utf-8", errors="replace")
    if OURS in text or text == layer_style_qml():  # of before there was a mark
        return True
    warnings.warn(
        f"{style} was not written by s2kit and stays as it is; delete it to see the map in the "
        "classes' colours",
        S2kitWarning,
        stacklevel=3,
    )
    return False


def _forget_pyramids(path: Path) -> None:
    # Pyramids built in QGIS for the map of before would be shown instead of the new one.
    path.with_name(path.name + ".ovr").unlink(missing_ok=True)


def check_map_path(path: Path) -> None:
    """Check a path before the work is done: S2kitError if it does not end in .tif."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise S2kitError(f"{path} must end in .tif: maps are written as GeoTIFF")


def _check_target(path: Path, image: xr.DataArray) -> None:
    check_map_path(path)
    require_raster(image, "the map", ("y", "x"))
    if image.rio.crs is None:
        raise S2kitError(f"the map for {path} has no CRS; assign it with .rio.write_crs(…)")


def _checked_codes(
    class_map: xr.DataArray, classes: Nomenclature
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    classes.positions(class_map.values, str(class_map.name or "the class map"))
    return class_map.values.astype(np.uint8)


def _scene_tags(image: xr.DataArray) -> dict[str, str]:
    tags = {key: str(image.attrs[key]) for key in ATTRIBUTES if key in image.attrs}
    return tags if image.name is None else {"scene": str(image.name), **tags}


def _create(part: Path, values: np.ndarray[Any, Any], like: xr.DataArray, no_data: int) -> Any:
    height, width = values.shape
    return rasterio.open(
        part,
        "w",
        driver="GTiff",
        height=height,
        width=width,
        count=1,
        dtype=values.dtype.name,
        crs=like.rio.crs,
        transform=like.rio.transform(recalc=True),
        nodata=no_data,
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress="deflate",
    )
