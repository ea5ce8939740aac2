"""Files of the archive: from the mirror or from a server that misbehaves, always verified."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from s2kit.catalogue import web
from s2kit.errors import S2kitError
from s2kit.scenes.manifest import ArchiveFile
from s2kit.sources.archive import Archive, ArchiveUnreachableError, git_blob_id

CONTENT = bytes(range(256)) * 40
COMMIT = "c0ffee" + "0" * 34
ATTEMPTS = web.Patience.attempts
NOWHERE = "http://nobody.invalid"


def archive_file(content: bytes = CONTENT, size: int | None = len(CONTENT)) -> ArchiveFile:
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return ArchiveFile(COMMIT, "img_train/scene.tif", size, blob)


Reply = Callable[[BaseHTTPRequestHandler], None]


def send(status: int, body: bytes = b"", length: int | None = None, **headers: str) -> Reply:
    """Answer with a status and a body; a length beyond the body means that the line is cut."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return reply


def whole(content: bytes = CONTENT) -> Reply:
    return send(200, content)


def cut_after(count: int, content: bytes = CONTENT) -> Reply:
    return send(200, content[:count], length=len(content))


def rest(content: bytes = CONTENT) -> Reply:
    """Answer a range request as a good server does."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        start = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        send(206, content[start:], Content_Range=span)(handler)

    return reply


class Server:
    """A server on loopback that gives the scripted replies in turn and notes the requests."""

    def __init__(self, folder: Path) -> None:
        self.script: list[Reply] = []
        self.requests: list[tuple[str, str | None]] = []
        self.folder = folder
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.requests.append((self.path, self.headers["Range"]))
                server.script.pop(0)(self)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def archive(self) -> Archive:
        return Archive(self.folder, address=self.address)

    def fetch(self, file: ArchiveFile, *script: Reply) -> Path:
        self.script = list(script)
        path = self.archive.fetch(file)
        assert not self.script, "not all replies were asked for"
        return path


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are asked for instead of taken."""
    asked: list[float] = []
    monkeypatch.setattr(web, "PATIENCE", web.Patience(sleep=asked.append))
    return asked


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "downloads")
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def own_mirror(tmp_path: Path) -> Path:
    """Make a small mirror of our own that holds the one file."""
    path = tmp_path / "mirror" / COMMIT / "img_train" / "scene.tif"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def partial(server: Server) -> Path:
    return server.folder / COMMIT / "img_train" / ".scene.tif.part"


def test_git_blob_id_is_gits(tmp_path: Path) -> None:
    path = tmp_path / "hello"
    path.write_text("hello world\n")

    assert git_blob_id(path) == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"  # git hash-object


def test_the_mirror_is_read_first(own_mirror: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "downloads", tmp_path / "mirror", NOWHERE)
    assert archive.fetch(archive_file()) == own_mirror


def test_a_damaged_file_in_the_mirror_is_an_error(own_mirror: Path, tmp_path: Path) -> None:
    own_mirror.write_bytes(CONTENT[:-1])

    with pytest.raises(
        S2kitError, match=r"scene.tif is damaged: expected .*10240 bytes.*came 10239"
    ):
        Archive(tmp_path / "downloads", tmp_path / "mirror", NOWHERE).fetch(archive_file())


def test_a_download_is_stored_and_not_repeated(server: Server) -> None:
    path = server.fetch(archive_file(), whole())

    assert path == server.folder / COMMIT / "img_train" / "scene.tif"
    assert path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == ["scene.tif"]
    assert server.fetch(archive_file()) == path
    assert server.requests == [(f"/{COMMIT}/img_train/scene.tif", None)]


def test_without_an_address_nothing_is_downloaded(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnreachableError, match=r"scene.tif .* is not at hand; .*MIRROR"):
        Archive(tmp_path, address=None).fetch(archive_file())
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_unknown_size_is_verified_all_the_same(server: Server) -> None:
    assert server.fetch(archive_file(size=None), whole()).read_bytes() == CONTENT


def test_a_server_that_fails_twice_is_asked_again_with_growing_pauses(
    server: Server, naps: list[float]
) -> None:
    server.fetch(archive_file(), send(500), send(503), whole())

    assert naps == [1, 2]


def test_a_server_that_keeps_failing_is_given_up(server: Server, naps: list[float]) -> None:
    with pytest.raises(ArchiveUnreachableError, match=r"failed 5 times.*HTTP 503.*S2KIT_MIRROR"):
        server.fetch(archive_file(), *[send(503)] * ATTEMPTS)

    assert naps == [1, 2, 4, 8]


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_a_cut_connection_is_resumed_where_it_broke(server: Server, size: int | None) -> None:
    path = server.fetch(archive_file(size=size), cut_after(4000), rest())

    assert path.read_bytes() == CONTENT
    assert [span for _, span in server.requests] == [None, "bytes=4000-"]


