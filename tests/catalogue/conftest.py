"""A product, a server and a grid: see `catalogue_fixtures`."""

from catalogue_fixtures import (  # noqa: F401 - fixtures
    grid,
    item,
    local,
    pauses,
    product,
    remote,
    safe,
    server,
    zipped,
)
