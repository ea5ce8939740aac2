"""How far a long run is, on stderr: a line that is overwritten, or few lines in a file."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LONG = 5.0
"""Seconds that a run takes before anything is said."""

PARTS = 4
"""Lines that are said where stderr is no terminal."""


@dataclass
class Progress:
    """Says how many megapixels are done, how fast, and how long the rest takes.

    Parameters
    ----------
    pixels
        Of the whole image.
    """

    pixels: int
    _start: float = field(default_factory=time.monotonic)
    _said: int = 0

    def __call__(self, done: int, before: int) -> None:
        """Say it, after so many pixels, of which so many were done by a run before."""
        seconds = time.monotonic() - self._start
        part = PARTS * done // self.pixels
        if seconds < LONG or (not sys.stderr.isatty() and part == self._said):
            return
        self._said = part
        line = told(done, before, self.pixels, seconds)
        if not sys.stderr.isatty():
            print(line, file=sys.stderr, flush=True)
        else:
            end = "\n" if done == self.pixels else ""
            print(f"\r{line:<79}", end=end, file=sys.stderr, flush=True)


def told(done: int, before: int, pixels: int, seconds: float) -> str:
    """Return the line.

    >>> told(30_000_000, 10_000_000, 120_000_000, 40)
    ' 25 %, 30 of 120 megapixels, 0.50 megapixels/s, 3:00 min left'
    """
    speed = max(done - before, 1) / max(seconds, 1e-9)
    left = round((pixels - done) / speed)
    digits = 0 if pixels >= 10e6 else 1
    return (
        f"{100 * done // pixels:3d} %, {done / 1e6:.{digits}f} of {pixels / 1e6:.{digits}f} "
        f"megapixels, {speed / 1e6:.2f} megapixels/s, {left // 60}:{left % 60:02d} min left"
    )


BEAT = 8.0
"""Seconds between two signs of life."""


@contextlib.contextmanager
def signs_of_life(tell: Callable[[int], str], every: float = BEAT) -> Iterator[None]:
    """Say a line on stderr every few seconds while something runs.

    Parameters
    ----------
    tell
        Given the seconds since the start; returns the line.
    every
        Seconds between two lines.
    """
    start, ended, terminal = time.monotonic(), threading.Event(), sys.stderr.isatty()

    def beat() -> None:
        while not ended.wait(every):
            line = tell(round(time.monotonic() - start))
            print(
                f"\r{line:<79}" if terminal else line,
                end="" if terminal else "\n",
                file=sys.stderr,
                flush=True,
            )

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        if terminal:
            print(f"\r{'':<79}\r", end="", file=sys.stderr, flush=True)
