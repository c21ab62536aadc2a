"""Take the pictures of the window: `python docs/take_window_screenshots.py`, which needs Xvfb.

That of the README goes to `docs/screenshots/`. The window in both themes and all states goes to
`screenshots/`, which git ignores: look at it after every change of the window.
"""

from __future__ import annotations

import sys
import tempfile
import tkinter as tk
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from digit_gui import INVITATION, DigitWindow
from tests import drawings
from tests import window as shared

README_PICTURES = ROOT / "docs" / "screenshots"
TO_LOOK_AT = ROOT / "screenshots"


def main() -> None:
    """Open windows on screens of two densities, and take every picture."""
    TO_LOOK_AT.mkdir(exist_ok=True)
    # Tk does not survive a screen that goes away, even one that it has left.
    with shared.virtual_screen("2400x1600", 192) as dense, shared.virtual_screen() as plain:
        window = open_window(dense, "light")
        draw_digit(window, 4)
        shared.screenshot(window, dense).save(README_PICTURES / "window.png")
        window.close()
        for theme in ("light", "dark"):
            take_states(plain, theme)


def take_states(screen: str, theme: str) -> None:
    """Take the empty window, answers of all kinds, and what is said of a bad file."""
    window = open_window(screen, theme)

    def take(state: str) -> None:
        shared.screenshot(window, screen).save(TO_LOOK_AT / f"window-{theme}-{state}.png")

    take("empty")
    draw_digit(window, 4)
    take("digit")
    window.panel.views[1].invoke()
    shared.wait_until(window, lambda: window.panel.caption["text"].startswith("Orange"))
    take("why-not")
    window.paper.clear()
    shared.draw(window, drawings.SCRIBBLE)
    wait_for_answer(window)
    take("doubt")
    with tempfile.TemporaryDirectory() as folder:
        photo, notes = Path(folder) / "five.jpg", Path(folder) / "notes.png"
        photo.write_bytes(drawings.photographed(5))
        notes.write_bytes(b"this is no picture")
        window.open_picture(photo)
        shared.wait_until(window, lambda: window.panel.digit["text"] == "5")
        take("photo")
        window.open_picture(notes)
        shared.wait_until(window, lambda: window.panel.digit["text"] == "!")
        take("error")
    window.close()


def open_window(screen: str, theme: str) -> DigitWindow:
    """Open the window, and wait until it is painted."""
    window = DigitWindow(tk.Tk(screenName=screen), theme)
    shared.wait_until(window, lambda: window.paper.canvas.winfo_width() > 100)
    return window


def draw_digit(window: DigitWindow, digit: int) -> None:
    """Draw, and wait until it is answered."""
    shared.draw(window, drawings.DIGITS[digit])
    wait_for_answer(window)


def wait_for_answer(window: DigitWindow) -> None:
    """Wait until what is on the paper is answered."""
    shared.wait_until(window, lambda: window.process.state == "idle")
    shared.wait_until(window, lambda: window.panel.words["text"] != INVITATION)


if __name__ == "__main__":
    main()
