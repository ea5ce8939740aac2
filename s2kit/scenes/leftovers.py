"""What a killed run leaves beside its outputs: told from what a running one needs, and cleared.

A run that writes holds a lock on a file of its own, its mark. The system lets go of a lock when its
process ends, however it ends and on whichever machine or container that shares the folder.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout

SIGN = "s2kit-"
"""Stands in the name of every temporary file, so that nobody else's is taken for ours."""


@contextlib.contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Hold a lock file while the block runs; the file is removed at the end.

    Parameters
    ----------
    path
        The lock file; its folder must be there.
    wait
        Whether to wait for another process that holds it; if not, ``filelock.Timeout`` is raised.
    """
    with FileLock(path, timeout=-1 if wait else 0):
        try:
            yield
        finally:
            # While it is held: who waits for it sees that it is gone, and makes a new one.
            with undisturbed(), contextlib.suppress(OSError):
                path.unlink()


@dataclass(frozen=True)
class OutputSet:
    """Files that appear together, under temporary names until then; the last is the main one."""

    targets: tuple[Path, ...]
    token: str

    @classmethod
    def new(cls, targets: Sequence[Path]) -> "OutputSet":
        """Give the files of a new run its own temporary names."""
        return cls(tuple(targets), SIGN + secrets.token_hex(4))

    @property
    def parts(self) -> tuple[Path, ...]:
        """The temporary names: what is written there takes the targets' places."""
        return tuple(p.with_name(f".{p.stem}.{self.token}{p.suffix}") for p in self.targets)

    @property
    def kept(self) -> tuple[Path, ...]:
        """Where the files of before are kept while the new ones take their places."""
        return tuple(p.with_name(f".{p.stem}.{self.token}.old{p.suffix}") for p in self.targets)

    def beside(self, kind: str) -> Path:
        """Return a hidden file of this run beside the main one.

        Kinds: ``lock``, its mark; ``set``, the list of its files; ``begun``, the same list once
        files are being renamed.
        """
        main = self.targets[-1]
        return main.with_name(f".{main.name}.{self.token}.{kind}")

    def roll_back(self) -> None:
        """Put back the files of before, unless the main file is there: then all are renamed.

        The main file comes last, and what is kept stays until then: if this is killed too, it can
        be done again.
        """
        main = self.targets[-1]
        if main.exists():
            return
        for path, old, part in zip(self.targets, self.kept, self.parts, strict=True):
            if not old.exists():  # there was none before
                path.unlink(missing_ok=True)
            elif path == main:
                os.replace(old, path)
            else:
                part.unlink(missing_ok=True)
                keep(old, part)
                os.replace(part, path)

    def clear(self) -> None:
        """Remove all temporary files, and what libraries put beside them (.aux.xml, -journal)."""
        for folder in {path.parent for path in self.targets}:
            if folder.is_dir():
                for left in folder.iterdir():
                    mine = left.name.startswith(".") and f".{self.token}" in left.name
                    if mine and left != self.beside("lock"):
                        with contextlib.suppress(OSError):
                            left.unlink()


def keep(path: Path, copy: Path) -> None:
    """Give a file a second name."""
    try:
        os.link(path, copy)
    except OSError:  # a file system without hard links
        shutil.copy2(path, copy)


def clear_leftovers(main: Path) -> None:
    """Undo what killed runs left half done at an output, and remove their temporary files."""
    marks = [path for path in _beside(main) if path.suffix == ".lock" and SIGN in path.name]
    if not marks and not commit_lock(main).exists():
        return
    with locked(commit_lock(main)):
        for mark in marks:
            with contextlib.suppress(Timeout), locked(mark, wait=False):
                left = _as_left(main, mark.suffixes[-2].removeprefix("."))
                if left.beside("begun").exists():
                    left.roll_back()
                left.clear()


def commit_lock(main: Path) -> Path:
    """Return the lock file of those who rename files of a set."""
    return main.with_name(f".{main.name}.lock")


def _beside(main: Path) -> list[Path]:
    folder = main.parent
    start = f".{main.name}.{SIGN}"
    return [p for p in folder.iterdir() if p.name.startswith(start)] if folder.is_dir() else []


def _as_left(main: Path, token: str) -> OutputSet:
    """Return the files of a run that is no more, as far as it got to list them."""
    left = OutputSet((main,), token)
    for kind in ("begun", "set"):
        with contextlib.suppress(OSError, ValueError):
            names = json.loads(left.beside(kind).read_text(encoding="utf-8"))
            return OutputSet(tuple(Path(name) for name in names), token)
    return left


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Put off Ctrl-C and SIGTERM until the block has ended."""
    came: list[tuple[int, FrameType | None]] = []
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():  # no other gets signals
        for each in (signal.SIGINT, signal.SIGTERM):
            before[each] = signal.signal(each, lambda n, frame: came.append((n, frame)))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        for number, frame in came[:1]:
            if callable(before[number]):
                before[number](number, frame)
            else:
                signal.raise_signal(number)
