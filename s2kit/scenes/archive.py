"""The authors' archive: files found in a mirror or downloaded, verified by git blob id.

The archive is a GitHub repository. A git blob id is the SHA-1 of the word "blob", the size, a zero
byte and the content, so every file can be verified, whoever delivered it (Pro Git, section 10.2).
"""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from tqdm import tqdm

from s2kit.errors import S2kitError
from s2kit.scenes.manifest import ArchiveFile
from s2kit.scenes.settings import home, mirror

ARCHIVE = "https://raw.githubusercontent.com/bh-del/lulc_mining"
"""Where the archive is served, as COMMIT/PATH; ``S2KIT_ARCHIVE`` names another address."""

ATTEMPTS = 5
"""How often a download is tried, with pauses of 1, 2, 4 and 8 seconds."""

TIMEOUT = httpx.Timeout(30, connect=10)
"""Seconds to wait for the server's next bytes, and for a connection."""


class ArchiveUnreachableError(S2kitError):
    """The archive does not answer, or fails again and again: the next file would fare no better."""


class _AskAgain(Exception):  # noqa: N818 - not an error yet
    """A failure that may pass: the text says what came."""


def archive_address() -> str:
    """Return the address that files are downloaded from."""
    return os.environ.get("S2KIT_ARCHIVE", ARCHIVE).rstrip("/")


def git_blob_id(path: Path) -> str:
    """Return the git blob id of a file, 40 hexadecimal digits."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def fetch(
    file: ArchiveFile,
    address: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Return the path of a file of the archive, downloading it if need be.

    The mirror (``S2KIT_MIRROR``) comes first, then what was downloaded before, then the network.
    A download goes to a partial file that survives an interruption and is resumed; it gets its
    final name ``S2KIT_HOME/authors/COMMIT/PATH`` once its git blob id is right.

    Parameters
    ----------
    file
        What to fetch, as the manifest lists it.
    address
        Where the archive is served; by default `archive_address`.
    sleep
        Called with the seconds to wait between two attempts.

    Raises
    ------
    ArchiveUnreachableError
        If there is no connection, or the server fails `ATTEMPTS` times.
    S2kitError
        If a file of the mirror is damaged, or the archive refuses the file or delivers another.
    """
    here = local_copy(file)
    if here:
        return here
    target = _downloaded(file)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return _download(file, target, address or archive_address(), sleep)
    except OSError as error:
        raise S2kitError(
            f"{file} cannot be stored below {home()} ({error}); free some space or name another "
            "folder with S2KIT_HOME"
        ) from error


def local_copy(file: ArchiveFile) -> Path | None:
    """Return the verified file in the mirror or among the downloads, or None.

    A damaged file in the mirror is the user's: S2kitError. A damaged download is ours: None, and
    `fetch` replaces it.
    """
    folder, target = mirror(), _downloaded(file)
    path = folder / file.commit / file.path if folder else None
    if path is None or not path.is_file():
        return target if target.is_file() and git_blob_id(target) == file.blob else None
    came = git_blob_id(path)
    if came != file.blob:
        raise S2kitError(
            f"{path} is damaged: expected {file}, came {path.stat().st_size} bytes, git blob "
            f"{came[:12]}; copy it anew, or delete it to download it"
        )
    return path


def _downloaded(file: ArchiveFile) -> Path:
    return home() / "authors" / file.commit / file.path


def _download(
    file: ArchiveFile, target: Path, address: str, sleep: Callable[[float], None]
) -> Path:
    url = f"{address}/{file.commit}/{file.path}"
    part = target.with_name(f".{target.name}.part")
    trouble = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(2.0 ** (attempt - 1))
        kept = part.is_file()
        try:
            if not (kept and git_blob_id(part) == file.blob):
                _receive(file, url, part)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise ArchiveUnreachableError(
                f"the authors' archive at {address} cannot be reached ({error}); connect to the "
                "network, or set S2KIT_MIRROR to a copy of the archive"
            ) from error
        except (httpx.TransportError, _AskAgain) as error:
            trouble = str(error) or type(error).__name__
            continue
        came, size = git_blob_id(part), part.stat().st_size
        if came == file.blob:
            part.replace(target)
            return target
        part.unlink()
        trouble = f"{size} bytes, git blob {came[:12]}"
        if not kept:  # a whole download, not one that a bad partial file spoilt
            raise S2kitError(
                f"{url} delivered another file: expected {file}, came {trouble}; try again later, "
                "and if it stays so put the right file into S2KIT_MIRROR"
            )
    raise ArchiveUnreachableError(
        f"{url} failed {ATTEMPTS} times: expected {file}, came {trouble}; try again later (what "
        "has come is kept), or set S2KIT_MIRROR to a copy of the archive"
    )


def _receive(file: ArchiveFile, url: str, part: Path) -> None:
    """Append what is missing to the partial file, or write it whole."""
    start = part.stat().st_size if part.is_file() else 0
    if file.size is not None and start >= file.size:  # full, yet wrong: see the caller
        part.unlink()
        start = 0
    # Ranges count the bytes as sent: a compressed body would not fit the file.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with httpx.stream(
        "GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=True
    ) as answer:
        _check_status(answer, file, url, part)
        resumed = answer.status_code == httpx.codes.PARTIAL_CONTENT
        if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            part.unlink(missing_ok=True)
            raise _AskAgain(f"another range than the one from byte {start}")
        start = start if resumed else 0
        length = answer.headers.get("Content-Length")
        total = file.size or (start + int(length) if length else None)
        with (
            part.open("ab" if resumed else "wb") as out,
            # disable=None: no bar where stderr is no terminal, so none in a chapter's output
            tqdm(
                desc=part.name[1:-5], total=total, initial=start, unit="B", unit_scale=True,
                disable=None,
            ) as bar,
        ):  # fmt: skip
            for chunk in answer.iter_bytes():
                bar.update(out.write(chunk))
    size = part.stat().st_size
    if total is not None and size < total:  # a server that hangs up without a word
        raise _AskAgain(f"{size} of {total} bytes")


def _check_status(answer: httpx.Response, file: ArchiveFile, url: str, part: Path) -> None:
    status = answer.status_code
    if status in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        return
    came = f"HTTP {status} {answer.reason_phrase}".strip()
    if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.unlink(missing_ok=True)
        raise _AskAgain(came)
    if status in (408, 425, 429) or status >= 500:
        raise _AskAgain(came)
    raise S2kitError(
        f"{url} is refused: expected {file}, came {came}; check the row in data_manifest.csv, or "
        f"put the file into S2KIT_MIRROR as {file.commit}/{file.path}"
    )
