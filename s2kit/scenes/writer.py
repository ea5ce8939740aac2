"""The one way in which files are written: whole or not at all, and never over an input.

A file is written under a temporary name of its own run and renamed when it is complete and on the
disk. Several files that belong together appear together: if one cannot, those of before stand.
Runs that write the same file at once do not meet: each ends well, and the last one's file stays.
"""

import contextlib
import errno
import filecmp
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError

from s2kit.errors import S2kitError
from s2kit.scenes.leftovers import (
    OutputSet,
    clear_leftovers,
    commit_lock,
    keep,
    locked,
    undisturbed,
)


@contextlib.contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give a temporary path that takes the place of ``path`` if all goes well.

    Parameters
    ----------
    path
        The file to write; folders are made.

    Raises
    ------
    S2kitError
        If it cannot be written: then what was there stays.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with replacing(folder / "a.txt") as part:
    ...     _ = part.write_text("whole")
    >>> [file.name for file in folder.iterdir()], (folder / "a.txt").read_text()
    (['a.txt'], 'whole')
    """
    with replacing_all([path]) as (part,):
        yield part


@contextlib.contextmanager
def replacing_all(paths: Sequence[Path | str]) -> Iterator[tuple[Path, ...]]:
    """Give temporary paths that take the places of ``paths``, all of them or none.

    Parameters
    ----------
    paths
        The files to write; each of the temporary ones must be there at the end. The last is the
        main one; the others tell about it.

    Raises
    ------
    S2kitError
        If one cannot be written: then those that were there stay, all of them.

    Notes
    -----
    Several renames are not one, so of a run that is killed (kill -9) this is promised: the main
    file is the old one or the new one, whole and with its own companions, or it is not there. Where
    no companion changes, it is one or the other. It is missing only if the run was killed between
    two renames of a set with changed companions; the old one then lies hidden beside it, and the
    next run that writes the same main file begins by putting it back. That run also removes all
    other temporary files of killed runs, and leaves those of running ones alone.
    """
    # a link stays a link: what it points to is replaced
    files = OutputSet.new([Path(os.path.realpath(path)) for path in paths])
    try:
        for path in files.targets:
            path.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(files.targets[-1])
        with locked(files.beside("lock")):
            yield from _written(files)
    except (OSError, RasterioError) as error:
        names = ", ".join(str(path) for path in paths)
        raise S2kitError(
            f"{names} cannot be written ({error}); free the disk, or choose another folder"
        ) from error


def _written(files: OutputSet) -> Iterator[tuple[Path, ...]]:
    """Give the temporary paths, rename what was written there, and clear up in any case."""
    try:
        if len(files.targets) > 1:
            listed = json.dumps([str(path) for path in files.targets])
            files.beside("set").write_text(listed, encoding="utf-8")
        yield files.parts
        for part in files.parts:
            _to_disk(part)
        with undisturbed():
            _rename(files)
    finally:
        with undisturbed():
            files.clear()


def _rename(files: OutputSet) -> None:
    """Put the new files in their places; on any error put back what was there."""
    main, new = files.targets[-1], files.parts[-1]
    if len(files.targets) == 1:  # one rename is all or nothing by itself
        os.replace(new, main)
        return
    with locked(commit_lock(main)):
        changed = [
            (part, path, old)
            for part, path, old in zip(files.parts, files.targets, files.kept, strict=True)
            if path != main and not (path.exists() and filecmp.cmp(part, path, shallow=False))
        ]
        if not changed:
            os.replace(new, main)
            return
        for path, old in zip(files.targets[:-1], files.kept, strict=False):
            if path.exists():
                keep(path, old)
        os.replace(files.beside("set"), files.beside("begun"))
        try:
            # The main file goes first and comes last: it never stands beside another's companions.
            if main.exists():
                os.replace(main, files.kept[-1])
            for part, path, _ in changed:
                os.replace(part, path)
            os.replace(new, main)
        except BaseException:
            files.roll_back()
            raise


def _to_disk(part: Path) -> None:
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def check_written(part: Path, values: npt.NDArray[Any]) -> None:
    """Check that a raster of one band holds what was written.

    GDAL writes the last of a file when it is closed, and tells nobody if the disk was full then.

    Raises
    ------
    OSError
        If it does not; RasterioError if it is no raster at all.
    """
    with rasterio.open(part) as file:
        if not np.array_equal(file.read(1), values):
            raise OSError(errno.ENOSPC, "the disk did not keep all that was written")


def check_outputs(outputs: Sequence[Path | str], inputs: Sequence[Path | str] = ()) -> None:
    """Check the files that will be written before the work begins; make their folders.

    Parameters
    ----------
    outputs
        The files to write.
    inputs
        The files that are read; of a virtual raster also those that it draws on.

    Raises
    ------
    S2kitError
        If an output cannot be written, is an input (by whatever name) or another output.

    Examples
    --------
    >>> check_outputs(["map.tif"], ["./map.tif"])
    Traceback (most recent call last):
    s2kit.errors.S2kitError: map.tif would overwrite the input map.tif; name another file
    """
    read = [source for path in inputs for source in _sources(Path(path))]
    for number, output in enumerate(map(Path, outputs)):
        for source in read:
            if _same(output, source):
                raise S2kitError(f"{output} would overwrite the input {source}; name another file")
        for other in list(map(Path, outputs))[:number]:
            if _same(output, other):
                raise S2kitError(f"{output} and {other} are one file; give different files")
        _check_writable(output)


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise S2kitError(f"{path} is a folder; name a file in it")
    folder = Path(os.path.realpath(path)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # nameless where the system can
            pass
    except OSError as error:
        raise S2kitError(f"{path} cannot be written ({error}); choose another folder") from error


def _sources(path: Path) -> list[Path]:
    """Return a file and those that it draws on, as far as GDAL knows them."""
    found, left = [path], [path]
    while left:
        one = left.pop()
        if one.suffix.lower() == ".vrt":
            try:
                with rasterio.open(one) as dataset:
                    files = [Path(file) for file in dataset.files]
            except RasterioError:  # reading it will say so
                continue
            new = [file for file in files if file not in found]
            found += new
            left += new
    return found


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)
