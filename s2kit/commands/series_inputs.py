"""The scenes of a period, read from a catalogue for ``monitor``."""

from pathlib import Path

import click

from s2kit.catalogue.search import area_bounds, parse_dates
from s2kit.catalogue.series import LEDGER, fetch_series
from s2kit.catalogue.stac import Catalogue
from s2kit.errors import S2kitError
from s2kit.scenes.writer import check_outputs


def fetched(catalogue: Catalogue, area: str, dates: str, folder: Path) -> list[Path]:
    """Return the scenes of the clear days of a period; those that are in the folder are kept.

    A day that cannot be read becomes a gap, with a warning.
    """
    first, last = (day.isoformat() for day in parse_dates(dates))
    check_outputs([folder / LEDGER])
    days, failed = fetch_series(catalogue, *area_bounds(area), dates, folder, say=click.echo)
    for date, why in failed.items():
        click.echo(
            f"warning: {date} could not be read and is a gap; run again to read it: {why}", err=True
        )
    found = [folder / day.file for day in days if day.file and first <= day.date <= last]
    if not found and failed:
        raise S2kitError(f"no day of {dates} could be read; run again")
    if not found:
        raise S2kitError(
            f"no day of {dates} is clear enough; allow more days, or read cloudier ones with "
            "python -m s2kit scene series --min-clear"
        )
    return found
