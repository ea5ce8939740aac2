"""A nomenclature as a value: its land cover classes, their codes and colours."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from s2kit.errors import S2kitError

NO_DATA = 0
"""Code of the background in masks and class maps: unlabelled, or not classified."""

LARGEST_CODE = 255
"""Masks and class maps are uint8."""

LONGEST_NAME = 100
"""Letters; legends and tables have no room for more."""

FIELDS = ("code", "name", "short", "colour", "safe")
"""What a class is told by, and what no two classes of a nomenclature share."""


@dataclass(frozen=True)
class LandCoverClass:
    """One class: code in masks and maps, names, colour and colour-blind-safe colour (``#rrggbb``).

    Raises
    ------
    S2kitError
        If the code is not 1 to 255, a name is empty, or a colour is not written as ``#rrggbb``.
    """

    code: int
    name: str
    short: str
    colour: str
    safe: str

    def __post_init__(self) -> None:
        for key in FIELDS:
            problem = problem_with(key, getattr(self, key))
            if problem:
                raise S2kitError(f"class {self.code!r}: {key} {problem}")


@dataclass(frozen=True)
class Nomenclature:
    """The classes of a mask, a map or a network, in the order of their codes.

    Channel k of a network belongs to the k-th class; codes need not follow one another. Two
    nomenclatures are equal if their classes are, whatever their titles.

    Parameters
    ----------
    title
        What the nomenclature is called.
    classes
        Two or more, in any order.

    Raises
    ------
    S2kitError
        If there are fewer than two classes, or two share a code, a name or a colour.

    Examples
    --------
    >>> from s2kit.scenes.nomenclature import PAPER
    >>> PAPER[8].short, 8 in PAPER, len(PAPER)
    ('water', True, 10)
    """

    title: str = field(compare=False)
    classes: tuple[LandCoverClass, ...]

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise S2kitError(
                f"{self.title}: {len(self.classes)} classes; a map tells two or more apart"
            )
        for key in FIELDS:
            values = [compared(getattr(c, key)) for c in self.classes]
            twice = [value for value in values if values.count(value) > 1]
            if twice:
                raise S2kitError(f"{self.title}: two classes have the {key} {twice[0]!r}")
        object.__setattr__(self, "classes", tuple(sorted(self.classes, key=lambda c: c.code)))

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """The codes, ascending."""
        return tuple(c.code for c in self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes' names, in the order of the codes."""
        return tuple(c.name for c in self.classes)

    @property
    def told(self) -> str:
        """The codes for a message: "1 to 10", or "10, 20, 40"."""
        first, last = self.codes[0], self.codes[-1]
        if last - first + 1 == len(self):
            return f"{first} to {last}"
        return ", ".join(map(str, self.codes))

    def __len__(self) -> int:
        return len(self.classes)

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __getitem__(self, code: int) -> LandCoverClass:
        return self.classes[self.position(code)]

    def position(self, code: int) -> int:
        """Return the place of a code among the codes, from 0 on; S2kitError for any other number.

        >>> from s2kit.scenes.nomenclature import PAPER
        >>> PAPER.position(10)
        9
        """
        if code not in self.codes:
            raise S2kitError(f"{code} is no class of {self.title}; the codes are {self.told}")
        return self.codes.index(code)

    def positions(self, codes: npt.ArrayLike, where: str = "the map") -> npt.NDArray[np.int16]:
        """Return the place of each code among the codes, from 0 on.

        Parameters
        ----------
        codes
            Whole numbers, any shape.
        where
            What holds them, for the message.

        Returns
        -------
        numpy.ndarray
            int16, same shape; −1 for 0 (no data).

        Raises
        ------
        S2kitError
            For a number that is no code and not 0.

        Examples
        --------
        >>> from s2kit.scenes.nomenclature import PAPER
        >>> PAPER.positions([[1, 10], [0, 4]]).tolist()
        [[0, 9], [-1, 3]]
        """
        values = np.asarray(codes)
        if values.dtype != np.uint8:
            strange = values[(values % 1 != 0) | (values < 0) | (values > LARGEST_CODE)]
            if strange.size:
                raise S2kitError(self._strange(strange.ravel()[0], where))
            values = values.astype(np.uint8)
        table = np.full(LARGEST_CODE + 1, -2, dtype=np.int16)
        table[NO_DATA] = -1
        table[list(self.codes)] = np.arange(len(self))
        places: npt.NDArray[np.int16] = table[values]
        if places.size and places.min() < -1:
            raise S2kitError(self._strange(values[places < -1][0], where))
        return places

    def require_codes(self, codes: Iterable[object], where: str) -> None:
        """Raise S2kitError unless the codes are all the codes of the nomenclature, in order.

        Matrices and tables do not carry their nomenclature: this catches another one's.
        """
        found = tuple(codes)
        if found != self.codes:
            raise S2kitError(
                f"{where} has the classes {', '.join(map(str, found))} and {self.title} "
                f"{self.told}; name its nomenclature (nomenclature=)"
            )

    def _strange(self, value: float, where: str) -> str:
        return (
            f"{where} holds {value:g}, which is no class of {self.title}; known codes: "
            f"{self.told}, and {NO_DATA} for no data"
        )

    def to_json(self) -> str:
        """Return the nomenclature as JSON, for the header or tag of a file."""
        table = {"title": self.title, "classes": [asdict(c) for c in self.classes]}
        return json.dumps(table, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Nomenclature":
        """Read what `to_json` wrote; S2kitError if it is anything else.

        >>> from s2kit.scenes.nomenclature import PAPER
        >>> Nomenclature.from_json(PAPER.to_json()) == PAPER
        True
        """
        try:
            table = json.loads(text)
            return cls(str(table["title"]), tuple(LandCoverClass(**c) for c in table["classes"]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise S2kitError(
                f"a nomenclature cannot be read ({error}); write the file anew with s2kit"
            ) from error


def compared(value: object) -> object:
    """Return what tells a cell of one class from that of another: upper case does not."""
    return value.casefold() if isinstance(value, str) else value


def problem_with(key: str, value: object) -> str:
    """Say what is wrong with one of the `FIELDS` of a class; "" if nothing is."""
    if key == "code":
        if type(value) is not int or not NO_DATA <= value <= LARGEST_CODE:
            return f"{value!r} is no whole number from 1 to {LARGEST_CODE}"
        return f"{NO_DATA} means no data; number the class from 1 on" if value == NO_DATA else ""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return f"{value!r} is no name" if key in ("name", "short") else f"{value!r} is no colour"
    if key in ("name", "short"):
        too_long = len(value) > LONGEST_NAME
        return f"{len(value)} letters are too many; use {LONGEST_NAME}" if too_long else ""
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        return f"{value!r} is no colour; write it as #rrggbb"
    return "#ffffff is the colour of no data" if value.lower() == "#ffffff" else ""
