"""Options that several commands share, worded once."""

import click

from s2kit.scenes.manifest import OFFSETS

label_option = click.option(
    "--label", metavar="COLUMN", help="Column of the class codes [default: found]."
)

offset_option = click.option(
    "--offset",
    type=click.Choice([str(offset) for offset in OFFSETS]),
    help="What the digital numbers carry on top of reflectance × 10 000: 1000 from processing "
    "baseline 04.00 on, 0 before. Default: decided by the darkest pixels.",
)

bands_option = click.option(
    "--bands",
    metavar="B02,B03,…",
    help="Names of the image's bands in its order, where it does not name them. Default: the "
    "paper's ten, checked against the spectra.",
)
