"""A headless Chromium, and Jupyter servers for it to open."""

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from classroom import WON

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"
"""nbgrader's own page loads it from there, before anything of a student's."""


@dataclass
class Watched:
    """A page, and what it did that no page made of a submission may do."""

    page: object
    home: str
    acts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.page.on("dialog", self._dialog)
        self.page.on("popup", lambda page: self.acts.append(f"opened {page.url}"))
        self.page.on("download", lambda download: self.acts.append(f"downloaded {download.url}"))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.route("**/*", self._request)

    def begin(self):
        """Forget what was seen so far."""
        self.acts, self.errors = [], []

    def has_acted(self):
        """Whether the page did what it must not, or a script of its own has named it."""
        return bool(self.acts) or WON in self.page.title()

    def until(self, happened, seconds=30):
        """Whether something happens before the time is over: at once on a fast machine, in time on a slow one."""
        from playwright.sync_api import Error  # only where it is installed

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(Error):  # the page goes elsewhere while it is asked
                if happened():
                    return True
            self.page.wait_for_timeout(50)
        return False

    def _dialog(self, dialog):
        self.acts.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, route):
        url = route.request.url
        if url.startswith((self.home, "data:", "blob:")):
            route.continue_()
        else:
            if not url.startswith(MATHJAX):
                self.acts.append(f"requested {url}")
            route.abort()


@pytest.fixture(scope="module")
def browser():
    """Chromium."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to confine itself as root
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield started
        started.close()


@pytest.fixture
def watch(browser):
    """Opens pages that are watched: `watch(home)`, where all but addresses that begin with `home` is foreign."""
    with contextlib.ExitStack() as opened:

        def watching(home, **options):
            context = browser.new_context(**options)
            opened.callback(context.close)
            return Watched(context.new_page(), home)

        yield watching


@pytest.fixture(scope="session")
def violations():
    """What axe-core finds in a page that somebody could not read or reach: `violations(page)`."""
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None:
        pytest.skip("axe-core is not installed: pip install axe-playwright-python")
    script = Path(package.submodule_search_locations[0], "axe.min.js").read_text(encoding="utf-8")

    def finding(page):
        page.evaluate(script)
        found = page.evaluate("axe.run()")["violations"]
        return [(item["id"], [node["html"][:200] for node in item["nodes"][:3]]) for item in found]

    return finding


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory):
    """Where pictures of the pages are kept."""
    folder = os.environ.get("AUTOGRADER_SCREENSHOTS")
    if not folder:
        return tmp_path_factory.mktemp("screenshots")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.fixture(scope="session")
def paste():
    """Puts a text in place of a cell's, as a student does: `paste(page, cell, text)`."""

    def pasting(page, cell, text):
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        page.keyboard.press("Control+V")

    return pasting


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """Starts Jupyter servers: `serve(root)` gives the address; with a `token`, by `autograder formgrader`."""
    with contextlib.ExitStack() as started:
        yield lambda root, token="": started.enter_context(_serving(root, tmp_path_factory.mktemp("jupyter"), token))


@contextlib.contextmanager
def _serving(root, own, token, seconds=60):
    """A Jupyter server on `root` with settings of its own in the folder `own`; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {
        name: str(own / name.lower()) for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    environment = os.environ | places | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for place in places.values():
        Path(place).mkdir(parents=True)
    options = [
        "--no-browser",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--allow-root",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options, "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    if token:
        command = [sys.executable, "-m", "autograder.cli", "formgrader", "--no-browser", f"--port={port}"]
        environment["JUPYTER_TOKEN"] = token
    with (own / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(seconds * 5):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api").close()
                break
            assert server.poll() is None, (own / "log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
