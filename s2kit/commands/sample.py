"""``python -m s2kit sample``: random points of a class map, to be labelled."""

from pathlib import Path

import click

from s2kit.accuracy.map_tags import check_class_codes
from s2kit.accuracy.point_files import write_points
from s2kit.accuracy.sampling import draw_points, mapped_pixels, sample_size
from s2kit.errors import S2kitError
from s2kit.scenes.codes import read_codes
from s2kit.scenes.nomenclature import nomenclature_of, read_nomenclature
from s2kit.scenes.writer import check_outputs

PATH = click.Path(path_type=Path)


@click.command(
    epilog="""\b
Examples:
  python -m s2kit sample MAP.tif --points 300 --out points.gpkg
  python -m s2kit sample MAP.tif --standard-error 0.02 --out points.gpkg
  python -m s2kit assess MAP.tif points.gpkg --sampled

Exit codes: 0 done, 1 a map that no points can be drawn from, 2 wrong usage."""
)
@click.argument("map_file", metavar="MAP.tif", type=PATH)
@click.option("--out", metavar="POINTS.gpkg", type=PATH, required=True, help="The file to write.")
@click.option("--points", metavar="N", type=int, help="Points in all. Default: 300.")
@click.option(
    "--standard-error",
    metavar="SHARE",
    type=float,
    help="As many points as overall accuracy needs for this standard error (0.02: an interval of "
    "4 per cent to either side).",
)
@click.option(
    "--expected",
    metavar="SHARE",
    type=float,
    default=0.8,
    show_default=True,
    help="With --standard-error: user's accuracy that one expects.",
)
@click.option(
    "--minimum",
    metavar="N",
    type=int,
    help="Points of a rare class. Default: 50, or half of an equal share if that is less.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random numbers.")
@click.option(
    "--show-stratum",
    is_flag=True,
    help="Write the mapped class as a column; who labels should not know it.",
)
@click.option(
    "--classes",
    metavar="FILE.csv",
    type=PATH,
    help="Table of your own classes (columns code, name). Default: those the map carries, or "
    "else the paper's.",
)
def sample(
    map_file: Path,
    out: Path,
    points: int | None,
    standard_error: float | None,
    expected: float,
    minimum: int | None,
    seed: int,
    show_stratum: bool,
    classes: Path | None,
) -> None:
    """Draw random points of a class map, stratified by its classes.

    Each class gets points as its area, rare ones a minimum. Say at each point what is there, in
    the widget (s2kit.Labeller) or in QGIS (column label), best without looking at the map; then
    `assess --sampled` says how right the map is, and how large its classes are.
    """
    if points is not None and standard_error is not None:
        raise click.UsageError("give either --points or --standard-error")
    if seed < 0:
        raise click.UsageError("--seed must be 0 or more")
    check_outputs([out], [map_file])
    if out.exists():
        raise S2kitError(f"{out} exists and may hold labels; name another file, or delete it")
    check_class_codes(map_file)
    class_map = read_codes(map_file, read_nomenclature(classes) if classes else None)
    pixels = mapped_pixels(class_map)
    if standard_error is not None:
        points = sample_size(pixels, standard_error, expected)
    drawn = draw_points(class_map, 300 if points is None else points, minimum=minimum, seed=seed)
    write_points(out, drawn, show_stratum=show_stratum)
    names = nomenclature_of(class_map)
    for code, count in drawn.stratum.value_counts().sort_index().items():
        share = f"{100 * pixels[code] / pixels.sum():.1f} % of the map"
        click.echo(f"{code:>3}  {names[int(code)].short}: {count} points ({share})")
    click.echo(f"{len(drawn)} points in random order: {out} (seed {seed}); fill its column label")
