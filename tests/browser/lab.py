"""A JupyterLab of the tests' own, and notebooks opened in it by Chromium."""

import io
import os
import queue
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

from s2kit.settings import home

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"),
)
SETTINGS = {
    # No question about news over the notebook, and nothing asked of the network.
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "apputils-extension/themes": '{"theme": "JupyterLab Light"}',
    "notebook-extension/tracker": '{"autoStartDefaultKernel": true}',
}
PRIVATE = {
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
}
PATIENCE = 60_000
"""Milliseconds after which a condition that did not come true fails a test."""

Colour = tuple[int, int, int]


def find_chromium() -> str | None:
    """Return the Chromium of the system, else the one that playwright installed, else None."""
    for name in ("chromium", "chromium-browser"):
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


class Notebook:
    """A notebook open in the browser."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.path = path

    @property
    def widget(self) -> Locator:
        """The only widget on the page, once it has drawn something."""
        return self.page.locator(".s2kit-live")

    @property
    def canvas(self) -> Locator:
        """The widget's map."""
        return self.page.locator(".s2kit-stage canvas")

    def command(self, name: str, **arguments: Any) -> None:
        """Execute a command of JupyterLab and wait until it is done."""
        self.page.evaluate(
            "([name, given]) => jupyterapp.commands.execute(name, given).then(() => null)",
            [name, arguments],
        )

    def write(self, cell: int, code: str) -> None:
        """Replace the code of a cell."""
        self.page.evaluate(
            "([at, code]) => jupyterapp.shell.currentWidget.content.widgets[at]"
            ".model.sharedModel.setSource(code)",
            [cell, code],
        )

    def run(self, cell: int) -> None:
        """Run one cell (again)."""
        self.go(cell)
        self.command("notebook:run-cell")

    def go(self, cell: int) -> None:
        """Make a cell the active one and scroll to it."""
        script = """async at => {
            const { content } = jupyterapp.shell.currentWidget;
            content.activeCellIndex = at;
            await content.scrollToItem(at);
        }"""
        self.page.evaluate(script, cell)

    def ask(self, expression: str) -> str:
        """Let the kernel evaluate an expression and return what it prints."""
        script = """async code => {
            const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
            const future = kernel.requestExecute({ code, store_history: false });
            let said = "";
            future.onIOPub = ({ header, content }) => {
                if (header.msg_type === "stream") said += content.text;
                if (header.msg_type === "error") said += content.traceback.join("\\n");
            };
            await future.done;
            return said;
        }"""
        return str(self.page.evaluate(script, f"print({expression})")).strip()

    def kill_kernel(self) -> None:
        """Kill the kernel as the system does when memory runs out."""
        os.kill(int(self.ask("__import__('os').getpid()")), signal.SIGKILL)

    def dark(self, on: bool) -> None:
        """Switch JupyterLab's theme."""
        self.command("apputils:change-theme", theme=f"JupyterLab {'Dark' if on else 'Light'}")
        light = str(not on).lower()
        self.page.locator(f"body[data-jp-theme-light='{light}']").wait_for(state="attached")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def until(self, condition: str, argument: Any = None) -> None:
        """Wait until a JavaScript expression, or function of the argument, comes true."""
        self.page.wait_for_function(condition, arg=argument)

    def place(self, column: float, row: float, size: int, pane: tuple[float, float] = (0, 1)):
        """Return where on the page a pixel of the image is, when all ``size`` of it are seen.

        ``pane`` is the part of the map's width, from and to.
        """
        box = self.canvas.bounding_box()
        assert box is not None
        width = box["width"] * (pane[1] - pane[0])
        scale = min(width, box["height"]) / size
        x = box["x"] + box["width"] * pane[0] + width / 2 + (column - size / 2) * scale
        return x, box["y"] + box["height"] / 2 + (row - size / 2) * scale

    def colour(self, x: float, y: float) -> Colour:
        """Return the colour of a pixel of the screenshot."""
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        red, green, blue = picture.getpixel((round(x), round(y)))
        return red, green, blue

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the pointer, in steps as a hand does."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()

    def close(self) -> None:
        """Close the page and stop its kernel."""
        self.command("kernelmenu:shutdown")
        self.page.close()


class Lab:
    """A running JupyterLab, the folders of its notebooks and of the course's data, a browser."""

    def __init__(
        self, address: str, token: str, folder: Path, home: Path, browser: BrowserContext
    ) -> None:
        self.address = address
        self.token = token
        self.folder = folder
        self.home = home
        self.browser = browser

    def open(self, name: str, cells: Sequence[str]) -> Notebook:
        """Write a notebook of these code cells, open it, and run them."""
        document = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        path = self.folder / f"{name}.ipynb"
        nbformat.write(document, path)
        notebook = self.reopen(path)
        for cell in range(len(cells)):
            notebook.run(cell)
        return notebook

    def reopen(self, path: Path) -> Notebook:
        """Open a notebook as it is."""
        page = self.browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{self.address}/tree/{path.name}?token={self.token}&reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.evaluate("jupyterapp.shell.currentWidget.context.sessionContext.ready.then(() => 0)")
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area').then(() => 0)")
        return Notebook(page, path)


@contextmanager
def jupyter_lab(folder: Path, chromium: str) -> Iterator[Lab]:
    """Start JupyterLab on a free port of loopback, behind a base URL, in a folder of its own."""
    root, private, data = folder / "somewhere else", folder / "private", folder / "data"
    _link_data(data)
    for name, text in SETTINGS.items():
        path = private / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    root.mkdir()
    token = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.base_url": "/course/room-7/",
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": token,
        "LabApp.expose_app_in_browser": True,
        "LabApp.extension_manager": "readonly",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())],
        cwd=root,
        env={
            **os.environ,
            **{name: str(private / part) for name, part in PRIVATE.items()},
            # The kernel works in another folder and must find s2kit also where it is not installed.
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "S2KIT_HOME": str(data),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = _address(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            # One context: like a person's browser it remembers, from page to page.
            context = browser.new_context(
                viewport={"width": 1280, "height": 1000}, accept_downloads=True
            )
            yield Lab(f"{address}/lab", token, root, data, context)
            browser.close()
    finally:
        server.terminate()
        try:
            server.wait(timeout=PATIENCE / 1000)
        except subprocess.TimeoutExpired:
            server.kill()


def _link_data(folder: Path) -> None:
    """Make a home for the course's data: what there is, but results of its own.

    So that nobody's benchmark is drawn into.
    """
    folder.mkdir()
    for part in home().glob("*/*"):
        # a hidden file is a lock: another home's programs need not wait for it
        if part.name not in ("results", "runs") and not part.name.startswith("."):
            link = folder / part.relative_to(home())
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(part)


def _address(server: "subprocess.Popen[str]") -> str:
    """Wait for the address in the server's log, and go on reading so that it never blocks."""
    found: queue.Queue[str] = queue.Queue()
    said: list[str] = []

    def read() -> None:
        assert server.stdout is not None
        for line in server.stdout:
            said.append(line)
            if address := re.search(r"(http://127\.0\.0\.1:\d+/\S*)/lab\?token=", line):
                found.put(address[1])

    threading.Thread(target=read, daemon=True).start()
    try:
        return found.get(timeout=180)
    except queue.Empty:
        raise RuntimeError("JupyterLab did not start:\n" + "".join(said)) from None
