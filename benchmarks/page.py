"""How soon the page is there, and how soon it answers: `python benchmarks/page.py [PART…]`.

A real browser, driven by Playwright, draws on our page and on `floor_page.py`, which has the same
canvas and only echoes how many strokes it got; both by turns, and compared within one run:

- first-visit: navigation, on a server just started, to a canvas that can be drawn on; and how far
  what is seen jumps meanwhile, by the browser's own measure (cumulative layout shift);
- first-answer: start of the server's process, with navigation at once, to the first answer of a
  digit drawn as soon as the canvas allows; beside the floor page's first echo, the same way;
- strokes: from lifting the pen to the answer, and until the page is still again;
- people: the same with eight people who draw a stroke every five seconds each;
- memory: the proportional set size of the server and all its children after 200 answers to eight
  people, beside the floor page's after 200 echoes; then the peak while an inner layer is open, for
  which TensorFlow is woken beside the page.

Printed are medians; where a ratio says little, for the canvas itself waits for 200 ms, the
milliseconds more stand beside it. Memory is read from /proc, so that part needs Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Error

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.page_driver import Person, Times, browser, people, proportional_megabytes
from tests.browser import Server, started_server, wait_until_healthy
from tests.drawings import DIGITS

FLOOR, OURS = "benchmarks/floor_page.py", "streamlit_app.py"
WATCHED = {FLOOR: "[data-testid=stText]", OURS: ".answer, .message"}
ANSWERED = {FLOOR: "text=1 strokes", OURS: ".answer"}
PEOPLE = 8
EVERY = 5.0  # seconds between two strokes of a person
ANSWERS = 200


@asynccontextmanager
async def serving(script: str) -> AsyncIterator[Server]:
    """A server that is ready."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with started_server(log, script) as server:
            wait_until_healthy(server, log)
            yield server


# Of all shifts so far that no person caused.
LAYOUT_SHIFT = """
new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) sum += each.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})
"""
STILL = 2.0  # seconds, after which nothing of a first visit is on its way


async def first_visit(running: Browser, runs: int) -> None:
    seconds: dict[str, list[float]] = {FLOOR: [], OURS: []}
    shifts: dict[str, list[float]] = {FLOOR: [], OURS: []}
    for _ in range(runs):
        for script, times in seconds.items():
            async with serving(script) as server:
                start = time.perf_counter()
                (person,) = await people(running, server.url, WATCHED[script], 1)
                times.append(time.perf_counter() - start)
                await asyncio.sleep(STILL)
                shifts[script].append(float(await person.page.evaluate(LAYOUT_SHIFT)))
                await person.page.context.close()
    own, floor = (statistics.median(shifts[script]) for script in (OURS, FLOOR))
    print(f"{'first visit: cumulative layout shift':48}{own:9.3f}{floor:9.3f}  goal 0.05")
    _print("first visit: until the canvas can be drawn on", seconds[OURS], seconds[FLOOR], 1.1)


async def first_answer(running: Browser, runs: int) -> None:
    floors, ours = [], []
    for _ in range(runs):
        floors.append(await _seconds_to_first_answer(running, FLOOR))
        ours.append(await _seconds_to_first_answer(running, OURS))
    _print("first answer, from the start of the server", ours, floors, 1.15)


async def _seconds_to_first_answer(running: Browser, script: str) -> float:
    context = await running.new_context(viewport={"width": 1280, "height": 900})
    person = Person(await context.new_page(), WATCHED[script], 0)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with started_server(Path(folder) / "server.log", script) as server:
            while True:
                try:
                    await person.page.goto(server.url, wait_until="commit")
                    break
                except Error:  # nobody listens yet
                    await asyncio.sleep(0.05)
            await person.find_paper()
            await person.draw(DIGITS[7][0])
            await person.page.locator(ANSWERED[script]).wait_for(timeout=120_000)
            seconds = time.perf_counter() - start
    await context.close()
    return seconds


async def strokes(running: Browser, runs: int) -> None:
    async with serving(FLOOR) as floor, serving(OURS) as ours:
        await _warmed_up(running, ours)
        times: dict[str, list[Times]] = {FLOOR: [], OURS: []}
        for run in range(runs):
            for script, server in ((FLOOR, floor), (OURS, ours)):
                (person,) = await people(running, server.url, WATCHED[script], 1, seed=run)
                for _ in range(8):
                    times[script] += await _draw_digit(person, script)
                await person.page.context.close()
    _print_times("pen lifted", times, 1.1)


