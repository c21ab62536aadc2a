"""Eight people with a browser each, drawing at once: `python benchmarks/people.py [--minutes 5]`.

Each draws one number of their own, of two digits, again and again. Counted are answers, misread
numbers, and what must never happen: a stroke without an answer, a sentence that something went
wrong, another person's answer or picture (the picture under the heatmap must be what was drawn), a
traceback in the server's log. Every half minute somebody more comes, draws a stroke and is gone
before the answer. Memory and threads of the server's process are read from /proc, so this needs
Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.page_driver import (
    Person,
    browser,
    descendants,
    people,
    process_status,
    proportional_megabytes,
)
from tests.browser import Server, started_server, wait_until_healthy
from tests.drawings import DIGITS, Strokes, draw

PEOPLE = 8
WATCHED = ".answer, .message"
GUEST_EVERY = 30.0  # seconds
INNER_IDLE = 20.0
"""Seconds without a question after which the server's TensorFlow ends."""
WATCHED_EVERY = 10.0
OWN_INK = 0.8
"""A picture that shows less of the ink that was drawn is another one."""
HEATMAP_AFTER = 2.0
"""Seconds within which a heatmap follows its number: until then the one before may stand there."""
UNLIKE_PAPER = 40
"""Levels, of 256: ink differs from the paper by more, whatever colour evidence gives it."""


@dataclass
class Seen:
    """What somebody saw."""

    answers: int = 0
    misread: int = 0
    lost: int = 0
    problems: list[str] = field(default_factory=list)
    foreign_pictures: int = 0


async def draw_on(person: Person, number: str, until: float) -> Seen:
    """Draw a number again and again, and look at what comes."""
    seen = Seen()
    while time.monotonic() < until:
        strokes = person.moved(side_by_side(number))
        for stroke in strokes:
            await person.draw(stroke)
            if await person.times() is None:
                seen.lost += 1
            seen.problems += await person.page.locator(".problem").all_inner_texts()
        seen.answers += 1
        seen.misread += await _answer(person) != number
        seen.foreign_pictures += not await _gets_own_picture(person, strokes)
        await person.clear()
        await asyncio.sleep(1.0)
    return seen


def side_by_side(number: str) -> Strokes:
    """Two digits on the paper, which is twice as wide as high, in hundredths of its height."""
    return [
        [(0.8 * x + 10 + shift, 0.8 * y + 10) for x, y in stroke]
        for digit, shift in zip(number, (-42, 42), strict=True)
        for stroke in DIGITS[int(digit)]
    ]


async def _answer(person: Person) -> str:
    numbers = await person.page.locator(".answer-number").all_inner_texts()
    return numbers[0] if numbers else "no number"


async def _gets_own_picture(person: Person, strokes: Strokes) -> bool:
    until = time.monotonic() + HEATMAP_AFTER
    while not await _is_own_picture(person, strokes):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.1)
    return True


async def _is_own_picture(person: Person, strokes: Strokes) -> bool:
    source = await person.page.locator(".heatmap img").first.get_attribute("src") or ""
    with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(np.int16)
    shown = np.abs(pixels - pixels[2, 2]).max(axis=2) > UNLIKE_PAPER
    height, width = shown.shape
    on_square = [[((x + 50) / 2, y / 2) for x, y in stroke] for stroke in strokes]
    ink = draw(on_square, width, round(height / 20))[:height, :, 0] < 128
    return bool(shown[ink].mean() >= OWN_INK)


async def come_and_go(url: str, until: float) -> int:
    """Guests who draw a stroke and are gone before the answer; how many there were."""
    guests = 0
    async with browser() as running:
        while time.monotonic() + GUEST_EVERY < until:
            (guest,) = await people(running, url, WATCHED, 1, seed=1_000 + guests)
            await guest.draw(guest.some_digit()[0])
            await asyncio.sleep(0.25)  # the stroke is sent, the answer is not there
            await guest.page.context.close()
            guests += 1
            await asyncio.sleep(GUEST_EVERY)
    return guests


async def watch(server: Server, until: float) -> None:
    """Print memory and threads of the server now and then."""
    while time.monotonic() < until:
        _print_state(server, "drawing")
        await asyncio.sleep(WATCHED_EVERY)


def _print_state(server: Server, when: str) -> None:
    threads = process_status(server, "Threads")
    memory, children = proportional_megabytes(server), descendants(server)
    print(f"{when:12}{memory:8.0f} MB{threads:6} threads{len(children):4} children", flush=True)


async def _measure(minutes: float) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with started_server(log, DIGIT_TENSORFLOW_IDLE=str(INNER_IDLE)) as server:
            wait_until_healthy(server, log)
            async with AsyncExitStack() as stack:
                browsers = [await stack.enter_async_context(browser()) for _ in range(PEOPLE)]
                everybody = [
                    (await people(running, server.url, WATCHED, 1, seed=number))[0]
                    for number, running in enumerate(browsers)
                ]
                until = time.monotonic() + 60 * minutes
                curious, *others = everybody
                drawing = [
                    draw_on(person, f"{number}{(number + 3) % 10}", until)
                    for number, person in enumerate(others)
                ]
                seen, guests, opened, _ = await asyncio.gather(
                    asyncio.gather(*drawing),
                    come_and_go(server.url, until),
                    open_and_close_inner_layer(curious, until),
                    watch(server, until),
                )
                print(f"an inner layer was opened and closed {opened} times")
            await asyncio.sleep(5)
            _print_state(server, "all gone")
            return _report(seen, guests, log.read_text())


async def open_and_close_inner_layer(person: Person, until: float) -> int:
    """Look at an inner layer, and again at the last, until TensorFlow has gone; how often."""
    times, page = 0, person.page
    layer = page.get_by_role("combobox", name="Last conv layer")
    while time.monotonic() + 2 * INNER_IDLE < until:
        await page.locator("canvas.upper-canvas").scroll_into_view_if_needed()
        await person.find_paper()
        await person.draw(person.moved(DIGITS[7])[0])  # anew: the session keeps what it was shown
        await person.times()
        if not await layer.is_visible():
            await page.get_by_text("More about the method").click()
            await layer.wait_for()
        for name, seconds in (("conv_3", INNER_IDLE / 2), ("conv_8", 1.5 * INNER_IDLE)):
            await layer.click()
            await page.get_by_role("option", name=name).click()
            await asyncio.sleep(seconds)
        await person.clear()
        times += 1
    return times


def _report(seen: list[Seen], guests: int, log: str) -> bool:
    problems = [each for person in seen for each in person.problems]
    never = {
        "strokes without an answer": sum(person.lost for person in seen),
        "sentences that something is wrong": len(problems),
        "pictures that are not the person's own": sum(each.foreign_pictures for each in seen),
        "tracebacks in the server's log": log.count("Traceback"),
    }
    answers, misread = sum(each.answers for each in seen), sum(each.misread for each in seen)
    print(f"{answers} numbers drawn by {len(seen)} people, {misread} misread; {guests} guests")
    for what, count in never.items():
        print(f"{count:6} {what}")
    for sentence in sorted(set(problems)):
        print(f"       {sentence}")
    return not any(never.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5.0, help="how long they draw (5)")
    minutes = parser.parse_args().minutes
    os.chdir(ROOT)
    return 0 if asyncio.run(_measure(minutes)) else 1


if __name__ == "__main__":
    sys.exit(main())
