"""Rows of a small CSV file, read strictly: what a table written by hand can get wrong is named."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from s2kit.errors import S2kitError

LARGEST = 16 * 2**20
"""Bytes of the largest table; a list of scenes or runs has some kilobytes, an image has more."""

LONGEST = 4096
"""Characters of the longest value: as long as a path may be (PATH_MAX of Linux)."""

Rows = list[tuple[int, dict[str, str]]]
"""Each row's number as a spreadsheet counts it (the header is row 1), and its values by column."""


def read_rows(path: Path | str, needed: Sequence[str], optional: Sequence[str] | None = ()) -> Rows:
    r"""Read a CSV file: commas, UTF-8, one header row; values are stripped, empty rows left out.

    Parameters
    ----------
    path
        The file.
    needed
        Columns that must be there, in any order; capital letters do not matter.
    optional
        Columns that may be there, ``""`` in all rows where they are not. Other columns are
        refused, since a misspelt name would be ignored without a word; None allows any.

    Returns
    -------
    list of tuple
        Row number (the header is row 1) and values by column.

    Raises
    ------
    S2kitError
        If the file is missing, empty or no CSV in UTF-8, if a column is missing, unknown or there
        twice, or a row has more or fewer values than the header: with row, column and remedy.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scenes.csv"
    ...     _ = path.write_text("image,split\nmay.tif,train\n\njuly.tif, test\n")
    ...     read_rows(path, needed=["image", "split"])
    [(2, {'image': 'may.tif', 'split': 'train'}), (4, {'image': 'july.tif', 'split': 'test'})]
    """
    path = Path(path)
    lines = _parsed(path, _text(path))
    if not lines or not any(lines[0]):
        raise S2kitError(f"{path} is empty; its first row must name the columns {_listed(needed)}")
    known = {name.lower(): name for name in (*needed, *(optional or ()))}
    header = [known.get(name.strip().lower(), name.strip()) for name in lines[0]]
    _check_header(path, header, needed, optional)
    absent = dict.fromkeys((name for name in optional or () if name not in header), "")
    rows: Rows = []
    for number, line in enumerate(lines[1:], start=2):
        values = [value.strip() for value in line]
        if not any(values):
            continue
        if len(values) != len(header):
            raise S2kitError(
                f"{path}, row {number}: {len(values)} values for {len(header)} columns; complete "
                "the row, or put a value that holds a comma in double quotes"
            )
        rows.append((number, dict(zip(header, values, strict=True)) | absent))
    return rows


def _text(path: Path) -> str:
    """Return the text of a file, or say why it is no text in UTF-8."""
    try:
        if path.stat().st_size > LARGEST:
            raise S2kitError(f"{path} is larger than {LARGEST >> 20} MiB; give a table in CSV")
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise S2kitError(f"{path} does not exist; check the path") from error
    except OSError as error:
        raise S2kitError(f"{path} cannot be read ({error.strerror}); give a CSV file") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        raise S2kitError(f"{path} is UTF-16 or no text; save it as CSV in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise S2kitError(
            f"{path}, row {row} is not UTF-8; save the file as CSV in UTF-8"
        ) from error


def _parsed(path: Path, text: str) -> list[list[str]]:
    lines: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), strict=True):
            lines.append(line)
            if any(len(value) > LONGEST for value in line):
                raise S2kitError(
                    f"{path}, row {len(lines)} has a value longer than {LONGEST} characters; look "
                    "for a missing quote or comma"
                )
    except csv.Error as error:
        raise S2kitError(
            f"{path}, row {len(lines) + 1} cannot be read as CSV ({error}); correct its quotes"
        ) from error
    return lines


def _check_header(
    path: Path, header: list[str], needed: Sequence[str], optional: Sequence[str] | None
) -> None:
    if len(header) == 1 and len(needed) > 1:
        for separator, word in {";": "semicolons", "\t": "tabs"}.items():
            if separator in header[0]:
                raise S2kitError(f"{path} is separated by {word}; save it with commas instead")
    missing = [name for name in needed if name not in header]
    if missing:
        raise S2kitError(
            f"{path}, row 1 lacks the column {missing[0]}; the columns needed are {_listed(needed)}"
        )
    for position, name in enumerate(header):
        if name in header[:position]:
            raise S2kitError(f"{path}, row 1 names the column {name!r} twice; rename or delete one")
        if optional is not None and name not in (*needed, *optional):
            known = _listed([*needed, *optional])
            raise S2kitError(f"{path}, row 1: column {name!r} is not known; there are {known}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
