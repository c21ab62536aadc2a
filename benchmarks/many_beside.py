"""What one person's many pictures cost another: `python benchmarks/many_beside.py [--quick]`.

Two people with a browser each on one server. One draws digits, one after the other; the other gives
many pictures at once, or none. By turns; what counts is the 95th percentile of the time from pen to
answer, with against without. Three rounds take about ten minutes on a machine that does nothing
else; `--quick` is one of few strokes, which only shows that all works.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import Browser, FilePayload

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.page_driver import Person, browser, people
from tests.browser import started_server, wait_until_healthy
from tests.drawings import DIGITS, Stroke, draw

GOAL = 1.25
PICTURES = 2_000
# Rounds, and strokes of a round; at least so many count, of each.
WHOLE, QUICK = (3, 20), (1, 5)
LEAST = 5
WATCHED = ".answer, .message"
# Milliseconds: a busy machine takes its time. Seconds until the server has ended what nobody wants.
PATIENCE, UNTIL_ENDED = 180_000, 15
READING = "pictures are read"


def pictures() -> bytes:
    """A ZIP of drawings, each of which differs from the others."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(PICTURES):
            pixels, one = draw(DIGITS[number % 10], 280, 8 + number // 10 % 20), io.BytesIO()
            pixels[0, 0] = number % 251
            Image.fromarray(pixels).save(one, "PNG", compress_level=1)
            archive.writestr(f"{number:04}.png", one.getvalue())
    return file.getvalue()


def some_strokes(person: Person, number: int) -> list[Stroke]:
    """What a person draws, one after the other: the first strokes of digits."""
    return [person.some_digit()[0] for _ in range(number)]


async def drawing(
    person: Person, strokes: Sequence[Stroke], beside: Person | None = None
) -> list[float]:
    """Seconds from pen to answer of each stroke, or of fewer, if the other's reading ends."""
    found, lost = [], 0
    for stroke in strokes:
        await person.draw(stroke)
        times = await person.times()
        if beside is not None and not await beside.page.get_by_text(READING).is_visible():
            print("  all pictures were read before the last stroke", flush=True)
            await person.clear()
            break
        if times is None:
            lost += 1
        else:
            found.append(times.answer)
        await person.clear()
    whose = "alone" if beside is None else "beside"
    print(f"  {whose}: {len(found)} strokes answered, {lost} lost", flush=True)
    return found


async def give(person: Person, archive: bytes) -> None:
    """Give all pictures, and wait until their reading has begun."""
    await person.page.get_by_role("tab", name="Upload").click(timeout=PATIENCE)
    payload = FilePayload(name=f"{time.time()}.zip", mimeType="application/zip", buffer=archive)
    files = person.page.get_by_test_id("stFileUploader").first.locator("input")
    await files.set_input_files(payload, timeout=PATIENCE)
    await person.page.get_by_text(READING).wait_for(timeout=PATIENCE)


async def one_round(
    person: Person, others: Browser, url: str, archive: bytes, *, strokes: int, seed: int
) -> tuple[list[float], list[float]]:
    """Seconds alone, and beside another's pictures."""
    drawn = some_strokes(person, strokes)  # the same, for some take longer than others
    alone = await drawing(person, drawn)
    (other,) = await people(others, url, WATCHED, 1, seed)
    await give(other, archive)
    beside = await drawing(person, drawn, other)
    await other.page.context.close()
    await asyncio.sleep(UNTIL_ENDED)
    return alone, beside


async def measure(rounds: int, strokes: int) -> None:
    """Print the percentiles."""
    archive = pictures()
    alone: list[float] = []
    beside: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with started_server(log) as server:
            wait_until_healthy(server, log)
            async with browser() as one, browser() as two:
                (person,) = await people(one, server.url, WATCHED, 1)
                person.page.set_default_timeout(PATIENCE)
                print("once, so that all is loaded:", flush=True)
                await drawing(person, some_strokes(person, 2))
                for number in range(rounds):
                    print(f"round {number + 1}:", flush=True)
                    both = await one_round(
                        person, two, server.url, archive, strokes=strokes, seed=number
                    )
                    alone += both[0]
                    beside += both[1]
    if min(len(alone), len(beside)) < LEAST:
        sys.exit(f"Only {len(alone)} and {len(beside)} strokes were answered: too few to tell.")
    first, second = (float(np.median(each)) for each in (alone, beside))
    print(f"median alone {1e3 * first:.0f} ms, beside {PICTURES:,} pictures {1e3 * second:.0f} ms")
    first, second = (float(np.percentile(each, 95)) for each in (alone, beside))
    print(f"p95 alone {1e3 * first:.0f} ms, beside {PICTURES:,} pictures {1e3 * second:.0f} ms:")
    print(f"{second / first:.2f} times as long (goal {GOAL})")


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of few strokes")
    asyncio.run(measure(*(QUICK if parser.parse_args().quick else WHOLE)))


if __name__ == "__main__":
    main()
