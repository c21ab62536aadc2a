"""What a stroke costs, however busy the machine is: `python benchmarks/page_work.py [--runs N]`.

The same people draw as in `page.py`, on our page and on `floor_page.py`, by turns. Counted are,
from lifting the pen until the page is still, medians over all strokes:

- processor time of the server's process, and of all processes of the browser, in milliseconds;
- messages from and to the server, with their kilobytes, and how many of them add an element;
- how often the browser computed styles and laid the page out, and how long, in milliseconds.

`--messages` lists, for the last stroke on our page, what the server sent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, CDPSession, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.page import FLOOR, OURS, WATCHED, serving
from benchmarks.page_driver import Person, browser, people
from tests.browser import Server
from tests.drawings import Stroke

Work = dict[str, float]


class Wire:
    """What goes over a page's connection to its server."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.sent: list[bytes] = []

    def listen(self, socket: WebSocket) -> None:
        """Note every message from now on."""
        socket.on("framereceived", lambda frame: self.received.append(_as_bytes(frame)))
        socket.on("framesent", lambda frame: self.sent.append(_as_bytes(frame)))

    def forget(self) -> None:
        """Begin anew."""
        self.received, self.sent = [], []

    def counts(self) -> Work:
        """Messages and kilobytes since the beginning."""
        kinds = [kind_of(each) for each in self.received]
        return {
            "messages from the server": len(self.received),
            "kilobytes from the server": sum(map(len, self.received)) / 1e3,
            "of them elements": sum(kind.startswith("new_element") for kind in kinds),
            "of them containers": sum(kind.startswith("add_block") for kind in kinds),
            "messages to the server": len(self.sent),
            "kilobytes to the server": sum(map(len, self.sent)) / 1e3,
        }


def _as_bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


def kind_of(message: bytes) -> str:
    """What a message from the server says, in a few words."""
    said = ForwardMsg.FromString(message)
    kind = said.WhichOneof("type") or ""
    if kind != "delta":
        return kind
    what = said.delta.WhichOneof("type") or ""
    place = "/".join(map(str, said.metadata.delta_path))
    if what == "new_element":
        return f"new_element {said.delta.new_element.WhichOneof('type')} at {place}"
    if what == "add_block":
        block = said.delta.add_block
        return f"add_block {block.WhichOneof('type')} {block.id} at {place}"
    return f"{what} at {place}"


@dataclass(frozen=True)
class Meters:
    """What can be read off a server, a browser and one of its pages, at any time."""

    server: Server
    browser: Browser
    page: CDPSession

    async def so_far(self) -> Work:
        """All of it since the beginning."""
        whole = await self.browser.new_browser_cdp_session()
        processes = (await whole.send("SystemInfo.getProcessInfo"))["processInfo"]
        await whole.detach()
        return {
            "server's processor ms": _processor_ms(self.server),
            "browser's processor ms": 1e3 * sum(each["cpuTime"] for each in processes),
            **await self._of_page(),
        }

    async def _of_page(self) -> Work:
        found = await self.page.send("Performance.getMetrics")
        values = {each["name"]: each["value"] for each in found["metrics"]}
        return {
            "styles computed": values["RecalcStyleCount"],
            "milliseconds of them": 1e3 * values["RecalcStyleDuration"],
            "layouts": values["LayoutCount"],
            "milliseconds of layouts": 1e3 * values["LayoutDuration"],
            "milliseconds of scripts": 1e3 * values["ScriptDuration"],
            "milliseconds of the page's thread": 1e3 * values["TaskDuration"],
        }


def _processor_ms(server: Server) -> float:
    """Of the server's process so far; Linux names another process's clock so."""
    return 1e3 * time.clock_gettime(~server.process.pid << 3 | 2)


async def _work_of_strokes(
    running: Browser, server: Server, script: str, seed: int
) -> tuple[list[Work], Wire]:
    (person,) = await people(running, server.url, WATCHED[script], 1, seed=seed)
    wire = Wire()
    person.page.on("websocket", wire.listen)
    await person.page.reload()
    await person.find_paper()
    page = await person.page.context.new_cdp_session(person.page)
    await page.send("Performance.enable", {"timeDomain": "threadTicks"})
    found: list[Work] = []
    for digit in range(5):
        for stroke in person.some_digit():
            # It is a page's first answers that differ.
            work = await _work_of(person, stroke, wire, Meters(server, running, page))
            found += [work] if digit else []
        if script == OURS and digit < 4:
            await person.clear()
            await asyncio.sleep(0.5)
    await person.page.context.close()
    return found, wire


async def _work_of(person: Person, stroke: Stroke, wire: Wire, meters: Meters) -> Work:
    before = await meters.so_far()
    wire.forget()
    await person.draw(stroke)
    await person.times()
    after = await meters.so_far()
    return {**{name: after[name] - before[name] for name in after}, **wire.counts()}


async def _measure(runs: int, *, messages: bool) -> None:
    work: dict[str, list[Work]] = {OURS: [], FLOOR: []}
    async with browser() as running, serving(FLOOR) as floor, serving(OURS) as ours:
        for run in range(runs + 1):
            for script, server in ((FLOOR, floor), (OURS, ours)):
                found, wire = await _work_of_strokes(running, server, script, run)
                work[script] += found if run else []
    print(f"{'':40}{'ours':>9}{'floor':>9}")
    for name in work[OURS][0]:
        own, least = (statistics.median(each[name] for each in work[script]) for script in work)
        print(f"{name:40}{own:9.1f}{least:9.1f}")
    if messages:
        for each in wire.received:
            print(f"{len(each):8} {kind_of(each)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="people on each page (3)")
    parser.add_argument("--messages", action="store_true", help="list those of the last stroke")
    options = parser.parse_args()
    os.chdir(ROOT)
    asyncio.run(_measure(options.runs, messages=options.messages))


if __name__ == "__main__":
    main()
