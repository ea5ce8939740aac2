"""A product and a server: see `catalogue_fixtures`."""

from catalogue_fixtures import item, local, pauses, product, remote, server  # noqa: F401
