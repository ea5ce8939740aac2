"""Options that the sub-commands of ``scene`` share, and what they mean."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from s2kit.catalogue.read import ReadOptions
from s2kit.catalogue.search import area_bounds
from s2kit.catalogue.stac import APIS, COLLECTION, Catalogue, open_catalogue
from s2kit.scenes.grid import Bounds, degrees
from s2kit.settings import catalogue as catalogue_setting

CATALOGUE = [
    click.option(
        "--catalogue",
        help=f"{', '.join(APIS)}, the address of a STAC API, or the path of a STAC catalogue, a "
        ".SAFE folder or its zip. [default: S2KIT_CATALOGUE, else earth-search]",
    ),
    click.option("--collection", default=COLLECTION, show_default=True, help="Of a STAC API."),
]
PLACE = [
    click.option("--area", help="One of the paper's areas, or a file of polygons."),
    click.option("--bounds", type=float, nargs=4, help="West south east north."),
    click.option("--epsg", default=4326, show_default=True, help="CRS of --bounds."),
]
READING = [
    click.option(
        "--resampling",
        type=click.Choice(["nearest", "bilinear", "cubic"]),
        help="Of the 20 m bands. [default: nearest]",
    ),
    click.option(
        "--offset",
        type=click.Choice(["0", "1000"]),
        help="Overrides what baseline, flags and pixels say of the radiometric offset.",
    ),
]


F = TypeVar("F", bound=Callable[..., Any])


def with_options(options: list[Callable[[F], F]]) -> Callable[[F], F]:
    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def opened_catalogue(catalogue: str | None, collection: str = COLLECTION) -> Catalogue:
    return open_catalogue(catalogue or catalogue_setting(), collection)


def place_of(area: str | None, bounds: Bounds | None, epsg: int) -> tuple[Bounds, int]:
    if (area is None) == (bounds is None):
        raise click.UsageError("give either --area or --bounds")
    rectangle, code = area_bounds(area) if area is not None else (bounds, epsg)
    degrees(rectangle, code)  # type: ignore[arg-type]
    return rectangle, code  # type: ignore[return-value]


def read_options(resampling: str | None, offset: str | None, mask: bool) -> ReadOptions:
    number = None if offset is None else int(offset)
    return ReadOptions(resampling or "nearest", number, mask)  # type: ignore[arg-type]
