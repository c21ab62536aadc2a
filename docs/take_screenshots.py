"""Take the pictures of the page: `python docs/take_screenshots.py`.

Those of the README go to `docs/screenshots/`. The page on every screen and in both themes goes to
`screenshots/`, which git ignores: look at it after every change of the page.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import browser as shared
from tests import drawings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

README_PICTURES = ROOT / "docs" / "screenshots"
TO_LOOK_AT = ROOT / "screenshots"
# Tall enough for a whole page: Streamlit scrolls inside the window, not the window.
SCREENS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 1400},
}
# The views of why beside the first, and what each is known by.
VIEWS = {
    "Why not?": ".st-key-pair",
    "Side by side": ".side-by-side img",
    "Prove it": ".curve-legend",
}
PATIENCE = 60_000  # milliseconds: the first answer waits for TensorFlow


def main() -> None:
    """Serve the page, open a browser, take every picture."""
    executable = shared.find_chromium()
    if executable is None:
        sys.exit(shared.HOW_TO_ENABLE)
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    TO_LOOK_AT.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        shared.running_server(Path(folder) / "server.log") as url,
        shared.running_browser(executable) as browser,
    ):
        take_readme_pictures(browser, url)
        for screen, theme in itertools.product(SCREENS, ("light", "dark")):
            take_states(browser, url, screen, theme)


def take_readme_pictures(browser: Browser, url: str) -> None:
    """Take a drawn number, a digit with the views of why, a doubt, and an upload."""
    page = open_page(browser, url, "desktop", "light", scale=2)
    draw_number(page)
    page.screenshot(path=README_PICTURES / "page.png")
    clear(page)
    shared.draw(page, drawings.DIGITS[3])
    wait_for_answer(page)
    page.locator(".st-key-why").screenshot(path=README_PICTURES / "heatmap.png")
    for view, selector in VIEWS.items():
        open_view(page, view, selector)
        page.locator(".st-key-why").screenshot(path=README_PICTURES / f"{_named(view)}.png")
    open_view(page, "Why?", ".heatmap img")
    clear(page)
    shared.draw(page, drawings.SCRIBBLE)
    page.locator(".answer-doubt").wait_for()
    settle(page)
    page.screenshot(path=README_PICTURES / "doubt.png")
    upload(page, "five.jpg", drawings.photographed(5))
    wait_for_answer(page)
    page.get_by_text("What the network sees", exact=True).first.click()
    page.locator(".step img").last.wait_for()
    page.set_viewport_size({"width": 1280, "height": 1320})
    settle(page)
    page.screenshot(path=README_PICTURES / "upload.png")
    page.context.close()


def take_states(browser: Browser, url: str, screen: str, theme: str) -> None:
    """Take the empty page, a number, a digit and why, a doubt, and what is said of a bad file."""
    page = open_page(browser, url, screen, theme)

    def take(state: str) -> None:
        settle(page)
        page.screenshot(path=TO_LOOK_AT / f"{screen}-{theme}-{state}.png")

    take("empty")
    draw_number(page)
    take("number")
    clear(page)
    shared.draw(page, drawings.DIGITS[3])
    wait_for_answer(page)
    take("digit")
    for view, selector in VIEWS.items():
        open_view(page, view, selector)
        take(_named(view))
    open_view(page, "Why?", ".heatmap img")
    clear(page)
    shared.draw(page, drawings.SCRIBBLE)
    page.locator(".answer-doubt").wait_for()
    take("doubt")
    upload(page, "notes.png", b"this is no picture")
    page.locator(".problem").wait_for(timeout=PATIENCE)
    take("error")
    page.context.close()


def open_page(browser: Browser, url: str, screen: str, theme: str, scale: int = 1) -> Page:
    """Open the page on a screen, in a theme."""
    context = browser.new_context(
        viewport=SCREENS[screen],
        color_scheme="dark" if theme == "dark" else "light",
        device_scale_factor=scale,
    )
    return shared.open_page(context.new_page(), url)


def draw_number(page: Page) -> None:
    """Draw four digits, and wait for the heatmaps of all."""
    shared.draw(page, shared.row_of_digits("2026"))
    page.locator(".heatmap img").wait_for(timeout=PATIENCE)
    settle(page)


def clear(page: Page) -> None:
    """Take an empty sheet."""
    page.get_by_role("button", name="Clear").click()
    page.locator(".invitation").wait_for()


def wait_for_answer(page: Page) -> None:
    """Wait until answer and heatmap are there, and nothing is on its way any more."""
    page.locator(".heatmap img").wait_for(timeout=PATIENCE)
    page.get_by_text("What the network sees", exact=True).first.wait_for()
    settle(page)


def open_view(page: Page, view: str, selector: str) -> None:
    """Open a view of why, and wait until it is there."""
    page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).click()
    page.locator(selector).first.wait_for()
    settle(page)


def _named(view: str) -> str:
    return "".join(each for each in view.lower().replace(" ", "-") if each not in "?")


def settle(page: Page) -> None:
    """Let fades and slides end; they have no event to wait for."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)


def upload(page: Page, name: str, content: bytes) -> None:
    """Upload a file, and wait until the answer before it has gone."""
    page.get_by_role("tab", name="Upload").click()
    page.locator(".invitation").wait_for()
    file_input = page.get_by_test_id("stFileUploader").locator("input")
    file_input.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
    page.locator(".invitation").wait_for(state="detached")


if __name__ == "__main__":
    main()