def test_a_later_call_resumes_what_an_earlier_one_left(server: Server) -> None:
    with pytest.raises(ArchiveUnreachableError):
        server.fetch(archive_file(), cut_after(5000), *[send(500)] * (ATTEMPTS - 1))
    assert partial(server).read_bytes() == CONTENT[:5000]

    assert server.fetch(archive_file(), rest()).read_bytes() == CONTENT


def test_a_server_without_ranges_sends_all_again(server: Server) -> None:
    assert server.fetch(archive_file(), cut_after(4000), whole()).read_bytes() == CONTENT


def test_a_server_that_sends_another_range_is_not_believed(server: Server) -> None:
    other = send(206, CONTENT, Content_Range=f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}")

    assert server.fetch(archive_file(), cut_after(4000), other, whole()).read_bytes() == CONTENT


def test_a_spoilt_partial_file_is_thrown_away(server: Server) -> None:
    partial(server).parent.mkdir(parents=True)
    partial(server).write_bytes(b"x" * 4000)

    assert server.fetch(archive_file(), rest(), whole()).read_bytes() == CONTENT


def test_a_partial_file_that_is_too_long_is_thrown_away(server: Server) -> None:
    partial(server).parent.mkdir(parents=True)
    partial(server).write_bytes(b"x" * 20_000)

    assert server.fetch(archive_file(), whole()).read_bytes() == CONTENT
    assert server.requests[0][1] is None


def test_a_range_beyond_the_file_starts_afresh(server: Server) -> None:
    partial(server).parent.mkdir(parents=True)
    partial(server).write_bytes(b"x" * 20_000)

    assert server.fetch(archive_file(size=None), send(416), whole()).read_bytes() == CONTENT


def test_a_complete_partial_file_needs_no_network(server: Server) -> None:
    partial(server).parent.mkdir(parents=True)
    partial(server).write_bytes(CONTENT)

    assert server.fetch(archive_file()).read_bytes() == CONTENT


def test_wrong_bytes_are_an_error_and_are_not_kept(server: Server) -> None:
    page = b"<html>log in first</html>".ljust(len(CONTENT))

    with pytest.raises(
        S2kitError, match=r"delivered another file: expected img_train/scene.tif .*came 10240 bytes"
    ):
        server.fetch(archive_file(), whole(page))
    assert [p for p in server.folder.rglob("*") if p.is_file()] == []


def test_a_damaged_download_is_replaced(server: Server) -> None:
    path = server.fetch(archive_file(), whole())
    path.write_bytes(b"damaged")

    assert server.fetch(archive_file(), whole()).read_bytes() == CONTENT


def test_a_missing_file_is_not_asked_for_again(server: Server, naps: list[float]) -> None:
    with pytest.raises(S2kitError, match=r"scene.tif .* is refused: .*HTTP 404 Not Found; check"):
        server.fetch(archive_file(), send(404))

    assert naps == []


def test_no_connection_fails_at_once(tmp_path: Path, naps: list[float]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(ArchiveUnreachableError, match=r"cannot be reached.*S2KIT_MIRROR"):
            Archive(tmp_path, address=address).fetch(archive_file())
    assert naps == []


def test_two_programs_at_once_both_get_the_file(server: Server) -> None:
    both_ask = threading.Barrier(2)

    def slow(handler: BaseHTTPRequestHandler) -> None:
        both_ask.wait(10)
        whole()(handler)

    server.script = [slow, slow]
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(server.archive.fetch, [archive_file()] * 2))

    assert [path.read_bytes() for path in paths] == [CONTENT] * 2
    assert [p.name for p in paths[0].parent.iterdir()] == ["scene.tif"]


@pytest.mark.parametrize(("killed", "request_"), [(True, "bytes=4000-"), (False, None)])
def test_the_partial_file_of_another_program_is_resumed_only_if_it_was_killed(
    server: Server, killed: bool, request_: str | None
) -> None:
    other = partial(server).with_name(".scene.tif.0123abcd.part")
    mark = other.with_suffix(".lock")
    other.parent.mkdir(parents=True)
    other.write_bytes(CONTENT[:4000])

    with FileLock(mark) as lock:
        if killed:
            lock.release()
        path = server.fetch(archive_file(), rest() if request_ else whole())

    assert path.read_bytes() == CONTENT
    assert [span for _, span in server.requests] == [request_]
    left = {other.name, mark.name} if not killed else set()
    assert {each.name for each in path.parent.iterdir()} == {path.name, *left}


def test_a_home_that_cannot_be_written_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    server.folder = tmp_path / "file"

    with pytest.raises(S2kitError, match=r"cannot be stored below .*S2KIT_HOME"):
        server.fetch(archive_file(), whole())
