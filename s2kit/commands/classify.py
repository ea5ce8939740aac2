"""``python -m s2kit classify``: a class map of one image."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import torch

from s2kit.catalogue.one_grid import files_of, open_any
from s2kit.commands.classify_list import classify_list
from s2kit.commands.cluster_options import cluster_options
from s2kit.commands.options import bands_option, offset_option
from s2kit.commands.progress import Progress
from s2kit.errors import S2kitError
from s2kit.maps.applicability import reference, told
from s2kit.maps.areas import area_lines, class_areas
from s2kit.maps.engines import ENGINES
from s2kit.maps.files import check_map_path, map_files, style_of
from s2kit.maps.memory import give_memory_back, usable_cores, window_memory
from s2kit.maps.provenance import map_statistics
from s2kit.maps.scene_list import Folders, is_list
from s2kit.maps.streamed import EIGHT_LOOKS, Outputs, Settings, classify_file
from s2kit.network.scaling import TYPICAL
from s2kit.network.weights import load_network
from s2kit.scenes.files import open_raster
from s2kit.scenes.scene_file import SceneFile
from s2kit.scenes.statistics import ImageStatistics
from s2kit.scenes.writer import check_outputs

PATH = click.Path(path_type=Path)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit classify strzegom_20230709_33u.tif --out map.tif
  python -m s2kit classify image.tif --offset 1000 --weights my.safetensors \\
      --out map.tif --confidence confidence.tif
  python -m s2kit classify piece.tif --statistics whole.tif --out piece_map.tif
  python -m s2kit classify patch.tif --statistics typical --out patch_map.tif
  python -m s2kit classify tile.SAFE --out map.tif --areas areas.csv --polygons fields.gpkg
  python -m s2kit classify scenes.csv --out maps --confidence confidences --workers 4

Exit codes: 0 done, 1 an image or weights that cannot be used, 2 wrong usage."""
)
@click.argument("image", metavar="IMAGE", type=PATH)
@click.option(
    "--out",
    metavar="MAP.tif",
    type=PATH,
    required=True,
    help="The map to write; of a list, the folder of maps.",
)
@click.option(
    "--weights",
    metavar="FILE",
    type=PATH,
    help="As train writes them; or portable, strzegom or simulated, which come with s2kit. "
    "Default: portable, made for places that nobody has labelled.",
)
@click.option(
    "--statistics",
    "statistics_from",
    metavar="FROM",
    type=PATH,
    help="For a piece of an image: scale it by the mean and deviation of the bands of the whole, "
    "from the whole image or from a class map of it. The word typical takes those of farming "
    "country through the year: a class then depends on nothing but its surroundings, and on the "
    "light. Default: those of IMAGE itself.",
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
    default=None,
    help="Test-time augmentation: the mean of eight looks, rotations and reflections; without it "
    "one look, eight times as fast. Default: eight up to 4 megapixels, one above.",
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
@click.option(
    "--areas", metavar="FILE.csv", type=PATH, help="Also write the area of each class in hectares."
)
@click.option(
    "--polygons",
    metavar="FILE.gpkg",
    type=PATH,
    help="Also write the map as polygons, the small ones dissolved.",
)
@click.option(
    "--min-area",
    metavar="HECTARES",
    type=click.FloatRange(min=0),
    default=0.5,
    show_default=True,
    help="The smallest polygon of --polygons; smaller areas join their largest neighbour.",
)
@click.option(
    "--threads",
    metavar="N",
    type=click.IntRange(min=1),
    help="Cores to compute with. Default: all that this process may use.",
)
@cluster_options("Map the scenes of a list")
def classify(
    image: Path,
    out: Path,
    weights: Path | None,
    statistics_from: Path | None,
    offset: str | None,
    bands: str | None,
    engine: str,
    turns: bool | None,
    confidence: Path | None,
    unlike_out: Path | None,
    areas: Path | None,
    polygons: Path | None,
    min_area: float,
    threads: int | None,
    workers: int | None,
    cluster: str | None,
) -> None:
    """Map land cover classes of a ten-band image.

    The classes are those that the weights carry, the ten of the paper by default.

    IMAGE is a GeoTIFF with the bands B02 B03 B04 B05 B06 B07 B08 B8A B11 B12 at 10 m: digital
    numbers of Sentinel-2 Level-2A, or reflectance as floating point numbers. Bands are found by
    their names; without names they must be ten, in this order, or as --bands says. A Level-2A
    product (.SAFE folder or zip) or the file of a STAC item is read as it is, clouds included. The
    map opens in QGIS with the classes' names and colours.

    A whole tile takes less than 2 GB of memory. A run that was stopped goes on if typed again.

    IMAGE may be a list of scenes: a CSV with the column image (and name, offset), a text file of
    paths, or a folder. Then all outputs are folders, and a ledger.csv among the maps tells what
    was made of what; run again, only what is missing is mapped.
    """
    if is_list(image):
        shared = _statistics(statistics_from, offset, bands) if statistics_from else None
        settings = Settings(engine, turns, window_memory())
        folders = Folders(out, confidence, unlike_out, areas, polygons, min_area)
        classify_list(
            image, folders, str(weights or "portable"), settings, shared, offset, bands, threads,
            workers, cluster,
        )  # fmt: skip
        return
    if workers or cluster:
        raise S2kitError(
            "--workers and --cluster map the scenes of a list; name a CSV, a text file or a folder"
        )
    check_map_path(out)
    layers = list(filter(None, (confidence, unlike_out)))
    for path in layers:
        check_map_path(path)
    for file, ending in ((areas, ".csv"), (polygons, ".gpkg")):
        if file is not None and file.suffix.lower() != ending:
            raise S2kitError(f"{file} must end in {ending}")
    more = [*layers, *filter(None, (areas, polygons))]
    inputs = [path for path in (weights, statistics_from) if path is not None]
    check_outputs([*map_files(out), *more, *map(style_of, layers)], [*files_of(image), *inputs])
    give_memory_back()
    network = load_network(weights or "portable")
    if unlike_out:
        reference(network)
    torch.set_num_threads(min(threads or torch.get_num_threads(), usable_cores()))
    statistics = _statistics(statistics_from, offset, bands) if statistics_from else None
    settings = Settings(engine, turns, window_memory())
    outputs = Outputs(out, confidence, unlike_out, areas, polygons, min_area)
    with _opened(image, offset, bands) as scene:
        height, width = scene.shape
        click.echo(_looks(settings, height * width))
        mapped = classify_file(
            network, scene, outputs, settings, statistics, _say, Progress(height * width)
        )
        for line in area_lines(class_areas(mapped.pixels, scene.grid, network.nomenclature)):
            click.echo(line)
    if mapped.unlike is not None:
        click.echo(told(mapped.unlike))
    click.echo(f"class map in {out}")


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _looks(settings: Settings, pixels: int) -> str:
    """Say how many looks are taken, and why."""
    if settings.turns is not None:
        return "eight looks (--turns)" if settings.turns else "one look (--no-turns)"
    size = f"{EIGHT_LOOKS / 1e6:.0f} megapixels"
    if settings.looks_turned(pixels):
        return f"eight looks, as the image has no more than {size} (--no-turns takes one)"
    return f"one look, as the image has more than {size} (--turns takes eight)"


def _statistics(source: Path, offset: str | None, bands: str | None) -> ImageStatistics:
    """Return typical statistics, those that a class map carries, or those of an image."""
    if str(source) == "typical":
        return TYPICAL
    if source.is_file() and source.suffix.lower() not in (".zip", ".json"):
        found = map_statistics(source)
        if found is not None:
            return found
        with open_raster(source) as file:
            if file.count == 1:
                raise S2kitError(
                    f"{source} carries no image statistics; for --statistics give a class map "
                    "that s2kit classify wrote, or the whole image"
                )
    with _opened(source, offset, bands) as scene:
        return scene.statistics


@contextmanager
def _opened(image: Path, offset: str | None, bands: str | None) -> Iterator[SceneFile]:
    """Open the image; say what was decided."""
    names = bands.split(",") if bands else None
    with open_any(
        image, int(offset) if offset else "auto", names, torch.get_num_threads()
    ) as scene:
        known = scene.grid.attrs
        if offset is None and "offset" in known:
            witness = "the file" if "the file says" in known["witness"] else "the darkest pixels"
            click.echo(f"offset {known['offset']}, decided by {witness} (--offset names it)")
        yield scene
