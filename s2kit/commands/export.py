"""``python -m s2kit export``: a network for other programs."""

import datetime
from pathlib import Path

import click

from s2kit.commands.options import bands_option, offset_option
from s2kit.maps.deepness import tiles_of
from s2kit.maps.onnx_file import export_onnx
from s2kit.maps.stac_items import map_item, network_item, write_item
from s2kit.network.weights import SHIPPED_NAMES, load_network, shipped_weights
from s2kit.scenes.writer import check_outputs

PATH = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit export --onnx network.onnx
  python -m s2kit export --onnx june.onnx --for-scene june.tif
  python -m s2kit export --stac map.tif --mlm network.json
  python -m s2kit export --onnx june_qgis.onnx --for-scene june.tif --deepness

Exit codes: 0 done, 1 an image or weights that cannot be used, 2 wrong usage."""
)
@click.option("--onnx", metavar="FILE.onnx", type=PATH, help="The network as ONNX file.")
@click.option("--mlm", metavar="FILE.json", type=PATH, help="The network as STAC item.")
@click.option(
    "--stac", metavar="MAP.tif", type=PATH, help="A class map as STAC item, MAP.json beside it."
)
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="With --stac: that of the image. Default: what the map says.",
)
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
    help="As train writes them, or portable (the default), strzegom or simulated, which come with "
    "s2kit.",
)
@offset_option
@bands_option
def export(
    onnx: Path | None,
    mlm: Path | None,
    stac: Path | None,
    date: datetime.datetime | None,
    for_scene: Path | None,
    deepness: bool,
    weights: Path | None,
    offset: str | None,
    bands: str | None,
) -> None:
    """Write a network as ONNX file or STAC item, or a map as STAC item.

    The ONNX file gives probabilities at one look, as classify --no-turns does. Its input is
    divided by 255 where --for-scene is given, because QGIS's plugin Deepness does that with every
    image. The metadata say the classes, their codes, the resolution, and how large tiles must be
    and how far they must overlap.
    """
    if not (onnx or mlm or stac):
        raise click.UsageError("say what to write: --onnx, --mlm or --stac")
    network = load_network(weights or "portable")
    if mlm:
        named = str(weights or "portable")
        file = shipped_weights(named) if named in SHIPPED_NAMES else Path(named)
        check_outputs([mlm], [file])
        write_item(mlm, network_item(network, file))
        click.echo(f"STAC item of the network in {mlm}")
    if stac:
        item = stac.with_suffix(".json")
        check_outputs([item], [stac])
        write_item(item, map_item(stac, date.date() if date else None))
        click.echo(f"STAC item of the map in {item}")
    if not onnx:
        return
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
