"""Finished windows of a map that is being made, kept beside it until it is whole.

A run that is killed leaves them, and the next one takes them up, if image, weights and settings
are the same. The folder is locked: the system lets go of a lock when its process ends.
"""

import contextlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import Timeout
from rasterio.errors import RasterioError

from s2kit.errors import S2kitError
from s2kit.maps.layout import Layout
from s2kit.scenes.leftovers import locked, undisturbed

Layers = dict[str, npt.NDArray[Any]]


class Work:
    """The finished windows of one map, by number; `resumable` makes it.

    Attributes
    ----------
    layout
        How the image is cut: as asked for, or as a run before has cut it.
    done
        Numbers of the finished windows.
    """

    def __init__(
        self,
        folder: Path,
        key: Mapping[str, str],
        layout: Layout,
        fits: Callable[[Layout], bool],
    ) -> None:
        self.folder = folder
        self.key = dict(key)
        self.layout = layout
        self.fits = fits
        self.done: set[int] = set()

    @property
    def count(self) -> int:
        """Number of windows."""
        return self.layout.count

    def take_up(self) -> str | None:
        """Find the windows of a run before; return what became of them in words, or None."""
        left = sorted(self.folder.glob("*.npz"))
        changed = self._changed()
        if changed is None:
            self.done = {number for number in range(self.count) if self._is_whole(number)}
            if self.done:
                return (
                    f"going on with an interrupted run: {len(self.done)} of {self.count} windows "
                    "are done"
                )
        self.clear()
        told = json.dumps({"key": self.key, "cores": [self.layout.rows, self.layout.columns]})
        _write(self.folder / "key.json", lambda file: file.write(told.encode()))
        if not left or not changed:
            return None
        return (
            f"starting anew: of an interrupted run {len(left)} windows are done, but the "
            f"{changed} changed since"
        )

    def save(self, number: int, layers: Layers) -> None:
        """Keep a finished window, whole or not at all."""
        _write(self._path(number), lambda file: np.savez_compressed(file, **layers))  # type: ignore[arg-type]
        self.done.add(number)

    def load(self, number: int) -> Layers:
        """Return a finished window."""
        with np.load(self._path(number), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    def clear(self) -> None:
        """Remove all files but the lock; without a key, the windows that are left mean nothing."""
        (self.folder / "key.json").unlink(missing_ok=True)
        for path in self.folder.iterdir():
            if path.name != "lock":
                path.unlink()
        self.done = set()

    def _changed(self) -> str | None:
        """Return in words what differs from the run before: None if nothing, "" if none was."""
        try:
            before = json.loads((self.folder / "key.json").read_bytes())
            differ = [name for name, value in self.key.items() if before["key"].get(name) != value]
            rows, columns = map(int, before["cores"])
            cut = replace(self.layout, rows=max(rows, 1), columns=max(columns, 1))
        except (OSError, ValueError, AttributeError, TypeError, KeyError):
            return ""
        if not differ and not self.fits(cut):
            differ = ["free memory"]
        if not differ:
            self.layout = cut
        return " and the ".join(differ) or None

    def _is_whole(self, number: int) -> bool:
        try:
            self.load(number)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return False
        return True

    def _path(self, number: int) -> Path:
        return self.folder / f"{number}.npz"


@contextlib.contextmanager
def resumable(
    out: Path,
    key: Mapping[str, str],
    layout: Layout,
    fits: Callable[[Layout], bool],
    say: Callable[[str], object],
) -> Iterator[Work]:
    """Give the work on a map, with the windows that a run before has finished.

    At the end it is removed. On an error or an interruption the finished windows stay for the next
    run, if there are several windows in all.

    Parameters
    ----------
    out
        The map.
    key
        What the windows depend on, by name: the image, the weights, the settings.
    layout
        How the image is cut, unless a run before has cut it otherwise.
    fits
        Whether there is memory for the windows of a layout.
    say
        Called with a sentence about windows that were found or are left.

    Raises
    ------
    S2kitError
        If another run works on the same map, or the folder cannot be written.
    """
    real = Path(os.path.realpath(out))
    folder = real.with_name(f".{real.name}.work-s2kit")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / "lock", wait=False):
            work = Work(folder, key, layout, fits)
            try:
                note = work.take_up()
                if note:
                    say(note)
                yield work
            except BaseException:
                if work.count > 1 and work.done:
                    with contextlib.suppress(OSError):
                        say(
                            f"{len(work.done)} of {work.count} windows are kept; the same command "
                            "goes on from there"
                        )
                    raise
                with undisturbed(), contextlib.suppress(OSError):
                    work.clear()
                raise
            with undisturbed():
                work.clear()
    except Timeout as error:
        raise S2kitError(
            f"{out} is being made by another run; wait for it, or name another file"
        ) from error
    except RasterioError:  # some are OSErrors too, and they tell of what is read
        raise
    except OSError as error:
        raise S2kitError(
            f"{out} cannot be written ({error}); free the disk, or choose another folder"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()


def check_disk(out: Path, size: int) -> None:
    """Refuse a map that its disk has no room for.

    Parameters
    ----------
    out
        The map; its folder must be there.
    size
        Bytes that all files take at most while it is made.

    Raises
    ------
    S2kitError
        If fewer are free.
    """
    free = shutil.disk_usage(Path(os.path.realpath(out)).parent).free
    if free < size:
        raise S2kitError(
            f"{out} takes up to {size / 1e6:.0f} MB while it is made, and {free / 1e6:.0f} MB are "
            "free there; free the disk, or choose another folder"
        )


def _write(path: Path, fill: Callable[[Any], object]) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
