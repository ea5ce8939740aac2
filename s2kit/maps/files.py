"""Class maps as files that QGIS and GDAL open with the classes' names and colours.

A map is three files: ``MAP.tif`` (cloud-optimised: codes, colour table, attribution),
``MAP.tif.aux.xml`` (GDAL's persistent auxiliary metadata: category names and a raster attribute
table, read by GDAL and by QGIS from 3.30 on) and ``MAP.qml`` (the layer style that any QGIS 3
applies on opening). An image beside it, of confidence or applicability, has a style of its own.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rioxarray  # noqa: F401 - gives arrays their .rio
import xarray as xr

from s2kit.cartography.attribute_table import attribute_table_xml
from s2kit.cartography.palette import colour_table
from s2kit.cartography.qgis_styles import class_map_qml
from s2kit.errors import S2kitError, S2kitWarning
from s2kit.maps.cog import Pieces, write_cog
from s2kit.maps.layers import CONFIDENCE, Layer
from s2kit.maps.provenance import provenance_attributes, provenance_tags
from s2kit.scenes.arguments import require_raster
from s2kit.scenes.codes import read_codes
from s2kit.scenes.files import open_dataset
from s2kit.scenes.nomenclature import NO_DATA, PAPER, TAG, Nomenclature, nomenclature_of
from s2kit.scenes.raster import ATTRIBUTES
from s2kit.scenes.writer import replacing_all

CODES = "codes"
"""Name of the class codes among what a window holds."""

Windows = Callable[[], Iterable[tuple[tuple[slice, slice], Mapping[str, npt.NDArray[Any]]]]]
"""Gives rows and columns of windows that tile an image, and by name what is in them."""

OURS = "<!-- written by s2kit -->"
"""Marks a layer style that may be replaced: one that was made in QGIS stays."""


def write_class_map(
    path: Path | str,
    class_map: xr.DataArray,
    tags: Mapping[str, str] | None = None,
    layers: Sequence[tuple[Path | str, Layer, xr.DataArray]] = (),
) -> None:
    """Write a class map as cloud-optimised GeoTIFF with names and colours (see the module).

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
    images = {CODES: _checked_codes(class_map, classes)}
    images |= {layer.name: _counts(to, layer, image).values for to, layer, image in layers}
    whole = (slice(0, class_map.sizes["y"]), slice(0, class_map.sizes["x"]))
    kinds = [(Path(to), layer) for to, layer, _ in layers]
    write_windows(path, class_map, classes, lambda: [(whole, images)], kinds, tags or {})


def write_windows(
    path: Path,
    grid: xr.DataArray,
    classes: Nomenclature,
    windows: Windows,
    layers: Sequence[tuple[Path, Layer]] = (),
    tags: Mapping[str, str] | None = None,
    more: Mapping[Path, Callable[[Path, Path], object]] | None = None,
) -> None:
    """Write a class map that comes window by window, and what else is known of its pixels.

    Parameters
    ----------
    path
        As for `write_class_map`.
    grid
        An image (y, x) with CRS, coordinates, name and attributes; its values are not looked at.
    classes
        What the codes mean.
    windows
        Gives rows and columns of windows that tile the image, and by name what is in them:
        `CODES`, and the counts of each layer. It is called twice for each file.
    layers
        Where the counts go, and what they are.
    tags
        Further tags of the map.
    more
        Further files that appear together with the map. Each is written by a function that is
        given its temporary name and that of the finished map.
    """
    texts = {path.with_name(path.name + ".aux.xml"): attribute_table_xml(classes)}
    styles = {style_of(path): class_map_qml(classes)}
    styles |= {style_of(to): layer.style for to, layer in layers}
    texts |= {to: f"{style}{OURS}\n" for to, style in styles.items() if _may_style(to)}
    more = more or {}
    with replacing_all([*texts, *(to for to, _ in layers), *more, path]) as (*companions, part):
        _write_codes(part, grid, classes, windows, tags or {})
        for to, text in zip(companions, texts.values(), strict=False):
            to.write_text(text, encoding="utf-8")
        rest = companions[len(texts) :]
        for to, (_, layer) in zip(rest, layers, strict=False):
            _write_counts(to, layer, grid, windows)
        for to, write in zip(rest[len(layers) :], more.values(), strict=True):
            write(to, part)
        for to in (path, *(to for to, _ in layers)):
            _forget_pyramids(to)


def _write_codes(
    part: Path,
    grid: xr.DataArray,
    classes: Nomenclature,
    windows: Windows,
    tags: Mapping[str, str],
) -> None:
    own = {} if classes == PAPER else {TAG: classes.to_json()}
    description = "land cover class, " + ", ".join(f"{c.code} {c.name}" for c in classes.classes)

    def describe(target: Any) -> None:
        target.write_colormap(1, colour_table(classes))
        target.set_band_description(1, "land cover class")
        target.update_tags(**_scene_tags(grid), TIFFTAG_IMAGEDESCRIPTION=description)
        target.update_tags(**provenance_tags(grid.attrs), **own, **tags)

    write_cog(part, grid, _only(windows, CODES), "uint8", NO_DATA, describe, "mode")


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
    """Write a confidence image as cloud-optimised GeoTIFF: uint8 per cent, 0 = no data.

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
    whole = (slice(0, counts.sizes["y"]), slice(0, counts.sizes["x"]))
    to = Path(path)
    style = [style_of(to)] if _may_style(style_of(to)) else []
    with replacing_all([*style, to]) as (*styles, part):
        images = {CONFIDENCE.name: counts.values}
        _write_counts(part, CONFIDENCE, confidence, lambda: [(whole, images)])
        for each in styles:
            each.write_text(f"{CONFIDENCE.style}{OURS}\n", encoding="utf-8")
        _forget_pyramids(to)


def _counts(path: Path | str, layer: Layer, image: xr.DataArray) -> xr.DataArray:
    """Check an image; return its counts."""
    _check_target(Path(path), image)
    return layer.counts(image)


def _write_counts(part: Path, layer: Layer, grid: xr.DataArray, windows: Windows) -> None:
    def describe(target: Any) -> None:
        target.scales = (layer.step,)
        target.set_band_description(1, layer.description)
        target.update_tags(**_scene_tags(grid))

    pieces = _only(windows, layer.name)
    write_cog(part, grid, pieces, layer.dtype, layer.no_data, describe, "average")


def _only(windows: Windows, name: str) -> Pieces:
    return lambda: ((window, images[name]) for window, images in windows())


def map_files(path: Path) -> list[Path]:
    """Return the files of a class map: the GeoTIFF and its two companions."""
    return [path, path.with_name(path.name + ".aux.xml"), style_of(path)]


def style_of(path: Path) -> Path:
    """Return where QGIS looks for the style of a file."""
    return path.with_suffix(".qml")


def _may_style(style: Path) -> bool:
    """Tell whether a style may be written; one that somebody else made stays, with a warning."""
    if not style.exists():
        return True
    text = style.read_text(encoding="utf-8", errors="replace")
    if OURS in text:
        return True
    warnings.warn(
        f"{style} was not written by s2kit and stays as it is; delete it to see the layer in "
        "s2kit's colours",
        S2kitWarning,
        stacklevel=4,
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
