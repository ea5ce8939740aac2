"""``python -m s2kit classify``: a class map of one image."""

from pathlib import Path

import click
import numpy as np
import xarray as xr

from s2kit.commands.options import bands_option, offset_option
from s2kit.errors import S2kitError
from s2kit.maps.applicability import applicability, reference, told, unlike_training
from s2kit.maps.classify import classify as run
from s2kit.maps.engines import ENGINES
from s2kit.maps.files import check_map_path, map_files, write_class_map
from s2kit.maps.layers import APPLICABILITY, CONFIDENCE
from s2kit.maps.provenance import map_statistics
from s2kit.network.weights import load_network
from s2kit.scenes.files import open_raster
from s2kit.scenes.nomenclature import NO_DATA, nomenclature_of
from s2kit.scenes.raster import read_scene
from s2kit.scenes.statistics import ImageStatistics, image_statistics
from s2kit.scenes.writer import check_outputs

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit classify strzegom_20230709_33u.tif --out map.tif
  python -m s2kit classify image.tif --offset 1000 --weights my.safetensors \\
      --out map.tif --confidence confidence.tif
  python -m s2kit classify piece.tif --statistics whole.tif --out piece_map.tif

Exit codes: 0 done, 1 an image or weights that cannot be used, 2 wrong usage."""
)
@click.argument("image", metavar="IMAGE", type=PATH)
@click.option("--out", metavar="MAP.tif", type=PATH, required=True, help="The map to write.")
@click.option(
    "--weights",
    metavar="FILE",
    type=PATH,
    help="As train writes them, or strzegom or simulated, which come with s2kit. "
    "Default: strzegom, from the real scenes.",
)
@click.option(
    "--statistics",
    "statistics_from",
    metavar="FROM",
    type=PATH,
    help="For a piece of an image: scale it by the mean and deviation of the bands of the whole, "
    "from the whole image or from a class map of it. Default: those of IMAGE itself.",
)
@offset_option
@bands_option
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
    help="Test-time augmentation: the mean of eight looks, rotations and reflections; without it "
    "one look, eight times as fast.",
)
@click.option(
    "--confidence", metavar="FILE.tif", type=PATH, help="Also write how sure it is, in per cent."
)
@click.option(
    "--applicability",
    "unlike_out",
    metavar="FILE.tif",
    type=PATH,
    help="Also write how unlike the training each pixel is (above 1: unlike all of it), and say "
    "how much of the image is.",
)
def classify(
    image: Path,
    out: Path,
    weights: Path | None,
    statistics_from: Path | None,
    offset: str | None,
    bands: str | None,
    engine: str,
    turns: bool,
    confidence: Path | None,
    unlike_out: Path | None,
) -> None:
    """Map land cover classes of a ten-band image.

    The classes are those that the weights carry, the ten of the paper by default.

    IMAGE is a GeoTIFF with the bands B02 B03 B04 B05 B06 B07 B08 B8A B11 B12 at 10 m: digital
    numbers of Sentinel-2 Level-2A, or reflectance as floating point numbers. Bands are found by
    their names; without names they must be ten, in this order, or as --bands says. The map
    opens in QGIS with the classes' names and colours.
    """
    more = list(filter(None, (confidence, unlike_out)))
    for path in (out, *more):
        check_map_path(path)
    inputs = [path for path in (image, weights, statistics_from) if path is not None]
    check_outputs([*map_files(out), *more], inputs)
    network = load_network(weights or "strzegom")
    if unlike_out:
        reference(network)
    scene = _read(image, offset, bands)
    statistics = _statistics(statistics_from, offset, bands) if statistics_from else None
    codes, sure = run(network, scene, statistics, engine=engine, turns=turns)
    lines, layers = _areas(codes), []
    if confidence:
        layers.append((confidence, CONFIDENCE, sure))
    if unlike_out:
        unlike = applicability(network, scene, statistics, engine=engine)
        layers.append((unlike_out, APPLICABILITY, unlike))
        lines.append(told(unlike_training(codes, unlike)))
    write_class_map(out, codes, layers=layers)
    for line in lines:
        click.echo(line)
    click.echo(f"class map in {out}")


def _statistics(source: Path, offset: str | None, bands: str | None) -> ImageStatistics:
    """Return the image statistics that a class map carries, or those of an image."""
    found = map_statistics(source)
    if found is not None:
        return found
    with open_raster(source) as file:
        if file.count == 1:
            raise S2kitError(
                f"{source} carries no image statistics; for --statistics give a class map that "
                "s2kit classify wrote, or the whole image"
            )
    return image_statistics(_read(source, offset, bands))


def _read(image: Path, offset: str | None, bands: str | None) -> xr.DataArray:
    """Read the image; say what was decided."""
    names = bands.split(",") if bands else None
    scene = read_scene(image, int(offset) if offset else "auto", names)
    if offset is None and "offset" in scene.attrs:
        witness = "the file" if "the file says" in scene.attrs["witness"] else "the darkest pixels"
        click.echo(f"offset {scene.attrs['offset']}, decided by {witness} (--offset names it)")
    return scene


def _areas(codes: xr.DataArray) -> list[str]:
    """Return one line per class: name, hectares and share of the mapped area."""
    classes = nomenclature_of(codes)
    width, height = codes.rio.resolution()
    hectares = np.bincount(codes.values.ravel(), minlength=classes.codes[-1] + 1)
    hectares = hectares * abs(width * height) / 10_000
    mapped = hectares.sum() - hectares[NO_DATA]
    lines = [
        f"{c.code:2d}  {c.name:44s} {hectares[c.code]:10.1f} ha "
        f"{100 * hectares[c.code] / mapped if mapped else 0:5.1f} %"
        for c in classes.classes
    ]
    return [*lines, f" 0  {'no data':44s} {hectares[NO_DATA]:10.1f} ha"]
