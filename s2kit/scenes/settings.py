"""The environment variables that steer the course.

``S2KIT_DATA``
    where scenes come from: ``simulated``, ``authors`` or ``catalogue``.
``S2KIT_HOME``
    where data, weights and results are kept; default ``data/`` in the checkout.
``S2KIT_MIRROR``
    a folder laid out as COMMIT/PATH that holds the authors' archive; read instead of the network.
``S2KIT_ARCHIVE``
    another address of the authors' archive (see `archive`).
``S2KIT_CATALOGUE``
    the STAC catalogue of ``S2KIT_DATA=catalogue``; Earth Search by default (see `catalogue`).
"""

import os
from pathlib import Path
from typing import Literal, cast, get_args

from s2kit.errors import S2kitError

DataSource = Literal["simulated", "authors", "catalogue"]


def data_source() -> DataSource:
    """Return what ``S2KIT_DATA`` names; S2kitError if it names nothing known."""
    value = os.environ.get("S2KIT_DATA", "simulated")
    if value not in get_args(DataSource):
        known = ", ".join(get_args(DataSource))
        raise S2kitError(f"S2KIT_DATA={value!r} is no data source; set it to one of: {known}")
    return cast(DataSource, value)


def home() -> Path:
    """Return the folder for data, weights and results (it need not exist yet)."""
    value = os.environ.get("S2KIT_HOME")
    return Path(value).expanduser().resolve() if value else project_root() / "data"


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


def project_root() -> Path:
    """Return the checkout, or the working folder where s2kit was installed as a wheel."""
    checkout = Path(__file__).resolve().parents[2]
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()
