"""A real HTTP server on loopback: files with range requests, a STAC API, and faults on demand.

The STAC API is rustac's, behind this server, so that faults can be put before it as well.
"""

import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from s2kit.catalogue.web import Patience

Fault = Callable[["Handler"], bool]
"""Answers a request badly and returns True, or returns False to let the good answer follow."""


class BadServer(ThreadingHTTPServer):
    """Serves a folder under /files; everything else comes from the STAC API."""

    daemon_threads = True

    def __init__(self, folder: Path, api: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.api = folder, api
        self.faults: list[tuple[str, Fault]] = []
        self.requests: list[tuple[str, str]] = []
        self.sent = 0
        self.waiting = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def misbehave(self, path: str, *faults: Fault) -> None:
        """Answer the next requests whose path contains ``path`` with these faults, one each."""
        self.faults += [(path, fault) for fault in faults]

    def reset(self) -> None:
        self.faults, self.requests, self.sent = [], [], 0

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet when a client hangs up."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BadServer

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.path, self.headers.get("Range", "")))
        for number, (path, fault) in enumerate(self.server.faults):
            if path in self.path:
                if not permanent(fault):
                    del self.server.faults[number]
                if fault(self):
                    return
                break
        self.answer(*self.good())

    do_POST = do_GET  # noqa: N815

    def good(self) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of the right answer."""
        path = urlsplit(self.path).path
        if not path.startswith("/files/"):
            return self.from_api()
        file = self.server.folder / path.removeprefix("/files/")
        if not file.is_file():
            return 404, {}, b""
        data = file.read_bytes()
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not found:
            return 200, {"Accept-Ranges": "bytes"}, data
        first, last = int(found[1]), min(int(found[2]), len(data) - 1)
        headers = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
        return 206, headers, data[first : last + 1]

    def from_api(self) -> tuple[int, dict[str, str], bytes]:
        reply = httpx.request(
            self.command,
            self.server.api + self.path,
            content=self.body,
            headers={"Content-Type": "application/json"},
        )
        return reply.status_code, {"Content-Type": reply.headers["content-type"]}, reply.content

    def answer(
        self, status: int, headers: dict[str, str], body: bytes, send: int | None = None
    ) -> None:
        """Send an answer, or only its first ``send`` bytes and then hang up."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:send])
        self.server.sent += len(body[:send])
        if send is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


class ChunkClock(threading.local):
    """A clock that goes a second per look, of which there is one per piece of an answer.

    So what drips takes long on it, however busy the machine that tests.
    """

    seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


def impatient(sleep: Callable[[float], None]) -> Patience:
    """Return the patience of a client in a test: pauses are passed on, not taken."""
    return Patience(attempts=4, silence=10, slowest=1e6, sleep=sleep, clock=ChunkClock())


def always(fault: Fault) -> Fault:
    """Make a fault that does not pass."""

    def again(handler: Handler) -> bool:
        return fault(handler)

    again.permanent = True  # type: ignore[attr-defined]
    return again


def permanent(fault: Fault) -> bool:
    return getattr(fault, "permanent", False)


def status(code: int, **headers: str) -> Fault:
    """Answer with a status and headers (underscores become hyphens)."""

    def fault(handler: Handler) -> bool:
        handler.answer(code, {k.replace("_", "-"): v for k, v in headers.items()}, b"no")
        return True

    return fault


def cut(handler: Handler) -> bool:
    """Hang up in the middle of the body."""
    code, headers, body = handler.good()
    handler.answer(code, headers, body, send=len(body) // 2)
    return True


def short(handler: Handler) -> bool:
    """Send half of the range and call it complete."""
    code, headers, body = handler.good()
    handler.answer(code, headers, body[: len(body) // 2])
    return True


def ignore_range(handler: Handler) -> bool:
    """Send the whole file."""
    del handler.headers["Range"]
    handler.answer(*handler.good())
    return True


def garble(at: int) -> Fault:
    """Change the byte at this place of the file."""

    def fault(handler: Handler) -> bool:
        code, headers, body = handler.good()
        first = int(headers.get("Content-Range", "bytes 0-").split()[1].split("-")[0])
        if not first <= at < first + len(body):
            return False
        changed = bytearray(body)
        changed[at - first] ^= 0xFF
        handler.answer(code, headers, bytes(changed))
        return True

    return fault


def drip(handler: Handler) -> bool:
    """Send a byte now and then, for as long as the client bears it."""
    code, headers, body = handler.good()
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    for byte in body:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        handler.server.waiting.wait(0.01)
    return True


def signature_needed(current: list[str]) -> Fault:
    """Refuse addresses that do not carry the signature of the moment."""

    def fault(handler: Handler) -> bool:
        if parse_qs(urlsplit(handler.path).query).get("sig") == [current[0]]:
            return False
        handler.answer(403, {}, b"Request has expired")
        return True

    return always(fault)
