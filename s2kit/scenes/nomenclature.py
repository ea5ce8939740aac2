"""Nomenclatures: that of the paper (section 2.2), those of a table, and those of a raster.

The default, `PAPER`, holds the ten classes of the paper. A nomenclature of one's own is read from a
table by `read_nomenclature`, and travels with masks and maps in ``attrs["nomenclature"]``.
"""

import csv
import io
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import xarray as xr

from s2kit.errors import S2kitError
from s2kit.scenes.land_cover import (
    NO_DATA,
    LandCoverClass,
    Nomenclature,
    compared,
    problem_with,
)

__all__ = [
    "NO_DATA",
    "PAPER",
    "LandCoverClass",
    "Nomenclature",
    "common_nomenclature",
    "nomenclature_of",
    "read_nomenclature",
    "require_same_classes",
    "stored_nomenclature",
    "with_nomenclature",
]

ATTRIBUTE = "nomenclature"
"""Where a raster carries its nomenclature: the key in ``attrs``."""

TAG = "S2KIT_NOMENCLATURE"
"""Where a file carries it."""

COLUMNS = ("code", "name", "short", "colour", "safe_colour")
"""Columns of a table of classes; the first two are required."""

SHORT = 16
"""Letters that a short name keeps of a long one."""

WELL_SEPARATED = (
    *("#0055d5", "#805500", "#000000", "#ffaa00", "#55aaff", "#555555", "#aaaaaa", "#002b55"),
    *("#55ffaa", "#d55555", "#8080aa", "#552b00", "#2b00aa", "#ffd5ff", "#aa8080", "#2b2b2b"),
    *("#aa5580", "#ffff00", "#d5aad5", "#5580ff", "#80d5aa", "#2b002b", "#00552b", "#ff8055"),
)
"""Colours for classes that come without. Each is the one furthest (CIE ΔE2000) from those before
it and from white, for normal and for colour-blind readers: the first twelve differ by 13 or more,
all 24 by 9."""


_ROWS = (
    (1, "coniferous forest", "coniferous", "#0b4a48", "#073e53"),
    (2, "mixed forest", "mixed forest", "#329172", "#057f36"),
    (3, "built-up and industrial areas", "built-up", "#d2354a", "#f44487"),
    (4, "mature cereals, or before spring operations", "mature crops", "#f1ce09", "#fafa38"),
    (5, "bare soil", "bare soil", "#7e4a10", "#472b06"),
    (6, "permanent grassland", "grassland", "#c1f2c4", "#bdebbf"),
    (7, "roads", "roads", "#201c1a", "#080908"),
    (8, "water bodies", "water", "#0063c2", "#1949f4"),
    (9, "crops in vegetation growth", "growing crops", "#82ad14", "#a3b13b"),
    (10, "quarry areas", "quarries", "#c4b0e6", "#e58bef"),
)

PAPER = Nomenclature("the paper", tuple(LandCoverClass(*row) for row in _ROWS))
"""The ten classes of the paper. The safe colours are near the others in hue and further apart for
colour-blind readers: the two most alike classes differ by ΔE2000 = 18 with any of the three
deficiencies (11 among the others). Any two of the others, and white, also differ in brightness
by a contrast of 1.2 or more, so that a map can be read in grey."""


def nomenclature_of(raster: xr.DataArray) -> Nomenclature:
    """Return the nomenclature that a mask or class map carries; `PAPER` if it carries none."""
    if not isinstance(raster, xr.DataArray):
        raise TypeError(f"a mask or class map is a DataArray; this is a {type(raster).__name__}")
    text = raster.attrs.get(ATTRIBUTE)
    return PAPER if text is None else _parsed(str(text))


@lru_cache
def _parsed(text: str) -> Nomenclature:
    return stored_nomenclature(text)


def stored_nomenclature(text: str) -> Nomenclature:
    """Read what `Nomenclature.to_json` wrote; the paper's classes get the colours of today."""
    found = Nomenclature.from_json(text)
    same = (found.title, found.codes, found.names) == (PAPER.title, PAPER.codes, PAPER.names)
    return PAPER if same else found


def with_nomenclature(raster: xr.DataArray, nomenclature: Nomenclature) -> xr.DataArray:
    """Return the raster with the nomenclature in its attributes; `PAPER` is the absence of one."""
    attributes = {key: value for key, value in raster.attrs.items() if key != ATTRIBUTE}
    if nomenclature != PAPER:
        attributes[ATTRIBUTE] = nomenclature.to_json()
    named: xr.DataArray = raster.copy(deep=False)
    named.attrs = attributes
    return named


def common_nomenclature(rasters: Iterable[xr.DataArray]) -> Nomenclature:
    """Return the nomenclature of masks or maps; S2kitError if they differ in codes or names."""
    first, *others = (nomenclature_of(raster) for raster in rasters)
    for other in others:
        require_same_classes(first, other)
    return first


def require_same_classes(first: Nomenclature, second: Nomenclature) -> None:
    """Raise S2kitError unless both have the same codes with the same names; colours may differ."""
    ours, theirs = (dict(zip(each.codes, each.names, strict=True)) for each in (first, second))
    if ours != theirs:
        code, name = sorted(set(ours.items()) ^ set(theirs.items()))[0]
        raise S2kitError(
            f"the classes of {first.title} and of {second.title} differ, for instance in "
            f"{code} {name!r}; bring both to one table of classes"
        )


