"""The one error, and the one warning, that users see."""

LONGEST = 600
"""Characters of a sentence. What a file or a library says may be longer; it is cut in the middle,
so that the place at the beginning and the remedy at the end remain."""


class S2kitError(Exception):
    """A problem the user can mend: one sentence saying what, where and how to mend it.

    Commands print it on one line and exit with 1; everything else is a defect of the program
    and keeps its traceback.
    """

    def __init__(self, sentence: object = "") -> None:
        super().__init__(_one_line(str(sentence)))


class S2kitWarning(UserWarning):
    """Something the user should know of an input that is used all the same: one sentence."""

    def __init__(self, sentence: object = "") -> None:
        super().__init__(_one_line(str(sentence)))


def _one_line(text: str) -> str:
    r"""Return text as one line of printable characters.

    Damaged files put line breaks, and hostile ones commands for the terminal, into what is quoted.

    >>> _one_line("no column 'a\x1b[31m\nb'; add it")
    "no column 'a?[31m b'; add it"
    """
    line = " ".join(text.split()) if "\n" in text or "\r" in text else text
    line = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in line)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 203]} … {line[-200:]}"
