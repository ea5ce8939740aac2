"""The one error that users see."""


class S2kitError(Exception):
    """A problem the user can mend: one sentence saying what, where and how to mend it.

    Commands print it on one line and exit with 1; everything else is a defect of the program
    and keeps its traceback.
    """
