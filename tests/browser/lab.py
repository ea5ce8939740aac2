"""A JupyterLab of the test's own, and a Chromium that opens notebooks in it."""

import os
import queue
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Page, Playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"),
)
SETTINGS = {
    # No question about news over the notebook, and nothing asked of the network.
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "notebook-extension/tracker": '{"autoStartDefaultKernel": true}',
    "apputils-extension/themes": '{"theme": "JupyterLab Light"}',
}
PATIENCE = 60_000
"""Milliseconds after which a condition that did not come true fails a test."""


class Lab:
    """A running JupyterLab: its address, its working folder, its token."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.folder = folder

    def write(self, name: str, cells: Sequence[str]) -> Path:
        """Write a notebook of these code cells into the working folder."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        path = self.folder / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path


@contextmanager
def jupyter_lab(folder: Path, environment: dict[str, str]) -> Iterator[Lab]:
    """Start JupyterLab on a free port of loopback, behind a base URL, in a folder of its own."""
    root, private = folder / "somewhere else", folder / "private"
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
    own = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    checkout = str(Path(__file__).parents[2])
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())],
        cwd=root,
        env={
            **os.environ,
            **{name: str(private / part) for name, part in own.items()},
            "PYTHONPATH": checkout,
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Lab(f"{_address(server)}/lab?token={token}", root)
    finally:
        server.terminate()
        try:
            server.wait(timeout=PATIENCE / 1000)
        except subprocess.TimeoutExpired:
            server.kill()


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
        return found.get(timeout=PATIENCE / 1000)
    except queue.Empty:
        raise RuntimeError("JupyterLab did not start:\n" + "".join(said)) from None


def chromium(playwright: Playwright) -> Browser:
    """Start Debian's Chromium without a window."""
    assert CHROMIUM is not None
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))


def open_notebook(browser: Browser, lab: Lab, path: Path, dark: bool = False) -> Page:
    """Open a notebook in JupyterLab and run all its cells."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, accept_downloads=True)
    page.set_default_timeout(PATIENCE)
    address, query = lab.address.split("?")
    page.goto(f"{address}/tree/{path.name}?{query}&reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.evaluate("jupyterapp.shell.currentWidget.context.sessionContext.ready.then(() => null)")
    if dark:
        theme = "JupyterLab Dark"
        page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.locator("body[data-jp-theme-light='false']").wait_for()
    page.evaluate("void jupyterapp.commands.execute('application:toggle-left-area')")
    page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
    return page
