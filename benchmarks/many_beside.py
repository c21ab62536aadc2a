"""What one person's many pictures cost another: `python benchmarks/many_beside.py [--rounds 3]`.

Two people with a browser each on one server. One draws digits, one after the other; the other gives
many pictures at once, or none. By turns; what counts is the 95th percentile of the time from pen to
answer, with against without.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import FilePayload

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.page_driver import Person, browser, people
from tests.browser import started_server, wait_until_healthy
from tests.drawings import DIGITS, draw

GOAL = 1.25
PICTURES, STROKES = 2_000, 20
WATCHED = ".answer, .message"


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


async def drawing(person: Person) -> list[float]:
    """Seconds from pen to answer of so many strokes."""
    found = []
    for _ in range(STROKES):
        await person.draw(person.some_digit()[0])
        times = await person.times()
        if times is not None:
            found.append(times.answer)
        await person.clear()
    return found


async def give(person: Person, archive: bytes) -> None:
    """Give all pictures, and wait until their reading has begun."""
    await person.page.get_by_role("tab", name="Upload").click()
    payload = FilePayload(name=f"{time.time()}.zip", mimeType="application/zip", buffer=archive)
    files = person.page.get_by_test_id("stFileUploader").locator("input")
    await files.set_input_files(payload)
    await person.page.get_by_text("pictures are read").wait_for(timeout=60_000)


async def measure(rounds: int) -> None:
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
                await drawing(person)
                for number in range(rounds):
                    alone += await drawing(person)
                    (other,) = await people(two, server.url, WATCHED, 1, seed=number)
                    await give(other, archive)
                    beside += await drawing(person)
                    is_reading = await other.page.get_by_text("pictures are read").is_visible()
                    print(f"round {number + 1}: still reading in the end: {is_reading}", flush=True)
                    await other.page.context.close()
                    await asyncio.sleep(10)  # until the server has ended what nobody waits for
    first, second = (float(np.percentile(each, 95)) for each in (alone, beside))
    print(f"p95 alone {1e3 * first:.0f} ms, beside {PICTURES:,} pictures {1e3 * second:.0f} ms:")
    print(f"{second / first:.2f} times as long (goal {GOAL})")


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="of each (3)")
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
