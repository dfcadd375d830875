"""Real TensorBoards with real log directories, and a real browser to look at them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.runs import write_sweep
from tests.requirements import missing, require_module, require_program

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
START_SECONDS = 120
WAIT_MS = 30_000


@dataclasses.dataclass(frozen=True)
class TensorBoard:
    """A running TensorBoard."""

    url: str
    logdir: Path


@contextlib.contextmanager
def run_tensorboard(logdir: Path, *flags: str) -> Iterator[TensorBoard]:
    """Run TensorBoard on a port of its own choice until the block ends."""
    log = logdir.parent / f"{logdir.name}.tensorboard.log"
    command = [sys.executable, "-m", "tensorboard.main", f"--logdir={logdir}", "--port=0"]
    command += ["--host=127.0.0.1", "--reload_interval=1", *flags]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        yield TensorBoard(url=_address(process, log), logdir=logdir)
    finally:
        # Its data server is a process of its own.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return where TensorBoard listens, as soon as it says so and answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        text = log.read_text(encoding="utf-8", errors="replace")
        if process.poll() is not None:
            break
        found = re.search(r"TensorBoard \S+ at (http://\S+)", text)
        if found:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(found[1] + "data/plugins_listing", timeout=10).close()
                return found[1]
        time.sleep(0.2)
    raise RuntimeError(f"TensorBoard did not start:\n{log.read_text(errors='replace')}")


def needs_loader(load_fast: str) -> None:
    """Skip the test where TensorBoard has no data server for this machine."""
    if load_fast != "true":
        return
    from tensorboard.data import server_ingester

    try:
        server_ingester.get_server_binary()
    except server_ingester.NoDataServerError as error:
        missing(f"TensorBoard's data server ({error})")


@pytest.fixture(scope="package", params=["true", "false"], ids="load_fast={}".format)
def tensorboard(request, tmp_path_factory, chromium) -> Iterator[TensorBoard]:
    """A TensorBoard on the runs of a sweep, once with each of its loaders."""
    needs_loader(request.param)
    logdir = tmp_path_factory.mktemp(f"sweep-{request.param}") / "runs"
    write_sweep(logdir)
    with run_tensorboard(logdir, f"--load_fast={request.param}") as running:
        yield running


@pytest.fixture(scope="package")
def chromium():
    """The browser."""
    playwright = require_module("playwright.sync_api")
    path = require_program("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


class Tab:
    """Our tab in a page of TensorBoard, and all that went wrong in it."""

    def __init__(self, page):
        self.page = page
        self.url = ""
        self.origin = ""
        self.frame = page.frame_locator("iframe")
        self.problems = []
        self.requested = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: (self.problems.append("a dialog"), dialog.dismiss()))
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("response", self._on_response)

    def _on_console(self, message):
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _on_response(self, response):
        if response.status >= 400:
            self.problems.append(f"{response.status} {response.url}")

    def open(self, url, hash_="#scaling", *, dark=False):
        """Open TensorBoard at `url`, on our tab."""
        self.url = url
        self.origin = "{0.scheme}://{0.netloc}/".format(urllib.parse.urlsplit(url))
        self.page.goto(f"{url}?darkMode={str(dark).lower()}{hash_}")

    def find(self, selector, **options):
        return self.frame.locator(selector, **options)

    def has(self, selector, text=None, *, wait_ms=WAIT_MS):
        """Wait until there is such an element, and with that text if one is given."""
        element = self.find(selector, has_text=text).first
        element.wait_for(state="visible", timeout=wait_ms)
        return element

    def row(self, name):
        """Return the row of a run: scroll to it, for only rows near the visible part exist."""
        scroller = self.find(".scroller").first
        row = self.find(f"tr[data-run='{name}']")
        top = 0
        while not row.count():
            scroller.evaluate("(element, top) => element.scrollTo(0, top)", top)
            self.page.wait_for_timeout(50)
            assert top <= scroller.evaluate("element => element.scrollHeight"), f"no row {name}"
            top += 100
        return row

    def evaluate(self, script):
        """Evaluate a function in the page of our tab."""
        return self.frame.locator("body").evaluate(script)

    def drawn_pixels(self):
        """Return how many pixels of the canvas have been drawn on."""
        return self.find("canvas").evaluate(
            """canvas => {
              const { width, height } = canvas;
              const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
              let n = 0;
              for (let i = 3; i < data.length; i += 4) n += data[i] > 0;
              return n;
            }"""
        )

    def plotted(self):
        """Return how many runs the plot says it shows."""
        label = self.find(".frame").get_attribute("aria-label") or ""
        return int(re.match(r"Loss of (\d+) runs", label)[1])

    def wait_until(self, condition, what):
        """Ask again and again: the page's policy forbids what Playwright would do for this."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while time.monotonic() < deadline:
            if condition():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{what} did not happen within {WAIT_MS / 1000:.0f} s")


@pytest.fixture
def open_tab(chromium):
    """A function that opens a new page; at the end all must have gone well in all of them."""
    tabs = []
    contexts = []

    def open_tab(width=1400, height=800):
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        tabs.append(Tab(context.new_page()))
        return tabs[-1]

    yield open_tab
    problems = [problem for tab in tabs for problem in tab.problems]
    elsewhere = [
        url
        for tab in tabs
        for url in tab.requested
        if not url.startswith((tab.origin, "data:", "blob:", "about:"))
    ]
    for context in contexts:
        context.close()
    assert problems == []
    assert elsewhere == [], "the page asked another server"


@pytest.fixture
def tab(open_tab, tensorboard):
    """Our tab on the runs of a sweep, its law fitted."""
    tab = open_tab()
    tab.open(tensorboard.url)
    tab.has(".law .formula")
    return tab
