"""How soon the window is there, and whether it ever stands still: `python benchmarks/window.py`.

Each run is a process of its own. Compared are ratios and differences within one call of this
script, medians of several runs, ours and an empty Tk window by turns:

- from the start of the process until the window's first picture is on the screen;
- the longest gap between two ticks of the window's own clock (every 5 ms) while the network is
  being loaded and somebody draws; and afterwards, while somebody draws and is answered;
- from lifting the pen until the answer is shown;
- from the start of the process to the answer for a drawing that is made at once.

Without a screen ($DISPLAY) a virtual one is started, which takes Xvfb.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.drawings import DIGITS
from tests.window_hand import (
    draw,
    draw_stroke,
    random_stroke,
    virtual_screen,
    wait_for_answer,
)

if TYPE_CHECKING:
    import tkinter as tk

    from digits.window.app import DigitWindow

TICK = 5  # milliseconds
ANSWERS = 30
IDLE_SECONDS = 15


def main() -> None:
    """Measure, and print a table."""
    options = _parser().parse_args()
    if options.probe:
        print(json.dumps(_PROBES[options.probe]()))
        return
    with ExitStack() as stack:
        if "DISPLAY" not in os.environ:
            os.environ["DISPLAY"] = stack.enter_context(virtual_screen())
        _probe("ours")  # so that files are in the system's cache for everyone
        pairs = [(_seconds("empty"), _seconds("ours")) for _ in range(options.runs)]
        firsts = [(_seconds("empty"), _seconds("first")) for _ in range(options.runs)]
        gaps = [_probe("idle") | _probe("gaps") for _ in range(options.runs)]
    empty, ours = (statistics.median(each) for each in zip(*pairs, strict=True))
    later = statistics.median(own - bare for bare, own in pairs)
    print(f"medians of {options.runs} runs                             measured     goal")
    print(f"an empty Tk window is visible after              {empty:7.2f} s")
    print(f"this window is visible after                     {ours:7.2f} s")
    print(f"  later by                                       {later:7.2f} s   0.50 s")
    answered = statistics.median(own - bare for bare, own in firsts)
    print(f"answer to a drawing made at once, later than it  {answered:7.2f} s   0.70 s")
    for key, name, goal in (
        ("idle", "longest gap of an empty window's clock", ""),
        ("loading", "longest gap of ours while it loads       ", "500 ms"),
        ("afterwards", "longest gap of ours afterwards", "100 ms"),
    ):
        values = [1000 * gap[key] for gap in gaps]
        median, worst = statistics.median(values), max(values)
        print(f"{name:47}  {median:6.0f} ms   {goal:6}   (worst run {worst:.0f} ms)")
    answer = 1000 * statistics.median(gap["answer"] for gap in gaps)
    print(f"pen lifted to answer shown                       {answer:6.0f} ms")


def _seconds(probe: str) -> float:
    """From the start of a process until its window's first picture, in seconds."""
    start = time.time()
    return float(_probe(probe)["visible"]) - start


def _probe(name: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--probe", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _empty() -> dict[str, float]:
    import tkinter as tk

    root = tk.Tk()
    root.geometry("960x660")
    return {"visible": _time_of_first_picture(root, root)}


def _ours() -> dict[str, float]:
    import tkinter as tk

    from digits.window.app import DigitWindow

    root = tk.Tk()
    window = DigitWindow(root)
    visible = _time_of_first_picture(root, window.paper.canvas)
    window.close()
    return {"visible": visible}


def _first() -> dict[str, float]:
    import tkinter as tk

    from digits.window.app import DigitWindow

    root = tk.Tk()
    window = DigitWindow(root)
    _time_of_first_picture(root, window.paper.canvas)
    draw(window, DIGITS[7])
    wait_for_answer(window)
    answered = time.time()
    window.close()
    return {"visible": answered}


def _idle() -> dict[str, float]:
    """The clock of an empty window, for as long as ours is driven: what this machine adds."""
    import tkinter as tk

    root = tk.Tk()
    ticks = _start_clock(root)
    end = time.perf_counter() + IDLE_SECONDS
    while time.perf_counter() < end:
        root.update()
        time.sleep(0.002)
    return {"idle": _longest_gap(ticks)}


def _start_clock(root: tk.Tk) -> list[float]:
    """The times of the window's ticks, one more every few milliseconds."""
    ticks: list[float] = []

    def tick() -> None:
        ticks.append(time.perf_counter())
        root.after(TICK, tick)

    tick()
    return ticks


def _time_of_first_picture(root: tk.Tk, widget: tk.Misc) -> float:
    """When the screen asked for the widget's picture and got it, on the clock of `time.time`."""
    times: list[float] = []

    def note(event: tk.Event[tk.Misc]) -> None:
        root.update_idletasks()
        times.append(time.time())

    widget.bind("<Expose>", note, add="+")
    while not times:
        root.update()
    return times[0]


def _gaps() -> dict[str, float]:
    """Drive a window from its first moment, and time its clock."""
    import tkinter as tk

    from digits.window.app import DigitWindow

    root = tk.Tk()
    window = DigitWindow(root)
    root.update()
    ticks = _start_clock(root)
    strokes = random.Random(1)
    while window.process.state == "loading":
        _draw_one(window, strokes)
    loading = _longest_gap(ticks)
    wait_for_answer(window)
    ticks.clear()
    waits = [_wait_for_answer(window, number % 10) for number in range(ANSWERS)]
    for _ in range(100):
        _draw_one(window, strokes)
    afterwards = _longest_gap(ticks)
    window.close()
    return {"loading": loading, "afterwards": afterwards, "answer": statistics.median(waits)}


def _draw_one(window: DigitWindow, strokes: random.Random) -> None:
    draw_stroke(window, random_stroke(strokes), steps=10)
    for _ in range(10):
        window.root.update()
        time.sleep(0.002)
    if len(window.paper.sheet.strokes) > 5:
        window.paper.clear()


def _wait_for_answer(window: DigitWindow, digit: int) -> float:
    window.paper.clear()
    window.root.update()
    *others, last = DIGITS[digit]
    draw(window, others)
    wait_for_answer(window)
    draw_stroke(window, last)
    lifted = time.perf_counter()
    wait_for_answer(window)
    return time.perf_counter() - lifted


def _longest_gap(ticks: list[float]) -> float:
    return max(later - earlier for earlier, later in pairwise(ticks))


_PROBES = {"empty": _empty, "ours": _ours, "first": _first, "idle": _idle, "gaps": _gaps}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure the window.")
    parser.add_argument("--runs", type=int, default=5, help="how many of each kind (5)")
    parser.add_argument("--probe", choices=list(_PROBES), help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