async def eight_people(running: Browser, runs: int) -> None:
    times: dict[str, list[Times]] = {FLOOR: [], OURS: []}
    async with serving(FLOOR) as floor, serving(OURS) as ours:
        await _warmed_up(running, ours)
        for run in range(max(1, runs // 2)):
            for script, server in ((FLOOR, floor), (OURS, ours)):
                everybody = await people(
                    running, server.url, WATCHED[script], PEOPLE, seed=PEOPLE * run
                )
                drawing = [
                    _draw_every(EVERY, person, script, number * EVERY / PEOPLE)
                    for number, person in enumerate(everybody)
                ]
                for found in await asyncio.gather(*drawing):
                    times[script] += found
                for person in everybody:
                    await person.page.context.close()
    _print_times(f"pen lifted, {PEOPLE} people", times, 1.25)


async def _warmed_up(running: Browser, server: Server) -> None:
    """Let the network wake and everything be asked for once."""
    (person,) = await people(running, server.url, WATCHED[OURS], 1)
    await _draw_digit(person, OURS)
    await person.page.context.close()


async def _draw_digit(person: Person, script: str) -> list[Times]:
    """Draw a digit stroke by stroke, each once the page is still; then make room for the next.

    On the floor page strokes pile up, which costs it nothing.
    """
    found = []
    for stroke in person.some_digit():
        await person.draw(stroke)
        found.append(await person.times())
    if script == OURS:
        await person.clear()
    return _answered(found)


async def _draw_every(seconds: float, person: Person, script: str, delay: float) -> list[Times]:
    await asyncio.sleep(delay)
    found: list[Times | None] = []
    for _ in range(6):
        for stroke in person.some_digit():
            begun = time.perf_counter()
            await person.draw(stroke)
            found.append(await person.times())
            await asyncio.sleep(max(0.0, seconds - (time.perf_counter() - begun)))
        if script == OURS:
            await person.clear()
    return _answered(found)


def _answered(found: list[Times | None]) -> list[Times]:
    lost = found.count(None)
    if lost:
        print(f"{lost} of {len(found)} strokes were not answered", file=sys.stderr)
    return [each for each in found if each is not None]


async def memory(running: Browser, runs: int) -> None:
    measured = {}
    for script in (FLOOR, OURS):
        async with serving(script) as server:
            (first,) = await people(running, server.url, WATCHED[script], 1)
            await _draw_digit(first, script)
            alone = proportional_megabytes(server)
            others = await people(running, server.url, WATCHED[script], PEOPLE - 1)
            everybody, answers = [first, *others], 0
            while answers < ANSWERS:
                found = await asyncio.gather(*(_draw_digit(each, script) for each in everybody))
                answers += sum(map(len, found))
            measured[script] = proportional_megabytes(server)
            if script == OURS:
                peak = await _peak_with_inner_layer(server, everybody[0])
            for each in everybody:
                await each.page.context.close()
    more, each_session = measured[OURS] - measured[FLOOR], (measured[OURS] - alone) / (PEOPLE - 1)
    print(f"memory after {ANSWERS} answers: floor {measured[FLOOR]:.0f} MB, ", end="")
    print(f"ours {measured[OURS]:.0f} MB: {more:+.0f} MB, goal +120 MB")
    print(f"a session more: {each_session:.1f} MB; peak with an inner layer open: {peak:.0f} MB")


async def _peak_with_inner_layer(server: Server, person: Person) -> float:
    page = person.page
    await person.draw(DIGITS[7][0])
    await page.locator(ANSWERED[OURS]).wait_for()
    await page.get_by_text("More about the method").click()
    await page.get_by_role("combobox", name="Last conv layer").click()
    await page.get_by_role("option", name="conv_3").click()
    peak = 0.0
    end = time.monotonic() + 30
    while time.monotonic() < end:
        peak = max(peak, proportional_megabytes(server))
        await asyncio.sleep(0.2)
    return peak


def _print_times(what: str, times: dict[str, list[Times]], goal: float) -> None:
    floors = [each.answer for each in times[FLOOR]]
    stills = [each.still for each in times[OURS]]
    _print(f"{what}: until the answer", [each.answer for each in times[OURS]], floors, goal)
    _print(f"{what}: until still, heatmap included", stills, floors, goal)
    more = statistics.median(stills) - statistics.median(floors)
    print(f"  that is {1000 * more:+.0f} ms")


def _print(what: str, ours: list[float], floors: list[float], goal: float) -> None:
    own, floor = statistics.median(ours), statistics.median(floors)
    print(
        f"{what:48}{own:7.2f} s{floor:7.2f} s  {own / floor:5.2f} ×, goal {goal} ×  ({len(ours)})",
        flush=True,
    )


PARTS: dict[str, Callable[[Browser, int], Coroutine[Any, Any, None]]] = {
    "first-visit": first_visit,
    "first-answer": first_answer,
    "strokes": strokes,
    "people": eight_people,
    "memory": memory,
}


async def _measure(parts: list[str], runs: int) -> None:
    print(f"{'':48}{'ours':>9}{'floor':>9}")
    async with browser() as running:
        for part in parts:
            await PARTS[part](running, runs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument("--runs", type=int, default=5, help="how many of each (5)")
    options = parser.parse_args()
    os.chdir(ROOT)
    asyncio.run(_measure(options.parts or list(PARTS), options.runs))


if __name__ == "__main__":
    main()
