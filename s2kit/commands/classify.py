"""``python -m s2kit classify``: a class map of one image."""

from pathlib import Path

import click
import numpy as np
import rasterio
import xarray as xr

from s2kit.errors import S2kitError
from s2kit.maps.classify import classify as run
from s2kit.maps.engines import ENGINES
from s2kit.maps.files import check_map_path, write_class_map, write_confidence
from s2kit.network.weights import load_weights, shipped_weights
from s2kit.scenes.bands import BAND_NAMES
from s2kit.scenes.manifest import OFFSETS, PIXEL
from s2kit.scenes.nomenclature import CLASSES, NO_DATA
from s2kit.scenes.radiometry import check_offset
from s2kit.scenes.raster import read_scene

SAMPLE = 1000
"""Rows and columns of the sample whose dark pixels decide the offset."""

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit classify strzegom_20230709_33u.tif --out map.tif
  python -m s2kit classify image.tif --offset 1000 --weights my.safetensors \\
      --out map.tif --confidence confidence.tif

Exit codes: 0 done, 1 an image or weights that cannot be used, 2 wrong usage."""
)
@click.argument("image", metavar="IMAGE", type=PATH)
@click.option("--out", metavar="MAP.tif", type=PATH, required=True, help="The map to write.")
@click.option(
    "--weights",
    metavar="FILE",
    type=PATH,
    help="As train writes them. Default: the ones that come with s2kit, from the real scenes.",
)
@click.option(
    "--offset",
    type=click.Choice([str(offset) for offset in OFFSETS]),
    help="What the digital numbers carry on top of reflectance × 10 000: 1000 from processing "
    "baseline 04.00 on, 0 before. Default: decided by the darkest pixels.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="torch",
    show_default=True,
    help="What does the computing; openvino is a package of its own, faster on some CPUs.",
)
@click.option(
    "--turns/--no-turns",
    default=True,
    show_default=True,
    help="Look eight times, turned and mirrored, and average; without it, once and eight times "
    "as fast.",
)
@click.option(
    "--confidence", metavar="FILE.tif", type=PATH, help="Also write how sure it is, in per cent."
)
def classify(
    image: Path,
    out: Path,
    weights: Path | None,
    offset: str | None,
    engine: str,
    turns: bool,
    confidence: Path | None,
) -> None:
    """Map the ten classes of a ten-band image.

    IMAGE is a GeoTIFF with the bands B02 B03 B04 B05 B06 B07 B08 B8A B11 B12 at 10 m: digital
    numbers of Sentinel-2 Level-2A, or reflectance as floating point numbers. Bands are found by
    their names; without names they must be ten, in this order. The map opens in QGIS with the
    classes' names and colours.
    """
    _check_outputs(image, out, confidence)
    weights = weights or shipped_weights("authors")
    network, _ = load_weights(weights)
    scene = read_scene(image, int(offset) if offset else _decided_offset(image), BAND_NAMES)
    _check_pixel_size(image, scene)
    codes, sure = run(network, scene, engine=engine, turns=turns)
    write_class_map(out, codes, tags={"weights": weights.name})
    if confidence is not None:
        write_confidence(confidence, sure)
    for line in _areas(codes):
        click.echo(line)
    click.echo(f"class map in {out}")


def _check_outputs(image: Path, out: Path, confidence: Path | None) -> None:
    """Refuse outputs before the work, and outputs that would overwrite one another."""
    outputs = [path for path in (out, confidence) if path is not None]
    for path in outputs:
        check_map_path(path)
    resolved = [path.resolve() for path in (image, *outputs)]
    if len(set(resolved)) < len(resolved):
        raise S2kitError("image, map and confidence must be different files; rename the outputs")


def _check_pixel_size(image: Path, scene: xr.DataArray) -> None:
    """Refuse other pixel sizes: texture and width of roads are learnt in pixels of 10 m."""
    width, height = (abs(step) for step in scene.rio.resolution())
    if not np.allclose((width, height), PIXEL, rtol=1e-3):
        raise S2kitError(
            f"{image} has pixels of {width:g} × {height:g}, the network learnt from 10 m; "
            "resample it, for instance with gdalwarp -tr 10 10 onto a UTM grid"
        )


def _decided_offset(image: Path) -> int | None:
    """Return the one offset that the image's dark pixels allow; None for reflectance.

    Raises
    ------
    S2kitError
        If they allow both or neither.
    """
    try:
        with rasterio.open(image) as file:
            shape = (file.count, min(file.height, SAMPLE), min(file.width, SAMPLE))
            values = file.read(out_shape=shape)
    except rasterio.RasterioIOError as error:
        raise S2kitError(f"{image} is no readable raster ({error}); check the path") from error
    if np.issubdtype(values.dtype, np.floating):
        return None
    allowed = [offset for offset in OFFSETS if _is_allowed(values, offset)]
    if len(allowed) != 1:
        raise S2kitError(
            f"the darkest pixels of {image} do not tell whether 1000 was added to its digital "
            "numbers; look up its processing baseline and give --offset 0 (before 04.00) or 1000"
        )
    click.echo(f"offset {allowed[0]}, decided by the darkest pixels (--offset names it)")
    return allowed[0]


def _is_allowed(values: np.ndarray, offset: int) -> bool:
    try:
        check_offset(values, offset, "")
    except S2kitError:
        return False
    return True


def _areas(codes: xr.DataArray) -> list[str]:
    """Return one line per class: name, hectares and share of the mapped area."""
    width, height = codes.rio.resolution()
    hectares = np.bincount(codes.values.ravel(), minlength=len(CLASSES) + 1)
    hectares = hectares * abs(width * height) / 10_000
    mapped = hectares.sum() - hectares[NO_DATA]
    lines = [
        f"{c.code:2d}  {c.name:44s} {hectares[c.code]:10.1f} ha "
        f"{100 * hectares[c.code] / mapped if mapped else 0:5.1f} %"
        for c in CLASSES
    ]
    return [*lines, f" 0  {'no data':44s} {hectares[NO_DATA]:10.1f} ha"]
