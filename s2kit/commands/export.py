"""``python -m s2kit export``: a network for other programs."""

from pathlib import Path

import click

from s2kit.commands.options import bands_option, offset_option
from s2kit.maps.onnx_file import export_onnx, tiles_of
from s2kit.network.weights import load_network

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit export --onnx network.onnx
  python -m s2kit export --onnx june.onnx --for-scene june.tif
  python -m s2kit export --onnx june_qgis.onnx --for-scene june.tif --deepness

Exit codes: 0 done, 1 an image or weights that cannot be used, 2 wrong usage."""
)
@click.option("--onnx", metavar="FILE.onnx", type=PATH, required=True, help="The file to write.")
@click.option(
    "--for-scene",
    metavar="IMAGE",
    type=PATH,
    help="Bake in offset, statistics and scaling of this image: the network then takes the "
    "numbers of its file, and gives no data and the classes.",
)
@click.option(
    "--deepness",
    is_flag=True,
    help="Fix height and width to one tile, as QGIS's plugin Deepness wants; needs --for-scene.",
)
@click.option(
    "--weights",
    metavar="FILE",
    type=PATH,
    help="As train writes them, or strzegom or simulated, which come with s2kit. "
    "Default: strzegom, from the real scenes.",
)
@offset_option
@bands_option
def export(
    onnx: Path,
    for_scene: Path | None,
    deepness: bool,
    weights: Path | None,
    offset: str | None,
    bands: str | None,
) -> None:
    """Write a trained network as an ONNX file.

    It gives probabilities at one look, as classify --no-turns does. Its input is divided by 255
    where --for-scene is given, because the QGIS plugin Deepness does that with every image. The
    metadata say the classes, their codes, the resolution, and how large tiles must be and how
    far they must overlap.
    """
    network = load_network(weights or "strzegom")
    export_onnx(
        onnx,
        network,
        for_scene,
        int(offset) if offset else "auto",
        bands.split(",") if bands else None,
        deepness,
    )
    tiles = tiles_of(network)
    size = f"{tiles.side} × {tiles.side} pixels" if deepness else "any size"
    click.echo(f"network for {size}, tiles of {tiles.side} overlap by {tiles.overlap} %, in {onnx}")
