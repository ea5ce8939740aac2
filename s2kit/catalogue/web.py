"""HTTP requests and downloads: temporary failures are retried, others raise one error."""

import datetime as dt
import email.utils
import functools
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from s2kit.errors import S2kitError

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How often and how long a request is retried; times in seconds."""

    attempts: int = 5
    """How often a request is made in all."""
    pause: float = 1.0
    """Wait after the first failure, doubled after each; ``Retry-After`` overrides it."""
    longest_pause: float = 120.0
    """A ``Retry-After`` beyond this is not waited for."""
    silence: float = 20.0
    """Wait for a connection or for the next byte."""
    slowest: float = 20_000.0
    """Bytes per second below which, after ``silence``, an answer counts as stuck."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


PATIENCE = Patience()

TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
"""Statuses of temporary failures."""


class UnreachableError(S2kitError):
    """No connection to the server at all: the next request would fare no better."""


class FailingError(S2kitError):
    """The server failed at every attempt."""


class RefusedError(S2kitError):
    """401 or 403: no right, or no longer, to have this."""


class TemporaryError(Exception):
    """A failure that is retried: the text says what came."""

    def __init__(self, came: str, wait: float | None = None) -> None:
        super().__init__(came)
        self.wait = wait


@dataclass(frozen=True)
class Reply:
    """A complete answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def fetch(
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    expected: tuple[int, ...] = (200,),
    check: Callable[[Reply], object] | None = None,
    client: httpx.Client | None = None,
) -> Reply:
    """Make a request, and retry it after temporary failures as `PATIENCE` says.

    Parameters
    ----------
    url, method, headers, json
        The request.
    expected
        Statuses that are an answer.
    check
        Called with the reply; a ValueError means that it is garbled, and the request is retried.
    client
        Keeps the connection for the next request, see `open_client`; by default there is one
        connection per request.

    Raises
    ------
    UnreachableError
        If no connection can be made.
    RefusedError
        On 401 and 403.
    FailingError
        If every attempt fails.
    S2kitError
        On any other refusal. All errors say which address, what came and what to do. The query
        of the address, which may hold a signature, is never shown.
    """

    def once() -> Reply:
        if client is not None:
            reply = _ask(client, url, method, headers, json, expected)
        else:
            with open_client() as own:
                reply = _ask(own, url, method, headers, json, expected)
        if check is not None:
            check(reply)
        return reply

    return with_retries(url, once)


def open_client() -> httpx.Client:
    """Return a client that keeps its connections until it is closed, and follows redirects."""
    return httpx.Client(
        follow_redirects=True, timeout=httpx.Timeout(PATIENCE.silence), verify=_certificates()
    )


def with_retries(url: str, once: Callable[[], T]) -> T:
    """Call ``once`` until it succeeds; errors as `fetch`."""
    came = ""
    for attempt in range(PATIENCE.attempts):
        try:
            return once()
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise S2kitError(f"{plain(url)} is no web address ({error}); correct it") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise UnreachableError(
                f"{plain(url)} cannot be reached ({error}); connect to the network, or use "
                "another source"
            ) from error
        except (httpx.TransportError, TemporaryError, ValueError) as error:
            came = str(error) or type(error).__name__
            if attempt + 1 == PATIENCE.attempts:
                break
            wait = error.wait if isinstance(error, TemporaryError) else None
            PATIENCE.sleep(PATIENCE.pause * 2**attempt if wait is None else wait)
    raise FailingError(
        f"{plain(url)} failed {PATIENCE.attempts} times, at last with: {came}; "
        "try again later or use another source"
    )


def plain(url: str) -> str:
    """Return an address without its query, fit for messages and files.

    Examples
    --------
    >>> plain("https://example.org/B02.tif?sig=secret")
    'https://example.org/B02.tif'
    """
    return url.split("?", 1)[0]


def check_status(answer: httpx.Response, url: str, expected: tuple[int, ...]) -> None:
    """Raise the error that fits an answer's status, unless it is among the expected ones."""
    status = answer.status_code
    if status in expected:
        return
    if status == 200:
        raise S2kitError(
            f"{plain(url)} sends the whole file instead of a range of it; download the product "
            "and name its path as the catalogue, or use another source"
        )
    came = f"HTTP {status} {answer.reason_phrase}".strip()
    if status in TRANSIENT:
        wait = _retry_after(answer.headers.get("Retry-After", ""))
        if wait is not None and wait > PATIENCE.longest_pause:
            raise S2kitError(
                f"{plain(url)} answers {came} and asks to come back in {wait:.0f} seconds; "
                "do so, or use another source"
            )
        raise TemporaryError(came, wait)
    if status in (401, 403):
        raise RefusedError(
            f"{plain(url)} refuses access ({came}); check the credentials, or use another source"
        )
    raise S2kitError(f"{plain(url)} answers {came}; check the address, or use another source")


def _ask(
    client: httpx.Client,
    url: str,
    method: str,
    headers: Mapping[str, str] | None,
    json: Any,
    expected: tuple[int, ...],
) -> Reply:
    # Identity: ranges and lengths count the bytes as they are stored.
    sent = {"Accept-Encoding": "identity", **(headers or {})}
    with client.stream(method, url, headers=sent, json=json) as answer:
        check_status(answer, url, expected)
        body, start = bytearray(), PATIENCE.clock()
        for chunk in answer.iter_raw():
            body += chunk
            spent = PATIENCE.clock() - start
            if spent > PATIENCE.silence + len(body) / PATIENCE.slowest:
                raise TemporaryError(f"only {len(body)} bytes in {spent:.0f} seconds")
    return Reply(answer.status_code, dict(answer.headers), bytes(body))


def _retry_after(value: str) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110, section 10.2.3)."""
    if value.strip().isdigit():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds())


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Return the certificates to trust; reading them takes longer than many a request."""
    return httpx.create_ssl_context()
