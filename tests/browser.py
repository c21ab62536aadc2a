"""What the browser tests and the screenshots share: a server, a browser, and a hand that draws."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.drawings import Stroke, Strokes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ROOT = Path(__file__).resolve().parent.parent
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

HOW_TO_ENABLE = "no Chromium found: apt-get install chromium, or name one in $CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def find_chromium() -> str | None:
    """Where Chromium is; None if there is none."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def running_browser(executable: str) -> Iterator[Browser]:
    """Run Chromium, with a make-believe camera."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_QUIET))
        yield browser
        browser.close()


@contextmanager
def running_server(log: Path, **environment: str) -> Iterator[str]:
    """Serve the page on a free port; its address."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.headless=true", f"--server.port={port}", "--server.fileWatcherType=none"]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
    try:
        _wait_until_healthy(server, f"http://localhost:{port}/_stcore/health", log)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def open_page(page: Page, url: str) -> Page:
    """Go to the page and wait until it can be drawn on."""
    page.goto(url)
    paper(page).wait_for()
    return page


def paper(page: Page) -> Locator:
    """What takes the strokes."""
    return page.locator("canvas.upper-canvas")


def draw(page: Page, strokes: Strokes) -> None:
    """Draw with the mouse."""
    for stroke in strokes:
        first, *rest = _on_paper(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=3)
        page.mouse.up()


def draw_with_finger(page: Page, strokes: Strokes) -> None:
    """Draw with real touch events, as a phone sends them."""
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    for stroke in strokes:
        first, *rest = _on_paper(page, _dense(stroke))
        touch("touchStart", first)
        for point in rest:
            touch("touchMove", point)
        touch("touchEnd")


def _on_paper(page: Page, stroke: Stroke) -> Stroke:
    box = paper(page).bounding_box()
    assert box is not None, "the paper is not on the screen"
    return [
        (box["x"] + x * box["width"] / 100, box["y"] + y * box["height"] / 100) for x, y in stroke
    ]


def _dense(stroke: Stroke, steps: int = 4) -> Stroke:
    """Fill in the way between the points."""
    return [stroke[0]] + [
        (x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps)
        for (x0, y0), (x1, y1) in pairwise(stroke)
        for step in range(1, steps + 1)
    ]
