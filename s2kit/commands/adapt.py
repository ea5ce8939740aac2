"""``python -m s2kit adapt``: tune a trained network to a new place."""

from pathlib import Path
from typing import Any

import click

from s2kit.benchmarks.polygons import read_polygons
from s2kit.commands.options import bands_option, label_option, offset_option
from s2kit.errors import S2kitError
from s2kit.network.adaptation import adapt as run
from s2kit.network.recipes import check_seed
from s2kit.network.weights import load_network, save_network
from s2kit.scenes.raster import read_scene
from s2kit.scenes.writer import check_outputs

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit adapt --image mine.tif --polygons fields.gpkg --out mine.safetensors
  python -m s2kit classify mine.tif --weights mine.safetensors --out mine_map.tif

Exit codes: 0 done, 1 files that cannot be used or no improvement, 2 wrong usage."""
)
@click.option("--image", type=FILE, required=True, help="The whole image, as for classify.")
@click.option("--polygons", type=FILE, required=True, help="Its polygons, ten or more.")
@click.option(
    "--weights",
    metavar="FILE",
    type=FILE,
    help="What to start from: as train writes them, or portable (the default), strzegom or "
    "simulated.",
)
@click.option("--out", metavar="FILE.safetensors", type=FILE, required=True, help="New weights.")
@click.option("--seed", default=0, show_default=True, help="Seed of what is held back, and crops.")
@label_option
@offset_option
@bands_option
def adapt(
    image: Path,
    polygons: Path,
    weights: Path | None,
    out: Path,
    seed: int,
    label: str | None,
    offset: str | None,
    bands: str | None,
) -> None:
    """Tune a trained network to a new place with few polygons.

    A quarter of the polygons of each class is held back and scored before and after. If they are
    mapped worse afterwards, the old weights stay and nothing is written.
    """
    check_seed(seed)
    check_outputs([out], [path for path in (image, polygons, weights) if path is not None])
    network = load_network(weights or "portable")
    names = bands.split(",") if bands else None
    scene = read_scene(image, int(offset) if offset else "auto", names)
    drawn = read_polygons(polygons, label).to_crs(scene.rio.crs)
    try:
        adapted = run(network, scene, drawn, seed)
    except S2kitError as error:
        raise S2kitError(f"{polygons}: {error}") from error
    click.echo("polygons held back, pixels mapped right before and after:")
    row: Any  # pandas-stubs give the columns every type there is
    for row in adapted.scores.itertuples():
        click.echo(
            f"{row.code:2d}  {row.name:44s} {row.polygons:3d} polygons "
            f"{100 * row.before:5.1f} % {100 * row.after:5.1f} %"
        )
    change = f"{100 * adapted.before:.1f} % before, {100 * adapted.after:.1f} % after"
    if adapted.is_worse:
        raise S2kitError(
            f"{polygons}: the polygons held back are mapped worse ({change}), so the old weights "
            "stay and nothing is written; draw more polygons, of every class that the map mixes up"
        )
    save_network(out, adapted.network)
    click.echo(f"mean of the classes: {change}; weights, tuned on all polygons, in {out}")
