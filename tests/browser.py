"""What the browser tests and the screenshots share: a server, a browser, and a hand that draws."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.drawings import DIGITS, Stroke, Strokes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

ROOT = Path(__file__).resolve().parent.parent
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

PATIENCE = 240.0  # seconds: a busy machine takes its time

HOW_TO_ENABLE = "no Chromium found: apt-get install chromium, or name one in $CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
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
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=1000 * PATIENCE)  # the first answer waits for TensorFlow
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield browser
        browser.close()


@dataclass(frozen=True)
class Server:
    """A server's process, and where its page is or will be."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def started_server(
    log: Path, script: str = "streamlit_app.py", **environment: str
) -> Iterator[Server]:
    """Start to serve a page, and do not wait until it is there.

    Args:
        log: what the server says.
        script: the page.
        environment: a port is free unless it is named here, as Streamlit does.
    """
    port = environment.get("STREAMLIT_SERVER_PORT") or free_port()
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += ["--server.headless=true", f"--server.port={port}", "--server.fileWatcherType=none"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
    try:
        yield Server(f"http://localhost:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


@contextmanager
def running_server(log: Path, **environment: str) -> Iterator[str]:
    """Serve the page on a free port; its address."""
    with started_server(log, **environment) as server:
        wait_until_healthy(server, log)
        yield server.url


def wait_until(condition: Callable[[], object]) -> None:
    """Come back when something holds.

    Raises:
        TimeoutError: it never did.
    """
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("waited in vain")
        time.sleep(0.05)


def until_seen(wanted: Locator, act: Callable[[], None], patience: float = 5) -> None:
    """Act until something is there, for what is just drawn anew may lose a click.

    Raises:
        TimeoutError: it never was.
    """
    from playwright.sync_api import TimeoutError as NotYetError

    def is_seen() -> bool:
        act()
        with suppress(NotYetError):
            wanted.wait_for(timeout=1000 * patience)
        return wanted.is_visible()

    wait_until(is_seen)


def open_part(page: Page, name: str, inside: Locator) -> None:
    """Press what opens a part of the page, until that is there; once, unless the click is lost."""
    until_seen(inside, lambda: page.get_by_text(name).click(), patience=40)


def wait_until_still(element: Locator) -> None:
    """Come back when something is there, and nothing moves it any more."""
    tops: list[float | None] = []

    def is_still() -> bool:
        box = element.bounding_box()
        tops.append(box["y"] if box else None)
        element.page.wait_for_timeout(300)
        return len(tops) > 2 and tops[-1] is not None and len(set(tops[-3:])) == 1

    wait_until(is_still)


def wait_until_idle(page: Page) -> None:
    """Come back when what was done last is answered: no run of the page is asked for or under way.

    What a run's end leaves unused, such as a file just made for download, may be gone at once.
    """
    idle = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    looks: list[bool] = []

    def is_idle() -> bool:
        looks.append(idle.count() == 1)
        page.wait_for_timeout(200)  # an edit is sent a moment after it is made
        return looks[-3:] == [True] * 3

    wait_until(is_idle)


def wait_until_healthy(server: Server, log: Path) -> None:
    """Come back when the server says that it can serve.

    Raises:
        RuntimeError: it did not start.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def fresh_tab(context: BrowserContext) -> Iterator[Page]:
    """A tab that leaves nothing to the next: no cookie, no choice of theme, no size.

    Raises:
        AssertionError: there was an error in its console.
    """
    page = context.new_page()
    errors = errors_in_console(page)
    size = page.viewport_size
    try:
        yield page
        assert not errors, errors
    finally:
        if size is not None:
            page.set_viewport_size(size)
        page.evaluate("localStorage.clear()")
        page.close()
        context.clear_cookies()


def errors_in_console(page: Page) -> list[str]:
    """Grows by every error that scripts on a page make from now on."""
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def open_page(page: Page, url: str) -> Page:
    """Go to the page and wait until it can be drawn on."""
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(url)
    paper(page).wait_for()
    wait_until(lambda: is_paper_in_place(page))
    return page


def is_paper_in_place(page: Page) -> bool:
    """Whether the canvas's own style sheet has come: before, the paper lies below its place."""
    return paper(page).bounding_box() == page.locator(".dc-container").bounding_box()


def paper(page: Page) -> Locator:
    """What takes the strokes."""
    return page.locator("canvas.upper-canvas")


def draw(page: Page, strokes: Strokes) -> None:
    """Draw with the mouse, on a square in the middle of the paper."""
    for stroke in strokes:
        first, *rest = _on_paper(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=3)
        page.mouse.up()


def draw_with_finger(page: Page, strokes: Strokes, *, stretched: bool = False) -> None:
    """Draw with real touch events, as a phone sends them; over all of the paper if stretched."""
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    for stroke in strokes:
        first, *rest = _on_paper(page, _dense(stroke), stretched=stretched)
        touch("touchStart", first)
        for point in rest:
            touch("touchMove", point)
        touch("touchEnd")


def _on_paper(page: Page, stroke: Stroke, *, stretched: bool = False) -> Stroke:
    box = paper(page).bounding_box()
    assert box is not None, "the paper is not on the screen"
    width = box["width"] if stretched else box["height"]
    left = box["x"] + (box["width"] - width) / 2
    return [(left + x * width / 100, box["y"] + y * box["height"] / 100) for x, y in stroke]


def row_of_digits(
    text: str, share: float = 0.45, pitch: float = 0.7, middle: float = 50
) -> Strokes:
    """Strokes of digits side by side, in a square that lies in the middle of the paper.

    Args:
        text: digits.
        share: of the paper's height, how high they are.
        pitch: from one to the next, in their heights.
        middle: how far below the upper edge of the paper they are, in hundredths of its height.
    """
    step = 100 * pitch * share
    left = 50 - step * len(text) / 2 - 15 * share
    return [
        [(left + step * number + share * x, middle + share * (y - 50)) for x, y in stroke]
        for number, digit in enumerate(text)
        for stroke in DIGITS[int(digit)]
    ]


def _dense(stroke: Stroke, steps: int = 4) -> Stroke:
    """Fill in the way between the points."""
    return [stroke[0]] + [
        (x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps)
        for (x0, y0), (x1, y1) in pairwise(stroke)
        for step in range(1, steps + 1)
    ]
