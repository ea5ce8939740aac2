"""Resumable downloads to a file that appears complete or not at all."""

import contextlib
import glob
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from filelock import Timeout
from tqdm import tqdm

from s2kit.catalogue.web import TemporaryError, check_status, open_client, with_retries
from s2kit.errors import S2kitError
from s2kit.scenes.leftovers import locked, undisturbed


class WrongFileError(S2kitError):
    """The server delivered another file than the one asked for."""


def download(
    url: str, path: Path, check: Callable[[Path], object], size: int | None = None
) -> None:
    """Download a file; an interrupted download is resumed by the next call.

    Each call writes to a partial file of its own, so two programs may download the same file at
    once. What an interrupted call leaves is taken over by the next one.

    Parameters
    ----------
    url
        Where it is served.
    path
        Where it goes; the folder is made, and a file that is there is replaced at the end.
    check
        Called with a complete file; a ValueError, which says what came, means that it is the
        wrong one.
    size
        Its size in bytes, if known.

    Raises
    ------
    WrongFileError
        If the server delivers a whole file that ``check`` refuses.
    S2kitError
        As `web.fetch`.
    """
    with _partial_file(path, check) as part, open_client() as client:

        def once() -> None:
            resumed = part.is_file()
            if not (resumed and _passes(check, part)):
                _receive(client, url, part, size)
            try:
                check(part)
                part.replace(path)
            except FileNotFoundError:
                raise TemporaryError("another program took the partial file") from None
            except ValueError as error:
                part.unlink()
                if resumed:  # the earlier bytes may have been the wrong ones
                    raise
                raise WrongFileError(f"{url} delivered another file: {error}") from error

        with_retries(url, once)


@contextlib.contextmanager
def _partial_file(path: Path, check: Callable[[Path], object]) -> Iterator[Path]:
    """Give a partial file of this call's own; one that was left behind is taken over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    left = path.with_name(f".{path.name}.part")
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    with locked(_mark(part)):
        try:
            for candidate in (left, *_abandoned(path)):
                with contextlib.suppress(OSError):  # there is none, or another program was faster
                    if part.exists():
                        candidate.unlink()
                    else:
                        candidate.rename(part)
            yield part
        finally:
            with undisturbed():
                if part.is_file():
                    part.replace(left)
                if _passes(check, path):  # whole, by this call or by another one
                    for rest in (left, *_abandoned(path)):
                        rest.unlink(missing_ok=True)


def _mark(part: Path) -> Path:
    """Return the lock file that a call holds as long as it needs its partial file."""
    return part.with_suffix(".lock")


def _abandoned(path: Path) -> Iterator[Path]:
    """Yield the partial files that killed programs left; remove their marks."""
    names = glob.glob(f".{glob.escape(path.name)}.*.lock", root_dir=path.parent)
    for mark in (path.parent / name for name in names):
        with contextlib.suppress(Timeout, OSError), locked(mark, wait=False):
            yield mark.with_suffix(".part")


def _passes(check: Callable[[Path], object], part: Path) -> bool:
    try:
        check(part)
    except (ValueError, OSError):
        return False
    return True


def _receive(client: httpx.Client, url: str, part: Path, size: int | None) -> None:
    """Append what is missing to the partial file, or write it whole."""
    start = part.stat().st_size if part.is_file() else 0
    if size is not None and start >= size:  # full, yet wrong
        part.unlink()
        start = 0
    # Identity: ranges count the bytes as they are stored.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink(missing_ok=True)
            raise TemporaryError("a range beyond the end of the file was asked for")
        check_status(answer, url, expected=(200, 206))
        resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT
        if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            part.unlink(missing_ok=True)
            raise TemporaryError(f"another range than the one from byte {start}")
        start = start if resumed else 0
        length = answer.headers.get("Content-Length")
        total = size or (start + int(length) if length else None)
        came = start + _write(answer, part, resumed, start, total)
    if total is not None and came < total:  # a server that hangs up without a word
        raise TemporaryError(f"{came} of {total} bytes")


def _write(answer: httpx.Response, part: Path, append: bool, start: int, total: int | None) -> int:
    name = part.name[1:].rsplit(".", 2)[0]
    written = 0
    with (
        part.open("ab" if append else "wb") as out,
        # disable=None: no bar where stderr is no terminal, so none in a chapter's output
        tqdm(
            desc=name, total=total, initial=start, unit="B", unit_scale=True, disable=None
        ) as bar,
    ):  # fmt: skip
        for chunk in answer.iter_bytes():
            bar.update(out.write(chunk))
            written += len(chunk)
    return written
