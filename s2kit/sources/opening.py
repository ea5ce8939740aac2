"""Open a source of scenes by its name."""

from pathlib import Path

from s2kit.catalogue.stac import DEFAULT_API, open_catalogue
from s2kit.errors import S2kitError
from s2kit.sources.archive import ARCHIVE
from s2kit.sources.authors import AuthorsSource
from s2kit.sources.catalogue import CatalogueSource
from s2kit.sources.simulated import SimulatedSource
from s2kit.sources.source import Source

SOURCES = ("simulated", "authors", "catalogue")
"""Names of the sources."""


def open_source(
    name: str,
    home: Path | str = "data",
    mirror: Path | str | None = None,
    archive: str | None = ARCHIVE,
    catalogue: Path | str = DEFAULT_API,
) -> Source:
    """Open a source of scenes by its name; nothing is fetched yet.

    Parameters
    ----------
    name
        "simulated" (made on this machine), "authors" (the archive of the paper's authors) or
        "catalogue" (images from a STAC catalogue, benchmarks from the archive).
    home
        The folder for what is downloaded or made.
    mirror
        A folder laid out as COMMIT/PATH that holds a copy of the authors' archive.
    archive
        Where the archive is served; None = nothing is downloaded from it.
    catalogue
        The STAC catalogue, see `s2kit.catalogue.open_catalogue`.

    Returns
    -------
    Source
        With `list`, `available`, `fetch`, `record`, `open` and `open_mask` among its methods.

    Raises
    ------
    S2kitError
        If there is no such source, mirror or catalogue.

    Examples
    --------
    >>> simulated, authors = open_source("simulated"), open_source("authors")
    >>> simulated.list(split="test") == authors.list(split="test")
    True
    >>> authors.record("strzegom_20230709").date.isoformat()
    '2023-07-09'
    """
    if name not in SOURCES:
        raise S2kitError(f"there is no source {name!r}; choose one of: {', '.join(SOURCES)}")
    if mirror is not None and not Path(mirror).is_dir():
        raise S2kitError(
            f"the mirror {mirror} is not a folder; correct it, or leave it out to download"
        )
    home = Path(home)
    if name == "simulated":
        return SimulatedSource(home)
    authors = AuthorsSource(home, Path(mirror) if mirror is not None else None, archive)
    if name == "authors":
        return authors
    return CatalogueSource(home, authors, open_catalogue(catalogue))
