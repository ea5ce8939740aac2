"""``python -m s2kit assess``: a class map against polygons or a mask."""

from pathlib import Path

import click

from s2kit.accuracy.assess import Assessment
from s2kit.accuracy.assess_files import assess_files, assess_point_files
from s2kit.accuracy.assess_group_files import assess_group_files, report
from s2kit.accuracy.crosswalk import legends
from s2kit.accuracy.sampled import SampledAssessment
from s2kit.accuracy.tables import metrics_table, sampled_table
from s2kit.commands.options import label_option
from s2kit.scenes.nomenclature import read_nomenclature


@click.command(
    epilog="""\b
Examples:
  python -m s2kit assess MAP.tif strzegom_ref.gpkg
  python -m s2kit assess MAP.tif kolbuszowa_ref.gpkg --label DN
  python -m s2kit assess MAP.tif mask.tif
  python -m s2kit assess MAP.tif fields.gpkg --classes my_classes.csv
  python -m s2kit assess MAP.tif clc2018.tif --legend corine
  python -m s2kit assess MAP.tif points.gpkg --sampled

Exit codes: 0 done, 1 input that cannot be compared, 2 wrong usage."""
)
@click.argument("map_file", metavar="MAP.tif", type=click.Path(path_type=Path))
@click.argument("reference", metavar="REFERENCE", type=click.Path(path_type=Path))
@label_option
@click.option(
    "--classes",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
    help="Table of your own classes (columns code, name). Default: those the map carries, or "
    "else the paper's.",
)
@click.option(
    "--legend",
    metavar="NAME",
    help="REFERENCE holds the codes of this legend: compare by groups of classes (crops, trees, "
    f"built …) after the crosswalk. One of {', '.join(legends())}.",
)
@click.option(
    "--sampled",
    is_flag=True,
    help="REFERENCE holds labelled random points, as the command sample drew them: prints accuracy "
    "and areas of the whole map, with 95 % intervals.",
)
def assess(
    map_file: Path,
    reference: Path,
    label: str | None,
    classes: Path | None,
    legend: str | None,
    sampled: bool,
) -> None:
    """Say how well a class map agrees with a reference.

    REFERENCE is a vector file of polygons with class codes, or a mask (GeoTIFF) on the
    map's grid. Prints the metrics of the paper's Table 1 per class, in per cent, then overall
    accuracy by pixels and, for polygons, by objects: the majority inside each polygon.
    """
    if legend is not None:
        if classes is not None or sampled:
            raise click.UsageError(
                "--legend compares the paper's classes with a raster or polygons; drop "
                f"--{'classes' if classes is not None else 'sampled'}"
            )
        groups, notes = assess_group_files(map_file, reference, legend, label)
        click.echo("\n".join([*notes, *report(groups)]))
        return
    nomenclature = read_nomenclature(classes) if classes else None
    if sampled:
        if label is not None:
            raise click.UsageError("give either --label (polygons) or --sampled (points)")
        estimate, notes = assess_point_files(map_file, reference, nomenclature)
        click.echo("\n".join([*notes, *_sampled_report(estimate)]))
        return
    result, notes = assess_files(map_file, reference, label, nomenclature)
    for line in (*notes, *_report(result)):
        click.echo(line)


def _sampled_report(estimate: SampledAssessment) -> list[str]:
    overall = estimate.overall
    low, best, high = (f"{100 * v:.1f}" for v in (overall.low, overall.estimate, overall.high))
    return [
        *sampled_table(estimate).to_string(index_names=False).splitlines(),
        f"overall accuracy {best} ({low}–{high}, 95 % interval; {estimate.labelled} points)",
    ]


def _report(result: Assessment) -> list[str]:
    """Return the lines of the report, the overall accuracies last."""
    table = metrics_table(result.pixels, names=True, nomenclature=result.nomenclature)
    lines = table.to_string(index_names=False).splitlines()
    if result.unmapped_pixels:
        lines.append(f"left out: {result.unmapped_pixels} reference pixels without map data")
    if result.unmapped_polygons:
        lines.append(f"left out: {result.unmapped_polygons} polygons without a mapped pixel")
    if result.invalid_polygons:
        lines.append(
            f"left out of the object approach: {result.invalid_polygons} polygons with an "
            "invalid geometry"
        )
    total = int(result.pixels.to_numpy().sum())
    lines.append(f"pixel OA {100 * result.pixel_oa:.2f} ({total} pixels)")
    if result.objects is not None:
        total = int(result.objects.to_numpy().sum())
        lines.append(f"object OA {100 * result.object_oa:.2f} ({total} polygons)")
    return lines
