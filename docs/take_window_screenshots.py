"""Take the pictures of the window: `python docs/take_window_screenshots.py`, which needs Xvfb.

That of the README goes to `docs/screenshots/`. The window in both themes and all states goes to
`screenshots/`, which git ignores: look at it after every change of the window.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import drawings
from tests import window_hand as shared

README_PICTURES = ROOT / "docs" / "screenshots"
TO_LOOK_AT = ROOT / "screenshots"


def main() -> None:
    """Open windows on screens of two densities, and take every picture."""
    TO_LOOK_AT.mkdir(exist_ok=True)
    # Tk does not survive a screen that goes away, even one that it has left.
    with shared.virtual_screen("2400x1600", 192) as dense, shared.virtual_screen() as plain:
        window = shared.open_window(dense)
        shared.draw(window, drawings.DIGITS[4])
        shared.wait_for_answer(window)
        shared.screenshot(window, dense).save(README_PICTURES / "window.png")
        window.close()
        for theme in ("light", "dark"):
            take_states(plain, theme)


def take_states(screen: str, theme: str) -> None:
    """Take the empty window, answers of all kinds, and what is said of a bad file."""
    window = shared.open_window(screen, theme)

    def take(state: str) -> None:
        shared.wait_for_answer(window)
        shared.screenshot(window, screen).save(TO_LOOK_AT / f"window-{theme}-{state}.png")

    shared.screenshot(window, screen).save(TO_LOOK_AT / f"window-{theme}-loading.png")
    shared.draw(window, drawings.DIGITS[4])
    take("digit")
    window.panel.views[1].invoke()
    take("why-not")
    window.panel.views[0].invoke()
    window.paper.clear()
    take("empty")
    shared.draw_number(window, "2047")
    take("number")
    window.panel.strip.buttons[3].invoke()
    take("number-digit")
    window.paper.clear()
    shared.draw(window, drawings.SCRIBBLE)
    take("doubt")
    window.paper.clear()
    shared.draw(window, drawings.DIGITS[7])
    shared.wait_for_answer(window)
    window.corrections.menu.post(window.root.winfo_rootx() + 400, window.root.winfo_rooty() + 200)
    take("correcting")
    window.corrections.menu.unpost()
    window.corrections.menu.invoke("1")
    take("corrected")
    window.corrections.menu.invoke("Take the last back")
    take("taken-back")
    with tempfile.TemporaryDirectory() as folder:
        photo, notes = Path(folder) / "five.jpg", Path(folder) / "notes.png"
        photo.write_bytes(drawings.photographed(5))
        notes.write_bytes(b"this is no picture")
        window.open_picture(photo)
        take("photo")
        window.open_picture(notes)
        take("error")
    window.close()


if __name__ == "__main__":
    main()
