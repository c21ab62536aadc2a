"""What the benchmarks of the page share: people with browsers of their own, and their clocks."""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser import HOW_TO_ENABLE, QUIET, Server, find_chromium
from tests.drawings import DIGITS, Stroke, Strokes

QUIET_FOR = 0.6
"""Seconds without a change after which a page is taken to be still."""
GIVEN_UP = 30.0
"""Seconds after which an answer is taken to be lost."""

# Times are those of the page's own clock, so that driving the browser costs nothing. What counts is
# what can be seen: a change is over when the frame that shows it has been painted.
_CLOCK = """
(() => {
  const clock = (window.__clock = { lifted: 0, shown: 0, last: 0, before: "" });
  const watched = () => document.querySelector(window.__watched)?.innerHTML ?? "";
  const isSeen = (change) => {
    const target = change.target;
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    const isOurs =
      element?.closest("[data-testid=stMain]") &&
      !element.closest("[data-testid=stBidiComponentIsolated]");
    const looks = ["src", "style", "class", "href"];
    return isOurs && (change.type !== "attributes" || looks.includes(change.attributeName));
  };
  const painted = (note) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => note(performance.now());
      channel.port2.postMessage(0);
    });
  window.addEventListener(
    "mouseup",
    () => Object.assign(clock, { lifted: performance.now(), shown: 0, last: 0, before: watched() }),
    true,
  );
  new MutationObserver((changes) => {
    if (!clock.lifted || !changes.some(isSeen)) return;
    const now = watched();
    const isAnswer = !clock.shown && now && now !== clock.before;
    if (isAnswer) clock.shown = -1;
    painted((time) => {
      if (isAnswer) clock.shown = time;
      clock.last = time;
    });
  }).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
  document.addEventListener(
    "load",
    (event) => {
      if (clock.lifted && event.target.closest?.("[data-testid=stMain]"))
        painted((time) => (clock.last = time));
    },
    true,
  );
})();
"""


@dataclass(frozen=True)
class Times:
    """After lifting the pen, in seconds.

    Attributes:
        answer: until the answer had been painted.
        still: until the last thing that changed had been painted.
    """

    answer: float
    still: float


class Person:
    """Somebody with the page in a browser session of their own."""

    def __init__(self, page: Page, watched: str, seed: int) -> None:
        self.page = page
        self._watched = watched
        self._random = random.Random(seed)
        self._box: dict[str, float] = {}

    async def open(self, url: str) -> None:
        """Go to the page and wait until it can be drawn on."""
        await self.page.add_init_script(f"window.__watched = {self._watched!r};{_CLOCK}")
        await self.page.goto(url)
        await self.find_paper()

    async def find_paper(self) -> None:
        """Wait until there is something to draw on, and remember where."""
        paper = self.page.locator("canvas.upper-canvas")
        await paper.wait_for()
        box = await paper.bounding_box()
        assert box is not None
        self._box = {side: box[side] for side in ("x", "y", "width", "height")}

    async def draw(self, stroke: Stroke) -> None:
        """Draw one stroke with the mouse."""
        first, *rest = [self._on_paper(*point) for point in stroke]
        await self.page.mouse.move(*first)
        await self.page.mouse.down()
        for point in rest:
            await self.page.mouse.move(*point, steps=4)
        await self.page.mouse.up()

    async def times(self) -> Times | None:
        """Wait until the page is still; None if the last stroke got no answer."""
        waited = 0.0
        while waited < GIVEN_UP:
            lifted, shown, last, now = await self.page.evaluate(
                "[__clock.lifted, __clock.shown, __clock.last, performance.now()]"
            )
            if shown > 0 and now - last > QUIET_FOR * 1e3:
                return Times((shown - lifted) / 1e3, (last - lifted) / 1e3)
            await asyncio.sleep(0.05)
            waited += 0.05
        return None

    async def clear(self) -> None:
        """Take a new sheet, on our page."""
        await self.page.evaluate("__clock.lifted = 0")
        await self.page.get_by_role("button", name="Clear Shortcut").click()
        await self.page.locator(".message").wait_for()
        await asyncio.sleep(0.3)

    def some_digit(self) -> Strokes:
        """A digit, not twice at quite the same place."""
        return self.moved(DIGITS[self._random.randrange(10)])

    def moved(self, strokes: Strokes) -> Strokes:
        """The strokes, moved a little."""
        dx, dy = self._random.uniform(-5, 5), self._random.uniform(-5, 5)
        return [[(x + dx, y + dy) for x, y in stroke] for stroke in strokes]

    def _on_paper(self, x: float, y: float) -> tuple[float, float]:
        """On a square in the middle of the paper, with room beside it."""
        box = self._box
        left = box["x"] + (box["width"] - box["height"]) / 2
        return left + x * box["height"] / 100, box["y"] + y * box["height"] / 100


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A running Chromium, or the end of the program with a sentence."""
    executable = find_chromium()
    if executable is None:
        sys.exit(HOW_TO_ENABLE)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield running
        await running.close()


async def people(
    running: Browser, url: str, watched: str, count: int, seed: int = 0
) -> Sequence[Person]:
    """So many people on a page, each with a session of their own."""
    found = []
    for number in range(count):
        context = await running.new_context(viewport={"width": 1280, "height": 900})
        person = Person(await context.new_page(), watched, seed + number)
        await person.open(url)
        found.append(person)
    return found


def proportional_megabytes(server: Server) -> float:
    """Memory (PSS) of the server's process and of all that it has started."""
    return sum(map(_proportional_megabytes, [server.process.pid, *descendants(server)]))


def descendants(server: Server) -> list[int]:
    """The numbers of the processes that the server has started, and that these have."""
    found, pending = [], [server.process.pid]
    while pending:
        number = pending.pop()
        for each in Path(f"/proc/{number}/task").glob("*/children"):
            with suppress(OSError):  # it has ended meanwhile
                numbers = [int(word) for word in each.read_text().split()]
                found += numbers
                pending += numbers
    return found


def _proportional_megabytes(process: int) -> float:
    with suppress(OSError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1e3  # type: ignore[index]
    return 0.0


def process_status(server: Server, name: str) -> int:
    """A number that Linux gives of the server's process."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise KeyError(name)
