"""A raster behind HTTP as a file: only the bytes that are read travel."""

import io
import re
from collections.abc import Callable

from s2kit.catalogue.signing import Sign
from s2kit.catalogue.web import RefusedError, Reply, fetch, open_client, plain
from s2kit.errors import S2kitError

BLOCK = 1 << 16
"""Bytes are fetched in whole blocks of this size; the header of a COG fits into one."""


class RemoteFile(io.RawIOBase):
    """Reads a file by HTTP range requests, each block once.

    The opener's file for rasterio. GDAL cannot pass our errors on, so `read` then answers with
    nothing and keeps the error in ``trouble``.

    Attributes
    ----------
    trouble
        What went wrong first, or None.
    received
        Bytes that have come.
    """

    def __init__(self, href: str, sign: Sign) -> None:
        self.href, self._sign = href, sign
        self._client = open_client()
        self._url = ""
        self._blocks: dict[int, bytes] = {}
        self._position = 0
        self._size = -1
        self._version = ""
        self.received = 0
        self.trouble: S2kitError | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._known_size()}
        self._position = base[whence] + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = self._known_size()
        if size >= 0:
            end = min(end, self._position + size)
        try:
            data = self._between(self._position, end)
        except S2kitError as error:
            self.trouble = self.trouble or error
            return b""
        self._position += len(data)
        return data

    def hang_up(self) -> None:
        """Close the connection; GDAL calls `close` whenever it has read something."""
        self._client.close()

    def fetched(self, start: int, size: int) -> bytes | None:
        """Return bytes that have come already, or None if some have not."""
        numbers = range(start // BLOCK, (start + size - 1) // BLOCK + 1)
        if size < 1 or any(number not in self._blocks for number in numbers):
            return None
        return self._between(start, start + size)

    def _known_size(self) -> int:
        if self._size < 0 and self.trouble is None:
            try:
                self._load(0, 1)
            except S2kitError as error:
                self.trouble = error
        return max(self._size, 0)

    def _between(self, start: int, end: int) -> bytes:
        if end <= start:
            return b""
        first, last = start // BLOCK, (end - 1) // BLOCK + 1
        missing = [number for number in range(first, last) if number not in self._blocks]
        while missing:  # neighbouring blocks travel in one request
            run = 1
            while run < len(missing) and missing[run] == missing[0] + run:
                run += 1
            self._load(missing[0], missing[0] + run)
            missing = missing[run:]
        joined = b"".join(self._blocks[number] for number in range(first, last))
        return joined[start - first * BLOCK : end - first * BLOCK]

    def _load(self, first: int, last: int) -> None:
        start, end = first * BLOCK, last * BLOCK
        if self._size >= 0:
            end = min(end, self._size)

        def complete(reply: Reply) -> None:
            begin, length, size = _content_range(reply)
            if begin != start or length != min(end, size) - start or length != len(reply.content):
                raise ValueError(f"{len(reply.content)} bytes for the range {start} to {end}")

        reply = self._signed_fetch({"Range": f"bytes={start}-{end - 1}"}, complete)
        _, length, size = _content_range(reply)
        version = reply.headers.get("etag", "")
        if self._size >= 0 and (size, version) != (self._size, self._version):
            raise S2kitError(f"{plain(self.href)} changed while it was read; read it again")
        self._size, self._version = size, version
        self.received += length
        for number in range(first, last):
            at = number * BLOCK - start
            self._blocks[number] = reply.content[at : at + BLOCK]

    def _signed_fetch(self, headers: dict[str, str], check: Callable[[Reply], object]) -> Reply:
        self._url = self._url or self._sign(self.href, False)
        try:
            return self._fetch(headers, check)
        except RefusedError:  # a signature may have expired meanwhile
            fresh = self._sign(self.href, True)
            if fresh == self._url:
                raise
            self._url = fresh
            return self._fetch(headers, check)

    def _fetch(self, headers: dict[str, str], check: Callable[[Reply], object]) -> Reply:
        return fetch(self._url, headers=headers, expected=(206,), check=check, client=self._client)


def _content_range(reply: Reply) -> tuple[int, int, int]:
    """Return first byte, number of bytes and file size; ValueError if the header is missing."""
    value = reply.headers.get("content-range", "")
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", value.strip())
    if not found:
        raise ValueError(f"the range {value!r}")
    first, last, size = map(int, found.groups())
    return first, last - first + 1, size
