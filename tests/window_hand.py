"""What the window's tests, screenshots and benchmark share: a screen, and a hand that draws."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from PIL import Image, ImageGrab

from tests.browser import PATIENCE
from tests.drawings import Stroke, Strokes

if TYPE_CHECKING:
    from digits.window.app import DigitWindow

HOW_TO_ENABLE = "no Xvfb found: apt-get install xvfb"


@contextmanager
def virtual_screen(size: str = "1280x900", dots_per_inch: int = 96) -> Iterator[str]:
    """The name of a screen that nobody sees, for $DISPLAY."""
    executable = shutil.which("Xvfb")
    if executable is None:
        raise FileNotFoundError(HOW_TO_ENABLE)
    command = [executable, "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    command += ["-dpi", str(dots_per_inch)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def wait_until(window: DigitWindow, condition: Callable[[], object], what: str = "") -> None:
    """Let the window live until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the window waited in vain: {what or condition}")
        window.root.update()
        time.sleep(0.002)


def wait_for_answer(window: DigitWindow) -> None:
    """Let the window live until all that was asked of it is answered."""
    window.root.update()
    wait_until(window, lambda: window.is_settled, "an answer")


def open_window(screen: str, theme: str = "light") -> DigitWindow:
    """Open the window on a screen, and wait until it is painted."""
    import tkinter as tk

    from digits.window.app import DigitWindow

    window = DigitWindow(tk.Tk(screenName=screen), theme)
    wait_until(window, lambda: window.paper.canvas.winfo_width() > 100, "its first picture")
    window.root.focus_force()
    return window


def draw(window: DigitWindow, strokes: Strokes) -> None:
    """Draw with the mouse, a pixel or many at a time, and lift the pen after each stroke."""
    for stroke in strokes:
        draw_stroke(window, stroke)


def draw_number(window: DigitWindow, text: str, top: float = 25, size: float = 40) -> None:
    """Draw digits side by side, from left to right; measures in hundredths of the sheet."""
    from tests.drawings import DIGITS

    for number, sign in enumerate(text):
        left = 4 + 0.78 * size * number
        for stroke in DIGITS[int(sign)]:
            own = [(left + x * size / 100, top + y * size / 100) for x, y in stroke]
            draw_stroke(window, own)


def draw_stroke(window: DigitWindow, stroke: Stroke, steps: int = 4) -> None:
    """Press, move and release the mouse; points are in hundredths of the sheet's height."""
    canvas, side = window.paper.canvas, window.paper.height
    path = [stroke[0]]
    for (x, y), (to_x, to_y) in pairwise(stroke):
        path += [
            (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps)
            for step in range(1, steps + 1)
        ]
    places = [(round(x * side / 100) + 1, round(y * side / 100) + 1) for x, y in path]
    canvas.event_generate("<ButtonPress-1>", x=places[0][0], y=places[0][1])
    for x, y in places[1:]:
        canvas.event_generate("<B1-Motion>", x=x, y=y)
        window.root.update()
    canvas.event_generate("<ButtonRelease-1>", x=places[-1][0], y=places[-1][1])
    window.root.update()


def screenshot(window: DigitWindow, screen: str) -> Image.Image:
    """The window as it is on its screen."""
    root = window.root
    root.update()
    left, top = root.winfo_rootx(), root.winfo_rooty()
    box = (left, top, left + root.winfo_width(), top + root.winfo_height())
    return ImageGrab.grab(box, xdisplay=screen).convert("RGB")


def random_stroke(random_: random.Random) -> Stroke:
    """A few points anywhere, some of them beside the paper."""
    return [
        (random_.uniform(-10, 110), random_.uniform(-10, 110)) for _ in range(random_.randint(1, 6))
    ]
