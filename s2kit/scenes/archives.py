"""Zip archives looked at before GDAL or zipfile unpack them."""

import zipfile
from pathlib import Path

from s2kit.errors import S2kitError

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How files may be packed. Deflate64 (method 9) is left out: zlib's decoder of it in GDAL 3.10.3,
which rasterio's wheel carries, writes out of bounds (CVE-2026-4738)."""

RATIO = 100
"""How many times larger than the archive its files may be. JPEG 2000 does not shrink, text by ten
to twenty; a file of zeros, a thousand times smaller when packed, is meant to fill the memory."""

SMALL = 64 * 2**20
"""Bytes that files of any ratio may have."""


def check_archive(path: Path | str) -> None:
    """Check the zip archive that a path is or leads into; anything else passes.

    Raises
    ------
    S2kitError
        If it is damaged, packed by a method that is not safe to read, or declares files far larger
        than itself.
    """
    archive = archive_of(Path(path))
    if archive is None:
        return
    try:
        with zipfile.ZipFile(archive) as opened:
            files = opened.infolist()
    except Exception as error:  # zipfile raises what it stumbles over
        raise S2kitError(f"{archive} is no readable zip ({error}); download it anew") from error
    for file in files:
        if file.compress_type not in METHODS or file.flag_bits & 1:
            how = "encrypted" if file.flag_bits & 1 else f"packed by method {file.compress_type}"
            raise S2kitError(
                f"{archive}: {file.filename!r:.200} is {how}, which is not read; unpack the "
                "archive and give its files"
            )
    declared, size = sum(file.file_size for file in files), archive.stat().st_size
    if declared > SMALL + RATIO * size:
        raise S2kitError(
            f"{archive} has {size:,} bytes and declares {declared:,} inside, more than any image "
            "shrinks; download it anew from where you trust"
        )


def archive_of(path: Path) -> Path | None:
    """Return the zip archive of a path: itself, or the part of it that is one; None without."""
    given = [path]
    inside = str(path).removeprefix("/vsizip/")
    if inside != str(path):  # pathlib makes one slash of two, and so a relative path of an absolute
        given = [Path(inside), Path("/", inside)]
    places = [place for each in given for place in (each, *each.parents)]
    return next((place for place in places if _is_zip(place)), None)


def _is_zip(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) == b"PK\3\4" or path.suffix.lower() == ".zip"
    except (OSError, ValueError):  # not to be read, or no name at all: opening it will say so
        return False