def read_nomenclature(path: Path | str) -> Nomenclature:
    r"""Read a nomenclature from a CSV table, one row per class.

    Parameters
    ----------
    path
        UTF-8, separated by commas, columns ``code`` and ``name``; optional ``short`` (else the
        name's first 16 letters), ``colour`` and ``safe_colour`` (``#rrggbb``, else one of
        `WELL_SEPARATED`). Codes are whole numbers from 1 to 255 in any order; 0 means no data.

    Raises
    ------
    S2kitError
        If the file cannot be read, or a row is not as told: the message names row and column,
        counted as a spreadsheet does (the header is row 1).

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = Path(folder, "mine.csv")
    ...     _ = table.write_text("code,name,colour\n10,forest,#006400\n20,water,#0000ff\n")
    ...     mine = read_nomenclature(table)
    >>> mine.codes, mine[20].name, mine[20].colour
    ((10, 20), 'water', '#0000ff')
    """
    path = Path(path)
    rows = _rows(path)
    for where, cells in rows.items():
        _check_cells(where, cells)
    table = list(rows.values())
    _fill_short_names(table)
    for column in ("colour", "safe_colour"):
        _fill_colours(path, column, table)
    _check_that_rows_differ(rows)
    if len(rows) < 2:
        raise S2kitError(f"{path} has one class only; a map tells two or more apart, so add rows")
    return Nomenclature(
        path.stem,
        tuple(
            LandCoverClass(int(cells["code"]), *(cells[column] for column in COLUMNS[1:]))
            for cells in table
        ),
    )


Cells = dict[str, str]


def _rows(path: Path) -> dict[str, Cells]:
    """Return the cells by column of each filled row, under the row's place for messages."""
    header, *lines = _lines(path)
    rows = {}
    for number, line in enumerate(lines, 2):
        if not any(cell.strip() for cell in line):
            continue
        where = f"{path}, row {number}"
        if len(line) != len(header):
            raise S2kitError(
                f"{where} has {len(line)} cells where the header has {len(header)}; put names "
                "that hold a comma into quotation marks"
            )
        given = dict(zip(header, (cell.strip() for cell in line), strict=True))
        rows[where] = {column: given.get(column, "") for column in COLUMNS}
    if not rows:
        raise S2kitError(f"{path} has no rows of classes; give one row per class")
    return rows


def _lines(path: Path) -> list[list[str]]:
    """Return the lines of a table as cells, the first one with the names of known columns."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError as error:
        raise S2kitError(f"{path} cannot be read ({error.strerror}); give a CSV file") from error
    except UnicodeDecodeError as error:
        raise S2kitError(f"{path} is not UTF-8; save it as CSV UTF-8 and try again") from error
    except csv.Error as error:
        raise S2kitError(f"{path} is no CSV table ({error}); save it as CSV UTF-8") from error
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if any(";" in name for name in header):
        raise S2kitError(f"{path} is separated by semicolons; save it separated by commas")
    if not {"code", "name"} <= set(header):
        missing = "code" if "code" not in header else "name"
        raise S2kitError(f"{path}, row 1: there is no column {missing!r}; add it to the header")
    for name in header:
        if name not in COLUMNS or header.count(name) > 1:
            wrong = "unknown" if name not in COLUMNS else "there twice"
            raise S2kitError(
                f"{path}, row 1: column {name!r} is {wrong}; the columns are {', '.join(COLUMNS)}"
            )
    return [header, *lines[1:]]


def _check_cells(where: str, cells: Cells) -> None:
    """Raise S2kitError, with row and column, for a cell that is no code, name or colour."""
    for column, text in cells.items():
        if not text and column not in COLUMNS[:2]:
            continue
        value = int(text) if column == "code" and re.fullmatch("[0-9]{1,9}", text) else text
        problem = problem_with("safe" if column == "safe_colour" else column, value)
        if problem:
            raise S2kitError(f"{where}, column {column!r}: {problem}")


def _fill_short_names(table: list[Cells]) -> None:
    """Cut the names of classes without a short one; where two become alike, keep them whole."""
    cut = [cells["short"] or cells["name"][:SHORT].rstrip() for cells in table]
    for cells, short in zip(table, cut, strict=True):
        cells["short"] = cells["short"] or (short if cut.count(short) == 1 else cells["name"])


def _fill_colours(path: Path, column: str, table: list[Cells]) -> None:
    """Give classes without a colour the first of `WELL_SEPARATED` that are not taken."""
    taken = {cells[column].lower() for cells in table}
    free = [colour for colour in WELL_SEPARATED if colour not in taken]
    without = [cells for cells in table if not cells[column]]
    if len(without) > len(free):
        raise S2kitError(
            f"{path}, column {column!r}: {len(without)} classes have no colour and there are "
            f"{len(free)} to give; fill the column in"
        )
    for cells, colour in zip(without, free, strict=False):
        cells[column] = colour


def _check_that_rows_differ(rows: dict[str, Cells]) -> None:
    """Raise S2kitError, with row and column, where two classes share what tells them apart."""
    for column in COLUMNS:
        seen: dict[object, str] = {}
        for where, cells in rows.items():
            value = int(cells[column]) if column == "code" else compared(cells[column])
            if value in seen:
                raise S2kitError(
                    f"{where}, column {column!r}: {cells[column]!r} stands in row "
                    f"{seen[value].rpartition(' ')[2]} too; give each class its own"
                )
            seen[value] = where
