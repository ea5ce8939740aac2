"""The environment variables that steer the course, read here and nowhere else.

Only commands, chapters and tests use this file; everything else is given folders and sources.

``S2KIT_DATA``
    where scenes come from: ``simulated``, ``authors`` or ``catalogue``.
``S2KIT_HOME``
    where data, weights and results are kept; default ``data/`` in the checkout.
``S2KIT_MIRROR``
    a folder laid out as COMMIT/PATH that holds the authors' archive; read instead of the network.
``S2KIT_ARCHIVE``
    another address of the authors' archive.
``S2KIT_ELSEWHERE``
    a folder with the places outside Strzegom; default ``../shared/elsewhere`` beside the checkout.
``S2KIT_CATALOGUE``
    the STAC catalogue of ``S2KIT_DATA=catalogue``; Earth Search by default.
"""

import os
import re
from pathlib import Path

from s2kit.catalogue.stac import DEFAULT_API
from s2kit.errors import S2kitError
from s2kit.sources import SOURCES, AuthorsSource, Source, open_source
from s2kit.sources.archive import ARCHIVE


def data_source() -> str:
    """Return what ``S2KIT_DATA`` names; S2kitError if it names nothing known."""
    value = os.environ.get("S2KIT_DATA", "simulated")
    if value not in SOURCES:
        known = ", ".join(SOURCES)
        raise S2kitError(f"S2KIT_DATA={value!r} is no data source; set it to one of: {known}")
    return value


def course_source() -> Source:
    """Open the source of scenes that ``S2KIT_DATA`` names; nothing is fetched yet."""
    return open_source(data_source(), home(), mirror(), archive(), catalogue())


def authors_source(download: bool | None = None) -> AuthorsSource:
    """Open the authors' scenes, whatever ``S2KIT_DATA`` names.

    Parameters
    ----------
    download
        Whether files may be downloaded; by default only with ``S2KIT_DATA=authors``, so that
        whoever works on other scenes goes without.
    """
    allowed = data_source() == "authors" if download is None else download
    return AuthorsSource(home(), mirror(), archive() if allowed else None)


def home() -> Path:
    """Return the folder for data, weights and results; it need not exist yet."""
    value = os.environ.get("S2KIT_HOME")
    if not value:
        return project_root() / "data"
    path = Path(value).expanduser().resolve()
    if not next(each for each in (path, *path.parents) if each.exists()).is_dir():
        raise S2kitError(f"S2KIT_HOME={value} is a file or lies in one; name a folder")
    return path


def environment_with_home(folder: Path) -> dict[str, str]:
    """Return the environment for a process that has a home of its own."""
    return os.environ | {"S2KIT_HOME": str(folder)}


def workspace() -> Path:
    """Return the folder for what is made from the scenes of ``S2KIT_DATA``.

    Runs, weights and results of one data source never meet those of another: a map by weights
    from simulated scenes must not pass for one of the real ones.
    """
    return home() / data_source()


def mirror() -> Path | None:
    """Return the mirror of the authors' archive, or None; S2kitError if it is not a folder."""
    value = os.environ.get("S2KIT_MIRROR")
    if not value:
        return None
    path = Path(value).expanduser().resolve()
    if not path.is_dir():
        raise S2kitError(
            f"S2KIT_MIRROR={value} is not a folder; correct it or unset it to download"
        )
    return path


def elsewhere() -> Path | None:
    """Return the folder of the places outside Strzegom, or None; S2kitError if it is none."""
    value = os.environ.get("S2KIT_ELSEWHERE")
    if not value:
        beside = project_root().parent / "shared" / "elsewhere"
        return beside if beside.is_dir() else None
    path = Path(value).expanduser().resolve()
    if not path.is_dir():
        raise S2kitError(f"S2KIT_ELSEWHERE={value} is not a folder; correct it or unset it")
    return path


def archive() -> str:
    """Return the address of the authors' archive; S2kitError if it is none."""
    value = os.environ.get("S2KIT_ARCHIVE") or ARCHIVE
    if not re.match(r"https?://[^/\s]+", value):
        raise S2kitError(
            f"S2KIT_ARCHIVE={value} is no address; write it as https://HOST/PATH, or unset it"
        )
    return value


def catalogue() -> str:
    """Return the name, address or path of the STAC catalogue."""
    return os.environ.get("S2KIT_CATALOGUE") or DEFAULT_API


def project_root() -> Path:
    """Return the checkout, or the working folder where s2kit was installed as a wheel."""
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()
